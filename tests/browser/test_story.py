"""Both sides of a conversation, played on the simulator's page by a browser, with the real bot in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.page import SimulatorPage
from tests.integration.house import House, house

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


async def test_a_customer_complains_and_an_agent_answers_and_resolves(home: House, window: Page) -> None:
    page = SimulatorPage(window)
    await page.open(home.simulator.url)
    await page.customer.write("when are you open")
    await page.customer.expect_message("We are open on weekdays from 9 to 17.")
    await page.customer.expect_reaction("when are you open", "👀")
    await page.customer.write("my lamp arrived broken")
    await page.customer.expect_message("A colleague will reply to you here by 12:00 today.")

    await page.agents.open_topic("Damaged item")
    await page.agents.expect_message("Reply promised by 12:00 today")
    await page.agents.press("Claim")
    await page.customer.expect_message("Ana has your case now")
    await page.agents.write("A new lamp is on its way to you")
    await page.customer.expect_message("A new lamp is on its way to you")
    await page.customer.write("thank you so much")
    await page.agents.expect_message("thank you so much")
    await expect(page.agents.message("Promise kept by Ana")).to_be_visible()
    await page.agents.press("Resolve")
    await page.customer.expect_message("Ana has marked this as solved")
    await expect(page.agents.closed).to_be_visible()


async def test_a_question_of_the_bots_is_answered_by_a_button(home: House, window: Page) -> None:
    page = SimulatorPage(window)
    await page.open(home.simulator.url)
    await page.customer.write("asdf asdf")
    await page.customer.press("Ask a colleague")
    await page.customer.expect_message("✓ Ask a colleague")
    await page.customer.expect_message("A colleague will reply to you here by 11:00 today.")
