"""An agent who works alone, without a group: all cases in their private chat with the bot, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.simulator.chats import Message
from bot.simulator.server import Simulator
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, house, running, settings_for
from tests.integration.simulated import MAJA, simulated

EVA, TOM, BOSS = 5002, 5003, 5004
"""The agent, another customer, and an admin who is no agent."""

BROKEN = "my lamp arrived broken"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with with_eva(tmp_path, agents_chat=str(EVA), admins=str(EVA)) as home:
        yield home


@asynccontextmanager
async def with_eva(folder: Path, **more: object) -> AsyncIterator[House]:
    """A house whose agent has started the bot before."""
    write_content(folder / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        people(simulator)
        async with running(settings_for(folder, simulator, **more), simulator) as home:
            yield home


def people(simulator: Simulator) -> None:
    named = [simulator.world.add_customer(name) for name in ("Eva", "Tom", "Boss")]
    assert [person.id for person in named] == [EVA, TOM, BOSS]
    named[0].started = named[2].started = True


async def reads(home: House, chat: int, part: str) -> Message:
    """The last message of the bot in this chat that says this, once it is there."""

    def found() -> Message | None:
        return next((m for m in reversed(home.world.said(chat)) if part in (m.text or "")), None)

    return await home.world.wait_for(found, timeout=20)


def said(home: House, chat: int, part: str) -> list[Message]:
    return [message for message in home.world.said(chat) if part in (message.text or "")]


async def case_of(home: House, customer: int, name: str) -> Message:
    """The card of a customer whom a colleague was promised to."""
    home.world.send(customer, customer, BROKEN)
    await reads(home, customer, "A colleague will reply to you here by")
    return await reads(home, EVA, f"{name} · writes English" if name == "Tom" else name)


def writes(home: House, text: str, answers: Message | None = None) -> Message:
    return home.world.send(EVA, EVA, text, reply_to=answers.message_id if answers else None)


async def turns_to(home: House, card: Message, name: str) -> None:
    home.press(card, f"✍️ Write to {name}", EVA)
    await reads(home, EVA, f"What you write here goes to {name} now.")


async def quiet(home: House) -> None:
    """Until everything is dealt with and sent."""
    await asyncio.sleep(0)
    assert await home.app.sender.drain(20)


# --- a day of one agent ----------------------------------------------------------------------------------------------


async def test_a_case_comes_to_the_agents_chat_and_is_answered_there(home: House) -> None:
    card = await case_of(home, MAJA, "Maja")
    labels = [str(button["text"]) for row in card.buttons() for button in row]
    assert labels[:3] == ["✍️ Write to Maja", "Claim", "Resolve"]
    await turns_to(home, card, "Maja")
    writes(home, "A new one leaves today.")
    await reads(home, MAJA, "A new one leaves today.")
    conversation = await home.conversation()
    assert conversation.promises[-1].ended_by == f"Eva ({EVA})"
    home.world.send(MAJA, MAJA, "thank you!")
    assert (await reads(home, EVA, "thank you!")).text == "thank you!"
    home.press(card, "Resolve", EVA)
    await reads(home, MAJA, "Eva has marked this as solved.")


async def test_what_is_typed_at_no_case_goes_to_nobody_and_the_agent_is_told(home: House) -> None:
    await case_of(home, MAJA, "Maja")
    writes(home, "hello?")
    told = await reads(home, EVA, "Nothing was sent: you have no case open.")
    assert [button["text"] for row in told.buttons() for button in row] == ["✍️ Maja · Damaged item"]
    await quiet(home)
    assert not said(home, MAJA, "hello?")


async def test_a_reply_goes_to_the_case_that_it_answers_whichever_is_the_active_one(home: House) -> None:
    maja, tom = await case_of(home, MAJA, "Maja"), await case_of(home, TOM, "Tom")
    await turns_to(home, maja, "Maja")
    writes(home, "for Tom", answers=tom)
    await reads(home, TOM, "for Tom")
    writes(home, "for Maja")
    await reads(home, MAJA, "for Maja")
    home.world.send(TOM, TOM, "when will it come?")
    toms = await reads(home, EVA, "when will it come?")
    assert toms.text == "💬 Tom: when will it come?"
    writes(home, "tomorrow", answers=toms)
    answer = await reads(home, TOM, "tomorrow")
    assert answer.reply_to is not None
    assert answer.reply_to.text == "when will it come?"
    assert not said(home, MAJA, "tomorrow")
    assert not said(home, TOM, "for Maja")


async def test_the_agent_switches_by_the_buttons_of_the_queue(home: House) -> None:
    await turns_to(home, await case_of(home, MAJA, "Maja"), "Maja")
    await case_of(home, TOM, "Tom")
    writes(home, "/queue")
    queue = await reads(home, EVA, "Open cases: 2.")
    assert "👉 🔵 Maja" in queue.text or "👉 🟠 Maja" in queue.text
    label = next(str(b["text"]) for row in queue.buttons() for b in row if "Tom" in str(b["text"]))
    home.press(queue, label, EVA)
    await reads(home, EVA, "What you write here goes to Tom now.")
    writes(home, "hello Tom")
    await reads(home, TOM, "hello Tom")
    writes(home, "/mine")
    mine = await reads(home, EVA, "Open cases: 1.")
    assert "Tom" in mine.text


async def test_a_picture_of_another_customer_is_named_before_it(home: House) -> None:
    await turns_to(home, await case_of(home, MAJA, "Maja"), "Maja")
    await case_of(home, TOM, "Tom")
    home.world.send(TOM, TOM, media={"type": "photo"}, caption="the crack")
    picture = await reads(home, EVA, "the crack")
    before = home.world.said(EVA)[-2]
    assert before.text == "💬 Tom:"
    writes(home, "I see it", answers=picture)
    await reads(home, TOM, "I see it")


async def test_notes_edits_reactions_and_deletions_work_as_in_a_group(home: House) -> None:
    maja, tom = await case_of(home, MAJA, "Maja"), await case_of(home, TOM, "Tom")
    await turns_to(home, maja, "Maja")
    note = writes(home, "// she is a friend of the house")
    words = writes(home, "A new one leaves todai.")
    copy = await reads(home, MAJA, "A new one leaves todai.")
    await turns_to(home, tom, "Tom")  # what is done to older words is done in their own case
    home.world.edit(EVA, words.message_id, EVA, "A new one leaves today.")
    await home.world.wait_for(lambda: copy.text == "A new one leaves today." or None, timeout=20)
    home.world.edit(EVA, note.message_id, EVA, "// she is a good friend of the house")
    home.world.react(MAJA, copy.message_id, MAJA, "👍")
    await home.world.wait_for(lambda: ("👍",) in words.reactions.values() or None, timeout=20)
    home.world.send(MAJA, MAJA, "and when?")
    question = await reads(home, EVA, "💬 Maja: and when?")
    home.world.edit(MAJA, home.world.state.chats[MAJA].latest(1)[0].message_id, MAJA, "and at what time?")
    await home.world.wait_for(lambda: question.text == "💬 Maja: and at what time?" or None, timeout=20)
    home.world.react(EVA, question.message_id, EVA, "👀")
    writes(home, "/delete", answers=words)
    await home.world.wait_for(lambda: copy.message_id not in home.world.state.chats[MAJA].messages or None, timeout=20)
    lines = {line.text for line in (await home.conversation()).messages}
    assert "she is a good friend of the house" in lines
    assert not said(home, MAJA, "friend of the house")


async def test_once_the_active_case_is_resolved_nothing_more_goes_to_its_customer(home: House) -> None:
    await turns_to(home, await case_of(home, MAJA, "Maja"), "Maja")
    await case_of(home, TOM, "Tom")
    writes(home, "/resolve")
    await reads(home, MAJA, "Eva has marked this as solved.")
    writes(home, "and now?")
    told = await reads(home, EVA, "Nothing was sent: you have no case open.")
    assert "Tom" in told.text
    assert "Maja" not in told.text
    await quiet(home)
    assert not said(home, MAJA, "and now?")


async def test_claim_hand_back_and_called_work_and_claiming_makes_the_case_the_active_one(home: House) -> None:
    card = await case_of(home, MAJA, "Maja")
    home.press(card, "Claim", EVA)
    await reads(home, MAJA, "Eva has your case now")
    writes(home, "Hello Maja")
    await reads(home, MAJA, "Hello Maja")
    writes(home, "/back")
    await reads(home, MAJA, "Eva has answered and handed over to me")
    writes(home, "still there?")
    await reads(home, EVA, "Nothing was sent")


async def test_the_agent_is_told_how_it_works_and_is_no_customer_in_that_chat(home: House) -> None:
    writes(home, "/start")
    told = await reads(home, EVA, "Cases come to you here, in this chat.")
    assert "No case is waiting, and none is open." in told.text
    writes(home, "when are you open")
    await reads(home, EVA, "Nothing was sent")
    assert not said(home, EVA, "09:00")


async def test_an_admin_who_works_alone_looks_after_the_content_in_the_same_chat(home: House) -> None:
    card = await case_of(home, MAJA, "Maja")
    writes(home, "/content")
    await reads(home, EVA, "content")
    await turns_to(home, card, "Maja")
    writes(home, "still me")
    await reads(home, MAJA, "still me")
    assert not said(home, MAJA, "content")


# --- without any group in the settings -------------------------------------------------------------------------------


async def test_without_a_group_cases_come_to_the_first_admin_who_writes_to_the_bot(tmp_path: Path) -> None:
    async with house(tmp_path, agents_chat=None, admins=str(EVA)) as home:
        home.world.add_customer("Eva")
        home.world.send(MAJA, MAJA, BROKEN)
        await reads(home, MAJA, "A colleague will reply to you here by")
        writes(home, "/start")
        card = await reads(home, EVA, "Maja (@maja) · writes English")  # promised before anybody was there
        await turns_to(home, card, "Maja")
        writes(home, "Here I am")
        await reads(home, MAJA, "Here I am")


async def test_a_restart_sends_no_words_to_another_customer(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        people(simulator)
        settings = settings_for(tmp_path, simulator, agents_chat=None, admins=str(EVA))
        async with running(settings, simulator) as home:
            await turns_to(home, await case_of(home, MAJA, "Maja"), "Maja")
            await case_of(home, TOM, "Tom")
        async with running(settings, simulator) as home:
            writes(home, "after the restart")
            await reads(home, MAJA, "after the restart")
            assert not said(home, TOM, "after the restart")


async def test_an_agent_of_the_settings_who_starts_the_bot_late_gets_the_cases_of_before(tmp_path: Path) -> None:
    async with house(tmp_path, agents_chat=str(EVA)) as home:
        home.world.add_customer("Eva")
        home.world.send(MAJA, MAJA, BROKEN)
        await reads(home, MAJA, "A colleague will reply to you here by")
        await quiet(home)
        writes(home, "/start")
        await turns_to(home, await reads(home, EVA, "Maja (@maja) · writes English"), "Maja")


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_when_the_agent_blocks_the_bot_an_admin_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    async with with_eva(tmp_path, agents_chat=str(EVA), admins=str(BOSS)) as home:
        await turns_to(home, await case_of(home, MAJA, "Maja"), "Maja")
        home.world.block(EVA)
        await reads(home, BOSS, f"I can't write to {EVA} any more, to whom all cases come")
        home.world.send(MAJA, MAJA, "are you there?")
        await quiet(home)
        home.world.block(EVA, blocked=False)
        await reads(home, EVA, "are you there?")
        assert not said(home, MAJA, "blocked")
