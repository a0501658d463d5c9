"""The simulator's page, in a browser; the bot is played by calls of the Bot API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, Route, ViewportSize, expect

from bot.simulator.server import Simulator
from tests.browser.page import SimulatorPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

NARROW = ViewportSize(width=390, height=844)


class Bot:
    """Says what a bot says, by HTTP."""

    def __init__(self, simulator: Simulator, http: aiohttp.ClientSession) -> None:
        self._simulator = simulator
        self._http = http

    async def call(self, method: str, **parameters: object) -> Any:
        url = f"{self._simulator.url}/bot{self._simulator.token}/{method}"
        async with self._http.post(url, json=parameters) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def meet(self) -> None:
        """The first customer starts the bot, and that update is read."""
        maja = await self.customer()
        start = {"chat_id": maja, "from_id": maja, "text": "/start"}
        async with self._http.post(f"{self._simulator.url}/sim/send", json=start) as response:
            assert response.status == 200
        [update] = await self.call("getUpdates", timeout=5)
        await self.call("getUpdates", offset=update["update_id"] + 1)

    async def say(self, text: str, **parameters: object) -> int:
        """Write to the first customer; answers the id of the message."""
        sent = await self.call("sendMessage", chat_id=await self.customer(), text=text, **parameters)
        return int(sent["message_id"])

    async def customer(self) -> int:
        return int((await self._state())["customers"][0]["id"])

    async def open_case(self, title: str, card: str) -> int:
        """A topic with a pinned card that has buttons; answers the topic's thread."""
        group = self._simulator.agents_chat
        topic = await self.call("createForumTopic", chat_id=group, name=title)
        keyboard = {"inline_keyboard": [[{"text": "Claim", "callback_data": "claim"}]]}
        thread = int(topic["message_thread_id"])
        sent = await self.call("sendMessage", chat_id=group, message_thread_id=thread, text=card, reply_markup=keyboard)
        await self.call("pinChatMessage", chat_id=group, message_id=sent["message_id"])
        return thread

    async def updates(self, kind: str) -> list[dict[str, Any]]:
        """What people did that is of this kind, oldest first."""
        return [update[kind] for update in await self.call("getUpdates", timeout=5) if kind in update]

    async def group(self) -> int:
        return int((await self._state())["group"]["id"])

    async def _state(self) -> dict[str, Any]:
        async with self._http.get(f"{self._simulator.url}/sim/state") as response:
            state: dict[str, Any] = await response.json()
        return state


@pytest_asyncio.fixture(loop_scope="session")
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    """A bot that Maja has started: before, Telegram lets no bot write to her."""
    async with aiohttp.ClientSession() as http:
        player = Bot(simulator, http)
        await player.meet()
        yield player


# --- the customer's side


async def test_a_customer_writes_and_reads_the_answer(page: SimulatorPage, bot: Bot) -> None:
    await page.customer.write("Where is my order?")
    await page.customer.expect_message("Where is my order?", "Maja")
    await bot.say("It is on its way.")
    await page.customer.expect_message("It is on its way.", "Keepword")
    await expect(page.customer.message("Where is my order?").locator('.ticks[data-seen="true"]')).to_be_visible()


async def test_enter_sends_and_shift_enter_makes_a_new_line(page: SimulatorPage) -> None:
    await page.customer.composer.press_sequentially("one")
    await page.customer.composer.press("Shift+Enter")
    await page.customer.composer.press_sequentially("two")
    await page.customer.composer.press("Enter")
    await expect(await page.customer.expect_message(re.compile("one\ntwo"))).to_have_count(1)
    await expect(page.customer.composer).to_have_value("")


async def test_an_example_of_several_messages_sends_them_all(page: SimulatorPage) -> None:
    await expect(page.customer.examples).to_have_count(5)
    await page.customer.examples.last.click()
    await expect(page.customer.bubbles).to_have_count(3)
    await expect(page.customer.examples).to_have_count(0)


async def test_reactions_of_both_sides_show_under_a_message(page: SimulatorPage, bot: Bot) -> None:
    message_id = await bot.say("Hello!")
    await page.customer.react("Hello!", "🔥")
    await page.customer.expect_reaction("Hello!", "🔥")
    await bot.call(
        "setMessageReaction",
        chat_id=await bot.customer(),
        message_id=message_id,
        reaction=[{"type": "emoji", "emoji": "👀"}],
    )
    await page.customer.expect_reaction("Hello!", "👀")
    await page.customer.message("Hello!").get_by_test_id("reaction").filter(has_text="🔥").click()
    await expect(page.customer.message("Hello!").get_by_test_id("reaction")).to_have_text(["👀"])


async def test_a_reply_quotes_what_it_answers(page: SimulatorPage, bot: Bot) -> None:
    await bot.say("What is your order number?")
    await page.customer.reply("order number", "A-10234")
    message = await page.customer.expect_message("A-10234", "Maja")
    await expect(message.get_by_test_id("quote")).to_contain_text("What is your order number?")
    [update] = await bot.updates("message")
    assert update["reply_to_message"]["text"] == "What is your order number?"


async def test_an_edited_message_says_so(page: SimulatorPage) -> None:
    await page.customer.write("my ordr is late")
    await page.customer.edit("my ordr", "my order is late")
    await expect(page.customer.message("my order is late").get_by_test_id("edited")).to_be_visible()
    await expect(page.customer.composer).to_have_value("")


async def test_the_bot_is_seen_typing_until_it_writes(page: SimulatorPage, bot: Bot) -> None:
    await bot.call("sendChatAction", chat_id=await bot.customer(), action="typing")
    await expect(page.customer.status).to_have_text("typing…")
    await bot.say("Here I am.")
    await expect(page.customer.status).to_have_text("bot")


async def test_a_pressed_button_waits_for_the_bot_and_shows_its_words(page: SimulatorPage, bot: Bot) -> None:
    await bot.say("Did you mean…", reply_markup={"inline_keyboard": [[{"text": "My refund", "callback_data": "r"}]]})
    await page.customer.button("My refund").click()
    await expect(page.customer.button("My refund")).to_have_attribute("aria-busy", "true")
    [pressed] = await bot.updates("callback_query")
    assert pressed["data"] == "r"
    await bot.call("answerCallbackQuery", callback_query_id=pressed["id"], text="Looking it up")
    await expect(page.toast).to_contain_text("Looking it up")
    await expect(page.customer.button("My refund")).not_to_have_attribute("aria-busy", "true")


async def test_every_sample_arrives_as_what_it_is(page: SimulatorPage, bot: Bot) -> None:
    for kind in ("photo", "voice", "document", "location", "contact", "album"):
        await page.customer.send_sample(kind)
    await expect(page.customer.bubbles).to_have_count(7)
    await expect(page.customer.bubbles.last.locator("img")).to_have_count(3)
    kinds = [key for message in await bot.updates("message") for key in message]
    assert {"photo", "voice", "document", "location", "contact"} <= set(kinds)
    assert kinds.count("photo") == 4


async def test_a_chosen_file_is_sent_with_its_caption(page: SimulatorPage) -> None:
    chosen = FilePayload(name="receipt.txt", mimeType="text/plain", buffer=b"1 lamp, 49 EUR")
    await page.page.get_by_test_id("customer-file").set_input_files(chosen)
    await expect(page.page.get_by_test_id("strip-row")).to_contain_text("receipt.txt")
    await page.customer.write("my receipt")
    message = await page.customer.expect_message("my receipt")
    await expect(message.get_by_role("link", name="receipt.txt")).to_be_visible()


async def test_buttons_in_place_of_the_keyboard_share_a_contact_and_go_away(page: SimulatorPage, bot: Bot) -> None:
    keys = page.page.get_by_test_id("reply-key")
    await bot.say(
        "May we call you?", reply_markup={"keyboard": [[{"text": "Share my number", "request_contact": True}]]}
    )
    await keys.filter(has_text="Share my number").click()
    [update] = await bot.updates("message")
    assert update["contact"]["first_name"] == "Maja"
    await bot.say("Thank you.", reply_markup={"remove_keyboard": True})
    await expect(keys).to_have_count(0)


async def test_a_voice_message_can_be_played(page: SimulatorPage) -> None:
    await page.customer.send_sample("voice")
    await page.customer.bubbles.last.get_by_role("button", name="Play the voice message").click()
    await expect(page.customer.bubbles.last.get_by_role("button", name="Pause the voice message")).to_be_visible()


async def test_a_blocked_bot_can_be_unblocked(page: SimulatorPage) -> None:
    await page.page.get_by_test_id("customer-menu").click()
    await page.page.get_by_test_id("block-bot").click()
    await expect(page.customer.composer).to_be_hidden()
    await page.page.get_by_test_id("unblock").click()
    await expect(page.customer.composer).to_be_visible()


async def test_an_added_customer_has_a_chat_and_a_draft_of_their_own(page: SimulatorPage, bot: Bot) -> None:
    await page.customer.composer.fill("half a thou")
    await page.customer.add("Σοφία Παππά", "el")
    await expect(page.customer.composer).to_have_value("")
    await page.customer.write("Πού είναι η παραγγελία μου;")
    await page.customer.expect_message("Πού είναι", "Σοφία Παππά")
    await bot.say("To the first one only.")
    await expect(page.customer.select).to_contain_text("1 new")
    await page.customer.be("Maja")
    await expect(page.customer.composer).to_have_value("half a thou")
    await page.customer.expect_message("To the first one only.")


# --- the agents' side


async def test_a_new_case_opens_with_its_card_pinned_and_agents_write_in_it(page: SimulatorPage, bot: Bot) -> None:
    await bot.open_case("Maja: item damaged", "Maja, upset\nPromised by 16:30")
    await expect(page.agents.title).to_have_text("Maja: item damaged")
    await expect(page.agents.pinned).to_contain_text("Promised by 16:30")
    await page.agents.be("Ben")
    await page.agents.write("On it.")
    await page.agents.expect_message("On it.", "Ben")
    await page.agents.button("Claim").click()
    [pressed] = await bot.updates("callback_query")
    assert pressed["from"]["first_name"] == "Ben"


async def test_unread_topics_are_counted_and_read_once_opened(page: SimulatorPage, bot: Bot) -> None:
    await bot.open_case("First", "Card one")
    await expect(page.agents.title).to_have_text("First")
    await bot.open_case("Second", "Card two")
    count = page.agents.topics.filter(has_text="Second").locator(".count")
    await expect(count).to_have_text("1")
    await page.agents.open_topic("Second")
    await expect(count).to_be_hidden()
    await expect(page.agents.title).to_have_text("Second")


async def test_topics_do_not_change_place_under_the_pointer(page: SimulatorPage, bot: Bot) -> None:
    first = await bot.open_case("First", "Card one")
    await bot.open_case("Second", "Card two")
    await expect(page.agents.topics.first).to_contain_text("Second")
    await page.agents.topics.first.hover()
    await bot.call("sendMessage", chat_id=await bot.group(), message_thread_id=first, text="News in the first")
    await expect(page.agents.topics.last).to_contain_text("News in the first")
    await page.customer.composer.hover()
    await expect(page.agents.topics.first).to_contain_text("News in the first")


async def test_a_closed_topic_says_so_and_can_be_reopened(page: SimulatorPage, bot: Bot) -> None:
    await bot.open_case("Maja: item damaged", "Card")
    await page.page.get_by_test_id("topic-menu").click()
    await page.page.get_by_test_id("topic-close").click()
    await expect(page.agents.closed).to_be_visible()
    await page.page.get_by_test_id("reopen").click()
    await expect(page.agents.closed).to_be_hidden()


async def test_a_private_note_looks_like_one_before_and_after_it_is_sent(page: SimulatorPage, bot: Bot) -> None:
    await bot.open_case("Maja: item damaged", "Card")
    await page.agents.composer.fill("// she is a regular")
    await expect(page.agents.pane.get_by_text("Private note")).to_be_visible()
    await page.agents.write("// she is a regular")
    await expect((await page.agents.expect_message("she is a regular")).locator(".note")).to_be_visible()


# --- long chats, and what comes in meanwhile


async def test_a_thousand_messages_stay_light_and_old_ones_are_reached(
    page: SimulatorPage, simulator: Simulator
) -> None:
    customer = next(person for person in simulator.world.state.people.values() if person.name == "Maja")
    for number in range(1000):
        simulator.world.send(customer.id, customer.id, f"Message number {number} of a long afternoon")
    await page.customer.expect_message("Message number 999 ")
    assert await page.customer.bubbles.count() <= 250
    await page.page.reload()
    await page.customer.expect_message("Message number 999 ")
    for _ in range(2):
        await page.customer.messages.evaluate("list => list.parentElement.scrollTo(0, 0)")
        await page.page.wait_for_function(
            "() => document.querySelector('[data-testid=customer-messages]').parentElement.scrollTop > 400"
        )
    assert await page.customer.bubbles.count() > 400


async def test_one_who_reads_further_up_is_not_moved_but_told(page: SimulatorPage, bot: Bot) -> None:
    for number in range(40):
        await bot.say(f"Line {number}")
    await page.customer.expect_message("Line 39")
    await page.customer.messages.evaluate("list => list.parentElement.scrollTo(0, 300)")
    before = await page.customer.message("Line 10").bounding_box()
    await bot.say("Something new")
    await expect(page.customer.pill).to_have_text("1 new message")
    assert await page.customer.message("Line 10").bounding_box() == before
    await page.customer.pill.click()
    await expect(page.customer.message("Something new")).to_be_in_viewport()
    await expect(page.customer.pill).to_be_hidden()


async def test_the_newest_message_stays_in_view_for_one_who_is_at_the_bottom(page: SimulatorPage, bot: Bot) -> None:
    for number in range(40):
        await bot.say(f"Line {number}")
    await expect(page.customer.message("Line 39")).to_be_in_viewport()


async def test_a_button_does_not_move_away_from_under_the_pointer(page: SimulatorPage, bot: Bot) -> None:
    for number in range(40):
        await bot.say(f"Line {number}")
    await bot.say("Did you mean…", reply_markup={"inline_keyboard": [[{"text": "My refund", "callback_data": "r"}]]})
    button = page.customer.button("My refund")
    await button.hover()
    before = await button.bounding_box()
    await bot.say("Something new")
    await expect(page.customer.pill).to_have_text("1 new message")
    assert await button.bounding_box() == before


# --- what goes wrong


async def test_a_lost_connection_is_told_and_repaired(page: SimulatorPage, simulator: Simulator, bot: Bot) -> None:
    await page.page.context.set_offline(True)
    address, port = simulator.url.removeprefix("http://").split(":")
    await simulator.stop()
    await expect(page.connection).to_contain_text("Reconnecting")
    await simulator.start(address, int(port))
    await page.page.context.set_offline(False)
    await expect(page.connection).to_be_hidden(timeout=15_000)
    await bot.say("Back again")
    await page.customer.expect_message("Back again")


async def test_what_could_not_be_sent_is_told_and_kept(page: SimulatorPage) -> None:
    await page.page.route("**/sim/send", lambda route: route.abort())
    await page.customer.write("a precious thought")
    await expect(page.toast).to_contain_text("The simulator doesn't answer")
    await expect(page.customer.composer).to_have_value("a precious thought")


async def test_a_fault_meets_the_next_message_of_the_bot_only(page: SimulatorPage, bot: Bot) -> None:
    await page.simulate("fault-429")
    await expect(page.toast).to_contain_text("Armed")
    with pytest.raises(AssertionError, match="Too Many Requests"):
        await bot.say("too soon")
    await bot.say("again")
    await page.customer.expect_message("again")


async def test_limits_are_switched_and_shown(page: SimulatorPage, simulator: Simulator) -> None:
    await page.simulate("limits")
    await expect(page.toast).to_contain_text("limits are on")
    assert simulator.api.limits.enforce
    await page.page.get_by_test_id("simulate").click()
    await expect(page.page.get_by_test_id("limits")).to_have_attribute("aria-checked", "true")


async def test_starting_over_leaves_one_customer_and_no_topics(page: SimulatorPage, bot: Bot) -> None:
    await page.customer.add("Jens Weber", "de")
    await bot.open_case("Maja: item damaged", "Card")
    await expect(page.agents.topics).to_have_count(1)
    await page.start_over()
    await expect(page.agents.topics).to_have_count(0)
    await expect(page.customer.select.locator("option")).to_have_count(1)
    await expect(page.customer.examples.first).to_be_visible()


# --- narrow, dark, by keyboard


async def test_on_a_narrow_page_the_sides_take_turns_and_the_box_stays_in_view(page: SimulatorPage, bot: Bot) -> None:
    await page.page.set_viewport_size(NARROW)
    await expect(page.customer.composer).to_be_in_viewport(ratio=1)
    await bot.open_case("Maja: item damaged", "Card")
    await expect(page.page.get_by_test_id("tab-agents")).to_contain_text("1")
    await page.show("agents")
    await page.agents.open_topic("Maja")
    await expect(page.agents.composer).to_be_in_viewport(ratio=1)
    await page.page.get_by_test_id("topic-back").click()
    await expect(page.agents.topics.first).to_be_focused()
    assert await page.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_the_theme_follows_the_system_until_it_is_switched_and_is_then_kept(
    browser: Browser, simulator: Simulator
) -> None:
    context = await browser.new_context(color_scheme="dark")
    window: Page = await context.new_page()
    page = SimulatorPage(window)
    await page.open(simulator.url)
    theme = window.locator("html")
    await expect(theme).to_have_attribute("data-theme", "dark")
    await window.get_by_test_id("theme").click()
    await window.reload()
    await expect(theme).to_have_attribute("data-theme", "light")
    await context.close()


async def test_messages_and_their_menus_are_reached_by_keyboard(page: SimulatorPage, bot: Bot) -> None:
    for text in ("First line", "Second line"):
        await bot.say(text)
    await page.customer.expect_message("Second line")
    await page.customer.composer.focus()
    await page.page.keyboard.press("Shift+Tab")
    await page.page.keyboard.press("Shift+Tab")
    await expect(page.customer.message("Second line")).to_be_focused()
    await page.page.keyboard.press("ArrowUp")
    await expect(page.customer.message("First line")).to_be_focused()
    await page.page.keyboard.press("Enter")
    await expect(page.page.get_by_role("menu").locator("button").first).to_be_focused()
    await page.page.keyboard.press("Escape")
    await expect(page.customer.message("First line")).to_be_focused()


async def test_everything_one_can_use_has_a_name_and_is_large_enough(page: SimulatorPage, bot: Bot) -> None:
    await bot.open_case("Maja: item damaged", "Card")
    await page.agents.expect_message("Card")
    found = await page.page.evaluate(
        """() => [...document.querySelectorAll("button, select, textarea, a[href]")]
            .filter((one) => one.offsetParent && !one.closest(".row-menu, .skip"))
            .map((one) => ({
                name: one.getAttribute("aria-label") ?? (one.textContent.trim() || one.labels?.[0]?.textContent.trim()),
                height: Math.round(one.getBoundingClientRect().height),
                id: one.dataset.testid ?? one.outerHTML.slice(0, 80),
            }))"""
    )
    assert [one for one in found if not one["name"]] == []
    assert [one for one in found if one["height"] < 36] == []


async def test_arriving_messages_are_read_out_politely(page: SimulatorPage, bot: Bot) -> None:
    await bot.say("Hello.")
    await page.customer.expect_message("Hello.")  # what was there when the page opened is not arriving
    await bot.say("Your parcel left today.")
    region = page.customer.pane.locator('[aria-live="polite"]')
    await expect(region).to_have_text(re.compile("Keepword.*Your parcel left today"))


async def test_what_was_begun_before_the_page_was_connected_stays(window: Page, simulator: Simulator) -> None:
    page, connected = SimulatorPage(window), asyncio.Event()

    async def late(route: Route) -> None:
        await connected.wait()
        await route.continue_()

    await window.route("**/sim/state", late)
    await window.goto(simulator.url)
    await page.customer.composer.fill("Where is my parcel?")
    connected.set()

    await expect(window.locator('body[data-connected="true"]')).to_be_attached()
    await expect(page.customer.composer).to_have_value("Where is my parcel?")
    await window.get_by_test_id("customer-send").click()
    await expect(page.customer.message("Where is my parcel?")).to_be_visible()
