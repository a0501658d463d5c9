"""Colleagues ask the bot over real HTTP: in a case, outside of all, and in private; menus show what they may ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.people import Role
from bot.simulator.chats import Message
from bot.simulator.people import Part
from tests.integration.house import House, house
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, until

ADMIN = 5002


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, admins=str(ADMIN)) as home:
        home.world.add_customer("Boss", "sl")
        yield home


async def complained(home: House) -> int:
    await home.customer_says("my lamp arrived broken, order 123456")
    return await home.topic()


async def asks(home: House, thread: int | None, text: str, agent: int = ANA) -> Message:
    """A colleague asks in the group, and this is the answer that is a reply to it."""
    question = home.world.send(GROUP, agent, text, thread_id=thread)

    def answer() -> Message | None:
        return next((m for m in home.world.said(GROUP, thread) if m.reply_to is question), None)

    return await home.world.wait_for(answer, timeout=20)


# --- in a case


async def test_status_and_summary_are_answered_in_the_topic_and_reach_no_customer(home: House) -> None:
    thread = await complained(home)
    status = await asks(home, thread, "/status")
    assert "Nobody has this case yet." in status.text
    assert "Reply promised by 12:00 today (in " in status.text
    summary = await asks(home, thread, "/summary@keepword_sim_bot", BEN)
    assert "“my lamp arrived broken, order 123456” (09:50)" in summary.text
    assert "Order id: 123456" in summary.text
    assert len(home.world.said(MAJA)) == 1
    assert (await home.conversation()).agent is None


async def test_who_and_history_know_the_earlier_case_and_lead_to_its_topic(home: House) -> None:
    first = await complained(home)
    home.agent_says(first, "A new one goes out today")
    await home.until_customer_reads("A new one goes out")
    home.agent_says(first, "/resolve")
    await home.until_customer_reads("marked this as solved")
    home.world.send(MAJA, MAJA, "/human")
    topics = home.world.state.group.topics
    second = await home.world.wait_for(lambda: next((t for t in topics if t != first and topics[t].pinned), None))
    history = await asks(home, second, "/history")
    assert history.text == "Earlier cases: 1\n23 Nov 2026 · Damaged item · solved by Ana"
    assert [entity["url"] for entity in history.content.entities] == [f"https://t.me/c/{-GROUP - 10**12}/{first}"]
    assert "With us since 23 Nov 2026, cases: 2" in (await asks(home, second, "/who")).text


async def test_an_unknown_command_in_a_case_is_answered_and_outside_of_cases_left_to_others(home: House) -> None:
    thread = await complained(home)
    assert (await asks(home, thread, "/dance")).text == "There is no /dance here. /help lists what there is."
    home.world.send(GROUP, ANA, "/dance")
    assert "/resolve is about a case" in (await asks(home, None, "/resolve")).text
    assert not any("dance" in message.text for message in home.world.said(GROUP))


# --- anywhere


async def test_queue_and_mine_are_answered_where_they_are_asked(home: House) -> None:
    thread = await complained(home)
    said = await asks(home, None, "/queue")
    assert said.text.startswith("1 waiting · 0 in hand · 0 late\nTake first: Maja. ")
    assert "12:00 · in " in said.text
    assert [entity["url"] for entity in said.content.entities] == [f"https://t.me/c/{-GROUP - 10**12}/{thread}"]
    assert (await asks(home, thread, "/mine", BEN)).text == "You have no case at the moment."
    home.agent_says(thread, "/claim", BEN)
    await home.until_customer_reads("Ben has your case now")
    assert "👤 Ben" in (await asks(home, None, "/mine", BEN)).text


async def test_a_topic_of_the_groups_own_is_as_good_as_anywhere(home: House) -> None:
    tea = home.world.open_topic("Tea").thread_id
    assert (await asks(home, tea, "/queue")).text == "Nobody is waiting. ☕"
    home.world.send(GROUP, ANA, "who wants some?", thread_id=tea)
    assert "/team" not in (await asks(home, tea, "/help", BEN)).text
    assert len(home.world.said(GROUP, tea)) == 2


async def test_team_is_for_supervisors_and_whom_they_appoint(home: House) -> None:
    refused = await asks(home, None, "/team", BEN)
    assert refused.text.startswith("/team is for supervisors")
    assert (await asks(home, None, "/team @Ben supervisor")).text.startswith("Noted: Ben · supervisor")
    assert "Ana · supervisor" in (await asks(home, None, "/team", BEN)).text
    person = next(person for person in await home.app.store.people() if person.id == BEN)
    assert person.appointed == (GROUP,)


# --- in private


async def test_a_colleague_is_answered_in_private_and_a_customer_is_not(home: House) -> None:
    thread = await complained(home)
    await asks(home, thread, "/status", BEN)
    started = home.world.send(BEN, BEN, "/start")
    assert "assistant of Lumen" in (await home.world.wait_for_reply(started)).text
    queue = await home.world.wait_for_reply(home.world.send(BEN, BEN, "/queue"))
    assert "Take first: Maja" in queue.text
    refused = await home.world.wait_for_reply(home.world.send(BEN, BEN, "/team"))
    assert "for supervisors" in refused.text
    assert "Take first" not in (await home.customer_says("/queue")).text


async def test_an_admin_of_the_settings_sees_all_groups_in_private(home: House) -> None:
    await complained(home)
    assert "Take first: Maja" in (await home.world.wait_for_reply(home.world.send(ADMIN, ADMIN, "/queue"))).text
    said = await home.world.wait_for_reply(home.world.send(ADMIN, ADMIN, "/help"))
    assert said.text.startswith("You are an admin.")
    person = next(person for person in await home.app.store.people() if person.id == ADMIN)
    assert (person.role, person.private) == (Role.ADMIN, True)


async def test_who_has_left_the_group_is_a_customer_again(home: House) -> None:
    await asks(home, None, "/queue", BEN)
    await home.world.wait_for_reply(home.world.send(BEN, BEN, "/start"))
    await until(lambda: own_menu(home, BEN) is not None, seconds=20)
    home.world.set_member(BEN, Part.FORMER)
    await until(lambda: own_menu(home, BEN) is None, seconds=20)
    said = await home.world.wait_for_reply(home.world.send(BEN, BEN, "/help"))
    assert "Just write to me" in said.text


# --- menus


def menu(home: House, scope: dict[str, object], language: str = "") -> list[str] | None:
    found = home.world.state.profile.get(("commands", json.dumps(scope, sort_keys=True), language))
    return [str(command["command"]) for command in found] if isinstance(found, list) else None


def own_menu(home: House, person: int) -> list[str] | None:
    return menu(home, {"type": "chat", "chat_id": person})


async def test_each_finds_in_the_menu_what_they_may_ask_for(home: House) -> None:
    administrators = {"type": "chat_administrators", "chat_id": GROUP}
    await until(lambda: menu(home, administrators) is not None, seconds=20)
    customers, agents = menu(home, {"type": "all_private_chats"}), own_menu(home, GROUP)
    supervisors = menu(home, administrators)
    assert customers is not None
    assert agents is not None
    assert supervisors is not None
    assert {"start", "human", "status"} <= set(customers)
    assert {"claim", "summary", "queue"} <= set(agents)
    assert set(supervisors) - set(agents) == {"team", "block", "unblock"}
    home.world.send(ADMIN, ADMIN, "/start")
    await until(lambda: own_menu(home, ADMIN) is not None, seconds=20)
    assert {"queue", "team", "human"} <= set(own_menu(home, ADMIN) or ())
