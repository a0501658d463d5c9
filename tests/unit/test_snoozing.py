"""A case rests, and nobody is forgotten by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import alarm, arrival, handover, priority, snooze_times
from bot.core.content import Assign, Calendar, Window
from bot.core.conversation import Conversation, Phase, PromiseState
from bot.core.draft import Context
from bot.core.hours import is_open
from bot.core.incoming import AgentMessage
from bot.core.outgoing import AnswerCallback, RenameTopic, ShowButtons, Text
from bot.core.people import Person
from bot.core.roster import Roster
from bot.core.step import Due, DueKind, Step
from tests.catalogues import ANA, BEN, GROUP, MAJA, MONDAY, context, conversation, said_to_customer, said_to_team, wrote
from tests.unit.test_handover import answered, waiting

OFFICE = Calendar("office", "Europe/Ljubljana", tuple(Window(day, time(9), time(17)) for day in range(5)))
ALWAYS = Calendar("always", "Europe/Ljubljana", always=True)
ZONE = ZoneInfo("Europe/Ljubljana")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda span: MONDAY + span)


def at(now: datetime = MONDAY, **more: object) -> Context:
    roster = Roster([Person(one.id, one.name, groups=(GROUP,), seen_at=MONDAY) for one in (ANA, BEN)])
    return replace(context(now), roster=roster, **more)  # type: ignore[arg-type]


def press(case: Conversation, command: str, now: datetime = MONDAY + 10 * MINUTE) -> Step:
    return handover.agent_asked(case, handover.Wish(command, ANA, "c", pressed=77), 9, at(now))


def typed(case: Conversation, text: str, now: datetime = MONDAY + 10 * MINUTE) -> Step:
    message = AgentMessage(GROUP, 5, 31, ANA, text, command=text[1:].split(maxsplit=1)[0])
    return handover.agent_asked(case, handover.Wish(message.command or "", ANA, message=message), 9, at(now))


def toast(step: Step) -> str:
    (said,) = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    return said


def shown(step: Step) -> list[str]:
    found = [row.content.keyboard for row in step.outbox if isinstance(row.content, ShowButtons)]
    return [button.label for row in found[-1] for button in row]


def row_of(step: Step) -> Due:
    return next(due for due in step.due if due.kind is DueKind.SNOOZE)


# --- what can be chosen -----------------------------------------------------------------------------------------------


def test_a_press_offers_a_short_while_tomorrow_and_other_times() -> None:
    step = press(answered(waiting()).conversation, "snooze")
    assert shown(step) == ["30 mins", "2 hrs", "Until Tue 09:00", "Another time…", "‹ Back"]
    assert step.conversation.snoozed is None


def test_other_times_are_those_at_which_the_team_is_there() -> None:
    step = press(answered(waiting()).conversation, "rest.more")
    assert shown(step) == [
        "Until 12:00",
        "Until 15:00",
        "Until Tue 09:00",
        "Until Tue 14:00",
        "Until Wed 09:00",
        "Until Wed 14:00",
        "‹ Back",
    ]


def test_back_shows_the_buttons_of_the_card_again() -> None:
    assert shown(press(waiting(), "card")) == [
        "Claim",
        "Resolve",
        "Snooze",
        "Pass on",
        "Hand back",
        "This was about…",
        "Block",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45m", "2026-11-23 10:45"),
        ("45 min", "2026-11-23 10:45"),
        ("2h", "2026-11-23 12:00"),
        ("1h 30m", "2026-11-23 11:30"),
        ("1h30m", "2026-11-23 11:30"),
        ("2d", "2026-11-25 10:00"),
        ("16:30", "2026-11-23 16:30"),
        ("16.30", "2026-11-23 16:30"),
        ("9:30", "2026-11-24 09:30"),
        ("tomorrow", "2026-11-24 09:00"),
        ("Tomorrow 14:15", "2026-11-24 14:15"),
        ("today 16:00", "2026-11-23 16:00"),
        ("mon 9:00", "2026-11-30 09:00"),
        ("mon 11:00", "2026-11-23 11:00"),
        ("fri", "2026-11-27 09:00"),
        ("Friday 8:00", "2026-11-27 08:00"),
        ("sat", "2026-11-30 09:00"),
        ("pon 9:00", "2026-11-30 09:00"),
        ("torek", "2026-11-24 09:00"),
    ],
)
def test_what_an_agent_types_is_a_time_of_the_teams_calendar(text: str, expected: str) -> None:
    found = snooze_times.read(text, OFFICE, MONDAY, "sl")
    assert found is not None
    assert f"{found.astimezone(ZONE):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["", "soon", "25:00", "9:75", "t", "s 9:00", "-5m", "5", "tomorrow or so", "mon tue"])
def test_what_is_no_time_is_no_time(text: str) -> None:
    assert snooze_times.read(text, OFFICE, MONDAY, "en") is None


def test_for_a_team_that_is_always_there_a_day_begins_in_the_morning() -> None:
    assert f"{snooze_times.tomorrow(ALWAYS, MONDAY).astimezone(ZONE):%a %H:%M}" == "Tue 09:00"


@given(MOMENTS, st.booleans())
def test_times_that_are_offered_are_ahead_open_and_few(now: datetime, always: bool) -> None:
    calendar = ALWAYS if always else OFFICE
    found = snooze_times.offered(calendar, now)
    assert found == sorted(set(found))
    assert 0 < len(found) <= snooze_times.MOST_TIMES
    assert all(now < one and is_open(calendar, one) for one in found)
    assert snooze_times.tomorrow(calendar, now) > now


@given(MOMENTS, st.text(max_size=12))
def test_nothing_that_is_typed_is_an_error(now: datetime, text: str) -> None:
    found = snooze_times.read(text, OFFICE, now, "en")
    assert found is None or found.tzinfo is not None


# --- resting ----------------------------------------------------------------------------------------------------------


def test_a_case_that_rests_says_until_when_on_card_and_title() -> None:
    step = press(answered(waiting()).conversation, "rest.for.30")
    assert "💤 Rests until 10:40 (Ana Kos)" in said_to_team(step)[-1]
    assert [row.content.title for row in step.outbox if isinstance(row.content, RenameTopic)] == [
        "💤 Maja Novak · Item damaged"
    ]
    assert toast(step).startswith("💤 It rests until 10:40.")
    assert row_of(step).at == MONDAY + 40 * MINUTE
    assert said_to_customer(step) == []


def test_it_wakes_at_its_time_with_a_new_message_that_calls_the_agent() -> None:
    resting = press(answered(waiting()).conversation, "rest.for.30")
    woken = alarm.ring(resting.conversation, row_of(resting), at(MONDAY + 40 * MINUTE))
    (called,) = [row.content for row in woken.outbox if isinstance(row.content, Text)]
    assert (called.text, called.mentions[0].user_id) == (
        "⏰ Ana Kos, here is the case that was to rest until now.",
        ANA.id,
    )
    assert woken.conversation.snoozed is None


def test_when_it_was_given_to_another_meanwhile_both_are_called() -> None:
    resting = press(answered(waiting()).conversation, "rest.for.30")
    given_on = replace(resting.conversation, agent=BEN)
    woken = alarm.ring(given_on, row_of(resting), at(MONDAY + 40 * MINUTE))
    (called,) = [row.content for row in woken.outbox if isinstance(row.content, Text)]
    assert [mention.user_id for mention in called.mentions] == [ANA.id, BEN.id]


def test_a_row_of_an_earlier_rest_wakes_nobody() -> None:
    first = press(answered(waiting()).conversation, "rest.for.30")
    longer = press(first.conversation, "rest.for.120")
    woken = alarm.ring(longer.conversation, row_of(first), at(MONDAY + 40 * MINUTE))
    assert woken.conversation.snoozed is not None
    assert woken.outbox == ()


def test_the_customers_next_message_wakes_it_at_once() -> None:
    resting = press(answered(waiting()).conversation, "rest.for.120").conversation
    step = arrival.receive(resting, wrote("it leaks too", 8), 2, at(MONDAY + 20 * MINUTE))
    assert step.conversation.snoozed is None
    assert "snooze:5001-1" in step.done
    assert "⏰ Ana Kos, the customer has written: this case rests no longer." in said_to_team(step)


def test_pressing_again_or_unsnooze_ends_it() -> None:
    resting = press(answered(waiting()).conversation, "rest.for.120").conversation
    assert press(resting, "snooze").conversation.snoozed is None
    assert press(resting, "unsnooze").conversation.snoozed is None
    assert "It rests no longer." in said_to_team(typed(resting, "/unsnooze"))
    assert toast(press(answered(waiting()).conversation, "unsnooze")) == "This case isn't resting."


def test_a_promise_bounds_the_rest_and_what_is_possible_is_said_and_offered() -> None:
    step = press(waiting(), "rest.for.120")
    assert step.conversation.snoozed is None
    assert "can't rest that long: the customer was promised a reply by 12:00 today" in toast(step)
    assert shown(step) == ["30 mins", "Until 11:45", "‹ Back"]
    possible = press(waiting(), "rest.for.30").conversation
    assert possible.snoozed is not None
    assert possible.promise is not None


def test_a_promise_that_is_near_leaves_no_room_for_rest() -> None:
    step = press(waiting(), "rest.for.30", MONDAY + 110 * MINUTE)
    assert toast(step) == "It can't rest now: the customer was promised a reply by 12:00 today. Write to them first."


def test_who_rests_a_case_that_nobody_has_is_to_take_it() -> None:
    assert press(waiting(), "rest.for.30").conversation.assigned == ANA


def test_a_customer_who_waits_for_an_answer_is_brought_to_mind_as_always() -> None:
    mine = answered(waiting()).conversation
    asks = arrival.receive(mine, wrote("when?", 8), 2, at(MONDAY + 12 * MINUTE))
    (row,) = [due for due in asks.due if due.kind is DueKind.ANSWER]
    resting = press(asks.conversation, "rest.for.120", MONDAY + 15 * MINUTE)
    assert "The customer is still waiting for your answer" in toast(resting)
    rung = alarm.ring(resting.conversation, row, at(row.at))
    assert any("has had no answer" in text for text in said_to_team(rung))


def test_a_time_too_far_off_or_past_or_unknown_is_explained() -> None:
    mine = answered(waiting()).conversation
    for wanted in ("/snooze 99d", "/snooze 0m", "/snooze one day"):
        step = typed(mine, wanted)
        assert step.conversation.snoozed is None
        assert "Write it like this: /snooze 45m" in said_to_team(step)[0]


def test_typed_without_a_time_it_asks_below_the_command() -> None:
    step = typed(answered(waiting()).conversation, "/snooze")
    (asked,) = [row.content for row in step.outbox if isinstance(row.content, Text)]
    assert asked.reply_to == 31
    assert asked.keyboard


def test_the_bot_has_nothing_to_rest_and_what_is_over_does_not_either() -> None:
    assert toast(press(conversation(agents_chat=GROUP), "rest.for.30")) == "The bot has this conversation already."
    over = press(waiting(), "resolve").conversation
    assert "resolved" in toast(press(over, "rest.for.30"))
    resting = press(answered(waiting()).conversation, "rest.for.30").conversation
    assert press(resting, "resolve").conversation.snoozed is None
    assert press(resting, "back").conversation.snoozed is None


def test_cases_that_rest_come_last_in_the_queue_unless_their_time_has_passed() -> None:
    now = MONDAY + 20 * MINUTE
    resting = press(answered(waiting()).conversation, "rest.for.30").conversation
    turn_is_theirs = replace(answered(waiting()).conversation, id="5001-2")
    assert priority.order([resting, turn_is_theirs], now) == [turn_is_theirs, resting]
    assert priority.reason(resting, now) is priority.Reason.SNOOZED
    unanswered = arrival.receive(replace(resting, snoozed=None), wrote("?", 8), 2, at(now)).conversation
    late = replace(unanswered, snoozed=resting.snoozed)
    assert priority.reason(late, now + 5 * HOUR) is priority.Reason.OVERDUE


@given(
    minutes=st.integers(1, 600),
    gap=st.integers(0, 200),
    assign=st.sampled_from(list(Assign)),
    typing=st.booleans(),
)
def test_whatever_rests_its_promise_is_reminded_of_and_kept_or_moved_as_if_it_did_not(
    minutes: int, gap: int, assign: Assign, typing: bool
) -> None:
    case = waiting()
    begun = MONDAY + gap * MINUTE
    command = f"/snooze {minutes}m" if typing else f"rest.for.{minutes}"
    step = typed(case, command, begun) if typing else press(case, command, begun)
    assert step.conversation.promises == case.promises
    assert not any(name.startswith(("promise:", "at_risk:", "remind:")) for name in step.done)
    snoozed, promise = step.conversation.snoozed, step.conversation.promise
    assert promise is not None
    assert promise.state is PromiseState.OPEN
    assert snoozed is None or snoozed.until < promise.due_at
    assert step.conversation.phase is Phase.WAITING
    due = Due("r", promise.due_at, DueKind.REMIND, MAJA.id, case.id, promise.id)
    reminded = alarm.ring(step.conversation, due, at(promise.due_at - HOUR))
    assert any("a reply was promised" in text for text in said_to_team(reminded))
