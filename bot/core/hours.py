"""When people are there: open time on a calendar.

A calendar is open at an instant when the clock on the wall, in the calendar's zone, reads a time within one of its
windows. Windows are half-open: their start is open, their end is not. A window belongs to the day on which it starts,
so an overnight window runs on into a day that is itself closed. Where the clock is put back and reads the same
time twice, both are that time; a time that the clock skips never comes.

Instants go in and come out as aware UTC datetimes, and are compared in UTC only: arithmetic on local times is wrong
by an hour twice a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.core.content import Calendar
from bot.core.errors import CalendarError

HORIZON = timedelta(days=400)
"""How long a calendar may stay closed before we say that it never opens: a year with its holidays, and some."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LAST_DAY = date.max.toordinal() - 2

Stretch = tuple[datetime, datetime]
"""From the first instant, up to but without the second."""


def zone_named(name: str) -> ZoneInfo:
    """The zone with this IANA name. Raises CalendarError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(f"there is no time zone {name!r}: write an IANA name, such as Europe/Ljubljana") from error


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether ``calendar`` is open at this instant. A window's closing instant is not open any more."""
    at = _utc(at)
    if calendar.always:
        return True
    return any(start <= at < end for start, end in _openings(_plan(calendar), at.toordinal()))


def next_open(calendar: Calendar, after: datetime) -> datetime:
    """The first open instant at or after ``after``: itself, if that is open. CalendarError: never opens again."""
    after = _utc(after)
    if calendar.always:
        return after
    return next(_stretches(calendar, after))[0]


def add_open_time(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    """The instant by which ``span`` of open time has passed since ``start``.

    A span that ends with a window ends at its closing instant, not at the next opening. No span at all ends at the
    next open instant. Raises CalendarError if the span is negative, or the calendar doesn't open for long enough.
    """
    start = _utc(start)
    if span < timedelta(0):
        raise CalendarError(f"a span of open time can't be negative, and {span} is")
    try:
        if calendar.always:
            return start + span
        left = span
        for opens, closes in _stretches(calendar, start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
    except OverflowError as error:
        raise CalendarError(f"{span} of open time is more than the calendar {calendar.name!r} can count") from error
    raise AssertionError("stretches of open time don't end without an error")


def open_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much of the time from ``start`` to ``end`` is open; nothing if ``end`` is not after ``start``."""
    start, end = _utc(start), _utc(end)
    if end <= start:
        return timedelta(0)
    if calendar.always:
        return end - start
    plan = _plan(calendar)
    return sum(
        (
            max(timedelta(0), min(closes, end) - max(opens, start))
            for day in range(start.toordinal(), end.toordinal() + 1)
            for opens, closes in _openings(plan, day)
        ),
        timedelta(0),
    )


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise CalendarError(f"{at.isoformat()} says nothing of its zone: give an aware time, best in UTC")
    return at.astimezone(UTC)


# --- one calendar, prepared for looking up ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """A calendar indexed by day. It is equal to itself alone, so that caches need not hash its hundreds of dates."""

    zone: tzinfo
    by_weekday: tuple[tuple[tuple[time, time], ...], ...]
    closed: frozenset[date]
    special: dict[date, tuple[tuple[time, time], ...]]

    def windows(self, day: date) -> tuple[tuple[time, time], ...]:
        found = self.special.get(day)
        if found is not None:
            return found
        return () if day in self.closed else self.by_weekday[day.weekday()]


@lru_cache(maxsize=128)
def _plan(calendar: Calendar) -> _Plan:
    return _Plan(
        zone=zone_named(calendar.zone),
        by_weekday=tuple(tuple((w.start, w.end) for w in calendar.windows if w.weekday == day) for day in range(7)),
        closed=calendar.closed,
        special={special.day: special.windows for special in calendar.special},
    )


def _stretches(calendar: Calendar, start: datetime) -> Iterator[Stretch]:
    """Open stretches from ``start`` on, in order, cut at UTC midnights; CalendarError where there is none in sight."""
    plan = _plan(calendar)
    day = start.toordinal()
    last_open = day
    while day - last_open <= HORIZON.days and day < _LAST_DAY:
        for opens, closes in _openings(plan, day):
            if closes > start:
                last_open = day
                yield max(opens, start), closes
        day += 1
    raise CalendarError(
        f"the calendar {calendar.name!r} doesn't open within {HORIZON.days} days after "
        f"{date.fromordinal(last_open).isoformat()}: give it opening hours in standards.yml"
    )


@lru_cache(maxsize=4096)
def _openings(plan: _Plan, day: int) -> tuple[Stretch, ...]:
    """The open stretches of one UTC day (an ordinal), in order, not overlapping."""
    midnight = datetime.combine(date.fromordinal(day), time(0), UTC)
    found: list[Stretch] = []
    for start, end in _steady_parts(plan.zone, midnight, midnight + _DAY):
        offset = _offset(plan.zone, start)
        for opens, closes in _wall_stretches(plan, _wall(start, offset), _wall(end, offset)):
            found.append(((opens - offset).replace(tzinfo=UTC), (closes - offset).replace(tzinfo=UTC)))
    return _merged(found)


def _steady_parts(zone: tzinfo, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """``start`` to ``end``, cut where the zone's clock is changed. No zone changes it twice in a day."""
    before = _offset(zone, start)
    if _offset(zone, end - _SECOND) == before:
        return ((start, end),)
    low, high = 0, int((end - start).total_seconds()) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, start + middle * _SECOND) == before:
            low = middle
        else:
            high = middle
    change = start + high * _SECOND
    return ((start, change), (change, end))


def _wall_stretches(plan: _Plan, start: datetime, end: datetime) -> list[Stretch]:
    """Windows as naive wall-clock stretches within ``start`` to ``end``; the day before may run on into them."""
    found: list[Stretch] = []
    for ordinal in range(start.toordinal() - 1, end.toordinal() + 1):
        day = date.fromordinal(ordinal)
        for opens_at, closes_at in plan.windows(day):
            opens = datetime.combine(day, opens_at)
            closes = datetime.combine(day, closes_at) + (_DAY if closes_at <= opens_at else timedelta(0))
            if opens < end and closes > start:
                found.append((max(opens, start), min(closes, end)))
    return found


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "an IANA zone knows its offset"
    return offset


def _wall(at: datetime, offset: timedelta) -> datetime:
    return (at + offset).replace(tzinfo=None)
