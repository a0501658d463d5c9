"""Times that a customer may choose from, and hours in which we leave them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.content import Calendar, SpecialDay, Window
from bot.core.hours import open_time_between
from bot.core.quiet import after_quiet, is_quiet
from bot.core.times import MOST_TIMES, is_offered, offered
from tests.catalogues import MAJA, MONDAY, catalogue

STANDARDS = catalogue(quiet=(time(21), time(8))).standards
OFFICE = STANDARDS.calendars["office"]
HOUR = timedelta(hours=1)

INSTANTS = st.integers(0, 4 * 366 * 24 * 60).map(lambda minute: MONDAY + timedelta(minutes=minute))
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ZONES = st.sampled_from(["Europe/Ljubljana", "Europe/Athens", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])


def test_no_hours_are_offered_by_a_calendar_that_never_opens() -> None:
    assert offered(Calendar("never", "UTC"), MAJA, STANDARDS, MONDAY, MONDAY) == []


def test_a_calendar_that_is_open_for_less_than_an_hour_at_a_time_offers_none() -> None:
    short = replace(OFFICE, windows=tuple(Window(day, time(9), time(9, 30)) for day in range(7)))
    assert offered(short, MAJA, STANDARDS, MONDAY, MONDAY) == []


def test_who_is_always_there_offers_nothing_at_night() -> None:
    always = Calendar("hotline", "Europe/Ljubljana", always=True)
    night = datetime(2026, 11, 23, 22, tzinfo=UTC)
    first, _ = offered(always, MAJA, STANDARDS, night, night)[0]
    assert first == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_times_are_full_hours_of_the_customers_own_clock() -> None:
    nepali = replace(MAJA, zone="Asia/Kathmandu")
    found = offered(OFFICE, nepali, STANDARDS, MONDAY, MONDAY)
    assert found
    assert all(start.astimezone(ZoneInfo("Asia/Kathmandu")).minute == 0 for start, _ in found)


def test_a_day_that_is_closed_is_passed_over() -> None:
    closed = replace(OFFICE, special=(SpecialDay(date(2026, 11, 24), ()),))
    days = {start.date() for start, _ in offered(closed, MAJA, STANDARDS, MONDAY, MONDAY)}
    assert days == {date(2026, 11, 23), date(2026, 11, 25)}


@given(now=INSTANTS, ahead=st.integers(0, 4000), zone=ZONES)
def test_what_is_offered_can_be_had_and_promises_no_more_than_is_known(now: datetime, ahead: int, zone: str) -> None:
    customer, honest = replace(MAJA, zone=zone), now + timedelta(minutes=ahead)
    found = offered(OFFICE, customer, STANDARDS, now, honest)
    assert len(found) <= MOST_TIMES
    assert found == sorted(set(found))
    for start, end in found:
        assert end - start == HOUR
        assert end >= honest
        assert start > now
        assert open_time_between(OFFICE, start, end) == HOUR
        assert not is_quiet(start, customer, STANDARDS)
        assert is_offered((start, end), OFFICE, customer, STANDARDS, now)


# --- quiet hours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("clock", "quiet"), [((20, 59), False), ((21, 0), True), ((7, 59), True), ((8, 0), False)])
def test_quiet_hours_are_the_customers(clock: tuple[int, int], quiet: bool) -> None:
    greek = replace(MAJA, zone="Europe/Athens")
    at = datetime(2026, 11, 23, *clock, tzinfo=ZoneInfo("Europe/Athens"))
    assert is_quiet(at, greek, STANDARDS) is quiet


def test_without_quiet_hours_no_time_is_quiet() -> None:
    assert not is_quiet(MONDAY, MAJA, catalogue().standards)
    assert after_quiet(MONDAY, MAJA, catalogue().standards) == MONDAY


@given(at=INSTANTS, begins=CLOCKS, ends=CLOCKS, zone=ZONES)
def test_after_quiet_hours_it_is_not_quiet_and_nobody_waits_longer_than_they_last(
    at: datetime, begins: time, ends: time, zone: str
) -> None:
    assume(begins != ends)
    standards, customer = catalogue(quiet=(begins, ends)).standards, replace(MAJA, zone=zone)
    after = after_quiet(at, customer, standards)
    assert after.tzinfo is UTC
    assert not is_quiet(after, customer, standards)
    assert (after == at) is not is_quiet(at, customer, standards)
    assert timedelta(0) <= after - at <= timedelta(hours=27)
