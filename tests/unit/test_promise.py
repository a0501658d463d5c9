"""Promises: the time they name, and the one end they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.content import ALWAYS, Calendar, PromiseStandards, Standards, Team, Window
from bot.core.conversation import Promise, PromiseState
from bot.core.errors import CalendarError, PromiseError
from bot.core.hours import add_open_time, is_open, open_time_between
from bot.core.people import BOT_NAME
from bot.core.promise import (
    Quote,
    at_risk_time,
    break_,
    calendar_named,
    cancel,
    keep,
    make,
    move,
    remind_times,
    standard_for,
)
from bot.core.understanding import Kind, Severity

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OFFICE = Calendar("office", "Europe/Ljubljana", tuple(Window(day, time(8), time(17)) for day in range(5)))
HOTLINE = Calendar("hotline", "Europe/Ljubljana", always=True)
RULES = PromiseStandards(
    by_kind={"question": 4 * HOUR, "complaint": 2 * HOUR, "suggestion": DAY},
    urgent=30 * MINUTE,
    calendar="office",
)
STANDARDS = Standards(
    languages=("en",),
    zone="Europe/Ljubljana",
    calendars={"office": OFFICE, "hotline": HOTLINE},
    promises=RULES,
    teams={"support": Team("support", "office"), "night": Team("night", "hotline")},
    default_team="support",
)


def at(text: str) -> datetime:
    """The instant at which a clock in Ljubljana reads ``text``. 2026-11-23 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Ljubljana")).astimezone(UTC)


def with_rules(**changes: object) -> Standards:
    return replace(STANDARDS, promises=replace(RULES, **changes))  # type: ignore[arg-type]  # names are the fields' own


def quote(
    now: datetime,
    standards: Standards = STANDARDS,
    *,
    kind: Kind = Kind.COMPLAINT,
    severity: Severity = Severity.CALM,
    within: timedelta | None = None,
    team: str | None = None,
    forecast: timedelta | None = None,
) -> Quote:
    return make(
        standards,
        id="p1",
        kind=kind,
        severity=severity,
        within=within,
        team=team,
        reason="item_damaged",
        now=now,
        forecast=forecast,
    )


MONDAY = at("2026-11-23T10:00")


def promised(now: datetime = MONDAY, **more: object) -> Promise:
    return quote(now, **more).promise  # type: ignore[arg-type]  # passed on as they are


# --- the standard -----------------------------------------------------------------------------------------------------


def standard(
    kind: Kind, severity: Severity = Severity.CALM, within: timedelta | None = None, team: str | None = None
) -> tuple[timedelta, str]:
    return standard_for(STANDARDS, kind=kind, severity=severity, within=within, team=team)


def test_the_standard_is_that_of_the_kind() -> None:
    assert standard(Kind.COMPLAINT) == (2 * HOUR, "office")


def test_a_kind_without_a_standard_has_that_of_a_question() -> None:
    assert standard(Kind.PRAISE) == (4 * HOUR, "office")


def test_an_intents_own_span_goes_before_that_of_its_kind() -> None:
    assert standard(Kind.COMPLAINT, within=3 * HOUR) == (3 * HOUR, "office")


def test_what_is_urgent_takes_no_longer_than_the_urgent_standard() -> None:
    assert standard(Kind.COMPLAINT, Severity.URGENT) == (30 * MINUTE, "office")
    assert standard(Kind.COMPLAINT, Severity.URGENT, within=10 * MINUTE) == (10 * MINUTE, "office")
    assert standard(Kind.COMPLAINT, Severity.UPSET) == (2 * HOUR, "office")


def test_a_team_has_its_own_calendar() -> None:
    assert standard(Kind.COMPLAINT, team="night") == (2 * HOUR, "hotline")
    assert standard(Kind.COMPLAINT, team="unheard of") == (2 * HOUR, "office")


def test_always_needs_no_declaring() -> None:
    assert calendar_named(STANDARDS, ALWAYS).always


def test_a_calendar_that_is_gone_gives_that_of_the_promises() -> None:
    assert calendar_named(STANDARDS, "summer") is OFFICE


def test_no_calendar_at_all_is_an_error_that_says_where_to_declare_it() -> None:
    with pytest.raises(CalendarError, match=r"declare it under `calendars` in standards\.yml"):
        calendar_named(with_rules(calendar="gone"), "summer")


# --- the time ---------------------------------------------------------------------------------------------------------


def test_a_promise_made_while_open_falls_due_after_the_standard() -> None:
    made = quote(at("2026-11-23T10:00"))
    assert made == Quote(
        Promise("p1", at("2026-11-23T10:00"), at("2026-11-23T12:00"), "office", "support", "item_damaged", quoted="")
    )


def test_the_time_is_rounded_up_to_one_that_people_say() -> None:
    assert promised(at("2026-11-23T10:07:23")).due_at == at("2026-11-23T12:15")


@pytest.mark.parametrize(
    ("within", "due"),
    [
        (60 * MINUTE, "2026-11-23T11:15"),
        (40 * MINUTE, "2026-11-23T10:50"),
        (20 * MINUTE, "2026-11-23T10:25"),
        (4 * MINUTE, "2026-11-23T10:07"),
    ],
)
def test_the_grain_of_a_spoken_time_is_never_more_than_a_quarter_of_the_span(within: timedelta, due: str) -> None:
    assert promised(at("2026-11-23T10:02:10"), within=within).due_at == at(due)


def test_a_coarser_grain_may_be_set() -> None:
    assert promised(at("2026-11-23T10:02"), standards=with_rules(round_to=HOUR)).due_at == at("2026-11-23T12:30")


@pytest.mark.parametrize("span", [SECOND, 5 * SECOND, 239 * SECOND])
def test_a_short_standard_with_nobody_waiting_is_promised_to_the_second(span: timedelta) -> None:
    now = at("2026-11-23T10:02:03.456")
    assert promised(now, within=span).due_at == now + span


def test_rounding_may_reach_closing_time_but_not_pass_it() -> None:
    assert promised(at("2026-11-23T14:50")).due_at == at("2026-11-23T17:00")
    odd = replace(STANDARDS, calendars={"office": replace(OFFICE, windows=(Window(0, time(8), time(16, 55)),))})
    assert promised(at("2026-11-23T14:50"), standards=odd).due_at == at("2026-11-23T16:50")


def test_times_are_round_on_the_calendars_clock() -> None:
    kathmandu = replace(STANDARDS, calendars={"office": replace(HOTLINE, zone="Asia/Kathmandu")})
    due = promised(at("2026-11-23T10:01"), standards=replace(kathmandu, promises=replace(RULES, round_to=HOUR))).due_at
    assert due.astimezone(ZoneInfo("Asia/Kathmandu")).minute in (0, 30)


def test_promise_made_on_friday_evening_falls_due_on_monday_morning_and_says_why() -> None:
    made = quote(at("2026-11-27T18:03"))
    assert made.promise.due_at == at("2026-11-30T10:00")
    assert made.closed
    assert made.reopens_at == at("2026-11-30T08:00")


def test_promise_made_just_before_the_weekend_falls_due_after_it_and_says_why() -> None:
    made = quote(at("2026-11-27T16:00"))
    assert made.promise.due_at == at("2026-11-30T09:00")
    assert made.closed
    assert made.reopens_at == at("2026-11-30T08:00")


def test_promise_made_at_night_has_the_whole_standard_after_the_opening() -> None:
    made = quote(at("2026-11-29T08:30"))
    assert made.promise.due_at == at("2026-11-30T10:00")
    assert made.closed


def test_a_long_standard_is_capped_where_that_is_open_time() -> None:
    made = quote(at("2026-11-23T10:07"), kind=Kind.SUGGESTION)
    assert made.promise.due_at == at("2026-11-24T10:07")
    assert not made.closed
    assert made.reopens_at is None


def test_a_long_standard_over_a_weekend_is_capped_a_day_after_the_opening() -> None:
    made = quote(at("2026-11-27T15:00"), kind=Kind.SUGGESTION)
    assert made.promise.due_at == at("2026-12-01T08:00")
    assert made.closed


def test_rounding_does_not_go_beyond_the_cap() -> None:
    rules = with_rules(never_beyond=2 * HOUR)
    assert promised(at("2026-11-23T10:07"), standards=rules).due_at == at("2026-11-23T12:07")


def test_no_cap_at_all_is_the_next_open_instant() -> None:
    assert promised(at("2026-11-22T10:00"), standards=with_rules(never_beyond=timedelta(0))).due_at == at(
        "2026-11-23T08:00"
    )


def test_a_forecast_that_is_longer_than_the_standard_is_promised_with_margin() -> None:
    made = quote(at("2026-11-23T10:00"), forecast=5 * HOUR)
    assert made.promise.due_at == at("2026-11-23T15:15")
    assert made.busy


def test_a_forecast_within_the_standard_changes_nothing() -> None:
    made = quote(at("2026-11-23T10:00"), forecast=HOUR)
    assert made.promise.due_at == at("2026-11-23T12:00")
    assert not made.busy


def test_a_calendar_that_never_opens_promises_nothing() -> None:
    with pytest.raises(CalendarError, match="'office'"):
        quote(at("2026-11-23T10:00"), replace(STANDARDS, calendars={"office": replace(OFFICE, windows=())}))


# --- watching it ------------------------------------------------------------------------------------------------------


def test_the_team_is_nudged_at_shares_of_the_open_time() -> None:
    given = promised(at("2026-11-23T16:00"))
    assert given.due_at == at("2026-11-24T09:00")
    assert remind_times(given, STANDARDS) == (at("2026-11-24T08:00"), at("2026-11-24T08:36"))


def test_marks_that_are_no_time_before_due_are_left_out() -> None:
    rules = with_rules(remind_at=(1.0, 0.5, 0.0, 0.5))
    assert remind_times(promised(), rules) == (at("2026-11-23T11:00"),)


def test_a_promise_is_at_risk_a_tenth_of_its_time_before_it_falls_due() -> None:
    assert at_risk_time(promised(within=HOUR), STANDARDS) == at("2026-11-23T10:54")


def test_it_is_at_risk_a_quarter_of_an_hour_before_at_most() -> None:
    assert at_risk_time(promised(), STANDARDS) == at("2026-11-23T11:48")
    assert at_risk_time(promised(within=6 * HOUR), STANDARDS) == at("2026-11-23T15:45")


def test_it_is_at_risk_a_second_before_at_least() -> None:
    now = at("2026-11-23T10:00")
    assert at_risk_time(promised(now, within=5 * SECOND), STANDARDS) == now + 4 * SECOND
    assert at_risk_time(promised(now, within=SECOND), STANDARDS) == now


# --- its end ----------------------------------------------------------------------------------------------------------

LATER = at("2026-11-23T11:00")


def test_an_answer_in_time_keeps_it() -> None:
    kept = keep(promised(), LATER, "Ana")
    assert kept == replace(promised(), state=PromiseState.KEPT, ended_at=LATER, ended_by="Ana")


def test_an_answer_at_the_very_time_keeps_it() -> None:
    given = promised()
    assert keep(given, given.due_at, "Ana").state is PromiseState.KEPT


def test_an_answer_after_its_time_does_not_keep_it() -> None:
    given = promised()
    late = keep(given, given.due_at + SECOND, "Ana")
    assert (late.state, late.ended_by) == (PromiseState.BROKEN, "Ana")


def test_it_breaks_when_nobody_comes() -> None:
    broken = break_(promised(), LATER)
    assert (broken.state, broken.ended_at, broken.ended_by) == (PromiseState.BROKEN, LATER, BOT_NAME)


def test_it_may_be_cancelled() -> None:
    assert cancel(promised(), LATER, "Maja").state is PromiseState.CANCELLED


def test_moved_it_ends_and_another_takes_its_place() -> None:
    given = replace(promised(), quoted="by 12:00 today")
    ended, successor = move(given, STANDARDS, at("2026-11-23T11:48"), id="p2")
    assert ended == replace(given, state=PromiseState.MOVED, ended_at=at("2026-11-23T11:48"), ended_by=BOT_NAME)
    assert successor == replace(
        given,
        id="p2",
        made_at=at("2026-11-23T11:48"),
        due_at=at("2026-11-23T14:00"),
        quoted="",
        moved_from="p1",
    )


def test_moved_it_may_need_the_time_of_a_forecast() -> None:
    _, successor = move(promised(), STANDARDS, LATER, id="p2", forecast=4 * HOUR)
    assert successor.due_at == at("2026-11-23T15:15")


def end_all(given: Promise) -> tuple[Promise, ...]:
    moved, _ = move(given, STANDARDS, LATER, id="p2")
    return keep(given, LATER, "Ana"), break_(given, LATER), cancel(given, LATER, "Maja"), moved


def test_a_promise_ends_exactly_once() -> None:
    for ended in end_all(promised()):
        assert ended.state is not PromiseState.OPEN
        with pytest.raises(PromiseError, match=f"it was {ended.state}"):
            keep(ended, LATER, "Ana")
        with pytest.raises(PromiseError):
            break_(ended, LATER)
        with pytest.raises(PromiseError):
            cancel(ended, LATER, "Maja")
        with pytest.raises(PromiseError):
            move(ended, STANDARDS, LATER, id="p2")


# --- for all calendars, spans and times -------------------------------------------------------------------------------

clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 50, 59]))
windows = st.builds(Window, st.integers(0, 6), clock_times, clock_times)
calendars = st.builds(
    Calendar,
    st.just("office"),
    st.sampled_from(["Europe/Ljubljana", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.lists(windows, min_size=1, max_size=8).map(tuple),
    st.frozensets(st.dates(date(2026, 10, 20), date(2026, 11, 5)), max_size=3),
    always=st.booleans(),
)
nows = st.timedeltas(timedelta(0), 16 * DAY).map(lambda later: datetime(2026, 10, 20, tzinfo=UTC) + later)
spans = st.timedeltas(SECOND, 30 * HOUR)


@st.composite
def promises(draw: st.DrawFn) -> tuple[Standards, timedelta, Quote]:
    """Standards, the span that was asked for, and the promise that was made."""
    rules = replace(
        RULES,
        never_beyond=draw(st.timedeltas(HOUR, 72 * HOUR)),
        round_to=draw(st.sampled_from([timedelta(0), MINUTE, 7 * MINUTE, 15 * MINUTE, 2 * HOUR])),
        remind_at=tuple(draw(st.lists(st.floats(0, 1), max_size=4))),
    )
    standards = replace(STANDARDS, promises=rules, calendars={"office": draw(calendars)})
    span = draw(spans)
    made = quote(draw(nows), standards, within=span, forecast=draw(st.none() | spans))
    return standards, span, made


broadly = settings(max_examples=60, deadline=None)


@broadly
@given(promises())
def test_a_promise_always_falls_due_in_open_time_or_as_it_closes(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, _, made = case
    calendar, due = standards.calendars["office"], made.promise.due_at
    assert is_open(calendar, due) or is_open(calendar, due - timedelta(microseconds=1))
    assert due > made.promise.made_at


@broadly
@given(promises())
def test_a_promise_is_never_shorter_than_the_standard_unless_capped(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, span, made = case
    now, due = made.promise.made_at, made.promise.due_at
    assert due >= min(add_open_time(standards.calendars["office"], now, span), now + standards.promises.never_beyond)


@broadly
@given(promises())
def test_a_promise_beyond_the_cap_always_says_that_we_are_closed(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, _, made = case
    if made.promise.due_at > made.promise.made_at + standards.promises.never_beyond:
        assert made.closed
        assert made.reopens_at is not None
        assert made.promise.made_at <= made.reopens_at <= made.promise.due_at


@broadly
@given(promises())
def test_rounding_adds_a_quarter_of_the_span_at_most(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, span, made = case
    assume(not made.busy)
    took = open_time_between(standards.calendars["office"], made.promise.made_at, made.promise.due_at)
    assert took <= span + min(span / 4, standards.promises.round_to)


@broadly
@given(promises())
def test_marks_lie_between_made_and_due_and_increase(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, _, made = case
    marks = remind_times(made.promise, standards)
    instants = (made.promise.made_at, *marks, made.promise.due_at)
    assert all(one < other for one, other in pairwise(instants))
    assert all(is_open(standards.calendars["office"], mark) for mark in marks)


@broadly
@given(promises())
def test_at_risk_comes_before_due(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, _, made = case
    assert made.promise.made_at <= at_risk_time(made.promise, standards) < made.promise.due_at


@broadly
@given(promises())
def test_moved_at_the_last_moment_it_falls_due_later(case: tuple[Standards, timedelta, Quote]) -> None:
    standards, _, made = case
    now = at_risk_time(made.promise, standards)
    assume(now > made.promise.made_at)
    ended, successor = move(made.promise, standards, now, id="p2")
    assert ended.due_at < successor.due_at
