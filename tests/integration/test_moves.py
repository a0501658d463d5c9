"""What an agent does with a case besides writing, over real HTTP: it rests, is passed on, its customer is blocked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.core.conversation import Phase, PromiseState
from bot.core.step import Event
from bot.simulator.chats import Message, Topic
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, simulated

T = TypeVar("T")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEAMS = STANDARDS + "teams: {support: {}, logistics: {}}\n"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, standards=TEAMS) as home:
        yield home


async def until(home: House, predicate: Callable[[], T | None]) -> T:
    """What ``predicate`` gives once it is true of it: a group takes a message every three seconds."""
    return await home.world.wait_for(predicate, timeout=30)


async def complained(home: House) -> int:
    """Maja complains at 09:50, and is promised an answer by 12:00."""
    await home.customer_says("my lamp arrived broken")
    return await home.topic()


async def answered(home: House, agent: int = ANA) -> int:
    """Maja complained, and an agent has answered: it is her turn."""
    thread = await complained(home)
    home.agent_says(thread, "I'll ask the warehouse", agent)
    await home.until_customer_reads("I'll ask the warehouse")
    return thread


def called(message: Message) -> list[int]:
    users = [entity["user"] for entity in message.content.entities if entity["type"] == "text_mention"]
    return [int(str(user["id"])) for user in users if isinstance(user, dict)]


def topic(home: House, thread: int, group: int = GROUP) -> Topic:
    return home.world.state.chats[group].topics[thread]


def labels(message: Message) -> list[str]:
    return [str(button["text"]) for row in message.buttons() for button in row]


async def press(home: House, message: Message, label: str, person: int = ANA) -> None:
    """Press a button once it is there."""
    await until(home, lambda: label in labels(message))
    home.press(message, label, person)


async def until_card_reads(home: House, thread: int, part: str) -> str:
    return await until(home, lambda: home.card(thread).text if part in home.card(thread).text else None)


async def until_titled(home: House, thread: int, mark: str) -> None:
    await until(home, lambda: topic(home, thread).title.startswith(f"{mark} "))


async def until_toast(home: House, part: str) -> str:
    """What is shown for a moment to who presses a button."""

    def found() -> str | None:
        calls = [call for call in home.simulator.api.calls.after(0) if call["method"] == "answerCallbackQuery"]
        given = [str(call["parameters"]) for call in reversed(calls)]
        return next((text for text in given if part in text), None)

    return await until(home, found)


async def at_work(home: House, *agents: int, group: int = GROUP) -> None:
    for agent in agents:
        said = home.world.send(group, agent, "/back")
        await until(home, lambda said=said: said.reactions)  # type: ignore[misc]


async def events(home: House, name: str) -> list[Event]:
    return [event async for event in home.app.store.events() if event.name == name]


# --- rests ------------------------------------------------------------------------------------------------------------


async def test_a_case_rests_for_as_long_as_a_button_says_and_calls_the_agent_then(home: House) -> None:
    thread = await answered(home)
    await press(home, home.card(thread), "Snooze")
    await press(home, home.card(thread), "30 mins")
    await until_card_reads(home, thread, "💤 Rests until 10:2")
    await until_titled(home, thread, "💤")
    home.pass_time(31 * MINUTE)
    woken = await home.until_topic_reads(thread, "here is the case that was to rest until now")
    assert called(woken) == [ANA]
    await until_titled(home, thread, "💬")
    assert "💤" not in home.card(thread).text


async def test_a_case_that_rests_wakes_at_once_when_the_customer_writes(home: House) -> None:
    thread = await answered(home)
    home.agent_says(thread, "/snooze tomorrow")
    await home.until_topic_reads(thread, "It rests until Tue 09:00")
    home.world.send(MAJA, MAJA, "and the bulb is missing too")
    assert called(await home.until_topic_reads(thread, "the customer has written")) == [ANA]
    await home.until_topic_reads(thread, "and the bulb is missing too")
    home.pass_time(DAY)
    assert not [m for m in home.world.said(GROUP, thread) if "was to rest until now" in m.text]


async def test_no_case_rests_beyond_its_promise_and_what_is_possible_is_offered(home: House) -> None:
    thread = await complained(home)
    home.agent_says(thread, "/snooze tomorrow")
    refused = await home.until_topic_reads(thread, "It can't rest that long")
    assert "by 12:00 today" in refused.text
    assert labels(refused) == ["30 mins", "Until 11:45", "Another time…"]
    await press(home, refused, "Until 11:45")
    await until_card_reads(home, thread, "💤 Rests until 11:45 (Ana)")
    await until(home, lambda: labels(refused) == [])
    assert (await home.conversation()).promise is not None
    home.pass_time(HOUR + 10 * MINUTE)
    await home.until_topic_reads(thread, "a reply was promised by 12:00 today")
    home.pass_time(50 * MINUTE)
    await home.until_topic_reads(thread, "here is the case that was to rest until now")


async def test_another_time_is_picked_from_the_hours_of_the_team(home: House) -> None:
    thread = await answered(home)
    await press(home, home.card(thread), "Snooze")
    await press(home, home.card(thread), "Another time…")
    await until(home, lambda: "Until Wed 09:00" in labels(home.card(thread)))
    await press(home, home.card(thread), "‹ Back")
    await press(home, home.card(thread), "Snooze")
    await press(home, home.card(thread), "Until Tue 09:00")
    await until_card_reads(home, thread, "💤 Rests until Tue 09:00")
    await press(home, home.card(thread), "Wake it")
    await until_toast(home, "It rests no longer")
    assert (await home.conversation()).snoozed is None


async def test_a_case_that_rests_wakes_after_a_restart(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as before:
            thread = await answered(before)
            before.agent_says(thread, "/snooze 2h")
            await before.until_topic_reads(thread, "It rests until")
        clock.advance(3 * HOUR)
        async with running(settings, simulator, clock) as after:
            assert called(await after.until_topic_reads(thread, "was to rest until now")) == [ANA]


# --- passed on --------------------------------------------------------------------------------------------------------


async def test_a_colleague_is_given_a_case_by_a_button_and_called_and_the_customer_hears_nothing(home: House) -> None:
    await at_work(home, ANA, BEN)
    thread = await answered(home)
    count = len(home.world.said(MAJA))
    await press(home, home.card(thread), "Pass on")
    await press(home, home.card(thread), "👤 Ben")
    assert called(await home.until_topic_reads(thread, "Ana has passed this case on to you")) == [BEN]
    await until_card_reads(home, thread, "👤 Ben has this case; Ana writes here too")
    assert (await home.conversation()).agent.id == BEN  # type: ignore[union-attr]
    assert len(home.world.said(MAJA)) == count


async def test_a_team_in_the_same_group_gets_the_case_with_its_promise_and_a_word_why(home: House) -> None:
    thread = await complained(home)
    home.agent_says(thread, "/transfer logistics parcel lost?")
    news = await home.until_topic_reads(thread, "👥 logistics: Ana has passed this case on to you")
    assert "“parcel lost?”" in news.text
    card = await until_card_reads(home, thread, "➡ Passed on by Ana to logistics “parcel lost?”")
    assert "⏰ Reply promised by 12:00 today" in card
    case = await home.conversation()
    assert [(promise.team, promise.state) for promise in case.promises] == [("logistics", PromiseState.OPEN)]
    assert [event.facts["before"] for event in await events(home, "handed_on")] == ["support"]
    home.agent_says(thread, "On its way again", BEN)
    await home.until_customer_reads("On its way again")
    assert (await home.conversation()).promises[0].state is PromiseState.KEPT


async def test_a_team_with_a_group_of_its_own_gets_a_topic_with_all_of_it_and_the_map_goes_on(tmp_path: Path) -> None:
    async with simulated() as simulator:
        other = simulator.world.add_group("Logistics")
        write_content(tmp_path / "content", **{"standards.yml": TEAMS})
        groups = f"support={GROUP},logistics={other}"
        async with running(settings_for(tmp_path, simulator, agents_chat=groups), simulator) as home:
            thread = await complained(home)
            home.world.send(MAJA, MAJA, media={"type": "photo"}, caption="this is how it came")
            await home.until_topic_reads(thread, "this is how it came")
            home.agent_says(thread, "/transfer logistics")
            await home.until_topic_reads(thread, "has passed this case on to logistics, in whose group it goes on")
            await until(home, lambda: topic(home, thread).closed)
            assert topic(home, thread).title == "➡ Maja · logistics"
            assert labels(home.card(thread)) == []

            def arrived() -> Topic | None:
                found = home.world.state.chats[other].topics.values()
                return next((one for one in found if one.pinned), None)

            there = await until(home, arrived)
            card = next(iter(there.pinned.values()))
            assert "my lamp arrived broken" in card.text
            assert "⏰ Reply promised by 12:00 today" in card.text
            said = await until(
                home, lambda: [m for m in home.world.said(other, there.thread_id) if "this is how it came" in m.text]
            )
            home.world.send(
                other, BEN, "A new one is on its way", thread_id=there.thread_id, reply_to=said[-1].message_id
            )
            reply = await home.until_customer_reads("A new one is on its way")
            assert reply.reply_to is not None
            assert reply.reply_to.text == "this is how it came"
            home.world.send(MAJA, MAJA, "thanks a lot", reply_to=reply.message_id)
            await until(home, lambda: [m for m in home.world.said(other, there.thread_id) if "thanks a lot" in m.text])
            assert not [m for m in home.world.said(GROUP, thread) if "thanks a lot" in m.text]


async def test_in_the_topic_that_a_case_has_left_edits_still_count_and_new_words_are_marked(tmp_path: Path) -> None:
    async with simulated() as simulator:
        other = simulator.world.add_group("Logistics")
        write_content(tmp_path / "content", **{"standards.yml": TEAMS})
        groups = f"support={GROUP},logistics={other}"
        async with running(settings_for(tmp_path, simulator, agents_chat=groups), simulator) as home:
            thread = await complained(home)
            said = home.agent_says(thread, "Logistics will tel you")
            await home.until_customer_reads("Logistics will tel you")
            home.agent_says(thread, "/transfer logistics")
            await until(home, lambda: topic(home, thread).closed)
            home.world.edit(GROUP, said.message_id, ANA, "Logistics will tell you")
            await home.until_customer_reads("Logistics will tell you")
            late = home.agent_says(thread, "one more thing")
            await until(home, lambda: any("👎" in emoji for emoji in late.reactions.values()))
            assert not [m for m in home.world.said(MAJA) if "one more thing" in m.text]


async def test_an_agent_takes_a_case_or_names_who_is_to(home: House) -> None:
    await at_work(home, ANA, BEN)
    thread = await answered(home, BEN)
    home.agent_says(thread, "/assign me")
    assert called(await home.until_topic_reads(thread, "Ana has taken this case over from you")) == [BEN]
    home.agent_says(thread, "/assign ben")
    assert called(await home.until_topic_reads(thread, "has passed this case on to you")) == [BEN]
    home.agent_says(thread, "/assign cleo")
    assert "Ana, Ben" in (await home.until_topic_reads(thread, "I know nobody of that name")).text


async def test_what_was_passed_on_and_not_taken_is_brought_to_the_supervisors(home: House) -> None:
    await at_work(home, ANA, BEN)
    thread = await answered(home)
    home.agent_says(thread, "/transfer logistics")
    await home.until_topic_reads(thread, "👥 logistics")
    assert (await home.conversation()).phase is Phase.WAITING
    home.pass_time(35 * MINUTE)
    await home.until_topic_reads(thread, "passed on to logistics, and nobody has taken it yet")
    home.agent_says(thread, "/claim", BEN)
    await home.until_customer_reads("Ben has your case now")


# --- blocked ----------------------------------------------------------------------------------------------------------


async def test_only_who_is_in_charge_blocks_a_customer_and_is_asked_whether_it_is_meant(home: House) -> None:
    thread = await complained(home)
    await press(home, home.card(thread), "Block", BEN)
    await until_toast(home, "Only supervisors and admins")
    home.agent_says(thread, "/block", BEN)
    await home.until_topic_reads(thread, "/block is for supervisors")
    await press(home, home.card(thread), "Block", ANA)
    await until_toast(home, "Block this customer?")
    assert (await home.conversation()).is_open
    await press(home, home.card(thread), "‹ Back")
    await until(home, lambda: "Block" in labels(home.card(thread)))


async def test_what_a_blocked_customer_writes_reaches_nobody_until_that_is_taken_back(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as before:
            thread = await complained(before)
            await press(before, before.card(thread), "Block")
            await press(before, before.card(thread), "Block this customer")
            await before.until_customer_reads("nobody reads what you write from now on")
            await until_titled(before, thread, "🚫")
            await until(before, lambda: topic(before, thread).closed)
        async with running(settings, simulator, clock) as after:
            count = len(after.world.said(MAJA))
            abuse = after.world.send(MAJA, MAJA, "you ******")
            for text in ("when are you open", "/human"):
                after.world.send(MAJA, MAJA, text)
            await until(after, lambda: [c for c in after.simulator.api.calls.after(0) if _takes_back(c, abuse)])
            async with asyncio.timeout(20):
                while len(await events(after, "turned_away")) < 3:  # noqa: ASYNC110 - the record tells nobody
                    await asyncio.sleep(0.02)
            assert [e.facts["text"] for e in await events(after, "turned_away")] == [
                "you ******",
                "when are you open",
                "/human",
            ]
            assert len(after.world.said(MAJA)) == count
            assert not [m for m in after.world.said(GROUP, thread) if "******" in m.text]
            await until(after, lambda: not abuse.reactions)
            await press(after, after.card(thread), "Unblock")
            await after.until_customer_reads("You can write to us again")
            assert "weekdays from 9 to 17" in (await after.customer_says("when are you open")).text


def _takes_back(call: dict[str, object], message: Message) -> bool:
    arguments = call["parameters"]
    assert isinstance(arguments, dict)
    return call["method"] == "setMessageReaction" and int(arguments["message_id"]) > message.message_id


# --- cards and titles -------------------------------------------------------------------------------------------------


async def test_the_title_follows_the_case(home: House) -> None:
    thread = await complained(home)
    assert topic(home, thread).title == "🔵 Maja · Damaged item"
    home.press(home.card(thread), "Claim", ANA)
    await until_titled(home, thread, "💬")
    home.pass_time(5 * HOUR)
    await home.until_topic_reads(thread, "The promise was broken")
    await until_titled(home, thread, "❗")
    home.press(home.card(thread), "Resolve", ANA)
    await until_titled(home, thread, "✅")


async def test_a_second_agent_who_writes_is_warned_and_both_names_are_on_the_card(home: House) -> None:
    thread = await answered(home)
    home.agent_says(thread, "Me too", BEN)
    await home.until_topic_reads(thread, "Ana has this case. Your words were sent all the same.")
    await until_card_reads(home, thread, "👤 Ana has this case; Ben writes here too")


async def test_a_language_that_nobody_serves_is_flagged_on_the_card(home: House) -> None:
    said = home.world.send(GROUP, ANA, "/languages sl")
    await until(home, lambda: said.reactions)
    thread = await complained(home)
    assert "⚠️ None of you has said that they write English" in home.card(thread).text
    home.press(home.card(thread), "Claim", ANA)
    await until_card_reads(home, thread, "⚠️ Ana has not said that they write English")


async def test_the_card_says_how_long_is_left_and_is_brought_up_to_date_at_each_reminder(home: House) -> None:
    thread = await complained(home)
    assert "⏰ Reply promised by 12:00 today (in" in home.card(thread).text
    home.pass_time(70 * MINUTE)
    await until_card_reads(home, thread, "⏰ Reply promised by 12:00 today (in 60 min)")


async def test_the_next_case_of_a_customer_names_the_last_with_the_way_to_its_topic(home: House) -> None:
    thread = await answered(home)
    home.press(home.card(thread), "Resolve", ANA)
    await home.until_customer_reads("Ana has marked this as solved")
    await home.customer_says("/human")
    again = await until(home, lambda: _another(home, thread))
    address = f"https://t.me/c/{-GROUP - 10**12}/{thread}"
    assert f"• 23 Nov 2026 · Damaged item · Ana · {address}" in home.card(again).text


def _another(home: House, thread: int) -> int | None:
    with_card = (one.thread_id for one in home.world.state.group.topics.values() if one.pinned)
    return next((each for each in with_card if each != thread), None)


# --- topics -----------------------------------------------------------------------------------------------------------


async def test_a_returning_customer_has_the_same_topic_again_where_the_standards_say_so(tmp_path: Path) -> None:
    async with house(tmp_path, standards=STANDARDS + "topics: {returning: same}\n") as home:
        thread = await answered(home)
        home.press(home.card(thread), "Resolve", ANA)
        await until(home, lambda: topic(home, thread).closed)
        await home.customer_says("/human")
        await until(home, lambda: not topic(home, thread).closed and len(topic(home, thread).pinned) == 2)
        assert len(home.world.state.group.topics) == 1
        home.agent_says(thread, "Welcome back", BEN)
        await home.until_customer_reads("Welcome back")
        assert (await home.conversation()).id == f"{MAJA}-2"


async def test_topics_of_cases_resolved_long_ago_go_and_those_of_open_cases_stay(tmp_path: Path) -> None:
    async with house(tmp_path, standards=STANDARDS + "topics: {returning: same, archive_after: 3d}\n") as home:
        thread = await answered(home)
        home.press(home.card(thread), "Resolve", ANA)
        await until(home, lambda: topic(home, thread).closed)
        home.pass_time(2 * DAY)
        await home.customer_says("/human")
        await until(home, lambda: not topic(home, thread).closed)
        home.pass_time(2 * DAY)
        await home.until_topic_reads(thread, "broken")
        assert thread in home.world.state.group.topics
        home.agent_says(thread, "/resolve")
        await until(home, lambda: topic(home, thread).closed)
        home.pass_time(3 * DAY + MINUTE)
        await until(home, lambda: thread not in home.world.state.group.topics)
        past = await home.app.store.past_conversations(MAJA)
        assert past[0].messages[0].text == "my lamp arrived broken"
