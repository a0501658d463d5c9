"""The main job over real HTTP: a customer writes, is understood, answered or promised a human, who takes over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.core.conversation import Phase, PromiseState
from bot.simulator.chats import Message
from tests.content_samples import edit, write_content
from tests.integration.house import STANDARDS, House, RunningClock, free_port, house, running, settings_for
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, simulated, until


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


@pytest.fixture
async def webhook_home(tmp_path: Path) -> AsyncIterator[House]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram/webhook"
    delivered = {"mode": "webhook", "webhook_secret": "s3cret", "webhook_url": url, "listen": f"127.0.0.1:{port}"}
    async with house(tmp_path, **delivered) as home:
        yield home


def eyes(message: Message) -> bool:
    return any("👀" in emoji for emoji in message.reactions.values())


async def promised(home: House) -> int:
    """Maja complains; the thread of the topic that is made for it."""
    reply = await home.customer_says("my lamp arrived broken")
    assert "A colleague will reply to you here by" in reply.text
    return await home.topic()


# --- acknowledged and answered ----------------------------------------------------------------------------------------


async def test_a_question_is_acknowledged_with_eyes_and_answered_in_one_message(home: House) -> None:
    question = home.world.send(MAJA, MAJA, "when are you open")
    answer = await home.world.wait_for_reply(question)
    assert answer.text == "Hi Maja! We are open on weekdays from 9 to 17."
    await home.world.wait_for(lambda: eyes(question))
    assert len(home.world.said(MAJA)) == 1


async def test_several_messages_in_a_row_are_one_thought(tmp_path: Path) -> None:
    async with house(tmp_path, standards=STANDARDS.replace("0.05s", "0.6s")) as home:
        for text in ("hello", "I wonder", "when are you open"):
            last = home.world.send(MAJA, MAJA, text)
        answer = await home.world.wait_for_reply(last)
        assert "weekdays from 9 to 17" in answer.text
        assert len(home.world.said(MAJA)) == 1


async def test_a_complaint_is_named_back_and_promised_a_time(home: House) -> None:
    reply = await home.customer_says("my lamp arrived broken")
    assert reply.text == (
        "I'm sorry your item arrived damaged, Maja.\n\n"
        "A colleague will reply to you here by 12:00 today.\n\n"
        "What is your order number?"
    )


async def test_a_message_nobody_can_make_sense_of_gets_one_question_and_then_a_promise(home: House) -> None:
    question = await home.customer_says("zxcvb")
    assert [button["text"] for row in question.buttons() for button in row] == ["Ask a colleague"]
    reply = await home.customer_says("asdf asdf")
    assert "A colleague will reply to you here by" in reply.text


async def test_the_button_to_a_colleague_gets_a_promise(home: House) -> None:
    home.press(await home.customer_says("zxcvb"), "Ask a colleague", MAJA)
    await home.until_customer_reads("A colleague will reply to you here by")


async def test_between_close_intents_it_asks_with_buttons_and_answers_what_was_meant(tmp_path: Path) -> None:
    careful = STANDARDS + "confidence: {answer: 99.99%, ask: 1%, close: 99%}\n"
    async with house(tmp_path, standards=careful) as home:
        question = await home.customer_says("when will my order be open")
        labels = [str(button["text"]) for row in question.buttons() for button in row]
        assert labels[-1] == "Something else"
        assert "Where is my order?" in labels
        home.press(question, "Where is my order?", MAJA)
        await home.until_customer_reads("Parcels arrive within three days")
        await home.world.wait_for(lambda: not question.buttons())
        assert question.text.endswith("✓ Where is my order?")


async def test_commands_are_answered(home: House) -> None:
    assert "assistant of Lumen" in (await home.customer_says("/start")).text
    assert "You have nothing open" in (await home.customer_says("/status")).text
    assert "A colleague will reply" in (await home.customer_says("/human")).text
    assert "A colleague will reply" in (await home.customer_says("/status")).text


@pytest.mark.parametrize("text", ["\u200b", "…", "😀", "\N{RIGHT-TO-LEFT OVERRIDE}x", "{name} {{", "<b>&", "a" * 4096])
async def test_any_text_is_answered(home: House, text: str) -> None:
    assert (await home.customer_says(text)).text


# --- handed over ------------------------------------------------------------------------------------------------------


async def test_a_human_takes_over_answers_and_resolves(home: House) -> None:
    thread = await promised(home)
    card = home.card(thread)
    for fact in ("Maja", "English", "Complaint: Damaged item", "by 12:00 today", "my lamp arrived broken"):
        assert fact in card.text
    home.press(card, "Claim", ANA)
    await home.until_customer_reads("Ana has your case now")
    home.agent_says(thread, "A new lamp goes out today")
    await home.until_customer_reads("A new lamp goes out today")
    home.world.send(MAJA, MAJA, "wonderful, thanks")
    await home.until_topic_reads(thread, "wonderful, thanks")
    home.press(card, "Resolve", ANA)
    await home.until_customer_reads("Ana has marked this as solved")
    await home.world.wait_for(lambda: home.world.state.group.topics[thread].closed)
    case = await home.conversation()
    assert (case.phase, case.promises[0].state) == (Phase.RESOLVED, PromiseState.KEPT)


async def test_while_a_human_has_it_the_bot_only_acknowledges(home: House) -> None:
    thread = await promised(home)
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")
    count = len(home.world.said(MAJA))
    question = home.world.send(MAJA, MAJA, "when are you open")
    await home.until_topic_reads(thread, "when are you open")
    await home.world.wait_for(lambda: eyes(question))
    assert len(home.world.said(MAJA)) == count


async def test_after_resolving_the_next_message_starts_fresh(home: House) -> None:
    thread = await promised(home)
    home.press(home.card(thread), "Resolve", BEN)
    await home.until_customer_reads("Ben has marked this as solved")
    answer = await home.customer_says("when are you open")
    assert answer.text == "Hi Maja! We are open on weekdays from 9 to 17."
    assert (await home.conversation()).id == f"{MAJA}-2"


async def test_handed_back_after_an_answer_the_bot_answers_again(home: House) -> None:
    thread = await promised(home)
    home.agent_says(thread, "Done")
    await home.until_customer_reads("Done")
    home.agent_says(thread, "/back")
    await home.until_customer_reads("handed over to me")
    assert "weekdays from 9 to 17" in (await home.customer_says("when are you open")).text


async def test_a_private_note_does_not_reach_the_customer(home: House) -> None:
    thread = await promised(home)
    count = len(home.world.said(MAJA))
    home.agent_says(thread, "// she is right, our mistake")
    home.agent_says(thread, "Sorry!")
    await home.until_customer_reads("Sorry!")
    assert len(home.world.said(MAJA)) == count + 1


async def test_pictures_travel_both_ways(home: House) -> None:
    thread = await promised(home)
    home.world.send(MAJA, MAJA, media={"type": "photo"}, caption="look")
    await home.until_topic_reads(thread, "look")
    home.world.send(GROUP, ANA, media={"type": "photo"}, caption="like this one?", thread_id=thread)
    await home.until_customer_reads("like this one?")


async def test_a_blocked_bot_is_told_to_the_team(home: House) -> None:
    thread = await promised(home)
    home.world.block(MAJA)
    home.agent_says(thread, "Hello?")
    await home.until_topic_reads(thread, "Nothing reaches this customer any more")


async def test_a_deleted_topic_is_replaced_and_the_customer_is_still_heard(home: House) -> None:
    thread = await promised(home)
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")
    home.world.topic(thread, "delete")
    home.world.send(MAJA, MAJA, "now it floods")
    another = await home.topic()
    await home.until_topic_reads(another, "now it floods")
    assert another != thread
    home.agent_says(another, "Turn the water off")
    await home.until_customer_reads("Turn the water off")


async def test_without_a_group_the_promise_is_kept_on_record(tmp_path: Path) -> None:
    async with house(tmp_path, agents_chat="") as home:
        reply = await home.customer_says("my lamp arrived broken")
        assert "by 12:00 today" in reply.text
        assert (await home.conversation()).promise is not None
        assert not home.world.state.group.topics


# --- time -------------------------------------------------------------------------------------------------------------


async def test_a_promise_is_reminded_of_moved_once_and_owned_up_to_when_broken(home: House) -> None:
    thread = await promised(home)
    home.pass_time(timedelta(minutes=70))
    await home.until_topic_reads(thread, "a reply was promised by 12:00 today")
    home.pass_time(timedelta(minutes=50))
    moved = await home.until_customer_reads("That won't be possible")
    assert re.search(r"You will hear from us by \d\d:\d\d today", moved.text)
    home.pass_time(timedelta(hours=3))
    await home.until_customer_reads("did not keep our word")
    await home.until_topic_reads(thread, "The promise was broken")
    states = [promise.state for promise in (await home.conversation()).promises]
    assert states == [PromiseState.MOVED, PromiseState.BROKEN, PromiseState.OPEN]


# --- restarts, deliveries, health -------------------------------------------------------------------------------------


async def test_what_was_written_before_a_restart_is_answered_after_it(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS.replace("0.05s", "1s")})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as before:
            question = before.world.send(MAJA, MAJA, "when are you open")
            await before.world.wait_for(lambda: eyes(question))
        assert simulator.world.said(MAJA) == []
        async with running(settings, simulator, clock) as after:
            answer = await after.world.wait_for_reply(question, timeout=20)
            assert "weekdays from 9 to 17" in answer.text


async def test_a_promise_survives_a_restart(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings, clock = settings_for(tmp_path, simulator), RunningClock()
        async with running(settings, simulator, clock) as before:
            thread = await promised(before)
        clock.advance(timedelta(hours=3))
        async with running(settings, simulator, clock) as after:
            await after.until_topic_reads(thread, "The promise was broken")
            after.agent_says(thread, "Here I am")
            await after.until_customer_reads("Here I am")


async def test_webhooks_carry_the_acknowledgement_in_their_answer(webhook_home: House) -> None:
    question = webhook_home.world.send(MAJA, MAJA, "when are you open")
    answer = await webhook_home.world.wait_for_reply(question)
    assert "weekdays from 9 to 17" in answer.text
    await webhook_home.world.wait_for(lambda: eyes(question))
    reactions = [call for call in webhook_home.simulator.api.calls.after(0) if call["method"] == "setMessageReaction"]
    assert [call["via"] for call in reactions] == ["webhook"]


def delivery(update_id: int, message: Message, text: str) -> dict[str, object]:
    """An update as Telegram delivers it, with a message that Maja has written before."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": message.message_id,
            "date": 0,
            "chat": {"id": MAJA, "type": "private"},
            "from": {"id": MAJA, "first_name": "Maja", "is_bot": False},
            "text": text,
        },
    }


async def test_the_same_delivery_twice_is_acknowledged_twice_and_answered_once(webhook_home: House) -> None:
    hello = webhook_home.world.send(MAJA, MAJA, "hello")
    await webhook_home.world.wait_for_reply(hello)
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    async with ClientSession(f"{webhook_home.app.address}/") as session:
        for _ in range(2):
            body = delivery(7_000_000, hello, "when are you open")
            async with session.post("telegram/webhook", json=body, headers=headers) as response:
                assert (response.status, (await response.json())["method"]) == (200, "setMessageReaction")
        await webhook_home.until_customer_reads("weekdays from 9 to 17")
    assert "You have nothing open" in (await webhook_home.customer_says("/status")).text
    assert len(webhook_home.world.said(MAJA)) == 3


@pytest.mark.parametrize("secret", ["", "wrong", "s3cret2"])
async def test_a_delivery_without_the_secret_is_refused(webhook_home: House, secret: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    async with (
        ClientSession(f"{webhook_home.app.address}/") as session,
        session.post("telegram/webhook", json={"update_id": 1}, headers=headers) as response,
    ):
        assert response.status == 401


async def test_health_readiness_and_figures_are_served(home: House) -> None:
    await home.customer_says("when are you open")
    async with ClientSession() as session:
        async with session.get(f"{home.app.address}/healthz") as health:
            assert (await health.json())["status"] == "alive"
        async with session.get(f"{home.app.address}/readyz") as ready:
            assert ready.status == 200
        async with session.get(f"{home.app.address}/metrics") as figures:
            assert 'keepword_events_total{name="answered"} 1.0' in await figures.text()


# --- content ----------------------------------------------------------------------------------------------------------


async def test_a_good_edit_is_live_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        before = home.app.shelf.current().catalogue.version
        edit(tmp_path / "content", "responses/en/talk.yml", "from 9 to 17", "from 8 to 18")
        await _until_version_changes(home, before)
        assert "from 8 to 18" in (await home.customer_says("when are you open")).text
        live = home.app.shelf.current().catalogue.version
        edit(tmp_path / "content", "responses/en/talk.yml", "from 8", "{nonsense")
        await _until_problems(home)
        assert home.app.shelf.current().catalogue.version == live
        assert home.app.metrics.content._value.get() > 0


async def _until_version_changes(home: House, before: str) -> None:
    await until(lambda: home.app.shelf.current().catalogue.version != before, seconds=20)


async def _until_problems(home: House) -> None:
    await until(lambda: home.app.metrics.content._value.get() > 0, seconds=20)
