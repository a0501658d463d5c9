"""Until when a case may rest: times to choose from, and what an agent types. All instants are aware UTC.

Days and clock times are those of the team's calendar. A day without a time begins as the team does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from babel.dates import get_day_names

from bot.core.content import Calendar
from bot.core.errors import CalendarError
from bot.core.hours import is_open, next_open, zone_named

SOON = (timedelta(minutes=30), timedelta(hours=2))
"""The spans that are offered first."""

LONGEST = timedelta(days=60)
"""What rests for longer is forgotten."""

SHORTEST = timedelta(minutes=1)

MORNING, AFTERNOON = time(9), time(14)
"""When a day begins for a team that is always there; and the other time of a day that is offered."""

MOST_TIMES = 6
"""More buttons than this are a timetable."""

_LATER_TODAY = (timedelta(hours=1), timedelta(hours=4))
_SPAN = re.compile(r"(?:(?P<d>\d{1,2})\s*d)?\s*(?:(?P<h>\d{1,3})\s*h)?\s*(?:(?P<m>\d{1,4})\s*m(?:in)?)?")
_AT = re.compile(r"(?:(?P<day>[^\W\d]+)\.?,?)?\s*(?:(?P<hour>\d{1,2})[:.](?P<minute>\d{2}))?")
_SHORTEST_DAY = 2
"""Letters of a weekday's name that tell it from the others."""


def tomorrow(calendar: Calendar, now: datetime) -> datetime:
    """When the team is there again on another day."""
    return _begins(calendar, _today(calendar, now) + timedelta(days=1))


def offered(calendar: Calendar, now: datetime) -> list[datetime]:
    """Further times to choose from: later today, then beginnings and afternoons of the next days that are open."""
    zone = zone_named(calendar.zone)
    hour = now.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
    found = [hour + span for span in _LATER_TODAY]
    day = _today(calendar, now)
    while len(found) < 3 * MOST_TIMES and day < _today(calendar, now) + LONGEST:
        day = _begins(calendar, day + timedelta(days=1)).astimezone(zone).date()
        found += [_begins(calendar, day), datetime.combine(day, AFTERNOON, zone).astimezone(UTC)]
    return sorted(at for at in dict.fromkeys(found) if is_open(calendar, at))[:MOST_TIMES]


def read(text: str, calendar: Calendar, now: datetime, language: str) -> datetime | None:
    """What an agent typed: ``45m``, ``1h 30m``, ``2d``, ``16:30``, ``tomorrow``, ``mon 9:00``; None: no time.

    Weekdays may be named in English or in ``language``, as short as two letters. A clock time alone is the next such.
    """
    text = " ".join(text.split()).casefold()
    span = _SPAN.fullmatch(text)
    if span and text:
        days, hours, minutes = (int(span[name] or 0) for name in "dhm")
        return now + timedelta(days=days, hours=hours, minutes=minutes)
    at = _AT.fullmatch(text)
    if not at or not text:
        return None
    clock = _clock(at["hour"], at["minute"]) if at["hour"] else None
    if at["hour"] and clock is None:
        return None
    return _on_day(at["day"], clock, calendar, now, language) if at["day"] else _next(clock, calendar, now)


def _clock(hour: str, minute: str) -> time | None:
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def _next(clock: time | None, calendar: Calendar, now: datetime) -> datetime | None:
    """The next time that the clock shows this."""
    if clock is None:
        return None
    today = _today(calendar, now)
    return next(at for days in (0, 1, 2) if (at := _at(calendar, today + timedelta(days=days), clock)) > now)


def _on_day(name: str, clock: time | None, calendar: Calendar, now: datetime, language: str) -> datetime | None:
    today, weekday = _today(calendar, now), _weekday(name, language)
    if name in ("today", "tomorrow"):
        day = today + timedelta(days=name == "tomorrow")
    elif weekday is not None:
        day = today + timedelta(days=(weekday - today.weekday()) % 7)
        if (_at(calendar, day, clock) if clock else _begins(calendar, day)) <= now:
            day += timedelta(days=7)
    else:
        return None
    return _at(calendar, day, clock) if clock else _begins(calendar, day)


def _weekday(name: str, language: str) -> int | None:
    """0 for Monday to 6 for Sunday; None: it is not the beginning of one weekday's name."""
    for spoken in ("en", language):
        names = get_day_names("wide", locale=spoken.replace("-", "_"))
        found = [number for number, full in names.items() if full.casefold().startswith(name)]
        if len(found) == 1 and len(name) >= _SHORTEST_DAY:
            return int(found[0])
    return None


def _today(calendar: Calendar, now: datetime) -> date:
    return now.astimezone(zone_named(calendar.zone)).date()


def _at(calendar: Calendar, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, zone_named(calendar.zone)).astimezone(UTC)


def _begins(calendar: Calendar, day: date) -> datetime:
    """When the team begins on this day, or the next one on which it is there."""
    if calendar.always:
        return _at(calendar, day, MORNING)
    try:
        return next_open(calendar, _at(calendar, day, time(0)))
    except CalendarError:
        return _at(calendar, day, MORNING)
