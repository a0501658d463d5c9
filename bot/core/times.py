"""Times that a customer may choose from: hours in which the team is there, and the customer can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.core.content import Calendar, Standards
from bot.core.errors import CalendarError
from bot.core.hours import next_open, open_time_between, zone_named
from bot.core.people import Customer
from bot.core.quiet import is_quiet, zone_of

MOST_TIMES = 4
"""More buttons than this are a timetable."""

NOON = 12

_HOUR = timedelta(hours=1)
_HORIZON = timedelta(days=14)

Window = tuple[datetime, datetime]
"""From and to, in UTC."""


def offered(
    calendar: Calendar, customer: Customer, standards: Standards, now: datetime, honest: datetime
) -> list[Window]:
    """Up to four hours to choose from: one in the morning and one in the afternoon of the next days that have any.

    Each begins on the full hour of the customer's clock, lies in open time of ``calendar`` and outside quiet hours, and
    ends no earlier than ``honest``: a time before that which was promised would be promising more than is known.
    """
    found: list[Window] = []
    halves: set[tuple[date, bool]] = set()
    zone = zone_named(zone_of(customer, standards))
    for start in _hours(calendar, now, max(now, honest - _HOUR), customer, standards):
        local = start.astimezone(zone)
        half = (local.date(), local.hour >= NOON)
        if half not in halves:
            halves.add(half)
            found.append((start, start + _HOUR))
        if len(found) == MOST_TIMES:
            break
    return found


def is_offered(window: Window, calendar: Calendar, customer: Customer, standards: Standards, now: datetime) -> bool:
    """Whether a time that was offered before can still be had."""
    start, end = window
    return now < start and _is_open(calendar, start, end) and not is_quiet(start, customer, standards)


def _hours(
    calendar: Calendar, now: datetime, earliest: datetime, customer: Customer, standards: Standards
) -> Iterator[datetime]:
    """Beginnings of full hours, from ``earliest`` on."""
    zone = zone_named(zone_of(customer, standards))
    local = earliest.astimezone(zone)
    past_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = earliest + (-past_hour % _HOUR)
    while start < now + _HORIZON:
        opens = _next_open(calendar, start)
        if opens is None:
            return
        if opens >= start + _HOUR:
            start += (opens - start) // _HOUR * _HOUR
        elif start > now and _is_open(calendar, start, start + _HOUR) and not is_quiet(start, customer, standards):
            yield start
            start += _HOUR
        else:
            start += _HOUR


def _next_open(calendar: Calendar, at: datetime) -> datetime | None:
    try:
        return next_open(calendar, at)
    except CalendarError:
        return None


def _is_open(calendar: Calendar, start: datetime, end: datetime) -> bool:
    return open_time_between(calendar, start, end) == end - start
