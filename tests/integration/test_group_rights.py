"""Who may do what in an agents' group: by what the store knows of them, never by what a message claims."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.conversation import Phase
from bot.core.people import Role
from bot.simulator.faults import Fault
from bot.simulator.people import Part
from tests.integration.house import House, house
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, until
from tests.integration.test_asking import asks

SOMEBODY = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 0}
AGENTS = {"id": GROUP, "type": "supergroup", "title": "Agents"}
CHANNEL = {"id": -1002000000002, "type": "channel", "title": "News"}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


async def complained(home: House) -> int:
    await home.customer_says("my lamp arrived broken")
    return await home.topic()


async def all_dealt_with(home: House, thread: int) -> None:
    """What was written in the topic before has been dealt with: they are in order, so an answer tells."""
    await asks(home, thread, "/queue", ANA)


def read_by_customer(home: House) -> list[str]:
    return [message.text for message in home.world.said(MAJA)]


async def test_who_is_no_member_reaches_no_customer_and_commands_nothing(home: House) -> None:
    thread = await complained(home)
    home.world.state.group.is_open = True
    stranger = home.world.add_customer("Stranger").id
    for text in ("buy my shoes", "/claim", "/resolve", "// hello"):
        home.world.send(GROUP, stranger, text, thread_id=thread)
    home.press(home.card(thread), "Claim", stranger)
    await all_dealt_with(home, thread)
    assert len(read_by_customer(home)) == 1
    case = await home.conversation()
    assert (case.phase, case.agent) == (Phase.WAITING, None)
    assert stranger not in {person.id for person in await home.app.store.people()}


async def test_who_joins_is_an_agent_and_who_leaves_is_none_any_more(home: House) -> None:
    thread = await complained(home)
    home.world.state.group.is_open = True
    cene = home.world.add_customer("Cene").id
    home.world.set_member(cene, Part.MEMBER)
    home.agent_says(thread, "I'm new here", cene)
    await home.until_customer_reads("I'm new here")
    home.world.set_member(cene, Part.FORMER)
    while any(person.groups for person in await home.app.store.people() if person.id == cene):
        await all_dealt_with(home, thread)
    home.agent_says(thread, "and gone again", cene)
    await all_dealt_with(home, thread)
    assert "and gone again" not in read_by_customer(home)


async def test_who_is_made_an_administrator_supervises_and_who_is_no_more_does_not(home: House) -> None:
    assert "for supervisors" in (await asks(home, None, "/team", BEN)).text
    home.world.set_member(BEN, Part.ADMINISTRATOR)
    assert "Ben · supervisor" in (await asks(home, None, "/team", BEN)).text
    home.world.set_member(BEN, Part.MEMBER)
    assert "for supervisors" in (await asks(home, None, "/team", BEN)).text


async def test_an_administrator_who_hides_behind_the_groups_name_works_as_a_supervisor(home: House) -> None:
    thread = await complained(home)
    home.world.send(GROUP, ANA, "We're on it", thread_id=thread, behalf=AGENTS)
    await home.until_customer_reads("We're on it")
    asked = home.world.send(GROUP, ANA, "/mine", thread_id=thread, behalf=AGENTS)
    told = await home.world.wait_for(
        lambda: next((m for m in home.world.said(GROUP, thread) if m.reply_to is asked), None), timeout=20
    )
    assert "turn “Remain anonymous” off" in told.text
    home.world.send(GROUP, ANA, "/resolve", thread_id=thread, behalf=AGENTS)
    await home.until_customer_reads("marked this as solved")


async def test_what_is_written_in_a_channels_name_is_left_alone(home: House) -> None:
    thread = await complained(home)
    for text in ("our news of the week", "/resolve"):
        home.world.send(GROUP, ANA, text, thread_id=thread, behalf=CHANNEL)
    await all_dealt_with(home, thread)
    assert len(read_by_customer(home)) == 1
    assert (await home.conversation()).phase is Phase.WAITING


async def test_a_forwarded_command_is_words_for_the_customer(home: House) -> None:
    thread = await complained(home)
    home.world.send(GROUP, BEN, "/resolve", thread_id=thread, origin=SOMEBODY)
    await home.until_customer_reads("/resolve")
    assert (await home.conversation()).phase is Phase.HUMAN


async def test_a_forwarded_note_stays_a_note(home: House) -> None:
    thread = await complained(home)
    home.world.send(GROUP, BEN, "// from another case", thread_id=thread, origin=SOMEBODY)
    await all_dealt_with(home, thread)
    assert len(read_by_customer(home)) == 1


async def test_what_a_customer_forwards_commands_nothing_either(home: House) -> None:
    home.world.send(MAJA, MAJA, "/stop", origin=SOMEBODY)
    await until(lambda: bool(home.world.said(MAJA)), seconds=20)
    assert (await home.conversation()).messages[0].text == "/stop"
    assert (await home.conversation()).customer.follow_ups


async def test_a_command_for_another_bot_is_left_alone(home: House) -> None:
    thread = await complained(home)
    home.agent_says(thread, "/resolve@some_other_bot")
    await all_dealt_with(home, thread)
    assert (await home.conversation()).phase is Phase.WAITING
    assert len(read_by_customer(home)) == 1


async def test_what_another_bot_writes_is_left_alone(home: House) -> None:
    thread = await complained(home)
    other = home.world.person(BEN)
    other.part = Part.BOT
    home.world.state.group.is_open = True
    home.agent_says(thread, "/resolve", BEN)
    home.world.state.notify("message", list(home.world.state.group.messages.values())[-1])
    await all_dealt_with(home, thread)
    assert (await home.conversation()).phase is Phase.WAITING


async def test_a_command_that_words_are_edited_into_is_not_obeyed(home: House) -> None:
    thread = await complained(home)
    said = home.agent_says(thread, "// resolve?")
    home.world.edit(GROUP, said.message_id, ANA, "/resolve")
    await home.until_topic_reads(thread, "private note, and stays one")
    assert (await home.conversation()).phase is Phase.WAITING


async def test_while_telegram_cannot_say_who_belongs_to_the_group_the_agent_hears_it(home: House) -> None:
    thread = await complained(home)
    home.simulator.api.faults.replace([Fault(method="getChatMember", error_code=500, description="Internal")])
    home.agent_says(thread, "hello", BEN)
    await home.until_topic_reads(thread, "Telegram could not say who belongs to the group")
    assert len(read_by_customer(home)) == 1
    home.agent_says(thread, "hello again", BEN)
    await home.until_customer_reads("hello again")


async def test_the_role_is_kept_in_the_store(home: House) -> None:
    await asks(home, None, "/queue", ANA)
    person = next(person for person in await home.app.store.people() if person.id == ANA)
    assert person.role_in(GROUP) is Role.SUPERVISOR
