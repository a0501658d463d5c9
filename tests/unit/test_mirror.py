"""What one side does the other side is to see: what goes where, and what is said where it can't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import arrival, handover, mirror
from bot.core.conversation import Author, Conversation, Entity, Media, Message, Phase, Ref
from bot.core.incoming import AgentMessage, AgentReaction, CustomerReaction
from bot.core.outgoing import Copy, Delivery, Lane, Outgoing, React, Receipt, Retract, Revise, Text, To
from bot.core.people import Agent
from bot.core.step import Step
from tests.catalogues import ANA, GROUP, MAJA, MONDAY, context, conversation, said_to_customer, said_to_team, wrote

BOLD = (Entity("bold", 0, 4),)


def with_ana(*lines: Message) -> Conversation:
    return conversation(phase=Phase.HUMAN, agent=ANA, agents_chat=GROUP, topic_id=5, messages=lines)


def customers(text: str, ref: int) -> Message:
    return Message(MONDAY, Author.CUSTOMER, text, ref=ref)


def agents(text: str, ref: int, author: Author = Author.AGENT) -> Message:
    return Message(MONDAY, author, text, "Ana Kos", ref)


def from_agent(text: str, message_id: int = 31, agent: Agent = ANA, **more: object) -> AgentMessage:
    return replace(AgentMessage(GROUP, 5, message_id, agent, text), **more)  # type: ignore[arg-type]  # fields of it


def contents(step: Step, to: To) -> list[object]:
    return [row.content for row in step.outbox if row.to is to]


@pytest.mark.parametrize("media", list(Media))
def test_a_customers_message_of_any_kind_reaches_the_topic_as_it_is_or_by_its_name(media: Media) -> None:
    step = arrival.receive(with_ana(), wrote("Words", 7, media=media, album="a", entities=BOLD), 1, context())
    if media in mirror.IN_WORDS:
        assert said_to_team(step) == [f"The customer sent something ({media.value}) that can't be shown here. Words"]
    else:
        assert contents(step, To.CASE) == [Copy(MAJA.id, 7, None, "Words", entities=BOLD, media=media, album="a")]


@pytest.mark.parametrize("media", list(Media))
def test_an_agents_message_of_any_kind_reaches_the_customer_or_is_refused_with_a_word(media: Media) -> None:
    step = handover.agent_wrote(with_ana(), from_agent("Words", media=media), 1, context())
    if media in mirror.IN_WORDS:
        assert (contents(step, To.CUSTOMER), step.conversation.messages) == ([], ())
        assert said_to_team(step)[0].startswith(f"Nothing was sent: this ({media.value})")
    else:
        assert contents(step, To.CUSTOMER) == [Copy(GROUP, 31, None, "Words", media=media)]


def test_a_poll_among_colleagues_may_be_a_note() -> None:
    step = handover.agent_wrote(with_ana(), from_agent("// Lunch?", media=Media.POLL), 1, context())
    assert (said_to_team(step), contents(step, To.CUSTOMER)) == ([], [])


def test_an_answer_names_the_message_that_it_answers() -> None:
    (copied,) = contents(arrival.receive(with_ana(), wrote("yes", 7, reply_to=3), 1, context()), To.CASE)
    assert isinstance(copied, Copy)
    assert copied.answers == Ref(MAJA.id, 3)


def test_an_answer_to_the_bots_words_quotes_them() -> None:
    step = arrival.receive(with_ana(), wrote("yes", 7, reply_to=3, quoted="Is it red?"), 1, context())
    assert said_to_team(step) == ["↩ In answer to: “Is it red?”"]


def test_an_agents_edit_goes_to_the_customer_and_to_the_transcript() -> None:
    step = mirror.agent_edited(with_ana(agents("helo", 31)), from_agent("hello", entities=BOLD), 1, context())
    assert contents(step, To.CUSTOMER) == [Revise(Ref(GROUP, 31), "hello", BOLD)]
    assert step.conversation.messages[0].text == "hello"


def test_an_edited_note_is_a_note() -> None:
    before = with_ana(agents("she is right", 31, Author.NOTE))
    marked = mirror.agent_edited(before, from_agent("// she is wrong"), 1, context())
    assert (marked.outbox, marked.conversation.messages[0].text) == ((), "she is wrong")
    unmarked = mirror.agent_edited(before, from_agent("she is wrong"), 1, context())
    assert contents(unmarked, To.CUSTOMER) == []
    assert "stays one" in said_to_team(unmarked)[0]


def test_words_that_become_a_note_are_taken_back() -> None:
    step = mirror.agent_edited(with_ana(agents("hm", 31)), from_agent("// hm"), 1, context())
    assert contents(step, To.CUSTOMER) == [Retract(Ref(GROUP, 31))]
    assert step.conversation.messages[0].taken_back


def test_what_was_taken_back_is_neither_edited_nor_taken_back_again() -> None:
    gone = with_ana(replace(agents("hm", 31), taken_back=True))
    assert contents(mirror.agent_edited(gone, from_agent("hm!"), 1, context()), To.CUSTOMER) == []
    wish = handover.Wish("delete", ANA, message=from_agent("/delete", 40, reply_to=31))
    again = handover.agent_asked(gone, wish, 1, context())
    assert said_to_team(again) == [
        "To take a message back from the customer, answer that message of yours with /delete."
    ]


@pytest.mark.parametrize("about", [None, 7, 32])
def test_only_an_agents_own_message_can_be_taken_back(about: int | None) -> None:
    before = with_ana(customers("hi", 7), agents("note", 32, Author.NOTE))
    wish = handover.Wish("delete", ANA, message=from_agent("/delete", 40, reply_to=about))
    assert contents(handover.agent_asked(before, wish, 1, context()), To.CUSTOMER) == []


def test_a_customers_edit_is_pointed_out_only_where_it_was_answered_already() -> None:
    fresh = mirror.customer_edited(with_ana(customers("two", 7)), wrote("three", 7, edited=True), 1, context())
    assert contents(fresh, To.CASE) == [Revise(Ref(MAJA.id, 7), "three")]
    before = with_ana(customers("two", 7), agents("two it is", 31))
    late = mirror.customer_edited(before, wrote("three", 7, edited=True), 1, context())
    assert said_to_team(late) == ["✎ The customer changed a message. It reads now: three"]


def test_a_customers_edit_while_the_bot_has_the_chat_is_read_anew_and_shown_to_nobody() -> None:
    before = arrival.receive(conversation(), wrote("two", 7), 1, context()).conversation
    step = mirror.customer_edited(before, wrote("three", 7, edited=True), 2, context())
    assert (step.outbox, step.conversation.pending[0].text) == ((), "three")


def test_reactions_go_to_the_other_side_and_what_a_bot_cannot_give_is_named() -> None:
    hers = CustomerReaction(MAJA.id, 7, MAJA, "👍")
    assert contents(mirror.reacted(with_ana(), hers, 1, context()), To.CASE) == [React(Ref(MAJA.id, 7), "👍")]
    his = AgentReaction(GROUP, 31, ANA, "")
    assert contents(mirror.reacted(with_ana(), his, 1, context()), To.CUSTOMER) == [React(Ref(GROUP, 31), "")]
    own = mirror.reacted(with_ana(), replace(his, custom=True), 1, context())
    assert (said_to_customer(own), contents(own, To.CUSTOMER)) == ([], [])
    assert "can't be shown to the customer" in said_to_team(own)[0]


def failed(content: Revise | Retract | React, to: To) -> list[str]:
    row = Outgoing("5001-1:3:0", "5001-1", 1, to, Lane.AGENT, content, MONDAY)
    receipt = Receipt(row.id, MONDAY, Delivery.FAILED, error="It is gone.", problem="CounterpartGoneError")
    return said_to_team(handover.undelivered(with_ana(), row, receipt, context()))


def test_a_change_that_could_not_be_made_is_told_to_whom_it_matters() -> None:
    (to_agent,) = failed(Revise(Ref(GROUP, 31), "new"), To.CUSTOMER)
    assert to_agent.startswith("✖ The customer still reads the old words: It is gone.")
    assert failed(Revise(Ref(MAJA.id, 7), "new"), To.CASE) == ["✎ The customer changed a message. It reads now: new"]
    assert failed(Retract(Ref(GROUP, 31)), To.CUSTOMER) == ["✖ The customer still sees this message: It is gone."]
    assert failed(React(Ref(GROUP, 31), "👍"), To.CUSTOMER) == []


def test_an_album_is_refused_or_noted_as_a_whole() -> None:
    first = handover.agent_wrote(with_ana(), from_agent("// look", album="a", media=Media.PHOTO), 1, context())
    rest = from_agent("", 32, album="a", media=Media.PHOTO)
    assert contents(handover.agent_wrote(first.conversation, rest, 2, context()), To.CUSTOMER) == []


def test_the_card_shows_what_was_taken_back() -> None:
    gone = with_ana(replace(agents("the code is 1234", 31), taken_back=True))
    step = handover.agent_asked(gone, handover.Wish("back", ANA), 1, context())
    assert "Ana Kos: 🗑 the code is 1234" in next(
        row.content.text for row in step.outbox if not isinstance(row.content, Text) and hasattr(row.content, "text")
    )
