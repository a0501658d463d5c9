"""One Chromium and one window for all browser tests, in the session's event loop.

A test that uses these fixtures runs in the same loop (``pytestmark = pytest.mark.asyncio(loop_scope="session")``), and
its own async fixtures are declared with ``loop_scope="session"`` too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, ViewportSize, async_playwright, expect

from bot.simulator.server import Simulator
from tests import chromium
from tests.browser.page import PATIENCE, SimulatorPage

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE = ViewportSize(width=1360, height=860)
REQUIRED = "KEEPWORD_REQUIRE_BROWSER"
"""Set to 1, a missing Chromium is a failure instead of a reason to skip."""

HERE = Path(__file__).parent
_skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; skip it where there is no Chromium, unless it is required."""
    ours = [item for item in items if HERE in item.path.parents]
    if not ours:
        return
    is_missing = chromium.find() is None and os.environ.get(REQUIRED) != "1"
    for item in ours:
        item.add_marker(pytest.mark.browser)
        if is_missing:
            item.add_marker(pytest.mark.skip(reason="no Chromium"))
            _skipped.append(item.name)


def pytest_unconfigure() -> None:
    """The last line of the run names what was left out."""
    if _skipped:
        sys.stdout.write(f"{chromium.REMINDER} Left out: {len(_skipped)}, all of tests/browser.\n")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium."""
    expect.set_options(timeout=PATIENCE)
    path = chromium.find()
    if path is None:
        pytest.fail(f"There is no Chromium, and {REQUIRED}=1 demands one. Run: python -m tests.chromium")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_window(browser: Browser) -> AsyncIterator[Page]:
    """The one window of the session: a new one for each test would take longer than the tests."""
    context = await browser.new_context(viewport=WIDE, locale="en-GB")
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(shared_window: Page) -> AsyncIterator[Page]:
    """An empty window, wide enough for both sides. What goes wrong in the page fails the test.

    What pages store is theirs alone, as long as each test serves them on a port of its own.
    """
    shared_window.set_default_timeout(PATIENCE)
    failures: list[str] = []

    def note(error: Error) -> None:
        failures.append(str(error))

    shared_window.on("pageerror", note)
    yield shared_window
    shared_window.remove_listener("pageerror", note)
    await shared_window.unroute_all()
    await shared_window.context.set_offline(False)
    await shared_window.goto("about:blank")
    await shared_window.mouse.move(0, 0)
    await shared_window.set_viewport_size(WIDE)
    assert failures == [], "the page itself failed"


@pytest_asyncio.fixture(loop_scope="session")
async def simulator() -> AsyncIterator[Simulator]:
    """A simulator of our own, with its first customer and an empty group."""
    running = Simulator()
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Page, simulator: Simulator) -> SimulatorPage:
    """The simulator's page, open."""
    opened = SimulatorPage(window)
    await opened.open(simulator.url)
    return opened
