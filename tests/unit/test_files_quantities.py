"""Durations, shares, days and opening times, as people write them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bot.files.quantities import clock, day, duration, minutes, share, weekdays


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1.5s", 1.5), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("1h 30m", 5400), ("1H30M", 5400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", " ", "2", "2 weeks", "h", "-2h", "2x", "0s", "1h and 5m", "900d", "2hours"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        duration(text)


@pytest.mark.parametrize(("text", "value"), [("20%", 0.2), ("0.2", 0.2), ("100 %", 1), ("0%", 0), ("12.5%", 0.125)])
def test_shares(text: str, value: float) -> None:
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "20", "-5%", "150%", "half", "20 percent"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 0% to 100%"):
        share(text)


def test_days() -> None:
    assert day("2026-12-24") == date(2026, 12, 24)
    for text in ("24.12.2026", "2026-13-01", "2026-1-1", "", "2026-02-30"):
        with pytest.raises(ValueError, match="year-month-day"):
            day(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat", (5,)),
        ("sat, sun", (5, 6)),
        ("Sat-Mon", (5, 6, 0)),
        ("Monday", (0,)),
        ("mon,wed-thu", (0, 2, 3)),
    ],
)
def test_weekdays(text: str, days: tuple[int, ...]) -> None:
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "mo", "mon-tue-wed", "weekend", "mon,,tue", "mon-"])
def test_what_is_no_day_of_the_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="day of the week"):
        weekdays(text)


def test_opening_times() -> None:
    assert minutes("08:00-12:30") == (480, 750)
    assert minutes("8:00 – 12:30") == (480, 750)
    assert minutes("00:00-24:00") == (0, 1440)
    assert minutes("22:00-06:00") == (1320, 1800)
    assert (clock(480), clock(1440), clock(1800)) == (time(8), time(0), time(6))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("8-12", "not an opening time"),
        ("08:00-08:00", "is empty"),
        ("24:00-08:00", "begins at 24:00"),
        ("08:00-24:30", "no clock shows"),
        ("08:60-09:00", "no clock shows"),
        ("25:00-26:00", "no clock shows"),
    ],
)
def test_what_is_no_opening_time_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        minutes(text)
