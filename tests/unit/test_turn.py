"""From a customer's message to what is sent, recorded and watched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import alarm, arrival, asked, mirror, turn
from bot.core.content import Acknowledge
from bot.core.conversation import Author, Conversation, Media, Message, Phase, PromiseState, Ref
from bot.core.decide import decide
from bot.core.draft import Context
from bot.core.incoming import CustomerChoice
from bot.core.outgoing import AnswerCallback, Card, Copy, Edit, OpenTopic, Revise
from bot.core.step import Due, DueKind, Step
from bot.core.understanding import Severity, Understanding
from tests.catalogues import (
    ANA,
    FRIDAY_EVENING,
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


def take_turn(before: Conversation, text: str, meant: Understanding, at: Context) -> Step:
    """A message, a pause, and what comes of it."""
    waiting = arrival.receive(before, wrote(text, message_id=before.steps + 1), 1, at).conversation
    return turn.answer(waiting, decide(waiting, text, meant, at.catalogue), meant, at)


def test_a_message_waits_for_the_customer_to_pause() -> None:
    step = arrival.receive(conversation(), wrote("hello"), 17, context())
    assert step.update_id == 17
    assert step.outbox == ()
    assert [(due.kind, due.at - MONDAY) for due in step.due] == [(DueKind.TURN, timedelta(seconds=1.5))]


def test_each_further_message_prolongs_the_pause_but_not_for_ever() -> None:
    held = arrival.receive(conversation(), wrote("hello"), 1, context()).conversation
    later = context(MONDAY + timedelta(seconds=7.9))
    step = arrival.receive(held, wrote("and", message_id=2), 2, later)
    assert step.due[0].at == MONDAY + timedelta(seconds=8)
    assert arrival.thought(step.conversation) == "hello. and"


def test_words_acknowledge_the_first_message_where_the_standards_want_words() -> None:
    at = context(acknowledge=Acknowledge.TEXT)
    first = arrival.receive(conversation(), wrote("hello"), 1, at)
    second = arrival.receive(first.conversation, wrote("there", message_id=2), 2, at)
    assert said_to_customer(first) == ["I have your message, Maja. One moment, please."]
    assert said_to_customer(second) == []


def test_an_answer_greets_in_the_same_message_and_only_once() -> None:
    first = take_turn(conversation(), "are you open", understood("opening_hours"), context())
    second = take_turn(first.conversation, "and my parcel", understood("order_status"), context())
    assert said_to_customer(first) == ["Hi Maja! About opening hours."]
    assert said_to_customer(second) == ["About order status."]


def test_a_greeting_is_not_greeted_twice() -> None:
    assert said_to_customer(take_turn(conversation(), "hi", understood("greeting"), context())) == ["About greeting."]


def test_a_complaint_is_named_back_promised_a_time_and_asked_for_what_is_missing_in_one_message() -> None:
    step = take_turn(conversation(), "it came broken", understood("item_damaged"), context())
    assert said_to_customer(step) == [
        "Hi Maja! About item damaged.\n\n"
        "A colleague will reply to you here by 12:00 today.\n\n"
        "What is your order number?"
    ]


def test_a_question_inside_a_complaint_is_answered_in_the_same_message() -> None:
    meant = understood("item_damaged", also=(("are you open on sunday", "opening_hours", 0.9),))
    step = take_turn(conversation(), "it came broken. are you open on sunday?", meant, context())
    (said,) = said_to_customer(step)
    assert said.split("\n\n") == [
        "Hi Maja! About item damaged.",
        "A colleague will reply to you here by 12:00 today.",
        "About opening hours.",
        "What is your order number?",
    ]
    assert step.conversation.answered == ("opening_hours",)
    assert step.conversation.promise is not None
    assert {"decided", "answered"} <= set(names(step))


def test_two_questions_are_answered_in_one_message() -> None:
    meant = understood("opening_hours", also=(("where is my order", "order_status", 0.9),))
    step = take_turn(conversation(), "are you open? where is my order?", meant, context())
    assert said_to_customer(step) == ["Hi Maja! About opening hours.\n\nAbout order status."]
    assert step.conversation.answered == ("order_status", "opening_hours")


def test_a_known_detail_is_not_asked_for() -> None:
    step = take_turn(conversation(), "12345 broke", understood("item_damaged", order_id="12345"), context())
    assert "order number" not in said_to_customer(step)[0]
    assert step.conversation.slots == {"order_id": "12345"}


def test_a_promise_opens_a_topic_with_a_card_and_sets_the_clock() -> None:
    step = take_turn(conversation(), "it came broken", understood("item_damaged"), context())
    case = [row.content for row in step.outbox if row.to == "case"]
    assert [type(content) for content in case] == [OpenTopic, Card]
    assert isinstance(case[1], Card)
    for fact in ("Maja Novak (@maja)", "English", "Complaint: Item damaged", "by 12:00 today", "it came broken"):
        assert fact in case[1].text
    assert [button.data for row in case[1].keyboard for button in row] == [
        "claim:5001-1",
        "resolve:5001-1",
        "snooze:5001-1",
        "transfer:5001-1",
        "back:5001-1",
        "about:5001-1",
        "block:5001-1",
    ]
    kinds = [due.kind for due in step.due]
    assert kinds == [DueKind.REMIND, DueKind.REMIND, DueKind.AT_RISK, DueKind.PROMISE]
    assert step.conversation.phase is Phase.WAITING
    assert step.conversation.promise is not None
    assert step.conversation.promise.quoted == "by 12:00 today"


def test_without_a_group_the_promise_is_recorded_all_the_same() -> None:
    step = take_turn(conversation(), "it came broken", understood("item_damaged"), context(group=None))
    assert step.conversation.promise is not None
    assert all(row.to == "customer" for row in step.outbox)
    assert "promised" in names(step)


def test_a_promise_made_when_we_are_closed_says_so_and_names_the_next_opening() -> None:
    step = take_turn(conversation(), "it broke", understood("item_damaged"), context(FRIDAY_EVENING))
    assert (
        "We are closed right now. A colleague will reply to you here on Monday by 11:00." in said_to_customer(step)[0]
    )


def test_pictures_sent_before_the_promise_reach_the_topic() -> None:
    held = arrival.receive(conversation(), wrote("", 9, media=Media.PHOTO), 1, context()).conversation
    step = turn.answer(
        held, decide(held, "", understood("item_damaged"), context().catalogue), understood("item_damaged"), context()
    )
    assert Copy(MAJA.id, 9, media=Media.PHOTO) in [row.content for row in step.outbox]


def test_a_clarifying_question_has_what_it_could_be_on_buttons_and_a_way_out() -> None:
    step = take_turn(conversation(), "there?", understood("opening_hours", 0.45, ("order_status", 0.4)), context())
    (row,) = step.outbox
    assert row.content.type == "text"
    labels = [button.label for line in row.content.keyboard for button in line]
    assert labels == ["Opening hours", "Order status", "Something else"]


def clarified() -> Conversation:
    return take_turn(
        conversation(), "there?", understood("opening_hours", 0.45, ("order_status", 0.4)), context()
    ).conversation


def press(before: Conversation, data: str) -> Step:
    return asked.choose(before, CustomerChoice(MAJA.id, 50, MAJA, "callback", data), 5, context())


def test_choosing_an_intent_answers_it_and_leaves_the_choice_in_place_of_the_buttons() -> None:
    step = press(clarified(), "intent:opening_hours")
    assert said_to_customer(step) == ["About opening hours."]
    edits = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert edits[0].text.endswith("✓ Opening hours")
    assert any(isinstance(row.content, AnswerCallback) for row in step.outbox)


def test_choosing_something_else_gets_a_promise_since_they_have_said_it_already() -> None:
    step = press(clarified(), "else")
    assert step.conversation.promise is not None
    assert "word for word" in said_to_customer(step)[0]


def test_choosing_a_colleague_gets_a_promise() -> None:
    rephrase = take_turn(conversation(), "hm", understood(), context()).conversation
    step = press(rephrase, "human")
    assert step.conversation.promise is not None
    assert step.conversation.intent == "talk_to_human"


@pytest.mark.parametrize("data", ["intent:gone", "nonsense", "", "intent:"])
def test_a_button_that_means_nothing_any_more_says_so_and_changes_nothing(data: str) -> None:
    before = clarified()
    step = press(before, data)
    answers = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    assert answers == ["That question no longer applies. Just write what you need."]
    assert replace(step.conversation, steps=before.steps) == before


def test_a_button_pressed_twice_counts_once() -> None:
    once = press(clarified(), "intent:opening_hours").conversation
    assert said_to_customer(press(once, "intent:opening_hours")) == []


def waiting() -> Conversation:
    return take_turn(conversation(), "it came broken", understood("item_damaged"), context()).conversation


def test_what_is_added_while_waiting_reaches_the_case_and_the_promise_is_said_again() -> None:
    arrived = arrival.receive(waiting(), wrote("it was the blue one", 8), 2, context())
    assert [row.content for row in arrived.outbox] == [Copy(MAJA.id, 8, text="it was the blue one")]
    step = turn.answer(
        arrived.conversation,
        decide(arrived.conversation, "it was the blue one", understood(), context().catalogue),
        understood(),
        context(),
    )
    assert said_to_customer(step) == [
        "Thank you, I've added that to your case. A colleague will reply by 12:00 today, as promised."
    ]


def test_a_question_asked_while_waiting_is_answered_and_the_promise_stands() -> None:
    step = take_turn(waiting(), "are you open on sunday", understood("opening_hours"), context())
    assert said_to_customer(step) == ["About opening hours."]
    assert step.conversation.promise is not None
    assert step.conversation.intent == "item_damaged"


def test_severity_only_rises_within_a_conversation() -> None:
    upset = take_turn(conversation(), "!!!", understood("item_damaged", severity=Severity.URGENT), context())
    calm = take_turn(upset.conversation, "thanks", understood("thanks"), context())
    assert calm.conversation.severity is Severity.URGENT


def test_what_is_urgent_is_promised_sooner() -> None:
    step = take_turn(conversation(), "smoke!", understood("item_damaged", severity=Severity.URGENT), context())
    assert "by 10:30 today" in said_to_customer(step)[0]


def test_a_second_wish_does_not_make_a_second_promise() -> None:
    step = asked.command(waiting(), wrote("/human", command="human"), 3, context())
    assert len(step.conversation.promises) == 1
    assert "by 12:00 today" in said_to_customer(step)[0]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (conversation(), "You have nothing open"),
        (waiting(), "by 12:00 today"),
        (conversation(phase=Phase.HUMAN, agent=ANA), "Ana has your case"),
        (conversation(phase=Phase.WAITING), "as soon as one of us can write"),
    ],
)
def test_status_tells_the_truth(before: Conversation, said: str) -> None:
    assert said in said_to_customer(asked.command(before, wrote("/status", command="status"), 3, context()))[0]


def test_start_and_help_are_answered_at_once() -> None:
    start = asked.command(conversation(), wrote("/start", command="start"), 1, context())
    hint = asked.command(conversation(), wrote("/help", command="help"), 1, context())
    assert "assistant of Lumen" in said_to_customer(start)[0]
    assert "/status" in said_to_customer(hint)[0]


def test_human_command_promises_a_human() -> None:
    step = asked.command(conversation(), wrote("/human", command="human"), 1, context())
    assert step.conversation.phase is Phase.WAITING


def test_trouble_inside_is_a_promise_to_the_customer_and_an_alert_to_the_team() -> None:
    held = arrival.receive(conversation(), wrote("hello"), 1, context()).conversation
    step = turn.trouble(held, "the model is gone", context(), update_id=4)
    assert "Something went wrong on our side" in said_to_customer(step)[0]
    assert step.conversation.promise is not None
    assert any("the model is gone" in text for text in said_to_team(step))
    assert step.update_id == 4


def test_a_message_without_words_is_asked_about() -> None:
    held = arrival.receive(conversation(), wrote("", media=Media.VOICE), 1, context()).conversation
    step = turn.answer(held, decide(held, "", understood(), context().catalogue), understood(), context())
    assert "What is it about?" in said_to_customer(step)[0]


def test_an_edit_before_the_pause_is_over_changes_what_is_understood() -> None:
    held = arrival.receive(conversation(), wrote("where is my oder", 4), 1, context()).conversation
    step = mirror.customer_edited(held, wrote("where is my order", 4, edited=True), 2, context())
    assert arrival.thought(step.conversation) == "where is my order"


def test_an_edit_while_a_colleague_has_it_reaches_the_colleague() -> None:
    step = mirror.customer_edited(
        conversation(phase=Phase.HUMAN, agents_chat=-100), wrote("the red one", 4, edited=True), 2, context()
    )
    assert [row.content for row in step.outbox] == [Revise(Ref(MAJA.id, 4), "the red one")]


def test_while_a_human_has_it_messages_are_passed_on_and_nothing_is_said() -> None:
    step = arrival.receive(conversation(phase=Phase.HUMAN, agents_chat=-100), wrote("ok", 3), 1, context())
    assert [row.content for row in step.outbox] == [Copy(MAJA.id, 3, text="ok")]
    assert [row.kind for row in step.due] == [DueKind.ANSWER]


# --- starting fresh ---------------------------------------------------------------------------------------------------


def test_a_new_conversation_counts_on_and_remembers_language_and_colleague_alone() -> None:
    last = conversation(id="5001-3", severity=Severity.URGENT, phase=Phase.RESOLVED, language="en", agent=ANA)
    new = arrival.fresh(MAJA.id, MAJA, last, context())
    assert (new.agent, new.last_agent) == (None, ANA)
    assert (new.id, new.severity, new.messages, new.language) == ("5001-4", Severity.CALM, (), "en")


@pytest.mark.parametrize(("code", "language"), [("sl", "sl"), ("sl-SI", "sl"), ("fr", "en"), (None, "en")])
def test_the_first_language_is_telegrams_where_we_speak_it(code: str | None, language: str) -> None:
    at = context(languages=("en", "sl"))
    assert arrival.fresh(1, replace(MAJA, language_code=code), None, at).language == language


def test_a_conversation_is_over_when_resolved_or_long_idle_with_the_bot() -> None:
    tomorrow = context(MONDAY + timedelta(hours=13))
    assert arrival.is_over(conversation(phase=Phase.RESOLVED), context())
    assert not arrival.is_over(conversation(), context())
    assert arrival.is_over(conversation(), tomorrow)
    assert not arrival.is_over(conversation(phase=Phase.WAITING), tomorrow)


def test_a_conversation_in_which_nobody_says_anything_is_closed_by_itself() -> None:
    held = take_turn(conversation(), "when are you open?", understood("opening_hours"), context())
    row = next(due for due in held.due if due.kind is DueKind.IDLE)
    idle = context().catalogue.standards.idle
    assert row.at - MONDAY > idle
    step = alarm.ring(held.conversation, row, replace(context(), now=row.at))
    assert (step.conversation.phase, step.outbox) == (Phase.RESOLVED, ())
    assert row.id in step.done


def test_a_conversation_that_goes_on_is_not_closed_but_watched_further() -> None:
    held = take_turn(conversation(), "when are you open?", understood("opening_hours"), context())
    row = next(due for due in held.due if due.kind is DueKind.IDLE)
    step = alarm.ring(held.conversation, row, replace(context(), now=row.at - timedelta(minutes=1)))
    assert step.conversation.phase is Phase.BOT
    assert [(due.id, due.at) for due in step.due] == [(row.id, row.at)]


def test_an_idle_conversation_is_closed_without_a_word() -> None:
    step = arrival.end_idle(conversation(), context())
    assert (step.conversation.phase, step.outbox) == (Phase.RESOLVED, ())


# --- time -------------------------------------------------------------------------------------------------------------


def ring(before: Conversation, kind: DueKind, after: timedelta) -> Step:
    promise = before.promise
    assert promise is not None
    due = Due("row", MONDAY + after, kind, MAJA.id, before.id, promise.id)
    return alarm.ring(before, due, context(MONDAY + after))


def test_the_team_is_nudged_with_a_new_message() -> None:
    step = ring(waiting(), DueKind.REMIND, timedelta(hours=1))
    assert said_to_team(step)[0] == "⏰ Due in 60 min: a reply was promised by 12:00 today."
    assert step.done == ("row",)


def test_before_it_would_break_the_promise_is_moved_and_the_customer_told_why() -> None:
    step = ring(waiting(), DueKind.AT_RISK, timedelta(minutes=110))
    first, second = step.conversation.promises
    assert (first.state, second.moved_from) == (PromiseState.MOVED, first.id)
    assert "by 12:00 today. That won't be possible" in said_to_customer(step)[0]
    assert second.quoted in said_to_customer(step)[0]
    assert f"promise:{first.id}" in step.done


def test_a_promise_is_moved_once_only() -> None:
    moved = ring(waiting(), DueKind.AT_RISK, timedelta(minutes=110)).conversation
    step = ring(moved, DueKind.AT_RISK, timedelta(minutes=220))
    assert said_to_customer(step) == []
    assert "supervisor" in said_to_team(step)[0]


def test_a_broken_promise_is_owned_up_to_and_followed_by_an_urgent_one() -> None:
    step = ring(waiting(), DueKind.PROMISE, timedelta(hours=2))
    broken, amends = step.conversation.promises
    assert broken.state is PromiseState.BROKEN
    assert amends.due_at == MONDAY + timedelta(hours=2, minutes=30)
    assert "did not keep our word" in said_to_customer(step)[0]


def test_after_breaking_twice_no_third_time_is_named() -> None:
    broken = ring(waiting(), DueKind.PROMISE, timedelta(hours=2)).conversation
    step = ring(broken, DueKind.PROMISE, timedelta(hours=2, minutes=30))
    assert step.conversation.promise is None
    assert "The whole team has been alerted" in said_to_customer(step)[0]


def test_a_row_of_a_promise_that_has_ended_only_goes_away() -> None:
    kept = conversation(phase=Phase.HUMAN)
    step = alarm.ring(kept, Due("row", MONDAY, DueKind.PROMISE, MAJA.id, kept.id, "5001-1/1"), context())
    assert (step.done, step.outbox, step.events) == (("row",), (), ())


def test_after_we_were_down_past_its_time_a_promise_is_broken_and_not_moved() -> None:
    step = ring(waiting(), DueKind.AT_RISK, timedelta(hours=3))
    assert step.conversation.promises[0].state is PromiseState.BROKEN
    assert "did not keep our word" in said_to_customer(step)[0]


def test_a_complaint_added_while_waiting_is_named_back_and_says_what_the_case_is_about() -> None:
    asked_for = asked.command(conversation(), wrote("/human", command="human"), 1, context()).conversation
    step = take_turn(asked_for, "it came broken", understood("item_damaged"), context())
    assert said_to_customer(step)[0].startswith("About item damaged.\n\nThank you, I've added that to your case.")
    assert step.conversation.intent == "item_damaged"


def test_an_answer_makes_up_for_what_was_not_understood_before_it() -> None:
    puzzled = take_turn(conversation(), "hm", understood(), context())
    answered = take_turn(puzzled.conversation, "when are you open", understood("opening_hours"), context())
    assert (puzzled.conversation.failures, answered.conversation.failures) == (1, 0)


def test_a_turn_that_was_answered_meanwhile_falls_due_without_a_word() -> None:
    row = Due("turn:5001-1", MONDAY, DueKind.TURN, MAJA.id, "5001-1")
    step = alarm.ring(waiting(), row, context())
    assert (step.done, step.outbox) == (("turn:5001-1",), ())


def test_what_the_customer_was_still_writing_beside_a_button_is_dealt_with_after_it() -> None:
    rephrase = take_turn(conversation(), "hm", understood(), context()).conversation
    writing = arrival.receive(rephrase, wrote("it came smashed, 77777", 9), 4, context()).conversation
    pressed = press(writing, "human").conversation
    assert arrival.thought(pressed) == "it came smashed, 77777"
    meant = understood("item_damaged", order_id="77777")
    step = turn.answer(pressed, decide(pressed, "…", meant, context().catalogue), meant, context())
    assert (step.conversation.intent, step.conversation.slots) == ("item_damaged", {"order_id": "77777"})


def test_words_after_a_command_reach_the_colleague_who_is_awaited() -> None:
    step = asked.command(waiting(), wrote("/human please ring me", 9, command="human"), 3, context())
    assert Copy(MAJA.id, 9) in [row.content for row in step.outbox]


def test_the_choice_is_written_below_the_question_whatever_was_said_since() -> None:
    before = asked.command(clarified(), wrote("/help", command="help"), 3, context()).conversation
    edits = [row.content for row in press(before, "else").outbox if isinstance(row.content, Edit)]
    assert "Did you mean…" in edits[0].text


def test_a_long_complaint_is_cut_on_the_card_and_shown_in_full_beside_it() -> None:
    story = "it broke " * 400
    step = take_turn(conversation(), story, understood("item_damaged"), context())
    (card,) = [row.content for row in step.outbox if isinstance(row.content, Card)]
    assert "it broke it broke" in card.text
    assert len(card.text.encode("utf-16-le")) // 2 < 4096
    assert Copy(MAJA.id, 1, text=story) in [row.content for row in step.outbox]


def test_a_card_full_of_emoji_keeps_its_newest_line() -> None:
    first = take_turn(conversation(), "🔥" * 800, understood("opening_hours"), context())
    again = take_turn(first.conversation, "🔥" * 800, understood("thanks"), context())
    step = take_turn(again.conversation, "it broke", understood("item_damaged"), context())
    (card,) = [row.content for row in step.outbox if isinstance(row.content, Card)]
    assert len(card.text.encode("utf-16-le")) // 2 < 4096
    assert card.text.endswith("What is your order number?")


def test_who_has_no_name_that_can_be_said_is_greeted_without_one() -> None:
    nameless = replace(conversation(), customer=replace(MAJA, name="🌸"))
    message = replace(wrote("are you open"), customer=nameless.customer)
    held = arrival.receive(nameless, message, 1, context()).conversation
    meant = understood("opening_hours")
    step = turn.answer(held, decide(held, "…", meant, context().catalogue), meant, context())
    assert said_to_customer(step) == ["Hi! About opening hours."]


def test_pictures_sent_while_waiting_are_for_the_colleague_whatever_they_say() -> None:
    held = arrival.receive(waiting(), wrote("thanks", 9, media=Media.PHOTO), 2, context()).conversation
    assert decide(held, "thanks", understood("thanks"), context().catalogue).act == "noted"


def test_trouble_while_a_colleague_has_the_case_is_theirs_to_see() -> None:
    before = conversation(phase=Phase.HUMAN, agents_chat=-100, agent=ANA)
    step = turn.trouble(before, "no", context(), 4, wrote("hello?", 9))
    assert said_to_customer(step) == []
    assert step.conversation.phase is Phase.HUMAN
    assert Copy(MAJA.id, 9, text="hello?") in [row.content for row in step.outbox]


def test_a_promise_moved_to_the_same_words_says_nothing_new() -> None:
    seconds = replace(
        context().catalogue.standards.promises, by_kind={"complaint": timedelta(seconds=5), "question": timedelta(1)}
    )
    at = context(MONDAY, promises=seconds)
    held = arrival.receive(conversation(), wrote("broken"), 1, at).conversation
    given = turn.answer(
        held, decide(held, "", understood("item_damaged"), at.catalogue), understood("item_damaged"), at
    )
    later = context(MONDAY + timedelta(seconds=4), promises=seconds)
    due = Due("row", later.now, DueKind.AT_RISK, MAJA.id, "5001-1", "5001-1/1")
    step = alarm.ring(given.conversation, due, later)
    assert step.conversation.promises[0].state is PromiseState.MOVED
    assert said_to_customer(step) == []


def test_after_two_broken_promises_the_team_is_told_again_and_again_until_somebody_comes() -> None:
    broken = ring(waiting(), DueKind.PROMISE, timedelta(hours=2)).conversation
    given_up = ring(broken, DueKind.PROMISE, timedelta(hours=2, minutes=30))
    (nag,) = given_up.due
    step = alarm.ring(given_up.conversation, nag, context(nag.at))
    assert "still waiting" in said_to_team(step)[0]
    assert [row.id for row in step.due] == [nag.id]
    claimed = replace(given_up.conversation, phase=Phase.HUMAN, agent=ANA)
    assert [row.id for row in alarm.ring(claimed, nag, context(nag.at)).due] == [nag.id]
    answer = Message(nag.at, Author.AGENT, "Sorry!", ANA.name)
    answered = replace(claimed, messages=(*claimed.messages, answer))
    assert alarm.ring(answered, nag, context(nag.at)).due == ()


# --- a customer who writes very much ----------------------------------------------------------------------------------


def flood(before: Conversation, messages: int, *, apart: timedelta = timedelta(seconds=1)) -> list[Step]:
    """So many messages of one customer, one after the other."""
    steps = []
    for number in range(messages):
        at = context(MONDAY + number * apart)
        steps.append(arrival.receive(before, wrote(f"line {number}", message_id=number + 1), number, at))
        before = steps[-1].conversation
    return steps


def test_who_floods_us_is_told_once_that_it_is_all_read_together() -> None:
    steps = flood(conversation(), 60)
    told = [text for step in steps for text in said_to_customer(step)]
    assert told == [
        "I have all your messages, Maja, and am reading them together. Nothing gets lost: you needn't write it again."
    ]
    assert said_to_customer(steps[arrival.MANY]) == told
    assert len(steps[-1].conversation.pending) == 60


def test_who_writes_as_much_over_hours_is_no_flood() -> None:
    steps = flood(conversation(), 60, apart=timedelta(seconds=10))
    assert [text for step in steps for text in said_to_customer(step)] == []


def test_a_flood_is_one_turn_once_it_pauses_and_within_a_minute_at_most() -> None:
    steps = flood(conversation(), 60)
    dues = [step.due[0].at for step in steps]
    assert dues[arrival.MANY] - (MONDAY + timedelta(seconds=arrival.MANY)) == 4 * timedelta(seconds=1.5)
    assert dues[-1] <= MONDAY + timedelta(seconds=8) + arrival.WHILE


def test_a_human_who_has_the_case_is_passed_the_flood_and_the_bot_is_quiet() -> None:
    steps = flood(conversation(phase=Phase.HUMAN, agents_chat=-100), 60)
    assert [text for step in steps for text in said_to_customer(step)] == []
    assert sum(len(step.outbox) for step in steps) == 60


def test_told_once_is_told_again_after_an_hour() -> None:
    told = flood(conversation(), 20)[-1].conversation
    later = replace(told, flooded_at=MONDAY - arrival.TOLD_FOR)
    assert said_to_customer(arrival.receive(later, wrote("more"), 9, context(MONDAY + timedelta(seconds=20))))


def test_what_a_customer_repeats_is_understood_once() -> None:
    before = conversation()
    for number, text in enumerate(("Is it down?", "is it down? ", "hello", "Is it down?")):
        before = arrival.receive(before, wrote(text, number), number, context()).conversation
    assert arrival.thought(before) == "Is it down? hello"


def test_of_an_endless_thought_the_end_is_understood() -> None:
    before = conversation()
    for number in range(5):
        before = arrival.receive(before, wrote(f"{number}" * 4000, number), number, context()).conversation
    assert arrival.thought(before).endswith("4" * 4000)
    assert len(arrival.thought(before)) == arrival.LONGEST_THOUGHT


# --- what would annoy a customer who waits ----------------------------------------------------------------------------


def test_a_number_that_we_asked_for_is_added_to_the_case_even_if_it_sounds_like_a_question() -> None:
    meant = understood("order_status", order_id="12345")
    step = take_turn(waiting(), "my order number is 12345", meant, context())
    assert said_to_customer(step)[0].startswith("Thank you, I've added that to your case.")


def test_a_question_that_brings_the_number_is_a_question() -> None:
    meant = understood("order_status", order_id="12345")
    step = take_turn(waiting(), "and where is order 12345?", meant, context())
    assert said_to_customer(step) == ["About order status."]


def test_another_time_is_heard_even_where_the_words_sound_like_opening_hours() -> None:
    step = take_turn(waiting(), "Tomorrow would be better!", understood("opening_hours"), context())
    assert said_to_customer(step) == [
        "Which time suits you better? Until you choose one, this holds.\n\n"
        "A colleague will reply to you here by 12:00 today."
    ]


def test_who_is_upset_while_they_wait_hears_that_we_are_sorry_and_hears_it_once() -> None:
    upset = understood(confidence=0.3, severity=Severity.UPSET)
    first = take_turn(waiting(), "this is a joke, I want my money back", upset, context())
    second = take_turn(first.conversation, "and I mean it, this is outrageous", upset, context())
    assert said_to_customer(first)[0].startswith(
        "I'm sorry that this went wrong. Thank you for telling us.\n\nThank you,"
    )
    assert said_to_customer(second)[0].startswith("Thank you, I've added that to your case.")


@pytest.mark.parametrize(("text", "language"), [("asdf qwer", "en"), ("kaj pa če pride jutri", "sl")])
def test_a_word_or_two_of_nonsense_do_not_change_the_language(text: str, language: str) -> None:
    spoken = take_turn(conversation(), "it came broken", understood("item_damaged"), context(languages=("en", "sl")))
    meant = replace(understood(confidence=0.3), language="sl")
    step = take_turn(spoken.conversation, text, meant, context(languages=("en", "sl")))
    assert step.conversation.language == language


def test_who_asks_for_a_person_while_one_is_on_the_way_hears_when() -> None:
    step = take_turn(waiting(), "human please", understood("talk_to_human"), context())
    assert said_to_customer(step) == ["Your case is with us. A colleague will reply to you here by 12:00 today."]
