"""After a case: how it was, whether it is all right now, what is praised; and a case that is taken up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bot.core import aftercare, arrival, asked, handover, reopening, turn
from bot.core.conversation import Conversation, Phase
from bot.core.decide import decide
from bot.core.draft import Context
from bot.core.incoming import AgentMessage, CustomerChoice
from bot.core.outgoing import AnswerCallback, ClearButtons, Delivery, Edit, Lane, Receipt, ReopenTopic, Text, To
from bot.core.step import Due, DueKind, Step
from bot.core.understanding import Severity
from tests.catalogues import (
    ANA,
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

PAUSE = timedelta(minutes=10)
AFTER = {
    "survey": PAUSE,
    "follow_up": {"complaint": timedelta(days=2)},
    "quiet": (time(21), time(8)),
}
SOLVED_AT = MONDAY + timedelta(minutes=30)


def at(moment: datetime, **standards: Any) -> Context:
    asked: dict[str, Any] = {**AFTER, **standards}
    return context(moment, **asked)


def says(
    before: Conversation, text: str, when: Context, intent: str = "none", past: Conversation | None = None
) -> Step:
    held = arrival.receive(before, wrote(text, before.steps + 10), 1, when).conversation
    meant = understood(intent)
    decision = reopening.considered(decide(held, text, meant, when.catalogue), past, text, meant, when.catalogue)
    return turn.answer(held, decision, meant, when, past)


def answered(intent: str = "item_damaged") -> Conversation:
    waiting = says(conversation(), "it came broken", at(MONDAY), intent).conversation
    message = AgentMessage(GROUP, 5, 31, ANA, "a new one is on its way")
    soon = at(MONDAY + timedelta(minutes=20))
    return handover.agent_wrote(replace(waiting, topic_id=5), message, 2, soon).conversation


def resolving(before: Conversation, **standards: Any) -> Step:
    return handover.agent_asked(before, handover.Wish("resolve", ANA, "c"), 3, at(SOLVED_AT, **standards))


def solved(intent: str = "item_damaged") -> Conversation:
    return resolving(answered(intent)).conversation


def due(case: Conversation, kind: DueKind, moment: datetime) -> Due:
    return Due(f"{kind}:{case.id}", moment, kind, case.chat_id, case.id)


SURVEY_AT = SOLVED_AT + PAUSE
FOLLOW_UP_AT = SOLVED_AT + timedelta(days=2)


def survey(case: Conversation, when: Context | None = None, last: Conversation | None = None) -> Step:
    return aftercare.ring(case, due(case, DueKind.SURVEY, SURVEY_AT), last or case, when or at(SURVEY_AT))


def follow_up(case: Conversation, when: Context | None = None, last: Conversation | None = None) -> Step:
    return aftercare.ring(case, due(case, DueKind.FOLLOW_UP, FOLLOW_UP_AT), last or case, when or at(FOLLOW_UP_AT))


def press(case: Conversation, data: str, when: Context, last: Conversation | None = None) -> Step:
    return aftercare.choose(case, last or case, CustomerChoice(MAJA.id, 80, MAJA, "cb", data), 9, when)


def toast(step: Step) -> str:
    (said,) = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    return said


# --- what is asked, and of whom ---------------------------------------------------------------------------------------


def test_a_solved_complaint_is_to_be_asked_about_twice() -> None:
    step = resolving(answered())
    assert [(row.kind, row.at) for row in step.due] == [
        (DueKind.SURVEY, SURVEY_AT),
        (DueKind.FOLLOW_UP, FOLLOW_UP_AT),
    ]


def test_what_was_no_complaint_is_not_followed_up() -> None:
    assert [row.kind for row in resolving(answered("cancel_order")).due] == [DueKind.SURVEY]


def test_who_was_helped_by_nobody_is_asked_nothing() -> None:
    waiting = says(conversation(), "it broke", at(MONDAY), "item_damaged").conversation
    assert resolving(waiting).due == ()


def test_a_house_that_asks_nothing_asks_nothing() -> None:
    assert resolving(answered(), survey=None, follow_up={}).due == ()


def test_thanks_for_an_answer_say_that_it_helped() -> None:
    asked_first = says(conversation(), "when are you open", at(MONDAY), "opening_hours")
    thanked = says(asked_first.conversation, "thanks!", at(MONDAY), "thanks")
    assert [row.kind for row in thanked.due if row.kind is not DueKind.IDLE] == [DueKind.SURVEY]
    assert [row.kind for row in asked_first.due] == [DueKind.IDLE]


def test_small_talk_is_not_asked_about() -> None:
    greeted = says(conversation(), "hi", at(MONDAY), "greeting").conversation
    assert [row.kind for row in says(greeted, "thanks", at(MONDAY), "thanks").due] == [DueKind.IDLE]


def test_a_survey_has_five_buttons_and_goes_out_last() -> None:
    step = survey(solved())
    (row,) = step.outbox
    assert row.lane is Lane.FOLLOW_UP
    assert isinstance(row.content, Text)
    assert [button.label for line in row.content.keyboard for button in line] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
    assert aftercare.is_survey(row.content)
    assert step.conversation.phase is Phase.RESOLVED


def test_a_follow_up_names_what_it_was_about() -> None:
    step = follow_up(solved())
    assert said_to_customer(step) == ["Hello Maja, you told us about this: Item damaged. Is it all right now?"]
    assert step.outbox[0].lane is Lane.FOLLOW_UP


# --- when we may write ------------------------------------------------------------------------------------------------


def test_nothing_is_asked_in_quiet_hours() -> None:
    night = datetime(2026, 11, 23, 22, 15, tzinfo=MONDAY.tzinfo)  # 23:15 in Ljubljana
    step = survey(solved(), at(night))
    assert step.outbox == ()
    assert [row.at for row in step.due] == [datetime(2026, 11, 24, 7, tzinfo=MONDAY.tzinfo)]


def test_a_bot_that_was_down_asks_nothing_late_at_night_and_nothing_stale() -> None:
    days_later = at(SURVEY_AT + timedelta(days=4))
    step = survey(solved(), days_later)
    assert (step.outbox, step.due) == ((), ())
    assert step.events[0].facts["because"] == "too_late"


def test_who_opted_out_is_not_asked() -> None:
    stopped = asked.command(
        arrival.fresh(MAJA.id, MAJA, solved(), at(SOLVED_AT)), wrote("/stop", command="stop"), 1, at(SOLVED_AT)
    ).conversation
    assert survey(solved(), last=stopped).outbox == ()
    assert follow_up(solved(), last=stopped).outbox == ()


def test_who_starts_again_is_asked_again_and_both_are_on_record() -> None:
    stop = asked.command(conversation(), wrote("/stop", command="stop"), 1, at(MONDAY))
    start = asked.command(stop.conversation, wrote("/start", command="start"), 2, at(MONDAY))
    assert (stop.conversation.customer.follow_ups, start.conversation.customer.follow_ups) == (False, True)
    assert ("opted_out" in names(stop), "opted_in" in names(start)) == (True, True)


def test_opting_out_outlasts_the_conversation_and_what_telegram_says() -> None:
    stop = asked.command(conversation(), wrote("/stop", command="stop"), 1, at(MONDAY)).conversation
    later = arrival.fresh(MAJA.id, MAJA, replace(stop, phase=Phase.RESOLVED), at(MONDAY))
    assert not arrival.receive(later, wrote("hello"), 2, at(MONDAY)).conversation.customer.follow_ups


def test_we_write_once_a_day_about_one_case() -> None:
    surveyed = survey(solved()).conversation
    early = aftercare.ring(
        surveyed, due(surveyed, DueKind.FOLLOW_UP, SURVEY_AT), surveyed, at(SURVEY_AT + timedelta(hours=2))
    )
    assert early.outbox == ()
    assert [row.at for row in early.due] == [SURVEY_AT + timedelta(days=1)]


def test_a_clock_that_was_put_back_makes_nobody_wait_for_a_far_day() -> None:
    surveyed = survey(solved(), at(SURVEY_AT)).conversation
    odd = replace(surveyed, after=replace(surveyed.after, wrote_at=MONDAY + timedelta(days=4000)))
    step = follow_up(odd)
    assert [row.at for row in step.due] == [FOLLOW_UP_AT + timedelta(days=1)]


def test_who_is_just_writing_is_not_interrupted() -> None:
    chatting = says(arrival.fresh(MAJA.id, MAJA, solved(), at(SURVEY_AT)), "when are you open", at(SURVEY_AT), "thanks")
    step = survey(solved(), at(SURVEY_AT + timedelta(minutes=3)), chatting.conversation)
    assert step.outbox == ()
    assert [row.at for row in step.due] == [SURVEY_AT + timedelta(minutes=10)]


def test_who_has_another_case_with_us_is_not_asked_about_the_old_one() -> None:
    another = says(arrival.fresh(MAJA.id, MAJA, solved(), at(SURVEY_AT)), "wrong bill", at(SURVEY_AT), "cancel_order")
    step = survey(solved(), last=another.conversation)
    assert (step.outbox, step.events[0].facts["because"]) == ((), "another_case")


def test_what_is_in_hand_again_is_not_asked_about() -> None:
    open_again = replace(solved(), phase=Phase.HUMAN)
    assert survey(open_again).events[0].facts["because"] == "not_solved"


# --- stars ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stars", "said"), [(1, "I'm sorry"), (2, "I'm sorry"), (3, "thank you"), (5, "thank you")])
def test_stars_are_recorded_and_thanked_for_in_place_of_the_buttons(stars: int, said: str) -> None:
    step = press(survey(solved()).conversation, f"after:rate:5001-1:{stars}", at(SURVEY_AT))
    (edit,) = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert said in edit.text
    (rated,) = [event for event in step.events if event.name == "rated"]
    assert (rated.by, rated.facts["stars"], rated.facts["team"]) == ("customer", str(stars), "support")
    assert rated.facts["agent"] == "Ana Kos (7001)"


def test_a_case_is_rated_once() -> None:
    rated = press(survey(solved()).conversation, "after:rate:5001-1:5", at(SURVEY_AT)).conversation
    again = press(rated, "after:rate:5001-1:1", at(SURVEY_AT))
    assert "no longer applies" in toast(again)
    assert again.conversation.after.rating == 5


def test_a_case_rated_by_an_old_button_is_not_asked_about_again() -> None:
    rated = replace(solved(), after=replace(solved().after, rating=4))
    assert survey(rated).outbox == ()


@pytest.mark.parametrize(
    "data", ["after:rate:5001-1:0", "after:rate:5001-1:6", "after:rate:5001-1", "after:dance:5001-1", "after:", "else"]
)
def test_what_is_no_such_button_is_none(data: str) -> None:
    assert aftercare.case_of(CustomerChoice(MAJA.id, 80, MAJA, "cb", data)) is None
    assert "no longer applies" in toast(press(solved(), data, at(SURVEY_AT)))


def test_nobody_rates_for_another_customer() -> None:
    theirs = replace(solved(), id="6002-1", chat_id=6002)
    step = press(theirs, "after:rate:6002-1:1", at(SURVEY_AT), last=solved())
    assert step.conversation.chat_id == MAJA.id
    assert step.events == ()


def test_a_word_about_it_is_thanked_for_and_reaches_the_team_outside_closed_topics() -> None:
    rated = press(survey(solved()).conversation, "after:rate:5001-1:2", at(SURVEY_AT)).conversation
    step = aftercare.word(rated, replace(wrote("it took too long", 90), reply_to=80), 10, at(SURVEY_AT))
    assert "in your own words" in said_to_customer(step)[0]
    (line,) = [row for row in step.outbox if row.to is To.TEAM]
    assert isinstance(line.content, Text)
    assert (line.chat_id, line.lane, line.content.text) == (
        GROUP,
        Lane.FOLLOW_UP,
        "2 ★ from Maja Novak: it took too long",
    )
    assert step.conversation.phase is Phase.RESOLVED


# --- is it all right now? ---------------------------------------------------------------------------------------------


def test_yes_is_recorded_and_the_customer_thanked() -> None:
    step = press(follow_up(solved()).conversation, "after:yes:5001-1", at(FOLLOW_UP_AT))
    (edit,) = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert "✓ Yes, all is well\n\nI'm glad to hear that" in edit.text
    assert step.conversation.after.is_well


def test_no_takes_the_case_up_again_before_others_with_a_fresh_promise_in_the_same_topic() -> None:
    step = press(follow_up(solved()).conversation, "after:no:5001-1", at(FOLLOW_UP_AT))
    again = step.conversation
    assert (again.id, again.continues, again.phase, again.topic_id) == ("5001-2", "5001-1", Phase.WAITING, 5)
    assert (again.intent, again.severity) == ("item_damaged", Severity.UPSET)
    assert again.promise is not None
    assert again.promise.due_at - FOLLOW_UP_AT == timedelta(minutes=30)
    assert any(isinstance(row.content, ReopenTopic) for row in step.outbox)
    assert "I'm sorry that it isn't solved yet, Maja" in said_to_customer(step)[0]
    assert any("Please take it first" in text for text in said_to_team(step))


def test_no_pressed_twice_opens_one_case() -> None:
    again = press(follow_up(solved()).conversation, "after:no:5001-1", at(FOLLOW_UP_AT)).conversation
    assert "no longer applies" in toast(press(solved(), "after:no:5001-1", at(FOLLOW_UP_AT), last=again))


def test_yes_and_no_can_be_said_in_words() -> None:
    asked_after = follow_up(solved()).conversation
    new = arrival.fresh(MAJA.id, MAJA, asked_after, at(FOLLOW_UP_AT))
    no = says(new, "Not yet.", at(FOLLOW_UP_AT), past=asked_after).conversation
    yes = says(new, "yes, thank you!", at(FOLLOW_UP_AT), past=asked_after)
    assert (no.continues, no.phase) == ("5001-1", Phase.WAITING)
    assert "glad to hear" in said_to_customer(yes)[0]
    assert "followed_up" in names(yes)


# --- taken up again ---------------------------------------------------------------------------------------------------

NEXT_DAY = at(SOLVED_AT + timedelta(days=1))


def new_words(text: str, intent: str = "none", when: Context = NEXT_DAY) -> Conversation:
    new = arrival.fresh(MAJA.id, MAJA, solved(), when)
    past = solved() if reopening.may_be_continued(solved(), when) else None
    held = arrival.receive(new, wrote(text, 10), 1, when).conversation
    meant = understood(intent)
    decision = reopening.considered(decide(held, text, meant, when.catalogue), past, text, meant, when.catalogue)
    return turn.answer(held, decision, meant, when, past).conversation


def test_a_case_that_is_taken_up_again_has_its_tags_again() -> None:
    step = press(replace(solved(), tags=("vip",)), "after:unsolved:5001-1", NEXT_DAY)
    assert step.conversation.tags == ("vip",)
    assert [event.facts for event in step.events if event.name == "tagged"] == [{"tag": "vip"}]


def test_the_button_under_solved_takes_it_up_again() -> None:
    step = press(solved(), "after:unsolved:5001-1", NEXT_DAY)
    assert (step.conversation.id, step.conversation.phase) == ("5001-2", Phase.WAITING)
    assert ClearButtons(80) in [row.content for row in step.outbox]


@pytest.mark.parametrize(
    ("text", "intent"), [("it broke again", "item_damaged"), ("still not working", "none"), ("not fixed", "thanks")]
)
def test_who_goes_on_about_it_within_a_week_has_the_same_case_again(text: str, intent: str) -> None:
    again = new_words(text, intent)
    assert (again.continues, again.topic_id, again.promises[0].reason) == ("5001-1", 5, "reopened")


@pytest.mark.parametrize(("text", "intent"), [("thanks a lot", "thanks"), ("when are you open", "opening_hours")])
def test_thanks_and_other_questions_take_nothing_up_again(text: str, intent: str) -> None:
    assert new_words(text, intent).continues is None


def test_another_order_is_another_case() -> None:
    first = replace(solved(), slots={"order_id": "11111"})
    meant = understood("item_damaged", order_id="22222")
    held = arrival.receive(arrival.fresh(MAJA.id, MAJA, first, NEXT_DAY), wrote("broken"), 1, NEXT_DAY).conversation
    decision = decide(held, "broken", meant, NEXT_DAY.catalogue)
    assert reopening.considered(decision, first, "broken", meant, NEXT_DAY.catalogue) == decision


def test_after_a_week_it_is_a_new_case() -> None:
    late = at(SOLVED_AT + timedelta(days=8))
    assert new_words("it broke again", "item_damaged", late).continues is None
    assert "no longer applies" in toast(press(solved(), "after:unsolved:5001-1", late))


def test_a_case_that_no_human_had_is_not_taken_up_again() -> None:
    assert not reopening.may_be_continued(conversation(phase=Phase.RESOLVED, resolved_at=MONDAY), at(MONDAY))


def test_no_said_while_another_case_is_open_reaches_the_colleague_who_has_that() -> None:
    other = says(arrival.fresh(MAJA.id, MAJA, solved(), NEXT_DAY), "wrong bill", NEXT_DAY, "cancel_order").conversation
    step = press(solved(), "after:unsolved:5001-1", NEXT_DAY, last=other)
    assert step.conversation.id == other.id
    assert step.conversation.promises == other.promises
    assert any("isn't solved" in text for text in said_to_team(step))


def test_only_who_talks_to_the_bot_alone_may_go_on_about_an_old_case() -> None:
    assert reopening.before(conversation(id="5001-6")) == ("5001-5", "5001-4", "5001-3")
    assert reopening.before(conversation(id="5001-2")) == ("5001-1",)
    assert reopening.before(conversation()) == ()
    assert reopening.before(conversation(id="5001-2", phase=Phase.HUMAN)) == ()


# --- praise -----------------------------------------------------------------------------------------------------------


def test_praise_is_thanked_for_recorded_and_told_to_the_team() -> None:
    step = says(conversation(), "Ana was wonderful", at(MONDAY), "praise")
    assert said_to_customer(step) == ["Hi Maja! About praise."]
    (line,) = [row for row in step.outbox if row.to is To.TEAM]
    assert isinstance(line.content, Text)
    assert line.content.text == "Praise by Maja Novak: Ana was wonderful"
    (event,) = [event for event in step.events if event.name == "feedback"]
    assert event.facts == {"kind": "praise", "text": "Ana was wonderful"}


def test_praise_in_a_case_is_read_in_its_topic() -> None:
    waiting = says(conversation(), "it came broken", at(MONDAY), "item_damaged").conversation
    step = says(waiting, "you are so kind", at(MONDAY), "praise")
    assert [row for row in step.outbox if row.to is To.TEAM] == []


def test_without_a_group_praise_is_recorded_all_the_same() -> None:
    alone = context(MONDAY, group=None)
    step = says(conversation(), "lovely", alone, "praise")
    assert "feedback" in names(step)
    assert all(row.to is To.CUSTOMER for row in step.outbox)


def test_a_line_for_the_team_that_cannot_be_sent_is_on_record_only() -> None:
    (line,) = [row for row in says(conversation(), "lovely", at(MONDAY), "praise").outbox if row.to is To.TEAM]
    refused = Receipt(line.id, MONDAY, Delivery.FAILED, error="gone", problem="TopicGoneError")
    step = handover.undelivered(conversation(), line, refused, at(MONDAY))
    assert (step.outbox, names(step)) == ((), ["undelivered"])
