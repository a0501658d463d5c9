"""Calendars: 10,000 random ones against someone who walks minute by minute, and how fast they are: ``make bench``.

``BENCH_CALENDARS`` (10,000) is how many. The walker is the one of ``tests/unit/test_hours.py``.
"""

from __future__ import annotations

import os
import random
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from statistics import median, quantiles
from typing import Any

import pytest

from bot.core.content import Calendar, SpecialDay, Window
from bot.core.errors import CalendarError
from bot.core.hours import add_open_time, is_open, next_open, open_time_between
from tests.benchmarks.figures import keep
from tests.unit.test_hours import CHANGES, MINUTE, OFFICE, ZONES, walker_open

CALENDARS = int(os.environ.get("BENCH_CALENDARS", "10000"))
WALK = 24 * 60
"""How many minutes are walked in each."""

MOST = 50.0
"""Microseconds that adding open time may take, at the median."""


def some_time(chance: random.Random) -> time:
    near_changes = (time(0), time(0, 30), time(1), time(2), time(2, 30), time(3), time(23), time(23, 30))
    return chance.choice([chance.choice(near_changes), time(chance.randrange(24), chance.randrange(60))])


def some_hours(chance: random.Random) -> tuple[time, time]:
    return some_time(chance), some_time(chance)


def some_calendar(chance: random.Random) -> tuple[Calendar, datetime]:
    """A calendar, and an instant from which to walk; every second one is near a change of the clock."""
    anywhere = date(2024, 1, 1) + timedelta(days=chance.randrange(2500))
    first = chance.choice([chance.choice(CHANGES), anywhere])
    days = [first + timedelta(days=place) for place in range(-1, 4)]
    special = {chance.choice(days): [some_hours(chance) for _ in range(chance.randrange(4))] for _ in range(2)}
    calendar = Calendar(
        "random",
        chance.choice(ZONES),
        windows=tuple(Window(chance.randrange(7), *some_hours(chance)) for _ in range(chance.randrange(11))),
        closed=frozenset(chance.sample(days, chance.randrange(3))),
        special=tuple(SpecialDay(day, tuple(windows)) for day, windows in special.items()),
    )
    return calendar, datetime.combine(first, time(0), UTC) + chance.randrange(2 * 24 * 60) * MINUTE


def disagreements(chance: random.Random) -> list[str]:
    """What a calendar answers otherwise than who walks it."""
    calendar, start = some_calendar(chance)
    seen = [walker_open(calendar, start + place * MINUTE) for place in range(WALK)]
    counted = [0, *accumulate(seen)]
    found = []
    for place in chance.sample(range(WALK), 10):
        if is_open(calendar, start + place * MINUTE) != seen[place]:
            found.append(f"open at {place}: {calendar}")
    for _ in range(3):
        first, last = sorted((chance.randrange(WALK), chance.randrange(WALK)))
        between = open_time_between(calendar, start + first * MINUTE, start + last * MINUTE)
        if between != (counted[last] - counted[first]) * MINUTE:
            found.append(f"between {first} and {last}: {calendar}")
        length = chance.randint(1, 12 * 60)
        if not _added(calendar, start, length, counted):
            found.append(f"adding {length}: {calendar}")
    opening = next((place for place, is_now in enumerate(seen) if is_now), None)
    if opening is not None and next_open(calendar, start) != start + opening * MINUTE:
        found.append(f"next opening: {calendar}")
    return found


def _added(calendar: Calendar, start: datetime, length: int, counted: list[int]) -> bool:
    end = next((place for place, minutes in enumerate(counted) if minutes == length), None)
    try:
        answer = add_open_time(calendar, start, length * MINUTE)
    except CalendarError:
        return end is None
    return answer == start + end * MINUTE if end is not None else answer > start + WALK * MINUTE


@pytest.mark.timeout(1200)
def test_10_000_random_calendars_agree_with_the_walker(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[str] = []

    def compare() -> None:
        for seed in range(CALENDARS):
            found.extend(disagreements(random.Random(seed)))

    benchmark.pedantic(compare, rounds=1)
    with capsys.disabled():
        print(f"\n{CALENDARS} random calendars, {WALK} minutes walked in each: {len(found)} disagreements", flush=True)
    keep("calendars", {"calendars": CALENDARS, "disagreements": len(found)})
    assert found == []


def microseconds(add: Callable[[], datetime]) -> float:
    began = clock.perf_counter()
    add()
    return 1e6 * (clock.perf_counter() - began)


def test_adding_open_time_is_fast(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(1)
    year = datetime(2026, 1, 1, tzinfo=UTC)
    asked = [
        (year + timedelta(minutes=chance.randrange(365 * 24 * 60)), timedelta(minutes=chance.randint(15, 480)))
        for _ in range(10_000)
    ]
    taken = [microseconds(lambda start=start, span=span: add_open_time(OFFICE, start, span)) for start, span in asked]  # type: ignore[misc]
    benchmark.pedantic(lambda: [add_open_time(OFFICE, *one) for one in asked], rounds=3)
    figures = {"median_us": round(median(taken), 1), "p99_us": round(quantiles(taken, n=100)[-1], 1)}
    with capsys.disabled():
        print(f"\nadd_open_time, an office with lunch breaks: {figures}", flush=True)
    keep("add_open_time", figures)
    assert figures["median_us"] <= MOST
