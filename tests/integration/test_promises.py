"""Each life of a promise over real HTTP: kept, moved, broken, cancelled, at a chosen time, by a call; what follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.conversation import Phase, PromiseState, Way
from bot.core.step import DueKind
from bot.simulator.faults import Fault
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, house, running, settings_for
from tests.integration.scenes import Scene, is_documented
from tests.integration.simulated import ANA, MAJA, simulated

CARING = f"""{STANDARDS}survey: 10m
follow_up: {{complaint: 2d}}
quiet: "21:00-08:00"
"""
BROKEN_LAMP = "my lamp arrived broken"
PROMISED = "A colleague will reply to you here by 12:00 today."


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pipeline is kept: the content is the same in all of these tests, and is learnt once."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
async def scene(tmp_path: Path, trained: Path) -> AsyncIterator[Scene]:
    async with house(tmp_path, standards=CARING, data=trained) as home:
        yield Scene(home)


async def states(home: House) -> list[PromiseState]:
    return [promise.state for promise in (await home.conversation()).promises]


async def test_kept(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.ana_writes(thread, "I'm sorry, Maja! A new lamp leaves us today.")
    await scene.ana_presses(thread, "Resolve")
    await scene.reads("marked this as solved")
    scene.passes("ten minutes later", timedelta(minutes=11))
    survey = await scene.reads("How was it this time?")
    await scene.presses(survey, "5 ★")
    await scene.becomes("5 of 5: thank you, Maja!")
    scene.home.world.send(MAJA, MAJA, "so quick and friendly", reply_to=survey.message_id)
    await scene.reads("in your own words")
    told = await scene.home.until_topic_reads(None, "so quick and friendly")
    assert told.text == "5 ★ from Maja: so quick and friendly"
    assert await states(scene.home) == [PromiseState.KEPT]
    assert is_documented("Kept", scene.transcript())


async def test_moved(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    scene.passes("it is 11:55 and nobody has answered", timedelta(minutes=125))
    await scene.reads("That won't be possible")
    await scene.team_reads(thread, "Nobody has answered yet")
    await scene.says("when will you call?", "Your case is with us. A colleague will reply to you here by 14:15 today.")
    await scene.ana_writes(thread, "Here I am, sorry for the wait.")
    assert await states(scene.home) == [PromiseState.MOVED, PromiseState.KEPT]
    assert is_documented("Moved", scene.transcript())


async def test_broken(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    scene.passes("the bot was not running when it should have moved the promise; it is 12:05", timedelta(minutes=135))
    await scene.reads("did not keep our word")
    await scene.team_reads(thread, "The promise was broken")
    await scene.ana_writes(thread, "I have it now, Maja. I'm sorry.")
    assert await states(scene.home) == [PromiseState.BROKEN, PromiseState.KEPT]
    assert is_documented("Broken", scene.transcript())


async def test_words_that_telegram_refuses_do_not_keep_it(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    refusal = Fault(method="copyMessage", chat_id=MAJA, error_code=400, description="Bad Request: PEER_FLOOD")
    scene.home.simulator.api.faults.replace([refusal])
    scene.home.agent_says(thread, "A new lamp leaves us today.")
    notice = await scene.home.until_topic_reads(thread, "so the promise stands: by 12:00 today")
    scene.passes("it is 11:55 and the words have not been sent again", timedelta(minutes=125))
    await scene.reads("That won't be possible")
    scene.home.press(notice, "↻ Send again", ANA)
    await scene.reads("A new lamp leaves us today.")
    assert await states(scene.home) == [PromiseState.MOVED, PromiseState.KEPT]


async def test_cancelled_and_undone(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    asked = await scene.says("never mind, I fixed it myself", "Shall I tell my colleagues")
    await scene.presses(asked, "I don't need it any more")
    undo = await scene.reads("taken it off our list")
    await scene.team_reads(thread, "doesn't need this any more")
    await scene.home.world.wait_for(lambda: scene.home.world.state.group.topics[thread].closed)
    await scene.presses(undo, "I do need it after all")
    await scene.reads("Gladly, Maja.")
    await scene.home.world.wait_for(lambda: not scene.home.world.state.group.topics[thread].closed)
    await scene.ana_writes(thread, "Good that you ask again.")
    conversation = await scene.home.conversation()
    assert (conversation.id, conversation.continues) == (f"{MAJA}-2", f"{MAJA}-1")
    assert await states(scene.home) == [PromiseState.KEPT]
    assert is_documented("Cancelled, and needed after all", scene.transcript())


async def test_at_a_chosen_time(scene: Scene) -> None:
    promise = await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.presses(promise, "Another time")
    await scene.is_offered(promise, "Tomorrow between 09:00 and 10:00")
    await scene.presses(promise, "Tomorrow between 09:00 and 10:00")
    await scene.reads("tomorrow between 09:00 and 10:00")
    await scene.team_reads(thread, "would like to hear from us here")
    scene.passes("it is 9:20 on the next day", timedelta(hours=23, minutes=30))
    await scene.home.until_topic_reads(thread, "a reply was promised today between 09:00 and 10:00")
    await scene.says("any news?", "today between 09:00 and 10:00")
    await scene.ana_writes(thread, "Good morning, Maja!")
    assert await states(scene.home) == [PromiseState.CANCELLED, PromiseState.KEPT]
    assert is_documented("At a chosen time", scene.transcript())


async def test_by_a_call(scene: Scene) -> None:
    promise = await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.presses(promise, "Call me instead")
    await scene.reads("On which number")
    await scene.says("040 12", "I can't call that number")
    scene.shares_contact()
    await scene.reads("A colleague will call you on +38640123456 by 12:00 today.")
    await scene.team_reads(thread, "The customer would like to be called on +38640123456")
    await scene.ana_presses(thread, "I have called")
    await scene.reads("you spoke on the phone")
    conversation = await scene.home.conversation()
    assert (conversation.phase, conversation.promises[-1].way) == (Phase.HUMAN, Way.CALL)
    assert await states(scene.home) == [PromiseState.CANCELLED, PromiseState.KEPT]
    assert is_documented("By a call", scene.transcript())


async def test_not_solved_after_all(scene: Scene) -> None:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.ana_writes(thread, "A new lamp leaves us today.")
    await scene.ana_presses(thread, "Resolve")
    await scene.reads("marked this as solved")
    scene.passes("ten minutes later", timedelta(minutes=11))
    await scene.reads("How was it this time?")
    scene.passes("two days later", timedelta(days=2))
    asked = await scene.reads("Is it all right now?")
    await scene.presses(asked, "No, not yet")
    await scene.reads("goes to the front")
    await scene.team_reads(thread, "Please take it first")
    await scene.ana_writes(thread, "I'll bring it to you myself.")
    conversation = await scene.home.conversation()
    assert (conversation.continues, conversation.topic_id) == (f"{MAJA}-1", thread)
    assert is_documented("Not solved after all", scene.transcript())


# --- the rest ---------------------------------------------------------------------------------------------------------


async def solved(scene: Scene) -> int:
    await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.ana_writes(thread, "A new lamp leaves us today.")
    await scene.ana_presses(thread, "Resolve")
    await scene.reads("marked this as solved")
    await scene.home.world.wait_for(lambda: scene.home.world.state.group.topics[thread].closed)
    return thread


async def test_who_goes_on_about_it_has_the_same_topic_again(scene: Scene) -> None:
    thread = await solved(scene)
    await scene.says("it is still not working", "goes to the front")
    await scene.home.world.wait_for(lambda: not scene.home.world.state.group.topics[thread].closed)
    assert len(scene.home.world.state.group.topics) == 1


async def test_an_old_button_says_that_it_no_longer_applies(scene: Scene) -> None:
    promise = await scene.says(BROKEN_LAMP, PROMISED)
    thread = await scene.topic()
    await scene.ana_writes(thread, "Here I am")
    scene.home.press(promise, "Another time", MAJA)
    await scene.home.world.wait_for(lambda: not promise.buttons())
    answers = [call for call in scene.home.simulator.api.calls.after(0) if call["method"] == "answerCallbackQuery"]
    assert "no longer applies" in str(answers[-1]["parameters"])


async def test_praise_reaches_the_group_outside_topics(tmp_path: Path) -> None:
    praise = {
        "intents/feedback.yml": "praise: {kind: praise, answer: praise}\n",
        "intents/en/feedback.yml": "praise:\n  examples: [Ana was wonderful, you are great, I love your shop, "
        "what a lovely team, best service ever]\n",
        "responses/en/feedback.yml": 'praise: {title: Praise, text: "That makes our day, {name}!"}\n',
    }
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": CARING, **praise})
        async with running(settings_for(tmp_path, simulator), simulator) as home:
            assert "makes our day" in (await home.customer_says("Ana was wonderful")).text
            told = await home.until_topic_reads(None, "Ana was wonderful")
            assert told.text == "Praise by Maja: Ana was wonderful"


async def test_what_is_to_be_asked_survives_a_restart_and_is_not_asked_at_night(tmp_path: Path, trained: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": CARING})
        settings, clock = settings_for(tmp_path, simulator, data=trained), RunningClock()
        async with running(settings, simulator, clock) as before:
            await solved(Scene(before))
        clock.advance(timedelta(hours=13))  # 22:50 in Ljubljana
        async with running(settings, simulator, clock) as night:
            await _until_put_off(night, datetime(2026, 11, 24, 7, tzinfo=UTC))
            assert not any("How was it" in message.text for message in night.world.said(MAJA))
        clock.advance(timedelta(hours=9, minutes=15))
        async with running(settings, simulator, clock) as morning:
            await morning.until_customer_reads("How was it this time?")


async def _until_put_off(home: House, morning: datetime) -> None:
    """Until the survey that fell due at night waits for the morning."""
    for _ in range(2000):
        rows = await home.app.store.due(morning)
        if [row.at for row in rows if row.kind is DueKind.SURVEY] == [morning]:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the survey was not put off")


async def test_a_customer_who_blocked_us_is_asked_once_and_the_team_told(scene: Scene) -> None:
    thread = await solved(scene)
    scene.home.world.block(MAJA)
    scene.home.pass_time(timedelta(minutes=11))
    await scene.home.until_topic_reads(thread, "Nothing reaches this customer any more")
    assert scene.home.world.state.group.topics[thread].closed
