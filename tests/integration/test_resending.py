"""An agent's words that didn't arrive, or may not have: shown in the topic over real HTTP, sent again by a button."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulator.chats import Message
from bot.simulator.faults import Fault
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.simulated import ANA, GROUP, MAJA, simulated


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


async def with_ana(home: House) -> int:
    """The topic of a case that Ana has."""
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")
    return thread


def read_by_maja(home: House, text: str) -> int:
    return sum(message.text == text for message in home.world.said(MAJA))


async def is_marked(home: House, message: Message) -> None:
    """Until the bot shows that this did not arrive."""
    await home.world.wait_for(lambda: ("👎",) in message.reactions.values(), timeout=20)


async def labels(home: House, message: Message, wanted: int) -> None:
    await home.world.wait_for(lambda: sum(len(row) for row in message.buttons()) == wanted or None, timeout=20)


def refuse_the_next(home: House) -> None:
    refusal = Fault(method="copyMessage", chat_id=MAJA, error_code=400, description="Bad Request: PEER_FLOOD")
    home.simulator.api.faults.replace([refusal])


async def test_what_telegram_refuses_is_shown_below_the_message_and_sent_again_by_a_press(home: House) -> None:
    thread = await with_ana(home)
    refuse_the_next(home)
    words = home.agent_says(thread, "A new lamp is on its way")
    notice = await home.until_topic_reads(thread, "✖ Not delivered: Telegram refused it: Peer_flood")
    assert notice.reply_to is words
    home.press(notice, "↻ Send again", ANA)
    home.press(notice, "↻ Send again", ANA)
    await home.until_customer_reads("A new lamp is on its way")
    await home.until_topic_reads(thread, "↻ Ana had this sent again.")
    await labels(home, notice, 0)
    assert await home.app.sender.drain(20)
    assert read_by_maja(home, "A new lamp is on its way") == 1


async def test_what_was_sent_again_is_changed_with_the_agents_message(home: House) -> None:
    thread = await with_ana(home)
    refuse_the_next(home)
    words = home.agent_says(thread, "A new lamp is on its way")
    home.press(await home.until_topic_reads(thread, "✖ Not delivered"), "↻ Send again", ANA)
    await home.until_customer_reads("A new lamp is on its way")
    home.world.edit(GROUP, words.message_id, ANA, "Two new lamps are on their way")
    await home.until_customer_reads("Two new lamps are on their way")


async def test_where_the_connection_breaks_it_is_said_that_nobody_knows(home: House) -> None:
    thread = await with_ana(home)
    home.simulator.api.faults.replace([Fault(method="copyMessage", chat_id=MAJA, drop="before")])
    home.agent_says(thread, "A new lamp is on its way")
    notice = await home.until_topic_reads(thread, "❔ I don't know whether this reached the customer")
    home.press(notice, "↻ Send again", ANA)
    await home.until_customer_reads("A new lamp is on its way")
    assert read_by_maja(home, "A new lamp is on its way") == 1


async def test_after_a_crash_in_mid_send_the_agent_decides(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as home:
            thread = await with_ana(home)
            simulator.api.faults.replace([Fault(method="copyMessage", chat_id=MAJA, delay=60)])
            home.agent_says(thread, "A new lamp is on its way")
            await home.world.wait_for(lambda: _is_under_way(home), timeout=20)
            await home.app.sender.stop()
        async with running(settings, simulator, clock) as home:
            notice = await home.until_topic_reads(thread, "❔ I don't know whether this reached the customer")
            assert read_by_maja(home, "A new lamp is on its way") == 0
            home.press(notice, "↻ Send again", ANA)
            await home.until_customer_reads("A new lamp is on its way")


def _is_under_way(home: House) -> bool:
    calls = home.simulator.api.calls.after(0)
    return any(call["method"] == "copyMessage" and call["status"] is None for call in calls)


async def test_what_a_customer_missed_who_had_blocked_the_bot_is_sent_when_they_are_back(home: House) -> None:
    thread = await with_ana(home)
    home.world.block(MAJA)
    await home.until_topic_reads(thread, "Nothing reaches this customer any more")
    for text in ("Hello?", "A new lamp is on its way"):
        said = home.agent_says(thread, text)
        await is_marked(home, said)
    home.world.block(MAJA, blocked=False)
    back = await home.until_topic_reads(thread, "The customer can be reached again.")
    home.press(back, "↻ Send all of it again", ANA)
    await home.until_customer_reads("A new lamp is on its way")
    await home.world.wait_for(lambda: not said.reactions or None, timeout=20)
    assert [message.text for message in home.world.said(MAJA)][-2:] == ["Hello?", "A new lamp is on its way"]
