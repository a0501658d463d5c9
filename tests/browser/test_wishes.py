"""What customers can do about a promise and afterwards, pressed on the simulator's page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.page import SimulatorPage
from tests.integration.house import STANDARDS, House, house

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, standards=f"{STANDARDS}survey: 10m\n") as home:
        yield home


async def test_a_number_is_shared_by_its_button_a_call_kept_by_its_button_and_stars_are_given(
    home: House, window: Page
) -> None:
    page = SimulatorPage(window)
    await page.open(home.simulator.url)
    await page.customer.write("my lamp arrived broken")
    await page.customer.expect_message("A colleague will reply to you here by 12:00 today.")
    await page.customer.press("Another time")
    await expect(page.customer.button("Tomorrow between 09:00 and 10:00")).to_be_visible()
    await page.customer.press("Leave it as it is")
    await page.customer.press("Call me instead")
    await page.customer.expect_message("On which number may a colleague call you?")
    share = window.get_by_test_id("reply-key")
    await expect(share).to_have_text("Share my number")
    await share.click()
    await page.customer.expect_message("A colleague will call you on +38640123456 by 12:00 today.")
    await expect(share).to_have_count(0)

    await page.agents.open_topic("Damaged item")
    await page.agents.press("I have called")
    await page.customer.expect_message("Ana has noted that you spoke on the phone.")
    await page.agents.press("Resolve")
    await page.customer.expect_message("Ana has marked this as solved")
    home.pass_time(timedelta(minutes=11))
    await page.customer.expect_message("How was it this time?")
    await page.customer.press("4 ★")
    await page.customer.expect_message("4 of 5: thank you, Maja!")
