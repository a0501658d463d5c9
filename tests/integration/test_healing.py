"""What goes wrong with customers, topics and groups, over real HTTP: repaired, or told once to whom can repair it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.simulator.chats import Message
from bot.simulator.faults import Fault
from bot.simulator.people import Person
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.simulated import ANA, GROUP, MAJA, simulated

BOSS = 5002
"""An admin of the settings, who has started the bot."""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, admins=str(BOSS)) as home:
        boss(home)
        yield home


def boss(home: House) -> Person:
    """The admin writes to the bot once, so that it may write to them."""
    person = home.world.add_customer("Boss")
    assert person.id == BOSS
    person.started = True
    return person


async def promised(home: House) -> None:
    reply = await home.customer_says("my lamp arrived broken")
    assert "A colleague will reply to you here by" in reply.text


async def with_ana(home: House) -> int:
    """The topic of a case that Ana has."""
    await promised(home)
    thread = await home.topic()
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")
    return thread


def told(home: House, chat_id: int, part: str, thread: int | None = None) -> list[Message]:
    return [message for message in home.world.said(chat_id, thread) if part in message.text]


async def until(home: House, condition: Callable[[], object]) -> None:
    await home.world.wait_for(lambda: bool(condition()), timeout=20)


async def disliked(home: House, message: Message) -> None:
    """Until the bot shows that this did not reach the customer."""
    await until(home, lambda: ("👎",) in message.reactions.values())


async def quiet(home: House) -> None:
    """Until nothing is to be sent any more."""
    await asyncio.gather(*home.app._healing)
    assert await home.app.sender.drain(20)


# --- the customer ----------------------------------------------------------------------------------------------------


async def test_a_customer_who_blocks_the_bot_marks_the_case_once_and_goes_on_when_they_are_back(home: House) -> None:
    thread = await with_ana(home)
    home.world.block(MAJA)
    await home.until_topic_reads(thread, "Nothing reaches this customer any more: The customer has blocked the bot.")
    await until(home, lambda: "🚫 Out of reach" in home.card(thread).text)
    words = [home.agent_says(thread, "Hello?"), home.agent_says(thread, "Are you there?")]
    for said in words:
        await disliked(home, said)
    assert len(told(home, GROUP, "Nothing reaches this customer", thread)) == 1
    home.world.block(MAJA, blocked=False)
    await home.until_topic_reads(thread, "The customer can be reached again.")
    await until(home, lambda: "🚫" not in home.card(thread).text)
    home.agent_says(thread, "There you are")
    await home.until_customer_reads("There you are")


async def test_a_deleted_account_is_told_once_and_marked(home: House) -> None:
    thread = await with_ana(home)
    home.world.delete_account(MAJA)
    home.agent_says(thread, "Hello?")
    await home.until_topic_reads(thread, "The customer's Telegram account no longer exists.")
    second = home.agent_says(thread, "Hello??")
    await disliked(home, second)
    assert len(told(home, GROUP, "no longer exists", thread)) == 2  # the words, and the card


# --- the topic -------------------------------------------------------------------------------------------------------


async def test_a_topic_that_someone_closes_while_its_case_is_open_is_opened_again(home: House) -> None:
    thread = await with_ana(home)
    home.world.topic(thread, "close")
    await home.until_topic_reads(thread, "This case is still open, so I have opened its topic again")
    assert not home.world.state.group.topics[thread].closed
    home.world.send(MAJA, MAJA, "are you there?")
    await home.until_topic_reads(thread, "are you there?")


async def test_the_topic_of_a_resolved_case_stays_closed(home: House) -> None:
    thread = await with_ana(home)
    home.agent_says(thread, "/resolve")
    await until(home, lambda: home.world.state.group.topics[thread].closed)
    await quiet(home)
    assert home.world.state.group.topics[thread].closed
    assert not told(home, GROUP, "so I have opened its topic again", thread)


async def test_a_thread_that_telegram_does_not_find_is_replaced_with_all_that_was_said(home: House) -> None:
    thread = await with_ana(home)
    refusal = Fault(
        method="copyMessage", chat_id=GROUP, error_code=400, description="Bad Request: message thread not found"
    )
    home.simulator.api.faults.replace([refusal])
    home.world.send(MAJA, MAJA, "now it floods")
    await until(home, lambda: len(home.world.state.group.topics) == 2)
    another = list(home.world.state.group.topics)[-1]
    await home.until_topic_reads(another, "now it floods")
    assert another != thread


# --- the group -------------------------------------------------------------------------------------------------------


async def test_a_group_without_topics_works_by_answers_and_hears_once_how_to_have_them(home: House) -> None:
    home.world.set_topics(on=False)
    await promised(home)
    await until(home, lambda: told(home, GROUP, "has no topics, so all cases share one chat."))
    await until(home, lambda: told(home, GROUP, "Complaint: Damaged item"))
    (card,) = told(home, GROUP, "Complaint: Damaged item")
    home.world.send(MAJA, MAJA, "it floods!")
    await until(home, lambda: told(home, GROUP, "it floods!") and told(home, GROUP, "it floods!")[0].reply_to is card)
    home.world.send(GROUP, ANA, "lunch?")
    home.world.send(GROUP, ANA, "I'm on it", reply_to=card.message_id)
    arrived = await home.until_customer_reads("I'm on it")
    home.world.send(MAJA, MAJA, "thank you", reply_to=arrived.message_id)
    await until(home, lambda: told(home, GROUP, "thank you"))
    home.world.send(GROUP, ANA, "/resolve", reply_to=told(home, GROUP, "thank you")[0].message_id)
    await home.until_customer_reads("Ana has marked this as solved")
    assert not any("lunch" in message.text for message in home.world.said(MAJA))
    await home.customer_says("my lamp arrived broken")
    await quiet(home)
    assert len(told(home, GROUP, "has no topics")) == 1
    assert len(told(home, BOSS, "has no topics")) == 1


async def test_without_the_right_to_manage_topics_work_goes_on_and_is_put_right_once_it_is_given(home: House) -> None:
    home.world.set_bot("administrator", {"can_manage_topics": False})
    await until(home, lambda: told(home, BOSS, "I lack a right, and can't do all of my work: manage topics."))
    await promised(home)
    await until(home, lambda: told(home, GROUP, "Complaint: Damaged item"))
    assert len(told(home, GROUP, "I lack a right")) == 1
    home.world.set_bot("administrator", {"can_manage_topics": True})
    thread = await home.topic()
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")


async def test_a_bot_that_is_thrown_out_tells_the_admins_and_shows_all_cases_once_it_is_back(home: House) -> None:
    thread = await with_ana(home)
    home.world.set_bot("kicked")
    await until(home, lambda: told(home, BOSS, f"I am not in the agents' group {GROUP} any more"))
    home.world.send(MAJA, MAJA, "it floods!")
    home.world.send(MAJA, MAJA, media={"type": "photo"}, caption="look")
    await quiet(home)
    assert len(told(home, BOSS, "I am not in the agents' group")) == 1
    home.world.set_bot("administrator")
    await until(home, lambda: "it floods!" in home.card(thread).text)
    await until(home, lambda: any(m.text == "look" and m.content.attachment for m in home.world.said(GROUP, thread)))
    assert any(message.text == "it floods!" for message in home.world.said(GROUP, thread))
    home.agent_says(thread, "Turn the water off")
    await home.until_customer_reads("Turn the water off")


async def test_a_demoted_bot_says_so_once(home: House) -> None:
    home.world.set_bot("member")
    await until(home, lambda: told(home, BOSS, "manage topics, pin messages, delete messages."))
    home.world.set_bot("member")
    await promised(home)
    await quiet(home)
    assert len(told(home, BOSS, "I lack a right")) == 1


async def test_a_group_that_became_a_supergroup_is_followed_now_and_after_a_restart(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock = settings_for(tmp_path, simulator, admins=str(BOSS)), RunningClock()
        async with running(settings, simulator, clock) as home:
            boss(home)
            home.world.set_topics(on=False)
            await promised(home)
            await until(home, lambda: told(home, GROUP, "Complaint: Damaged item"))
            new = home.world.upgrade()
            await until(home, lambda: told(home, BOSS, f"and its id is {new} now"))
            thread = await home.topic()
            home.world.send(new, ANA, "I'm on it", thread_id=thread)
            await home.until_customer_reads("I'm on it")
        async with running(settings, simulator, clock) as home:
            home.world.send(MAJA, MAJA, "are you still there?")
            await until(home, lambda: told(home, new, "are you still there?", thread))
            home.world.send(new, ANA, "I am", thread_id=thread)
            await home.until_customer_reads("I am")
            other = home.world.add_customer("Zoran")
            home.world.send(other.id, other.id, "my lamp arrived broken")
            await until(home, lambda: len(home.world.state.group.topics) == 2)
            await quiet(home)
            assert len(told(home, BOSS, "has become a supergroup")) == 1


async def test_a_move_that_nobody_told_us_of_is_noticed_by_the_next_message(home: House) -> None:
    thread = await with_ana(home)
    await quiet(home)
    new = home.world.upgrade()
    home.world.state.updates.clear()
    home.world.send(MAJA, MAJA, "are you still there?")
    await until(home, lambda: told(home, BOSS, f"and its id is {new} now"))
    another = await home.topic()
    assert another != thread or new != GROUP
    await until(home, lambda: "are you still there?" in home.card(another).text)


async def test_a_group_that_takes_no_further_topics_says_so_and_shares_its_chat(home: House) -> None:
    full = Fault(method="createForumTopic", error_code=400, description="Bad Request: TOPICS_TOO_MUCH")
    home.simulator.api.faults.replace([full])
    await promised(home)
    await until(home, lambda: told(home, BOSS, "takes no further topics"))
    await until(home, lambda: told(home, GROUP, "Complaint: Damaged item"))


async def test_a_group_that_is_nearly_full_is_told_of_beforehand_once(home: House) -> None:
    home.world.age_groups(899_999)
    thread = await with_ana(home)
    await until(
        home, lambda: told(home, BOSS, "has had nearly as many messages as Telegram keeps in a forum (1,000,000)")
    )
    home.agent_says(thread, "Still on it")
    await home.until_customer_reads("Still on it")
    await quiet(home)
    assert len(told(home, BOSS, "has had nearly as many messages")) == 1
    assert len(told(home, GROUP, "has had nearly as many messages")) == 1


async def test_several_groups_share_the_cases_and_agents_work_in_each(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        second = simulator.world.add_group("Agents, too")
        settings = settings_for(tmp_path, simulator, agents_chat=f"{GROUP},{second}", admins=str(BOSS))
        async with running(settings, simulator) as home:
            boss(home)
            people = [home.world.person(MAJA), *(home.world.add_customer(name) for name in ("Zoran", "Ilze", "Eleni"))]
            for number, person in enumerate(people, 1):
                home.world.send(person.id, person.id, "my lamp arrived broken")
                await have_cards(home, number, GROUP, second)
            assert [len(with_cards(home, group)) for group in (GROUP, second)] == [2, 2]
            thread, (title, _) = with_cards(home, second)[0], (people[1].name, 0)
            home.world.send(second, ANA, "A new one is on its way", thread_id=thread)
            zoran = people[1].id
            await until(home, lambda: told(home, zoran, "A new one is on its way"))
            home.world.send(zoran, zoran, "thanks!")
            await until(home, lambda: told(home, second, "thanks!", thread))
            assert title in home.world.state.chats[second].topics[thread].title


async def test_where_one_of_several_groups_is_full_the_next_cases_go_to_the_other(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        second = simulator.world.add_group("Agents, too")
        settings = settings_for(tmp_path, simulator, agents_chat=f"{GROUP},{second}", admins=str(BOSS))
        full = Fault(
            method="createForumTopic", chat_id=GROUP, error_code=400, description="Bad Request: TOPICS_TOO_MUCH"
        )
        simulator.api.faults.replace([full])
        async with running(settings, simulator) as home:
            boss(home)
            await promised(home)
            await until(home, lambda: told(home, BOSS, "takes no further topics"))
            for number, name in enumerate(("Zoran", "Ilze"), 1):
                person = home.world.add_customer(name)
                home.world.send(person.id, person.id, "my lamp arrived broken")
                await have_cards(home, number, second)


async def have_cards(home: House, number: int, *groups: int) -> None:
    """Until so many cases have their card in these groups."""
    await until(home, lambda: sum(len(with_cards(home, group)) for group in groups) == number)


def with_cards(home: House, group: int) -> list[int]:
    """The topics of a group that have a card."""
    return [topic.thread_id for topic in home.world.state.chats[group].topics.values() if topic.pinned]


async def test_told_once_means_once_also_after_a_restart(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        simulator.world.set_topics(on=False)
        async with running(settings, simulator, clock) as home:
            await promised(home)
            await until(home, lambda: told(home, GROUP, "has no topics"))
        async with running(settings, simulator, clock) as home:
            other = home.world.add_customer("Zoran")
            home.world.send(other.id, other.id, "my lamp arrived broken")
            await until(home, lambda: told(home, GROUP, "Zoran"))
            await quiet(home)
            assert len(told(home, GROUP, "has no topics")) == 1
