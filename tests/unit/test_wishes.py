"""What customers wish about a promise: another time, a call, nothing any more; by buttons, commands and words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core import alarm, arrival, asked, handover, turn
from bot.core.conversation import Conversation, Media, Phase, PromiseState, Way
from bot.core.decide import decide
from bot.core.draft import Context
from bot.core.incoming import AgentMessage, CustomerChoice
from bot.core.outgoing import AnswerCallback, Button, Card, ClearButtons, CloseTopic, ReopenTopic, ShowButtons, Text
from bot.core.people import Agent
from bot.core.step import Due, DueKind, Step
from tests.catalogues import (
    ANA,
    FRIDAY_EVENING,
    GROUP,
    MAJA,
    MONDAY,
    context,
    conversation,
    names,
    said_to_customer,
    said_to_team,
    understood,
    wrote,
)

SOON = context(MONDAY + timedelta(minutes=5))
PHONE = "+38640123456"


def waiting(at: Context | None = None, **fields: object) -> Conversation:
    held = arrival.receive(conversation(**fields), wrote("it came broken"), 1, at or context()).conversation
    meant = understood("item_damaged")
    step = turn.answer(held, decide(held, "it came broken", meant, context().catalogue), meant, at or context())
    return replace(step.conversation, topic_id=5)


def buttons(step: Step) -> list[Button]:
    """The buttons under the last message to the customer, or put there now."""
    shown = [row.content.keyboard for row in step.outbox if row.to == "customer" and hasattr(row.content, "keyboard")]
    return [button for row in shown[-1] for button in row]


def press(before: Conversation, data: str, at: Context = SOON) -> Step:
    choice = CustomerChoice(MAJA.id, 50, MAJA, "callback", data)
    return asked.choose(before, choice, 5, at, before if asked.case_of(choice) == before.id else None)


def press_label(before: Conversation, step: Step, label: str, at: Context = SOON) -> Step:
    (data,) = [button.data for button in buttons(step) if button.label == label]
    return press(before, data, at)


def says(before: Conversation, text: str, at: Context = SOON, intent: str = "none", **slots: str) -> Step:
    held = arrival.receive(before, wrote(text, 60), 6, at).conversation
    meant = replace(understood(intent), slots=slots)
    return turn.answer(held, decide(held, text, meant, at.catalogue), meant, at)


def command(before: Conversation, name: str, at: Context = SOON) -> Step:
    return asked.command(before, wrote(f"/{name}", 61, command=name), 7, at)


def toast(step: Step) -> str:
    (said,) = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    return said


def states(step: Step) -> list[PromiseState]:
    return [promise.state for promise in step.conversation.promises]


def test_a_promise_has_its_wishes_below_it() -> None:
    held = arrival.receive(conversation(), wrote("broken"), 1, context()).conversation
    step = turn.answer(
        held, decide(held, "", understood("item_damaged"), context().catalogue), understood("item_damaged"), context()
    )
    assert [button.label for button in buttons(step)] == ["Another time", "Call me instead", "I don't need it any more"]
    assert all(len(button.data.encode()) <= 64 for button in buttons(step))


# --- when -------------------------------------------------------------------------------------------------------------


def test_another_time_shows_hours_of_the_next_days_that_do_not_promise_more_than_is_known() -> None:
    step = press(waiting(), "wish:later:5001-1/1")
    assert [button.label for button in buttons(step)] == [
        "Today between 11:00 and 12:00",
        "Today between 12:00 and 13:00",
        "Tomorrow between 09:00 and 10:00",
        "Tomorrow between 12:00 and 13:00",
        "Leave it as it is",
    ]
    assert isinstance(step.outbox[-1].content, ShowButtons)


def test_over_the_weekend_times_are_offered_by_the_day() -> None:
    step = press(waiting(context(FRIDAY_EVENING)), "wish:later:5001-1/1", context(FRIDAY_EVENING))
    assert [button.label for button in buttons(step)][:2] == [
        "On Monday between 10:00 and 11:00",
        "On Monday between 12:00 and 13:00",
    ]


def test_a_chosen_time_is_promised_in_place_of_the_old_one_which_we_did_not_move() -> None:
    shown = press(waiting(), "wish:later:5001-1/1")
    step = press_label(shown.conversation, shown, "Tomorrow between 09:00 and 10:00")
    old, new = step.conversation.promises
    assert (old.state, old.ended_by) == (PromiseState.CANCELLED, "customer")
    assert (new.state, new.instead_of, new.moved_from) == (PromiseState.OPEN, old.id, None)
    assert (new.not_before, new.due_at) == (MONDAY + timedelta(hours=23), MONDAY + timedelta(hours=24))
    assert said_to_customer(step) == [
        "Gladly, Maja.\n\nA colleague will reply to you here tomorrow between 09:00 and 10:00."
    ]
    assert any("tomorrow between 09:00 and 10:00" in text for text in said_to_team(step))


def test_a_chosen_time_is_watched_from_its_beginning() -> None:
    shown = press(waiting(), "wish:later:5001-1/1")
    step = press_label(shown.conversation, shown, "Tomorrow between 09:00 and 10:00")
    marks = {row.at - (MONDAY + timedelta(hours=23)) for row in step.due}
    assert marks == {timedelta(minutes=minute) for minute in (0, 30, 48, 54, 60)}


def test_a_chosen_time_that_cannot_be_kept_is_moved_by_an_hour_and_not_by_a_day() -> None:
    shown = press(waiting(), "wish:later:5001-1/1")
    chosen = press_label(shown.conversation, shown, "Tomorrow between 09:00 and 10:00").conversation
    late = context(MONDAY + timedelta(hours=23, minutes=55))
    step = alarm.ring(chosen, Due("row", late.now, DueKind.AT_RISK, MAJA.id, chosen.id, "5001-1/2"), late)
    assert states(step) == [PromiseState.CANCELLED, PromiseState.MOVED, PromiseState.OPEN]
    assert "would reply today between 09:00 and 10:00. That won't be possible" in said_to_customer(step)[0]
    assert "You will hear from us by 11:00 today" in said_to_customer(step)[0]


def test_who_chose_a_late_time_may_choose_an_earlier_one_again() -> None:
    shown = press(waiting(), "wish:later:5001-1/1")
    chosen = press_label(shown.conversation, shown, "Tomorrow between 09:00 and 10:00").conversation
    labels = [button.label for button in buttons(press(chosen, "wish:later:5001-1/2"))]
    assert "Today between 12:00 and 13:00" in labels


@pytest.mark.parametrize("start", [MONDAY, MONDAY + timedelta(hours=12), datetime(1970, 1, 1, 1, tzinfo=UTC)])
def test_a_time_that_cannot_be_had_says_so_and_changes_nothing(start: datetime) -> None:
    before = waiting()
    step = press(before, f"wish:at:5001-1/1:{int(start.timestamp()) // 60}")
    assert "no longer applies" in toast(step)
    assert step.conversation.promises == before.promises


def test_leaving_it_as_it_is_brings_the_buttons_back() -> None:
    step = press(waiting(), "wish:back:5001-1/1")
    assert [button.label for button in buttons(step)] == ["Another time", "Call me instead", "I don't need it any more"]
    assert step.conversation.promise is not None


def test_no_times_are_offered_in_quiet_hours() -> None:
    quiet = context(quiet=(time(11), time(9)))
    labels = [button.label for button in buttons(command(waiting(), "time", quiet))]
    assert labels[0] == "Tomorrow between 09:00 and 10:00"


# --- how --------------------------------------------------------------------------------------------------------------


def shared(before: Conversation) -> Step:
    """The customer shares their contact by the button."""
    message = replace(wrote(PHONE, 62), media=Media.CONTACT)
    held = arrival.receive(before, message, 8, SOON).conversation
    meant = understood(phone=PHONE)
    return turn.answer(held, decide(held, PHONE, meant, SOON.catalogue), meant, SOON)


def test_who_wants_a_call_is_asked_for_a_number_by_a_button_that_shares_it() -> None:
    step = press(waiting(), "wish:call:5001-1/1")
    (asks,) = [row.content for row in step.outbox if isinstance(row.content, Text) and row.to == "customer"]
    assert (asks.share_contact, step.conversation.phone_asked) == ("Share my number", True)
    assert states(step) == [PromiseState.OPEN]


def test_a_shared_number_turns_the_promise_into_one_of_a_call_by_the_same_time() -> None:
    asking = press(waiting(), "wish:call:5001-1/1").conversation
    step = shared(asking)
    old, new = step.conversation.promises
    assert (old.state, new.way, new.due_at) == (PromiseState.CANCELLED, Way.CALL, old.due_at)
    assert step.conversation.slots["phone"] == PHONE
    assert said_to_customer(step) == [
        "Thank you, I have your number.",
        "A colleague will call you on +38640123456 by 12:00 today.",
    ]
    thanks = next(row.content for row in step.outbox if isinstance(row.content, Text) and row.to == "customer")
    assert thanks.hide_keyboard


def test_the_card_of_a_promised_call_has_the_number_and_a_button_for_it() -> None:
    step = shared(press(waiting(), "wish:call:5001-1/1").conversation)
    (card,) = [row.content for row in step.outbox if isinstance(row.content, Card)]
    assert "📞 By phone: +38640123456" in card.text
    assert "I have called" in [button.label for row in card.keyboard for button in row]


def test_a_number_that_is_none_is_asked_for_once_more() -> None:
    asking = press(waiting(), "wish:call:5001-1/1").conversation
    step = says(asking, "040 12 3")
    assert "can't call that number" in said_to_customer(step)[0]
    assert step.conversation.phone_asked


def test_other_words_of_who_was_asked_for_a_number_reach_the_case_as_ever() -> None:
    asking = press(waiting(), "wish:call:5001-1/1").conversation
    assert "added that to your case" in said_to_customer(says(asking, "the box was wet too"))[0]


def called_for() -> Conversation:
    return shared(press(waiting(), "wish:call:5001-1/1").conversation).conversation


def agent(before: Conversation, name: str, at: Context = SOON, who: Agent = ANA) -> Step:
    return handover.agent_asked(before, handover.Wish(name, who, "c"), 9, at)


def test_writing_does_not_keep_the_promise_of_a_call_and_calling_does() -> None:
    wrote_first = handover.agent_wrote(called_for(), AgentMessage(GROUP, 5, 70, ANA, "I tried to ring you"), 9, SOON)
    assert wrote_first.conversation.promise is not None
    step = agent(wrote_first.conversation, "called")
    assert states(step)[-1] is PromiseState.KEPT
    assert (step.conversation.phase, step.conversation.agent) == (Phase.HUMAN, ANA)
    assert "Ana has noted that you spoke on the phone" in said_to_customer(step)[0]


def test_a_call_that_nobody_promised_cannot_have_been_made() -> None:
    assert toast(agent(waiting(), "called")) == "No call was promised in this case."


def test_a_call_too_late_does_not_keep_the_promise() -> None:
    step = agent(called_for(), "called", context(MONDAY + timedelta(hours=3)))
    assert states(step)[-1] is PromiseState.BROKEN


def test_amends_for_a_call_that_was_not_made_are_a_call_too() -> None:
    before = called_for()
    late = context(MONDAY + timedelta(hours=2))
    step = alarm.ring(before, Due("row", late.now, DueKind.PROMISE, MAJA.id, before.id, "5001-1/2"), late)
    assert step.conversation.promise is not None
    assert step.conversation.promise.way is Way.CALL


def test_a_call_can_be_turned_back_into_words() -> None:
    step = press(called_for(), "wish:here:5001-1/2")
    assert step.conversation.promise is not None
    assert step.conversation.promise.way is Way.HERE
    assert "reply to you here by 12:00 today" in said_to_customer(step)[0]


def test_who_asks_for_a_call_and_says_on_which_number_is_promised_one_at_once() -> None:
    step = says(conversation(), "please call me on 040 123 456", intent="talk_to_human", phone=PHONE)
    assert "A colleague will call you on +38640123456 by 12:15 today" in said_to_customer(step)[0]
    assert states(step) == [PromiseState.OPEN]


def test_details_added_while_a_call_is_awaited_are_noted_with_the_call() -> None:
    (said,) = said_to_customer(says(called_for(), "it was the blue one"))
    assert said.startswith("Thank you, I've added that to your case.")
    assert said.endswith("A colleague will call you on +38640123456 by 12:00 today, as promised.")


# --- not any more -----------------------------------------------------------------------------------------------------


def test_who_needs_it_no_more_is_taken_off_the_list_and_the_topic_closed() -> None:
    step = press(waiting(), "wish:cancel:5001-1/1")
    (promise,) = step.conversation.promises
    assert (promise.state, promise.ended_by) == (PromiseState.CANCELLED, "customer")
    assert step.conversation.phase is Phase.RESOLVED
    assert any(isinstance(row.content, CloseTopic) for row in step.outbox)
    assert [button.label for button in buttons(step)] == ["I do need it after all"]
    assert step.due == ()


def test_undoing_it_promises_the_same_time_again_in_the_same_topic() -> None:
    cancelled = press(waiting(), "wish:cancel:5001-1/1").conversation
    step = press(cancelled, "wish:undo:5001-1/1")
    again = step.conversation.promise
    assert again is not None
    assert (step.conversation.id, step.conversation.continues) == ("5001-2", "5001-1")
    assert (again.due_at, again.instead_of) == (MONDAY + timedelta(hours=2), "5001-1/1")
    assert (step.conversation.topic_id, step.conversation.intent) == (5, "item_damaged")
    assert any(isinstance(row.content, ReopenTopic) for row in step.outbox)
    assert "by 12:00 today" in said_to_customer(step)[0]


def test_undone_too_late_for_the_old_time_a_new_one_is_promised() -> None:
    cancelled = press(waiting(), "wish:cancel:5001-1/1").conversation
    step = press(cancelled, "wish:undo:5001-1/1", context(MONDAY + timedelta(hours=3)))
    assert "by 15:00 today" in said_to_customer(step)[0]


def test_undoing_it_works_also_after_something_else_was_said() -> None:
    cancelled = press(waiting(), "wish:cancel:5001-1/1").conversation
    wait = says(arrival.fresh(MAJA.id, MAJA, cancelled, SOON), "are you open", intent="opening_hours").conversation
    choice = CustomerChoice(MAJA.id, 50, MAJA, "callback", "wish:undo:5001-1/1")
    step = asked.choose(wait, choice, 6, SOON, cancelled)
    assert (step.conversation.id, step.conversation.continues) == ("5001-2", "5001-1")
    assert step.conversation.promise is not None


def test_nobody_undoes_for_another_customer() -> None:
    theirs = replace(press(waiting(), "wish:cancel:5001-1/1").conversation, id="6002-1", chat_id=6002)
    choice = CustomerChoice(MAJA.id, 50, MAJA, "callback", "wish:undo:5001-1/1")
    assert "no longer applies" in toast(asked.choose(conversation(), choice, 6, SOON, theirs))


def test_undoing_twice_says_that_it_no_longer_applies() -> None:
    cancelled = press(waiting(), "wish:cancel:5001-1/1").conversation
    again = press(cancelled, "wish:undo:5001-1/1").conversation
    assert "no longer applies" in toast(press(again, "wish:undo:5001-1/1"))


def test_what_the_customer_is_just_writing_is_still_answered_after_they_cancel() -> None:
    writing = arrival.receive(waiting(), wrote("and when are you open", 9), 2, SOON).conversation
    step = press(writing, "wish:cancel:5001-1/1")
    assert (step.conversation.phase, len(step.conversation.pending)) == (Phase.BOT, 1)


def test_a_colleague_who_has_the_case_keeps_it_when_a_call_is_cancelled() -> None:
    claimed = agent(called_for(), "claim").conversation
    step = press(claimed, "wish:cancel:5001-1/2")
    assert (step.conversation.phase, step.conversation.promise) == (Phase.HUMAN, None)
    assert "doesn't need this any more" in said_to_team(step)[0]
    undone = press(step.conversation, "wish:undo:5001-1/2")
    assert undone.conversation.phase is Phase.HUMAN
    assert undone.conversation.promise is not None


# --- buttons that have passed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "wish:later:5001-1/9",
        "wish:cancel:5001-0/1",
        "wish:dance:5001-1/1",
        "wish:at:5001-1/1:soon",
        "wish:at:5001-1/1",
        "wish:undo:5001-1/1",
        "wish:",
        "wish",
        "wish:at:5001-1/1:99999999999999999999",
    ],
)
def test_a_button_that_no_longer_applies_says_so_and_goes(data: str) -> None:
    before = waiting()
    step = press(before, data)
    assert replace(step.conversation, steps=before.steps) == before
    assert ClearButtons(50) in [row.content for row in step.outbox]


def test_the_buttons_of_a_promise_that_was_kept_no_longer_apply() -> None:
    kept = handover.agent_wrote(waiting(), AgentMessage(GROUP, 5, 70, ANA, "here I am"), 9, SOON).conversation
    for verb in ("later", "call", "here", "cancel", "back"):
        assert "no longer applies" in toast(press(kept, f"wish:{verb}:5001-1/1"))


# --- commands and words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("time", "reply to you here by 12:00 today"),
        ("call", "On which number"),
        ("cancel", "taken it off our list"),
        ("status", "reply to you here by 12:00 today"),
    ],
)
def test_commands_do_what_the_buttons_do(name: str, said: str) -> None:
    assert said in said_to_customer(command(waiting(), name))[0]


@pytest.mark.parametrize("name", ["time", "cancel"])
def test_without_a_promise_the_commands_say_where_things_stand(name: str) -> None:
    assert "You have nothing open" in said_to_customer(command(conversation(), name))[0]


def test_a_call_wished_for_out_of_the_blue_is_promised_and_the_number_asked_for() -> None:
    step = command(conversation(), "call")
    assert step.conversation.promise is not None
    assert "On which number" in said_to_customer(step)[-1]


def test_a_case_that_was_given_up_by_us_can_still_be_cancelled() -> None:
    given_up = replace(waiting(), promises=())
    step = command(given_up, "cancel")
    assert step.conversation.phase is Phase.RESOLVED


@pytest.mark.parametrize(
    "text",
    [
        "When will you call?",
        "how long until somebody looks at it",
        "any news?",
        "What time can I expect an answer?",
        "have you forgotten me",
        "When?",
        "how much longer",
    ],
)
def test_who_asks_when_is_told_the_truth(text: str) -> None:
    step = says(waiting(), text)
    assert said_to_customer(step) == ["Your case is with us. A colleague will reply to you here by 12:00 today."]
    assert len(step.conversation.promises) == 1


def test_who_asks_when_after_the_promise_was_moved_is_told_the_new_time() -> None:
    late = context(MONDAY + timedelta(minutes=110))
    moved = alarm.ring(waiting(), Due("r", late.now, DueKind.AT_RISK, MAJA.id, "5001-1", "5001-1/1"), late).conversation
    assert moved.promise is not None
    assert moved.promise.quoted in said_to_customer(says(moved, "when will you call?", late))[0]


def test_a_question_about_something_else_is_answered_though_it_asks_when() -> None:
    assert said_to_customer(says(waiting(), "when are you open?", intent="opening_hours")) == ["About opening hours."]


def test_who_may_not_need_it_any_more_is_asked_and_nothing_changes_yet() -> None:
    step = says(waiting(), "never mind, it works again")
    assert "If you don't press the button, they will come back to you by 12:00 today" in said_to_customer(step)[0]
    assert step.conversation.promise is not None
    assert press_label(step.conversation, step, "I don't need it any more").conversation.promise is None


def test_cancelling_an_order_cancels_no_promise() -> None:
    step = says(waiting(), "cancel my order please", intent="cancel_order")
    assert step.conversation.promise is not None
    assert "added that to your case" in said_to_customer(step)[0]


def test_words_ask_for_a_call_or_another_time_too() -> None:
    assert "On which number" in said_to_customer(says(waiting(), "can you call me instead"))[0]
    assert "Leave it as it is" in [b.label for b in buttons(says(waiting(), "not now, I'm at work"))]


def test_an_open_promise_is_counted_once_in_the_record() -> None:
    shown = press(waiting(), "wish:later:5001-1/1")
    step = press_label(shown.conversation, shown, "Tomorrow between 09:00 and 10:00")
    assert names(step) == ["chose", "cancelled", "promised"]
    promised = step.events[-1].facts
    assert (promised["instead_of"], promised["way"]) == ("5001-1/1", "here")
