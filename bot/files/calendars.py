"""``calendars`` of standards.yml -> calendars: opening times, public holidays, days that differ."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import holidays

from bot.core.content import ALWAYS, Calendar, SpecialDay, Window
from bot.files.problem import Place, Report, did_you_mean
from bot.files.quantities import DAYS, MIDNIGHT, clock, minutes, weekdays
from bot.files.shapes import CalendarShape, StandardsShape
from bot.files.tree import Node

ANY_ZONE = "UTC"
"""The zone where none is named."""

YEARS_BACK = 1
YEARS_AHEAD = 3
"""For how many years around today's public holidays are known."""

_WEEK = 7 * MIDNIGHT


def read_calendars(shape: StandardsShape, node: Node, today: date, report: Report) -> dict[str, Calendar]:
    """All calendars by name; the one that is always open is among them without being written."""
    zone = _usual_zone(shape)
    found = {
        name: _calendar(name, calendar, zone, node.at(("calendars", name)), today, report)
        for name, calendar in shape.calendars.items()
    }
    found.setdefault(ALWAYS, Calendar(ALWAYS, zone, always=True))
    return found


def _usual_zone(shape: StandardsShape) -> str:
    """What holds for a calendar without a zone: that of the standards, else of the first calendar that has one."""
    named = [shape.zone, *(calendar.zone for calendar in shape.calendars.values())]
    return next((zone for zone in named if zone and _is_zone(zone)), ANY_ZONE)


def read_zone(zone: str | None, place: Place, report: Report) -> str | None:
    """``zone``, if it is one; else None, with a problem reported where something was written."""
    if zone is None or _is_zone(zone):
        return zone
    hint = did_you_mean(zone, available_timezones())
    report.error(place, f"‘{zone}’ is not a time zone.{hint} Write it like Europe/Ljubljana.")
    return None


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _calendar(name: str, shape: CalendarShape, usual_zone: str, node: Node, today: date, report: Report) -> Calendar:
    zone = read_zone(shape.zone, node.at(("zone",)).place, report) or usual_zone
    always = ALWAYS in shape.open
    windows = () if always else _windows(name, shape, node, report)
    special = tuple(
        SpecialDay(day, _special_windows(texts, node.at(("special", day.isoformat())), report))
        for day, texts in sorted(shape.special.items())
    )
    closed = frozenset(shape.closed) | _holidays(shape, node, today, report)
    return Calendar(name, zone, windows, closed, special, always)


def _windows(name: str, shape: CalendarShape, node: Node, report: Report) -> tuple[Window, ...]:
    opening = node.at(("open",))
    spans: list[tuple[int, int, Place]] = []
    for days, texts in shape.open.items():
        entry = opening.at((days,))
        try:
            chosen = weekdays(days)
        except ValueError as error:
            report.error(entry.name_place, str(error))
            continue
        for start, end, place in _spans(texts, entry, report):
            spans += [(day * MIDNIGHT + start, day * MIDNIGHT + end, place) for day in chosen]
    if not spans and not any(shape.open.values()):
        report.error(
            node.name_place,
            f"The calendar ‘{name}’ never opens. Add opening times, such as open: {{mon-fri: ['08:00-17:00']}}, "
            f"or write {name}: always.",
        )
    _tell_overlaps(spans, report)
    return tuple(
        Window(start // MIDNIGHT, clock(start), clock(end))
        for start, end in sorted({(start, end) for start, end, _ in spans})
    )


def _spans(texts: list[str], node: Node, report: Report) -> list[tuple[int, int, Place]]:
    """Start and end in minutes of each window, with its place; those that cannot be read are reported and left out."""
    found = []
    for text, place in zip(texts, node.places(), strict=False):  # `closed` has a place and no text
        try:
            found.append((*minutes(text), place))
        except ValueError as error:
            report.error(place, str(error))
    return found


def _tell_overlaps(spans: list[tuple[int, int, Place]], report: Report) -> None:
    """Report windows that begin before another one has ended; the week goes round, so Sunday night meets Monday."""
    ordered = sorted(spans)
    again = [(start + _WEEK, end + _WEEK, place) for start, end, place in ordered[:1]]
    for (_, end, first), (start, _, second) in zip(ordered, ordered[1:] + again, strict=True):
        if len(ordered) > 1 and start < end:
            later = max(first, second)
            report.error(
                later,
                f"This overlaps another opening time on {DAYS[start % _WEEK // MIDNIGHT]} "
                f"(line {min(first, second).line}). Give each time of the week once.",
            )


def _special_windows(texts: list[str], node: Node, report: Report) -> tuple[tuple[time, time], ...]:
    spans = sorted(_spans(texts, node, report))
    for (_, end, _place), (start, _, place) in pairwise(spans):
        if start < end:
            report.error(place, "This overlaps another opening time of the same day. Give each time once.")
    return tuple((clock(start), clock(end)) for start, end, _ in spans)


def _holidays(shape: CalendarShape, node: Node, today: date, report: Report) -> frozenset[date]:
    found: set[date] = set()
    for code, place in zip(shape.holidays, node.places("holidays"), strict=True):
        country, _, region = code.partition("-")
        problem = _unknown_country(code, country, region)
        if problem:
            report.error(place, problem)
            continue
        found |= _public_holidays(country, region, today.year)
    return frozenset(found)


@lru_cache(maxsize=64)
def _public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=years))


def _unknown_country(code: str, country: str, region: str) -> str | None:
    countries = holidays.list_supported_countries()
    if country not in countries:
        hint = did_you_mean(country.upper(), countries) if country.upper() != country else ""
        return (
            f"No public holidays are known for ‘{code}’.{hint} Write a country like SI or DE, or a region like DE-BY."
        )
    if region and region not in countries[country]:
        known = ", ".join(f"{country}-{name}" for name in countries[country])
        return f"‘{region}’ is not a region of {country}. " + (
            f"Write one of: {known}." if known else f"Write {country}."
        )
    return None
