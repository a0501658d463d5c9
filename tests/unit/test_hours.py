"""Open time: by example where people would check it by hand, and against a minute walker for everything else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.content import Calendar, SpecialDay, Window
from bot.core.errors import CalendarError
from bot.core.hours import add_open_time, is_open, next_open, open_time_between, zone_named

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LJUBLJANA = ZoneInfo("Europe/Ljubljana")

OFFICE = Calendar(
    "office",
    "Europe/Ljubljana",
    windows=(
        *(Window(day, time(8), time(12)) for day in range(5)),
        *(Window(day, time(12, 30), time(17)) for day in range(5)),
        Window(5, time(9), time(13)),
    ),
    closed=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    special=(
        SpecialDay(date(2026, 12, 5), ((time(9), time(20)),)),
        SpecialDay(date(2026, 12, 25), ((time(10), time(11)),)),
        SpecialDay(date(2026, 12, 7), ()),
    ),
)
NIGHTS = Calendar("nights", "Europe/Ljubljana", windows=tuple(Window(day, time(22), time(6)) for day in range(7)))
NEVER = Calendar("never", "UTC")
ROUND_THE_CLOCK = Calendar("always", "Europe/Ljubljana", always=True)
ALL_WEEK = Calendar("all week", "Europe/Ljubljana", windows=tuple(Window(day, time(0), time(0)) for day in range(7)))


def local(text: str, zone: ZoneInfo = LJUBLJANA) -> datetime:
    """The instant at which the clock in ``zone`` reads ``text``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# --- by example -------------------------------------------------------------------------------------------------------


def test_a_window_is_open_from_its_start_up_to_but_without_its_end() -> None:
    assert not is_open(OFFICE, local("2026-12-01T07:59:59"))
    assert is_open(OFFICE, local("2026-12-01T08:00"))
    assert is_open(OFFICE, local("2026-12-01T11:59:59"))
    assert not is_open(OFFICE, local("2026-12-01T12:00"))


def test_two_hours_from_late_morning_run_on_after_lunch() -> None:
    assert add_open_time(OFFICE, local("2026-12-01T11:00"), 2 * HOUR) == local("2026-12-01T13:30")


def test_two_hours_from_friday_evening_end_on_saturday_morning() -> None:
    assert add_open_time(OFFICE, local("2026-11-27T18:00"), 2 * HOUR) == local("2026-11-28T11:00")


def test_a_span_that_ends_with_a_window_ends_at_its_closing() -> None:
    assert add_open_time(OFFICE, local("2026-12-01T15:00"), 2 * HOUR) == local("2026-12-01T17:00")


def test_no_span_ends_at_the_next_opening() -> None:
    assert add_open_time(OFFICE, local("2026-12-01T12:00"), timedelta(0)) == local("2026-12-01T12:30")
    assert add_open_time(OFFICE, local("2026-12-01T10:00"), timedelta(0)) == local("2026-12-01T10:00")


def test_next_opening_is_the_instant_itself_while_open() -> None:
    assert next_open(OFFICE, local("2026-12-01T10:11:12")) == local("2026-12-01T10:11:12")
    assert next_open(OFFICE, local("2026-11-28T13:00")) == local("2026-11-30T08:00")


def test_a_closed_date_is_skipped_and_a_special_day_opens_even_then() -> None:
    assert next_open(OFFICE, local("2026-12-23T17:00")) == local("2026-12-25T10:00")
    assert next_open(OFFICE, local("2026-12-25T11:00")) == local("2026-12-26T09:00")


def test_a_special_day_replaces_the_usual_hours() -> None:
    assert is_open(OFFICE, local("2026-12-05T19:00"))
    assert next_open(OFFICE, local("2026-12-05T20:00")) == local("2026-12-08T08:00")


def test_an_overnight_window_belongs_to_the_day_it_starts_on() -> None:
    closed = Calendar(NIGHTS.name, NIGHTS.zone, NIGHTS.windows, closed=frozenset({date(2026, 12, 2)}))
    assert is_open(closed, local("2026-12-02T05:00"))
    assert next_open(closed, local("2026-12-02T06:00")) == local("2026-12-03T22:00")


def test_the_night_when_clocks_go_forward_is_an_hour_shorter() -> None:
    assert open_time_between(NIGHTS, local("2026-03-28T12:00"), local("2026-03-29T12:00")) == 7 * HOUR
    assert add_open_time(NIGHTS, local("2026-03-28T22:00"), 7 * HOUR) == local("2026-03-29T06:00")


def test_the_night_when_clocks_go_back_is_an_hour_longer() -> None:
    assert open_time_between(NIGHTS, local("2026-10-24T12:00"), local("2026-10-25T12:00")) == 9 * HOUR


def test_a_window_that_the_clock_skips_never_opens() -> None:
    skipped = Calendar("skipped", "Europe/Ljubljana", windows=(Window(6, time(2), time(3)),))
    assert open_time_between(skipped, local("2026-03-28T12:00"), local("2026-03-30T00:00")) == timedelta(0)
    assert next_open(skipped, local("2026-03-28T12:00")) == local("2026-04-05T02:00")


def test_an_hour_that_the_clock_reads_twice_is_open_twice() -> None:
    repeated = Calendar("repeated", "Europe/Ljubljana", windows=(Window(6, time(2), time(3)),))
    assert open_time_between(repeated, local("2026-10-24T12:00"), local("2026-10-26T00:00")) == 2 * HOUR


def test_overlapping_windows_count_once() -> None:
    twice = Calendar("twice", "UTC", windows=(Window(0, time(8), time(12)), Window(0, time(9), time(10))))
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    assert open_time_between(twice, monday, monday + timedelta(days=1)) == 4 * HOUR


def test_always_is_open_and_counts_plain_time() -> None:
    now = local("2026-12-25T03:00")
    assert is_open(ROUND_THE_CLOCK, now)
    assert next_open(ROUND_THE_CLOCK, now) == now
    assert add_open_time(ROUND_THE_CLOCK, now, timedelta(seconds=5)) == now + timedelta(seconds=5)
    assert open_time_between(ROUND_THE_CLOCK, now, now + HOUR) == HOUR


def test_windows_of_whole_days_are_open_all_the_time() -> None:
    start = local("2026-10-20T10:30")
    assert add_open_time(ALL_WEEK, start, timedelta(days=10)) == start + timedelta(days=10)


def test_time_between_an_instant_and_an_earlier_one_is_none() -> None:
    assert open_time_between(OFFICE, local("2026-12-01T11:00"), local("2026-12-01T10:00")) == timedelta(0)


def test_an_instant_of_another_zone_is_the_same_instant_in_utc() -> None:
    there = datetime(2026, 12, 1, 16, 0, tzinfo=timezone(timedelta(hours=9)))
    answer = next_open(OFFICE, there)
    assert answer == local("2026-12-01T08:00")
    assert answer.tzinfo is UTC


@pytest.mark.parametrize("ask", [is_open, next_open])
def test_a_naive_instant_is_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(CalendarError, match="aware"):
        ask(OFFICE, datetime(2026, 12, 1, 10, 0))  # noqa: DTZ001 (the point of the test)


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(CalendarError, match="'never' doesn't open within 400 days"):
        next_open(NEVER, local("2026-12-01T10:00"))


def test_a_calendar_that_opens_no_more_says_so() -> None:
    once = Calendar("once", "UTC", special=(SpecialDay(date(2026, 12, 1), ((time(8), time(9)),)),))
    assert next_open(once, local("2026-01-01T00:00")) == datetime(2026, 12, 1, 8, tzinfo=UTC)
    with pytest.raises(CalendarError, match="after 2026-12-01"):
        add_open_time(once, local("2026-12-01T00:00"), 2 * HOUR)


def test_a_negative_span_is_refused() -> None:
    with pytest.raises(CalendarError, match="negative"):
        add_open_time(OFFICE, local("2026-12-01T10:00"), -MINUTE)


def test_a_span_beyond_the_end_of_time_is_refused() -> None:
    with pytest.raises(CalendarError, match="more than the calendar"):
        add_open_time(ROUND_THE_CLOCK, local("2026-12-01T10:00"), timedelta(days=999_999_999))
    with pytest.raises(CalendarError, match="doesn't open"):
        next_open(OFFICE, datetime(9999, 12, 30, 23, tzinfo=UTC))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused_with_an_example_of_one(name: str) -> None:
    with pytest.raises(CalendarError, match="Europe/Ljubljana"):
        zone_named(name)


# --- against a walker -------------------------------------------------------------------------------------------------


def walker_open(calendar: Calendar, at: datetime) -> bool:
    """What someone sees who looks at the clock on the wall, and at the sheet on the door."""
    if calendar.always:
        return True
    wall = at.astimezone(ZoneInfo(calendar.zone))
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    clock = wall.time()
    return any(start <= clock and (end <= start or clock < end) for start, end in sheet(calendar, today)) or any(
        end <= start and clock < end for start, end in sheet(calendar, yesterday)
    )


def sheet(calendar: Calendar, day: date) -> list[tuple[time, time]]:
    for special in calendar.special:
        if special.day == day:
            return list(special.windows)
    if day in calendar.closed:
        return []
    return [(window.start, window.end) for window in calendar.windows if window.weekday == day.weekday()]


ZONES = (
    "UTC",
    "Europe/Ljubljana",
    "Europe/London",
    "America/New_York",
    "America/Santiago",  # changes at midnight
    "America/Nuuk",  # goes back into the day before
    "Atlantic/Azores",
    "Asia/Beirut",  # skips midnight
    "Asia/Kathmandu",  # 5:45
    "Australia/Lord_Howe",  # changes by half an hour
    "Antarctica/Troll",  # changes by two hours
    "Africa/Casablanca",
    "Pacific/Apia",
)
CHANGES = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-03-07",
        "2026-03-27",
        "2026-04-03",
        "2026-09-04",
        "2026-09-25",
        "2026-10-02",
        "2026-10-23",
        "2026-02-14",
    )
)

minutes_of_day = st.one_of(
    st.sampled_from([time(0), time(0, 30), time(1), time(2), time(2, 30), time(3), time(23), time(23, 30)]),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
hours = st.tuples(minutes_of_day, minutes_of_day)


@st.composite
def calendars_and_starts(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar that opens within some days of an instant, which is often near a change of the clock."""
    first = draw(st.one_of(st.sampled_from(CHANGES), st.dates(date(2024, 1, 1), date(2030, 12, 31))))
    days = [first + timedelta(days=place) for place in range(-1, 4)]
    weekly = draw(st.lists(st.tuples(st.integers(0, 6), hours), max_size=10))
    special = draw(st.dictionaries(st.sampled_from(days), st.lists(hours, max_size=3), max_size=2))
    calendar = Calendar(
        "random",
        draw(st.sampled_from(ZONES)),
        windows=tuple(Window(weekday, start, end) for weekday, (start, end) in weekly),
        closed=frozenset(draw(st.sets(st.sampled_from(days), max_size=2))),
        special=tuple(SpecialDay(day, tuple(windows)) for day, windows in special.items()),
    )
    start = datetime.combine(first, time(0), UTC) + draw(st.integers(0, 2 * 24 * 60)) * MINUTE
    return calendar, start


WALK = 36 * 60
"""How many minutes the walker walks."""

walking = settings(max_examples=60, deadline=None)


@walking
@given(calendars_and_starts())
def test_every_minute_is_open_as_the_walker_sees_it(case: tuple[Calendar, datetime]) -> None:
    calendar, start = case
    for place in range(0, WALK, 7):
        at = start + place * MINUTE
        assert is_open(calendar, at) == walker_open(calendar, at), at


@walking
@given(calendars_and_starts(), st.integers(0, WALK))
def test_open_time_between_is_what_the_walker_counts(case: tuple[Calendar, datetime], length: int) -> None:
    calendar, start = case
    walked = sum(walker_open(calendar, start + place * MINUTE) for place in range(length))
    assert open_time_between(calendar, start, start + length * MINUTE) == walked * MINUTE


@walking
@given(calendars_and_starts(), st.integers(1, 12 * 60))
def test_adding_open_time_comes_out_where_the_walker_stops(case: tuple[Calendar, datetime], length: int) -> None:
    calendar, start = case
    walked = 0
    for place in range(WALK):
        walked += walker_open(calendar, start + place * MINUTE)
        if walked == length:
            assert add_open_time(calendar, start, length * MINUTE) == start + (place + 1) * MINUTE
            return
    try:
        assert add_open_time(calendar, start, length * MINUTE) > start + WALK * MINUTE
    except CalendarError:
        assert not calendar.windows


@walking
@given(calendars_and_starts())
def test_next_opening_is_where_the_walker_first_finds_it_open(case: tuple[Calendar, datetime]) -> None:
    calendar, start = case
    found = next(
        (start + place * MINUTE for place in range(WALK) if walker_open(calendar, start + place * MINUTE)), None
    )
    if found is not None:
        assert next_open(calendar, start) == found


@walking
@given(calendars_and_starts(), st.timedeltas(timedelta(microseconds=1), timedelta(hours=20)))
def test_what_is_added_is_what_lies_between(case: tuple[Calendar, datetime], span: timedelta) -> None:
    calendar, start = case
    try:
        end = add_open_time(calendar, start, span)
    except CalendarError:
        return
    assert open_time_between(calendar, start, end) == span
    assert is_open(calendar, end) or is_open(calendar, end - timedelta(microseconds=1))


@walking
@given(
    calendars_and_starts(),
    st.timedeltas(timedelta(0), timedelta(hours=9)),
    st.timedeltas(timedelta(microseconds=1), timedelta(hours=9)),
)
def test_adding_twice_is_adding_the_sum(case: tuple[Calendar, datetime], one: timedelta, other: timedelta) -> None:
    calendar, start = case
    try:
        whole = add_open_time(calendar, start, one + other)
        assert add_open_time(calendar, add_open_time(calendar, start, one), other) == whole
    except CalendarError:
        return
