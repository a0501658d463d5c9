"""What one side does the other side sees, over real HTTP: albums, answers, edits, reactions, deletions, every kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.conversation import Author
from bot.simulator.chats import Message
from bot.simulator.faults import Fault
from tests.integration.house import House, house
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, until


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


@pytest.fixture
async def thread(home: House) -> int:
    """The topic of a case that Ana has: Maja complained, and was answered."""
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    home.agent_says(thread, "I'm on it")
    await home.until_customer_reads("I'm on it")
    assert await home.app.sender.drain(20)  # card and title too: what is tried here waits for nothing else
    return thread


def was_refused(home: House) -> bool:
    """Whether Telegram has asked to slow down: what comes now waits, and becomes one message."""
    return any(call["status"] == 429 for call in home.simulator.api.calls.after(0))


def album(home: House, chat_id: int, *, thread: int | None = None) -> list[Message]:
    """The last album that the bot sent in a place, if there is one."""
    pictures = [message for message in home.world.said(chat_id, thread) if message.media_group_id]
    return [message for message in pictures if message.media_group_id == pictures[-1].media_group_id]


def bots_reaction(message: Message) -> tuple[str, ...]:
    """What the bot reacted with."""
    return next((given for who, given in message.reactions.items() if who not in (MAJA, ANA, BEN)), ())


PICTURES: list[dict[str, object]] = [{"type": "photo", "caption": "all three"}, {"type": "photo"}, {"type": "video"}]


# --- albums -----------------------------------------------------------------------------------------------------------


async def test_a_customers_album_arrives_as_an_album(home: House, thread: int) -> None:
    home.world.album(MAJA, MAJA, PICTURES)
    await home.world.wait_for(lambda: len(album(home, GROUP, thread=thread)) == 3)
    assert album(home, GROUP, thread=thread)[0].text == "all three"


async def test_an_agents_album_arrives_as_an_album(home: House, thread: int) -> None:
    home.world.album(GROUP, ANA, PICTURES, thread_id=thread)
    await home.world.wait_for(lambda: len(album(home, MAJA)) == 3)
    assert album(home, MAJA)[0].text == "all three"


async def test_an_album_sent_before_the_hand_over_is_shown_as_one_beside_the_card(home: House) -> None:
    home.world.album(MAJA, MAJA, [{"type": "photo", "caption": "my lamp arrived broken"}, {"type": "photo"}])
    await home.until_customer_reads("A colleague will reply to you here by")
    thread = await home.topic()
    await home.world.wait_for(lambda: len(album(home, GROUP, thread=thread)) == 2)


async def test_words_after_an_album_stay_after_it(home: House, thread: int) -> None:
    home.world.album(MAJA, MAJA, PICTURES)
    home.world.send(MAJA, MAJA, "these are the three")
    await home.until_topic_reads(thread, "these are the three")
    order = [message.text for message in home.world.said(GROUP, thread)]
    assert order[-4:] == ["all three", "", "", "these are the three"]


async def test_one_picture_of_an_album_can_be_answered_edited_and_reacted_to(home: House, thread: int) -> None:
    pictures = home.world.album(MAJA, MAJA, PICTURES)
    await home.world.wait_for(lambda: len(album(home, GROUP, thread=thread)) == 3)
    copies = album(home, GROUP, thread=thread)
    home.world.edit(MAJA, pictures[1].message_id, MAJA, "the second")
    await home.world.wait_for(lambda: copies[1].text == "the second")
    home.world.react(GROUP, copies[2].message_id, ANA, "👍")
    await home.world.wait_for(lambda: bots_reaction(pictures[2]) == ("👍",))
    home.world.send(GROUP, ANA, "that one?", thread_id=thread, reply_to=copies[1].message_id)
    answer = await home.until_customer_reads("that one?")
    assert answer.reply_to is pictures[1]


async def test_a_part_of_an_album_that_could_not_be_copied_is_told_to_the_agent(home: House, thread: int) -> None:
    pictures = home.world.album(GROUP, ANA, PICTURES, thread_id=thread)
    home.world.delete(GROUP, pictures[1].message_id)
    await home.until_topic_reads(thread, "only a part of this album")


# --- answers ----------------------------------------------------------------------------------------------------------


async def test_an_answer_to_a_message_answers_its_counterpart_both_ways(home: House, thread: int) -> None:
    question = home.world.send(MAJA, MAJA, "which colour is it?")
    shown = await home.until_topic_reads(thread, "which colour is it?")
    reply = home.world.send(GROUP, ANA, "Which one do you mean?", thread_id=thread, reply_to=shown.message_id)
    arrived = await home.until_customer_reads("Which one do you mean?")
    assert arrived.reply_to is question
    home.world.send(MAJA, MAJA, "the lamp", reply_to=arrived.message_id)
    assert (await home.until_topic_reads(thread, "the lamp")).reply_to is reply
    home.world.send(GROUP, ANA, "As I asked", thread_id=thread, reply_to=reply.message_id)
    assert (await home.until_customer_reads("As I asked")).reply_to is arrived


async def test_an_answer_to_the_bots_own_words_quotes_them_to_the_agent(home: House, thread: int) -> None:
    promise = next(message for message in home.world.said(MAJA) if "What is your order number?" in message.text)
    home.world.send(MAJA, MAJA, "48213", reply_to=promise.message_id)
    await home.until_topic_reads(thread, "48213")
    lines = [message.text for message in home.world.said(GROUP, thread)]
    assert lines[-2].startswith("↩ In answer to: “I'm sorry your item arrived damaged")


# --- edits ------------------------------------------------------------------------------------------------------------


async def test_an_agents_edit_changes_what_the_customer_reads(home: House, thread: int) -> None:
    said = home.agent_says(thread, "We send a new lam")
    arrived = await home.until_customer_reads("We send a new lam")
    bold: list[dict[str, Any]] = [{"type": "bold", "offset": 10, "length": 3}]
    home.world.edit(GROUP, said.message_id, ANA, "We send a new lamp", bold)
    await home.world.wait_for(lambda: arrived.text == "We send a new lamp")
    assert list(arrived.content.entities) == bold
    lines = (await home.conversation()).messages
    assert [line.text for line in lines if line.author is Author.AGENT][-1] == "We send a new lamp"


async def test_an_agents_edit_of_a_caption_changes_the_caption_and_keeps_the_picture(home: House, thread: int) -> None:
    said = home.world.send(GROUP, ANA, media={"type": "photo"}, caption="this on", thread_id=thread)
    arrived = await home.until_customer_reads("this on")
    home.world.edit(GROUP, said.message_id, ANA, "this one")
    await home.world.wait_for(lambda: arrived.text == "this one")
    assert arrived.content.attachment is not None


async def test_a_customers_edit_changes_what_the_agent_reads(home: House, thread: int) -> None:
    said = home.world.send(MAJA, MAJA, "I want two")
    shown = await home.until_topic_reads(thread, "I want two")
    home.world.edit(MAJA, said.message_id, MAJA, "I want three")
    await home.world.wait_for(lambda: shown.text == "I want three")
    assert not any("changed a message" in message.text for message in home.world.said(GROUP, thread))


async def test_a_customers_edit_of_what_was_answered_already_is_pointed_out(home: House, thread: int) -> None:
    said = home.world.send(MAJA, MAJA, "I want two")
    await home.until_topic_reads(thread, "I want two")
    home.agent_says(thread, "Two it is")
    await home.until_customer_reads("Two it is")
    home.world.edit(MAJA, said.message_id, MAJA, "I want three")
    await home.until_topic_reads(thread, "The customer changed a message. It reads now: I want three")


async def test_an_edit_of_what_only_the_card_shows_is_told_in_words(home: House, thread: int) -> None:
    first = next(message for message in home.world.state.chats[MAJA].messages.values() if message.sender.id == MAJA)
    home.world.edit(MAJA, first.message_id, MAJA, "my lamp and my chair arrived broken")
    await home.until_topic_reads(thread, "It reads now: my lamp and my chair arrived broken")


async def test_an_edit_that_makes_a_note_of_it_takes_it_back(home: House, thread: int) -> None:
    said = home.agent_says(thread, "is she the one who always complains?")
    await home.until_customer_reads("always complains")
    home.world.edit(GROUP, said.message_id, ANA, "// is she the one who always complains?")
    await home.world.wait_for(lambda: not any("always complains" in m.text for m in home.world.said(MAJA)))


async def test_an_edited_note_stays_among_colleagues(home: House, thread: int) -> None:
    note = home.agent_says(thread, "// she is right")
    home.world.edit(GROUP, note.message_id, ANA, "she is right")
    await home.until_topic_reads(thread, "This was a private note, and stays one.")
    assert not any("she is right" in message.text for message in home.world.said(MAJA))


async def test_a_slip_of_the_pen_is_put_right_after_the_case_is_resolved(home: House, thread: int) -> None:
    said = home.agent_says(thread, "Goodbey")
    arrived = await home.until_customer_reads("Goodbey")
    home.agent_says(thread, "/resolve")
    await home.until_customer_reads("Ana has marked this as solved")
    home.world.edit(GROUP, said.message_id, ANA, "Goodbye")
    await home.world.wait_for(lambda: arrived.text == "Goodbye")


async def test_an_edit_that_telegram_refuses_is_told_to_the_agent(home: House, thread: int) -> None:
    said = home.agent_says(thread, "We send a new lam")
    arrived = await home.until_customer_reads("We send a new lam")
    home.world.delete(MAJA, arrived.message_id)
    home.world.edit(GROUP, said.message_id, ANA, "We send a new lamp")
    await home.until_topic_reads(thread, "The customer still reads the old words")


# --- reactions --------------------------------------------------------------------------------------------------------


async def test_reactions_go_both_ways_and_can_be_taken_back(home: House, thread: int) -> None:
    said = home.world.send(MAJA, MAJA, "thank you so much")
    shown = await home.until_topic_reads(thread, "thank you so much")
    home.world.react(GROUP, shown.message_id, ANA, "❤")
    await home.world.wait_for(lambda: bots_reaction(said) == ("❤",))
    home.world.react(GROUP, shown.message_id, ANA, "")
    await home.world.wait_for(lambda: bots_reaction(said) == ())
    reply = home.agent_says(thread, "you're welcome")
    arrived = await home.until_customer_reads("you're welcome")
    home.world.react(MAJA, arrived.message_id, MAJA, "🎉")
    await home.world.wait_for(lambda: bots_reaction(reply) == ("🎉",))


async def test_a_reaction_to_the_bots_own_words_disturbs_nobody(home: House, thread: int) -> None:
    promise = home.world.said(MAJA)[0]
    home.world.react(MAJA, promise.message_id, MAJA, "👍")
    await home.customer_says("/status")
    happened = [event.name async for event in home.app.store.events(f"{MAJA}-1")]
    assert not {"customer_reacted", "undelivered"} & set(happened)


# --- deletions --------------------------------------------------------------------------------------------------------


async def test_an_agent_takes_a_message_back(home: House, thread: int) -> None:
    said = home.agent_says(thread, "the code is 1234")
    await home.until_customer_reads("the code is 1234")
    home.world.send(GROUP, ANA, "/delete", thread_id=thread, reply_to=said.message_id)
    await home.until_topic_reads(thread, "Deleted: the customer no longer sees this message.")
    await home.world.wait_for(lambda: not any("1234" in message.text for message in home.world.said(MAJA)))
    assert [line.taken_back for line in (await home.conversation()).messages if line.ref == said.message_id] == [True]


async def test_after_two_days_a_message_cannot_be_taken_back_and_the_agent_hears_so(home: House, thread: int) -> None:
    said = home.agent_says(thread, "the code is 1234")
    arrived = await home.until_customer_reads("the code is 1234")
    arrived.at -= timedelta(hours=49)
    home.world.send(GROUP, ANA, "/delete", thread_id=thread, reply_to=said.message_id)
    await home.until_topic_reads(thread, "The customer still sees this message")


async def test_only_what_an_agent_wrote_can_be_taken_back(home: House, thread: int) -> None:
    home.world.send(MAJA, MAJA, "my card is 4111")
    shown = await home.until_topic_reads(thread, "my card is 4111")
    home.world.send(GROUP, ANA, "/delete", thread_id=thread, reply_to=shown.message_id)
    await home.until_topic_reads(thread, "answer that message of yours with /delete")
    assert any(message.text == "my card is 4111" for message in home.world.state.chats[MAJA].messages.values())


# --- every kind -------------------------------------------------------------------------------------------------------

FILES = ["photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation"]
PLACES: dict[str, dict[str, Any]] = {
    "location": {"location": {"latitude": 46.05, "longitude": 14.5}},
    "contact": {"contact": {"phone_number": "+38640123456", "first_name": "Maja"}},
    "venue": {"other": ("venue", {"location": {"latitude": 46.0, "longitude": 14.5}, "title": "Shop", "address": "1"})},
}
COPIED = {**{kind: {"media": {"type": kind}} for kind in FILES}, **PLACES}
POLL: dict[str, Any] = {"id": "1", "question": "Which one?", "options": [{"text": "Red"}, {"text": "Blue"}]}


async def test_what_can_be_copied_goes_both_ways_as_it_is(home: House, thread: int) -> None:
    def kinds(chat_id: int, where: int | None) -> list[str]:
        carried = (message.content.attachment for message in home.world.said(chat_id, where))
        return [attachment.kind for attachment in carried if attachment]

    for sent in COPIED.values():
        home.world.send(MAJA, MAJA, **sent)
        home.world.send(GROUP, ANA, thread_id=thread, **sent)
    # More than a group may get at once: the last ones come as the minute allows.
    await home.world.wait_for(lambda: kinds(GROUP, thread) == list(COPIED), timeout=90)
    await home.world.wait_for(lambda: kinds(MAJA, None) == list(COPIED), timeout=90)


async def test_a_customers_poll_is_refused_politely_and_passed_on_in_words(home: House, thread: int) -> None:
    home.world.send(MAJA, MAJA, other=("poll", POLL))
    await home.until_customer_reads("I can't vote in polls, but your question has reached us, in words.")
    await home.until_topic_reads(thread, "(poll) that can't be shown here. Which one?\n• Red\n• Blue")


async def test_what_nobody_knows_yet_is_named_to_the_agent(home: House, thread: int) -> None:
    home.world.send(MAJA, MAJA, other=("hologram", {}))
    await home.until_topic_reads(thread, "The customer sent something (message of an unknown kind)")


async def test_an_agents_story_is_refused_with_a_word(home: House, thread: int) -> None:
    count = len(home.world.said(MAJA))
    home.world.send(GROUP, ANA, other=("story", {"id": 1, "chat": {"id": 1, "type": "private"}}), thread_id=thread)
    await home.until_topic_reads(thread, "Nothing was sent: this (story) can't be passed on to a customer.")
    assert len(home.world.said(MAJA)) == count


async def test_formatting_stays_where_many_lines_become_one(home: House, thread: int) -> None:
    home.simulator.api.faults.replace(
        [Fault(method="copyMessage", times=1, error_code=429, parameters={"retry_after": 1})]
    )
    home.world.send(MAJA, MAJA, "one")
    await until(lambda: was_refused(home))
    for word in ("two", "three"):
        home.world.send(MAJA, MAJA, word, entities=[{"type": "bold", "offset": 0, "length": len(word)}])
    shown = await home.until_topic_reads(thread, "two\nthree")
    assert [(each["offset"], each["length"]) for each in shown.content.entities] == [(0, 3), (4, 5)]


async def test_one_line_of_several_that_became_one_message_can_be_edited(home: House, thread: int) -> None:
    home.simulator.api.faults.replace(
        [Fault(method="copyMessage", times=1, error_code=429, parameters={"retry_after": 1})]
    )
    said = [home.world.send(MAJA, MAJA, "one")]
    await until(lambda: was_refused(home))
    said += [home.world.send(MAJA, MAJA, word) for word in ("two", "three")]
    shown = await home.until_topic_reads(thread, "two\nthree")
    home.world.edit(MAJA, said[1].message_id, MAJA, "zwei")
    await home.world.wait_for(lambda: shown.text == "zwei\nthree")
    home.world.edit(MAJA, said[2].message_id, MAJA, "drei")
    await home.world.wait_for(lambda: shown.text == "zwei\ndrei")


async def test_a_caption_that_is_too_long_to_copy_arrives_beside_the_picture(home: House, thread: int) -> None:
    refusal = Fault(
        method="copyMessage", times=1, error_code=400, description="Bad Request: message caption is too long"
    )
    home.simulator.api.faults.replace([refusal])
    home.world.send(GROUP, ANA, media={"type": "photo"}, caption="a long story", thread_id=thread)
    await home.until_customer_reads("a long story")
    picture, words = home.world.said(MAJA)[-2:]
    assert (picture.content.attachment is not None, picture.text, words.text) == (True, "", "a long story")


async def test_words_reach_the_customer_also_from_a_group_that_forbids_copying(home: House, thread: int) -> None:
    refusal = Fault(method="copyMessage", times=1, error_code=400, description="Bad Request: message can't be copied")
    home.simulator.api.faults.replace([refusal])
    home.world.send(GROUP, ANA, "Done", thread_id=thread, entities=[{"type": "italic", "offset": 0, "length": 4}])
    arrived = await home.until_customer_reads("Done")
    assert [each["type"] for each in arrived.content.entities] == ["italic"]


async def test_a_file_beyond_telegrams_limits_is_explained(home: House, thread: int) -> None:
    refusal = Fault(method="copyMessage", times=1, error_code=400, description="Bad Request: file is too big")
    home.simulator.api.faults.replace([refusal])
    home.world.send(GROUP, ANA, media={"type": "document"}, thread_id=thread)
    await home.until_topic_reads(thread, "larger than Telegram lets a bot handle")
