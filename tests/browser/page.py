"""The simulator's page as a person uses it: a customer's phone, the agents' group, and the bar above them."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

PATIENCE = 15_000.0
"""Milliseconds that an expectation waits."""


class Side:
    """What both sides have: messages, a box to write in, buttons under messages. ``name`` is customer or agents."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.pane = page.get_by_test_id(f"{name}-pane")
        self.composer = page.get_by_test_id(f"{name}-composer")
        self.messages = page.get_by_test_id(f"{name}-messages")
        self.bubbles = self.messages.get_by_test_id("message")
        self.pill = self.pane.get_by_test_id("new-messages")

    async def write(self, text: str) -> None:
        """Write ``text`` and send it."""
        await self.composer.fill(text)
        await self.page.get_by_test_id(f"{self.name}-send").click()

    def message(self, text: str | re.Pattern[str], author: str | None = None) -> Locator:
        """The newest message that holds ``text`` (by ``author``, as named on the page)."""
        found = self.bubbles.filter(has_text=text)
        if author is not None:
            found = found.and_(self.page.locator(f'[data-from="{author}"]'))
        return found.last

    async def expect_message(
        self, text: str | re.Pattern[str], author: str | None = None, patience: float = PATIENCE
    ) -> Locator:
        """Wait until such a message is there."""
        found = self.message(text, author)
        await expect(found).to_be_visible(timeout=patience)
        return found

    async def expect_reaction(self, text: str | re.Pattern[str], emoji: str) -> None:
        """Wait until the message that holds ``text`` has a reaction."""
        await expect(self.message(text).get_by_test_id("reaction").filter(has_text=emoji)).to_be_visible(
            timeout=PATIENCE
        )

    def button(self, label: str | re.Pattern[str]) -> Locator:
        """The newest inline button with such a label."""
        return self.messages.get_by_test_id("inline-button").filter(has_text=label).last

    async def press(self, label: str | re.Pattern[str]) -> None:
        """Press it, and wait until the bot has answered."""
        button = self.button(label)
        await button.click()
        await expect(self.messages.locator('[aria-busy="true"]')).to_have_count(0, timeout=PATIENCE)

    async def menu(self, text: str | re.Pattern[str]) -> Locator:
        """Open the menu of the message that holds ``text``."""
        message = self.message(text)
        await message.hover()
        await message.get_by_test_id("message-menu").click()
        menu = self.page.get_by_role("menu")
        await expect(menu).to_be_visible()
        return menu

    async def react(self, text: str | re.Pattern[str], emoji: str) -> None:
        """React to the message that holds ``text``."""
        menu = await self.menu(text)
        await menu.locator(f'[data-emoji="{emoji}"]').click()

    async def reply(self, text: str | re.Pattern[str], words: str) -> None:
        """Reply to the message that holds ``text``."""
        await (await self.menu(text)).get_by_test_id("reply").click()
        await self.write(words)

    async def edit(self, text: str | re.Pattern[str], words: str) -> None:
        """Change one's own message that holds ``text``."""
        await (await self.menu(text)).get_by_test_id("edit").click()
        await self.write(words)

    async def send_sample(self, kind: str) -> None:
        """Send a sample: photo, voice, video, document, album, location or contact."""
        await self.page.get_by_test_id(f"{self.name}-attach").click()
        await self.page.get_by_test_id(f"sample-{kind}").click()


class Customer(Side):
    """The phone on the left."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, "customer")
        self.select = page.get_by_test_id("customer-select")
        self.examples = self.pane.get_by_test_id("example")
        self.status = page.get_by_test_id("customer-status")

    async def add(self, name: str, language: str = "en") -> None:
        """Add a customer with the language of their Telegram, and write as them from now on."""
        await self.page.get_by_test_id("add-customer").click()
        await self.page.get_by_test_id("field-name").fill(name)
        await self.page.get_by_test_id("field-language_code").select_option(language)
        await self.page.get_by_test_id("dialog-submit").click()
        await expect(self.select.locator("option:checked")).to_have_text(re.compile(re.escape(name)))

    async def be(self, name: str) -> None:
        """Write as this customer from now on."""
        option = self.select.locator("option").filter(has_text=name).first
        await self.select.select_option(await option.get_attribute("value"))


class Agents(Side):
    """The group on the right."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, "agents")
        self.topics = page.get_by_test_id("topic-item")
        self.title = page.get_by_test_id("topic-title")
        self.pinned = page.get_by_test_id("pinned")
        self.closed = page.get_by_test_id("closed")
        self.member = page.get_by_test_id("member-select")

    async def open_topic(self, title: str | re.Pattern[str] = "") -> None:
        """Open the first topic whose title holds ``title``, once it is there."""
        topic = self.topics.filter(has_text=title).first
        await expect(topic).to_be_visible(timeout=PATIENCE)
        await topic.click()

    async def be(self, name: str) -> None:
        """Write as this member from now on."""
        option = self.member.locator("option").filter(has_text=name).first
        await self.member.select_option(await option.get_attribute("value"))


class SimulatorPage:
    """The whole page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.customer = Customer(page)
        self.agents = Agents(page)
        self.toast = page.get_by_test_id("toast")
        self.connection = page.get_by_test_id("connection")

    async def open(self, url: str) -> None:
        """Go there, and wait until it is connected."""
        await self.page.goto(url)
        await expect(self.page.locator('body[data-connected="true"]')).to_be_attached(timeout=PATIENCE)

    async def simulate(self, what: str) -> None:
        """Choose from the menu "Simulate…": limits, fault-429, fault-500, fault-before, fault-after, fault-slow."""
        await self.page.get_by_test_id("simulate").click()
        await self.page.get_by_test_id(what).click()

    async def start_over(self) -> None:
        """Back to one customer and an empty group."""
        await self.simulate("start-over")
        await self.page.get_by_test_id("dialog-submit").click()

    async def show(self, side: str) -> None:
        """On a narrow page: turn to ``customer`` or ``agents``."""
        await self.page.get_by_test_id(f"tab-{side}").click()
