"""What did not reach the customer is told once, and sent again once where that may help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import answering, handover, reach, resending
from bot.core.conversation import Author, Conversation, Entity, Media, Message, PromiseState, Ref
from bot.core.incoming import AgentMessage
from bot.core.outgoing import AnswerCallback, Copy, Delivery, Edit, Lane, Outgoing, Receipt, Text, To
from bot.core.people import CUSTOMER_NAME
from bot.core.step import DueKind, Step
from tests.catalogues import (
    ANA,
    BEN,
    GROUP,
    MAJA,
    MONDAY,
    context,
    conversation,
    names,
    said_to_team,
)
from tests.unit.test_handover import waiting

NOW = context(MONDAY)
NOTICE = 77


def with_ana(*messages: AgentMessage) -> tuple[Conversation, list[Outgoing]]:
    """A case in which Ana has written these, and the copies of them that are to go."""
    talk, copies = replace(conversation(), agents_chat=GROUP, topic_id=5), list[Outgoing]()
    for message in messages:
        step = handover.agent_wrote(talk, message, None, NOW)
        talk = step.conversation
        copies += [row for row in step.outbox if row.to is To.CUSTOMER and isinstance(row.content, Copy)]
    return talk, copies


def words(text: str = "We'll send a new one", **more: object) -> AgentMessage:
    return replace(AgentMessage(GROUP, 5, 31, ANA, text), **more)  # type: ignore[arg-type]  # fields of its own


def failed(talk: Conversation, row: Outgoing, problem: str = "DeliveryError", error: str = "It broke.") -> Step:
    return handover.undelivered(talk, row, Receipt(row.id, MONDAY, Delivery.FAILED, error=error, problem=problem), NOW)


def notices(step: Step) -> list[Text]:
    return [row.content for row in step.outbox if row.to is To.CASE and isinstance(row.content, Text)]


def button(notice: Text) -> tuple[str, str]:
    ((button,),) = notice.keyboard
    return button.label, button.data


def press(talk: Conversation, data: str) -> Step:
    command, _, conversation_id = data.partition(":")
    assert conversation_id == talk.id
    return handover.agent_asked(talk, handover.Wish(command, BEN, "callback", pressed=NOTICE), 3, NOW)


def to_customer(step: Step) -> list[object]:
    return [row.content for row in step.outbox if row.to is To.CUSTOMER]


def answer(step: Step) -> list[str]:
    return [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]


def test_what_was_refused_is_told_below_the_message_with_the_reason_and_a_button() -> None:
    talk, (copy,) = with_ana(words())
    (notice,) = notices(failed(talk, copy))
    assert (notice.text, notice.reply_to) == ("✖ Not delivered: It broke.", 31)
    assert button(notice)[0] == "↻ Send again"


def test_what_may_have_arrived_is_told_as_such() -> None:
    talk, (copy,) = with_ana(words())
    (notice,) = notices(failed(talk, copy, "UnknownDelivery"))
    assert "I don't know whether this reached the customer" in notice.text
    assert button(notice)[0] == "↻ Send again"


def test_pressed_it_goes_as_it_was_and_the_button_goes() -> None:
    entity = Entity("bold", 0, 2)
    talk, (copy,) = with_ana(words(reply_to=30, entities=(entity,)))
    told = failed(talk, copy)
    step = press(told.conversation, button(*notices(told))[1])
    assert to_customer(step) == [Copy(GROUP, 31, Ref(GROUP, 30), "We'll send a new one", entities=(entity,))]
    assert [row.lane for row in step.outbox if row.to is To.CUSTOMER] == [Lane.AGENT]
    (edit,) = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert (edit.message_id, edit.keyboard) == (NOTICE, ())
    assert (names(step), answer(step)) == (["sent_again"], ["It is on its way."])


def test_pressed_twice_it_goes_once() -> None:
    talk, (copy,) = with_ana(words())
    told = failed(talk, copy)
    data = button(*notices(told))[1]
    once = press(told.conversation, data)
    twice = press(once.conversation, data)
    assert (to_customer(twice), answer(twice)) == ([], ["This was sent again already."])


def test_what_fails_once_more_may_be_sent_once_more() -> None:
    talk, (copy,) = with_ana(words())
    told = failed(talk, copy)
    again = press(told.conversation, button(*notices(told))[1])
    (second,) = [row for row in again.outbox if row.to is To.CUSTOMER]
    told_again = failed(again.conversation, second)
    assert button(*notices(told_again))[1] != button(*notices(told))[1]
    assert len(to_customer(press(told_again.conversation, button(*notices(told_again))[1]))) == 1


def test_an_album_is_told_of_once_and_goes_as_one() -> None:
    pictures = [words("", message_id=number, media=Media.PHOTO, album="a1") for number in (31, 32)]
    talk, copies = with_ana(*pictures)
    first = failed(talk, copies[0])
    second = failed(first.conversation, copies[1])
    assert notices(second) == []
    sent = to_customer(press(second.conversation, button(*notices(first))[1]))
    assert [(one.message_id, one.album) for one in sent if isinstance(one, Copy)] == [(31, "a1"), (32, "a1")]


def test_words_that_are_no_copy_are_shown_and_sent_again_as_they_were() -> None:
    talk, _ = with_ana(words())
    row = Outgoing(f"{talk.id}:9:0", talk.id, MAJA.id, To.CUSTOMER, Lane.AGENT, Text("Refunds take 5 days"), MONDAY)
    told = failed(talk, row)
    assert notices(told)[0].text == "✖ Not delivered: It broke.\n“Refunds take 5 days”"
    assert to_customer(press(told.conversation, button(*notices(told))[1])) == [Text("Refunds take 5 days")]


@pytest.mark.parametrize("lane", [Lane.ANSWER, Lane.FOLLOW_UP])
def test_the_bots_own_words_have_no_button(lane: Lane) -> None:
    talk, _ = with_ana(words())
    row = Outgoing(f"{talk.id}:9:0", talk.id, MAJA.id, To.CUSTOMER, lane, Text("Hi"), MONDAY)
    assert [notice.keyboard for notice in notices(failed(talk, row))] == [()]


def test_what_can_never_go_as_it_is_has_no_button_but_says_what_to_do() -> None:
    talk, (copy,) = with_ana(words())
    (notice,) = notices(failed(talk, copy, "UnsendableError", "It is longer than Telegram takes. Send it in parts."))
    assert notice.text == "✖ Not delivered: It is longer than Telegram takes. Send it in parts."
    assert notice.keyboard == ()


def test_to_who_has_blocked_the_bot_nothing_is_sent_again_until_they_let_it_in() -> None:
    talk, copies = with_ana(words("Hello?"), words("Are you there?", message_id=32))
    for row in copies:
        blocked = failed(talk, row, "CustomerGoneError", "The customer has blocked the bot. Reach them another way.")
        talk = blocked.conversation
        assert all(notice.keyboard == () for notice in notices(blocked))
    assert (to_customer(press(talk, f"again:{talk.id}")), len(talk.unsent)) == ([], 2)
    back = reach.stands(talk, 4, NOW, reachable=True)
    assert "can be reached again" in said_to_team(back)[0]
    label, data = button(notices(back)[0])
    assert label == "↻ Send all of it again"
    sent = press(back.conversation, data)
    assert [one.message_id for one in to_customer(sent) if isinstance(one, Copy)] == [31, 32]
    assert to_customer(press(sent.conversation, data)) == []


def test_only_the_last_of_very_many_are_kept_at_hand() -> None:
    talk, (copy,) = with_ana(words())
    for number in range(resending.MOST + 5):
        talk = failed(talk, replace(copy, id=f"{talk.id}:{number}:0")).conversation
    assert (len(talk.unsent), talk.unsent[0].id) == (resending.MOST, "5.0")


def test_to_a_customer_whom_we_have_blocked_nothing_is_sent_again() -> None:
    talk, (copy,) = with_ana(words())
    told = failed(talk, copy).conversation
    blocked = replace(told, customer=replace(told.customer, blocked=True))
    step = press(blocked, f"again:{talk.id}")
    assert (to_customer(step), answer(step)) == ([], ["This customer is blocked already."])


# --- a promise that seemed kept --------------------------------------------------------------------------------------


LATER = context(MONDAY + timedelta(minutes=5))


def promised_and_answered(*messages: AgentMessage) -> tuple[Conversation, list[Outgoing]]:
    """The promised colleague has written these, in time, and their copies are on their way."""
    talk, copies = waiting(), list[Outgoing]()
    for message in messages:
        step = handover.agent_wrote(talk, message, None, LATER)
        talk = step.conversation
        copies += [row for row in step.outbox if row.to is To.CUSTOMER and isinstance(row.content, Copy)]
    assert [promise.state for promise in talk.promises] == [PromiseState.KEPT]
    return talk, copies


def test_words_that_were_refused_have_not_kept_the_promise_and_its_clock_runs_on() -> None:
    talk, (copy,) = promised_and_answered(words())
    step = failed(talk, copy)
    assert step.conversation.promise == waiting().promise
    assert names(step) == ["undelivered", "stands_again"]
    assert {row.kind for row in step.due} == {DueKind.REMIND, DueKind.AT_RISK, DueKind.PROMISE}
    assert notices(step)[-1].text.endswith("They have no answer yet, so the promise stands: by 12:00 today.")
    late = handover.agent_wrote(step.conversation, words("Here I am", message_id=32), None, LATER)
    assert [promise.state for promise in late.conversation.promises] == [PromiseState.KEPT]


def test_sent_again_they_have_kept_it() -> None:
    talk, (copy,) = promised_and_answered(words())
    told = failed(talk, copy)
    step = press(told.conversation, button(notices(told)[-1])[1])
    assert ("kept" in names(step), step.conversation.promise) == (True, None)
    assert step.conversation.messages[-1].is_answer


def test_refused_once_more_they_have_not() -> None:
    talk, (copy,) = promised_and_answered(words())
    told = failed(talk, copy)
    again = press(told.conversation, button(notices(told)[-1])[1])
    (second,) = [row for row in again.outbox if row.to is To.CUSTOMER]
    assert failed(again.conversation, second).conversation.promise is not None


def test_other_words_that_are_on_their_way_keep_it_until_they_are_refused_too() -> None:
    talk, copies = promised_and_answered(words("Hello"), words("A new one is on its way", message_id=32))
    first = failed(talk, copies[0])
    assert first.conversation.promise is None
    assert failed(first.conversation, copies[1]).conversation.promise is not None


def test_what_may_have_arrived_keeps_it() -> None:
    talk, (copy,) = promised_and_answered(words())
    assert failed(talk, copy, resending.UNKNOWN_DELIVERY).conversation.promise is None


def test_a_customer_who_shut_the_door_has_cancelled_it() -> None:
    talk, (copy,) = promised_and_answered(words())
    step = failed(talk, copy, "CustomerGoneError", "The customer has blocked the bot.")
    (ended,) = step.conversation.promises
    assert (ended.state, ended.ended_by) == (PromiseState.CANCELLED, CUSTOMER_NAME)


def test_in_a_case_that_is_over_it_was_not_kept() -> None:
    talk, (copy,) = promised_and_answered(words())
    over = handover.agent_asked(talk, handover.Wish(handover.RESOLVE, ANA), 4, LATER).conversation
    step = failed(over, copy)
    assert [promise.state for promise in step.conversation.promises] == [PromiseState.CANCELLED]


def test_without_a_promise_the_customer_still_waits_for_an_answer() -> None:
    asked = Message(MONDAY, Author.CUSTOMER, "Hello?", ref=1)
    talk, (copy,) = with_ana(words())
    talk = replace(talk, messages=(asked, *talk.messages))
    assert answering.unanswered_since(talk) is None
    step = failed(talk, copy)
    assert answering.unanswered_since(step.conversation) is not None
    assert [row.kind for row in step.due] == [DueKind.ANSWER]
