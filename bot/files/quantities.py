"""Durations, shares, days and opening times, as people write them.

Each function raises ``ValueError`` with a message that says what to write instead.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PIECE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*(%?)")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")

MIDNIGHT = 24 * 60
"""24:00, in minutes after 00:00."""


def duration(text: str) -> timedelta:
    """``90s``, ``1.5s``, ``30m``, ``2h``, ``1d`` and sums such as ``1h 30m``; more than nothing."""
    if _PIECE.sub("", text.lower()).strip() or not text.strip():
        raise ValueError(f"‘{text}’ is not a span of time. Write it like 90s, 30m, 2h, 1d or 1h 30m.")
    span = sum(
        (timedelta(**{_UNITS[unit]: float(number)}) for number, unit in _PIECE.findall(text.lower())), timedelta()
    )
    if not timedelta() < span <= timedelta(days=366):
        raise ValueError(f"‘{text}’ cannot be meant: a span of time is longer than nothing and at most a year.")
    return span


def share(text: str) -> float:
    """``20%`` or ``0.2``, both 0.2; from nothing to all of it."""
    match = _SHARE.fullmatch(text.strip())
    value = float(match[1]) / (100 if match[2] else 1) if match else -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"‘{text}’ is not a share. Write it like 20% (or 0.2), from 0% to 100%.")
    return value


def whole(text: str) -> int:
    """``3``; from 1 to 1000."""
    if not re.fullmatch(r"\d{1,4}", text.strip()) or not 1 <= int(text) <= 1000:
        raise ValueError(f"‘{text}’ is not a whole number of people. Write it like 3, from 1 to 1000.")
    return int(text)


def day(text: str) -> date:
    """``2026-12-24``."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    try:
        return date(*map(int, match.groups() if match else ()))
    except (ValueError, TypeError):
        raise ValueError(f"‘{text}’ is not a date. Write year-month-day, like 2026-12-24.") from None


def weekdays(text: str) -> tuple[int, ...]:
    """``mon-fri``, ``mon``, ``sat,sun``: 0 is Monday. A range may go over the end of the week (``sat-mon``)."""
    found: list[int] = []
    for part in text.lower().split(","):
        first, *rest = (_weekday(name.strip(), text) for name in re.split(r"[-–—]", part))
        if len(rest) > 1:
            raise ValueError(_not_days(text))
        last = rest[0] if rest else first
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(found)


def _weekday(name: str, text: str) -> int:
    for names in (DAYS, _FULL_DAYS):
        if name in names:
            return names.index(name)
    raise ValueError(_not_days(text))


def _not_days(text: str) -> str:
    return f"‘{text}’ is not a day of the week. Write mon, tue, wed, thu, fri, sat, sun, or mon-fri, or sat,sun."


def minutes(window: str) -> tuple[int, int]:
    """The start and end of ``08:00-12:00`` in minutes after 00:00; an overnight window's end is beyond 24:00."""
    match = _WINDOW.fullmatch(window.strip())
    if not match:
        raise ValueError(f'‘{window}’ is not an opening time. Write it like "08:00-12:00".')
    start = _minute(match[1], match[2], window)
    end = _minute(match[3], match[4], window)
    if start == MIDNIGHT:
        raise ValueError(f"‘{window}’ begins at 24:00. Write 00:00 for the beginning of a day, 24:00 for its end.")
    if start == end:
        raise ValueError(f'‘{window}’ is empty. For a whole day write "00:00-24:00".')
    return start, end if end > start else end + MIDNIGHT


def _minute(hour: str, minute: str, window: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > MIDNIGHT:
        raise ValueError(f"‘{window}’ has a time that no clock shows. Times go from 00:00 to 24:00.")
    return total


def clock(minute: int) -> time:
    """The wall-clock time ``minute`` minutes after 00:00; 24:00 is 00:00."""
    return time(minute % MIDNIGHT // 60, minute % 60)
