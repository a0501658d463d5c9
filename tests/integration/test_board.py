"""The live board of an agents' group over real HTTP: one message, edited, kept, repaired, and never in the way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.simulator.chats import Message, Topic
from bot.simulator.faults import Fault
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, simulated, until

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, board=True) as home:
        await board_of(home)
        yield home


def topics(home: House) -> list[Topic]:
    return [topic for topic in home.world.state.group.topics.values() if topic.title == "Queue"]


def boards(home: House) -> list[Message]:
    """All messages of the bot's that are pinned boards."""
    group = home.world.state.group
    return [message for message in group.messages.values() if message.pinned and " in hand · " in message.text]


async def board_of(home: House) -> Message:
    """The one board there is, once there is one."""
    await until(lambda: len(boards(home)) == 1, seconds=20)
    return boards(home)[0]


async def shows(home: House, *parts: str) -> Message:
    """The board, once it has all of this, however often it may be edited; the time between edits passes."""

    def found() -> Message | None:
        return next((board for board in boards(home) if all(part in board.text for part in parts)), None)

    for _ in range(20):
        home.pass_time(timedelta(seconds=21))
        with suppress(TimeoutError):
            return await home.world.wait_for(found, timeout=1)
    raise AssertionError(f"the board never had {parts}: {[board.text for board in boards(home)]}")


def edits(home: House) -> int:
    return sum(
        call["method"] == "editMessageText" and " in hand" in str(call) for call in home.simulator.api.calls.after(0)
    )


async def complained(home: House) -> int:
    await home.customer_says("my lamp arrived broken")
    return await home.topic()


async def test_the_board_is_one_pinned_message_in_a_topic_of_its_own_and_follows_the_case(home: House) -> None:
    (topic,) = topics(home)
    board = await board_of(home)
    assert board.thread_id == topic.thread_id
    assert board.text.startswith("0 waiting · 0 in hand · 0 late")
    thread = await complained(home)
    await shows(home, "1 waiting · 0 in hand", "🔵 12:00 · in ", "Maja: Damaged item · nobody yet")
    assert board.content.entities[0]["url"] == f"https://t.me/c/{-GROUP - 10**12}/{thread}"
    home.agent_says(thread, "/claim", BEN)
    await shows(home, "0 waiting · 1 in hand", "👤 Ben", "Here: Ben")
    home.agent_says(thread, "/resolve", BEN)
    await shows(home, "Nobody is waiting. ☕")
    assert boards(home) == [board]
    assert len(topic.message_ids) == 3  # that the topic was made, the board, and that it was pinned


async def test_what_is_left_goes_down_while_a_case_is_open(home: House) -> None:
    await complained(home)
    board = await shows(home, "🔵 12:00 · in 2 hr")
    home.pass_time(70 * MINUTE)
    await shows(home, "min · Maja")
    assert re.search(r"12:00 · in \d+ min", board.text)
    home.pass_time(80 * MINUTE)
    await shows(home, "❗", "1 late")


async def test_the_board_names_who_is_away(home: House) -> None:
    home.world.send(GROUP, BEN, "/back")
    await shows(home, "Here: Ben")
    home.world.send(GROUP, BEN, "/away")
    await shows(home, "Away: Ben")


async def test_with_nothing_new_nothing_is_edited(home: House) -> None:
    await board_of(home)
    before = edits(home)
    for _ in range(5):
        home.pass_time(2 * MINUTE)
        await home.world.wait_for_reply(home.world.send(MAJA, MAJA, "/status"))
    assert edits(home) == before


async def test_many_changes_within_a_moment_are_one_edit(home: House) -> None:
    await board_of(home)
    home.pass_time(MINUTE)
    people = [home.world.add_customer(f"Customer {number}") for number in range(4)]
    before = edits(home)
    for person in people:
        await home.world.wait_for_reply(home.world.send(person.id, person.id, "my lamp arrived broken"))
    assert edits(home) - before <= 1
    await shows(home, "4 waiting")
    assert edits(home) - before <= 3


async def test_the_same_board_goes_on_after_a_restart(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock = settings_for(tmp_path, simulator, board=True), RunningClock()
        async with running(settings, simulator, clock) as before:
            board = await board_of(before)
            await complained(before)
            await shows(before, "1 waiting")
        clock.advance(MINUTE)
        async with running(settings, simulator, clock) as after:
            person = after.world.add_customer("Zoran")
            await after.world.wait_for_reply(after.world.send(person.id, person.id, "my lamp arrived broken"))
            await shows(after, "2 waiting", "Zoran", "Maja")
            assert boards(after) == [board]
            assert len(topics(after)) == 1


async def test_a_board_that_somebody_deletes_is_made_anew(home: House) -> None:
    board = await board_of(home)
    home.world.delete(GROUP, board.message_id)
    await complained(home)
    another = await shows(home, "1 waiting")
    assert another.message_id != board.message_id
    assert another.thread_id == topics(home)[0].thread_id


async def test_a_board_whose_topic_somebody_deletes_is_made_anew_in_another(home: House) -> None:
    (topic,) = topics(home)
    home.world.topic(topic.thread_id, "delete")
    await complained(home)
    another = await shows(home, "1 waiting")
    assert [one.thread_id for one in topics(home)] == [another.thread_id]
    assert another.thread_id != topic.thread_id


async def test_in_a_group_without_topics_it_is_pinned_in_the_common_chat_and_moves_once_there_are(
    tmp_path: Path,
) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock = settings_for(tmp_path, simulator, board=True), RunningClock()
        simulator.world.set_topics(on=False)
        async with running(settings, simulator, clock) as home:
            await home.customer_says("my lamp arrived broken")
            board = await shows(home, "1 waiting")
            assert board.thread_id is None
        simulator.world.set_topics(on=True)
        async with running(settings, simulator, clock) as home:
            await until(lambda: bool(topics(home)), seconds=20)
            await until(lambda: len(boards(home)) == 1 and boards(home)[0].thread_id is not None, seconds=20)


async def test_what_is_written_in_its_topic_is_left_alone_and_commands_are_answered_there(home: House) -> None:
    (topic,) = topics(home)
    board = await board_of(home)
    home.world.send(GROUP, ANA, "busy today", thread_id=topic.thread_id)
    home.world.send(GROUP, ANA, "indeed", thread_id=topic.thread_id, reply_to=board.message_id)
    home.world.send(GROUP, ANA, "/queue", thread_id=topic.thread_id)
    said = await home.until_topic_reads(topic.thread_id, "Nobody is waiting. ☕")
    assert said is not None
    await until(lambda: len(home.world.said(GROUP, topic.thread_id)) == 2, seconds=20)


async def test_a_topic_that_cannot_be_made_is_no_trouble_to_anyone(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        full = Fault(method="createForumTopic", error_code=400, description="Bad Request: TOPICS_TOO_MUCH")
        simulator.api.faults.replace([full])
        async with running(settings_for(tmp_path, simulator, board=True), simulator) as home:
            board = await board_of(home)
            assert board.thread_id is None
            assert "weekdays" in (await home.customer_says("when are you open")).text


async def test_the_board_waits_while_there_is_much_to_tell_the_group(tmp_path: Path) -> None:
    async with house(tmp_path, board=True) as home:
        await board_of(home)
        home.simulator.api.limits.enforce = True
        thread = await complained(home)
        for number in range(30):
            home.world.send(MAJA, MAJA, f"and another thing, number {number}")
            home.pass_time(timedelta(seconds=21))
        home.agent_says(thread, "I read all of it", BEN)
        await home.until_customer_reads("I read all of it")
        refused = [call for call in home.simulator.api.calls.after(0) if call["status"] == 429]
        assert refused == []
        assert edits(home) <= 3
