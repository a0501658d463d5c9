"""Colleagues over real HTTP: cases given out, supervisors called, and a clock or a bot that stood still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.conversation import Phase, PromiseState
from bot.core.step import Event
from bot.simulator.chats import Message
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, simulated

GIVEN_OUT = STANDARDS + "assign: fewest_open\n"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def complained(home: House) -> int:
    reply = await home.customer_says("my lamp arrived broken")
    assert "A colleague will reply to you here by" in reply.text
    return await home.topic()


def called(message: Message) -> list[int]:
    """Who is notified by a message."""
    users = [entity["user"] for entity in message.content.entities if entity["type"] == "text_mention"]
    return [int(str(user["id"])) for user in users if isinstance(user, dict)]


async def at_work(home: House, *agents: int) -> None:
    """They say in the group that they are there, and the bot knows it."""
    for agent in agents:
        said = home.world.send(GROUP, agent, "/back")
        await home.world.wait_for(lambda said=said: said.reactions)  # type: ignore[misc]


async def until_told_in_private(home: House, colleague: int, part: str) -> Message:
    def found() -> Message | None:
        return next((m for m in home.world.said(colleague) if part in m.text), None)

    return await home.world.wait_for(found, timeout=20)


async def events(home: House, name: str) -> list[Event]:
    return [event async for event in home.app.store.events() if event.name == name]


# --- given out --------------------------------------------------------------------------------------------------------


async def test_a_case_goes_to_who_is_there_and_to_another_when_it_is_not_taken(tmp_path: Path) -> None:
    async with house(tmp_path, standards=GIVEN_OUT) as home:
        await at_work(home, ANA, BEN)
        thread = await complained(home)
        first = called(await home.until_topic_reads(thread, "this case is for you"))
        home.pass_time(70 * MINUTE)
        second = called(await home.until_topic_reads(thread, "hasn't come to it"))
        assert {*first, *second} == {ANA, BEN}
        await home.world.wait_for(lambda: "is to take this case" in home.card(thread).text)
        assert not [m for m in home.world.said(MAJA) if "Ana" in m.text or "Ben" in m.text]
        home.agent_says(thread, "Here I am", ANA)
        await home.until_customer_reads("Here I am")
        case = await home.conversation()
        assert (case.phase, case.assigned) == (Phase.HUMAN, None)


async def test_nothing_is_given_to_who_is_away_until_they_are_back(tmp_path: Path) -> None:
    async with house(tmp_path, standards=GIVEN_OUT) as home:
        await at_work(home, ANA, BEN)
        home.world.send(BEN, BEN, "/away")
        await until_told_in_private(home, BEN, "You are away")
        thread = await complained(home)
        assert called(await home.until_topic_reads(thread, "this case is for you")) == [ANA]
        home.agent_says(thread, "/back", BEN)
        await home.until_topic_reads(thread, "Good to have you back")
        assert (await home.conversation()).phase is Phase.WAITING
        home.pass_time(70 * MINUTE)
        assert called(await home.until_topic_reads(thread, "hasn't come to it")) == [BEN]


async def test_who_is_who_survives_a_restart(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": GIVEN_OUT})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as before:
            await at_work(before, ANA, BEN)
            await before.world.wait_for_reply(before.world.send(BEN, BEN, "/capacity 0"))
        async with running(settings, simulator, clock) as after:
            thread = await complained(after)
            assert called(await after.until_topic_reads(thread, "this case is for you")) == [ANA]


# --- supervisors ------------------------------------------------------------------------------------------------------


async def test_supervisors_are_called_when_a_promise_is_moved_and_get_the_case_when_it_slips_again(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        await home.world.wait_for_reply(home.world.send(ANA, ANA, "/start"))
        thread = await complained(home)
        home.pass_time(120 * MINUTE)
        await home.until_customer_reads("That won't be possible")
        assert called(await home.until_topic_reads(thread, "please see to it")) == [ANA]
        told = await until_told_in_private(home, ANA, "Nobody has answered yet")
        assert f"https://t.me/c/{-GROUP - 10**12}/{thread}" in told.text
        moved = (await home.conversation()).promise
        assert moved is not None
        home.pass_time(moved.due_at - home.clock.now() - 5 * MINUTE)
        assert called(await home.until_topic_reads(thread, "this case is yours now")) == [ANA]
        case = await home.conversation()
        assert case.assigned is not None
        assert case.assigned.id == ANA
        assert len([m for m in home.world.said(MAJA) if "That won't be possible" in m.text]) == 1


async def test_a_customer_who_writes_again_is_brought_to_mind_and_then_to_the_supervisors(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        thread = await complained(home)
        home.agent_says(thread, "A new one goes out today", BEN)
        await home.until_customer_reads("A new one goes out")
        home.world.send(MAJA, MAJA, "and when will it be here?")
        await home.until_topic_reads(thread, "and when will it be here?")
        home.pass_time(65 * MINUTE)
        assert called(await home.until_topic_reads(thread, "Write to them, or resolve the case")) == [BEN]
        home.pass_time(65 * MINUTE)
        assert called(await home.until_topic_reads(thread, "please see to it")) == [ANA]
        home.agent_says(thread, "Tomorrow", BEN)
        await home.until_customer_reads("Tomorrow")
        home.pass_time(3 * HOUR)
        await home.until_customer_reads("Tomorrow")
        assert len(await events(home, "unanswered")) == 2


# --- a bot that was down, a clock that was set ------------------------------------------------------------------------


async def test_after_the_bot_was_down_customers_hear_from_us_at_once_the_most_urgent_first(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        people = [simulator.world.add_customer(f"Customer {number}") for number in range(14)]
        async with running(settings, simulator, clock) as before:
            for person in people[:-1]:
                await before.world.wait_for_reply(before.world.send(person.id, person.id, "my lamp arrived broken"))
            last = before.world.send(people[-1].id, people[-1].id, "the glass is cracked, it is urgent, an emergency!")
            await before.world.wait_for_reply(last)
            urgent = await before.app.store.conversation(f"{people[-1].id}-1")
            assert urgent is not None
        clock.advance(20 * HOUR)
        async with running(settings, simulator, clock) as after:
            for person in people:
                await after.world.wait_for(
                    lambda person=person: any("did not keep our word" in m.text for m in after.world.said(person.id)),  # type: ignore[misc]
                    timeout=20,
                )
            broken = [event.conversation_id for event in await events(after, "broken")]
        assert broken[0] == urgent.id
        assert sorted(broken) == sorted(f"{person.id}-1" for person in people)


async def test_a_clock_that_is_set_back_and_forth_breaks_no_promise_twice_and_none_too_early(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await complained(home)
        promise = (await home.conversation()).promise
        assert promise is not None
        home.clock.advance(-2 * HOUR)  # nobody tells the app: it has to see for itself
        answered = await home.customer_says("when are you open")
        assert "weekdays from 9 to 17" in answered.text
        assert (await home.conversation()).promise == promise
        home.clock.advance(promise.due_at - home.clock.now() + MINUTE)
        began = datetime.now(UTC)
        await home.until_customer_reads("did not keep our word")
        assert datetime.now(UTC) - began < timedelta(seconds=5)
        states = [one.state for one in (await home.conversation()).promises]
        assert states == [PromiseState.BROKEN, PromiseState.OPEN]
        assert len(await events(home, "broken")) == 1
