"""standards.yml: calendars, promises, teams, and everything that may be left out."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.core.content import ALWAYS, Acknowledge, Calendar, SpecialDay, Standards, Window
from bot.files.load import load, load_or_raise
from tests.content_samples import write_content

TODAY = date(2026, 11, 23)


def standards(folder: Path, text: str) -> Standards:
    return load_or_raise(write_content(folder, **{"standards.yml": text}), today=TODAY).standards


def office(folder: Path, text: str) -> Calendar:
    return standards(folder, f"calendars: {{office: {text}}}\n").calendars["office"]


def told(folder: Path, text: str) -> list[str]:
    loaded = load(write_content(folder, **{"standards.yml": text}), today=TODAY)
    assert loaded.catalogue is None
    return [str(problem) for problem in loaded.problems]


# --- defaults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "calendars:\npromises:\nteams:\nconfidence:\n"])
def test_empty_standards_are_complete(tmp_path: Path, text: str) -> None:
    found = standards(tmp_path, text)
    assert (found.languages, found.zone, found.promises.calendar) == (("en",), "UTC", ALWAYS)
    assert found.calendars == {ALWAYS: Calendar(ALWAYS, "UTC", always=True)}
    assert found.promises.by_kind["complaint"] == timedelta(hours=2)
    assert (found.promises.urgent, found.promises.never_beyond) == (timedelta(minutes=30), timedelta(days=1))
    assert (found.gather, found.gather_at_most, found.idle) == (
        timedelta(seconds=1.5),
        timedelta(seconds=8),
        timedelta(hours=12),
    )
    assert found.acknowledge is Acknowledge.REACTION


def test_absent_standards_are_the_same_as_empty_ones(tmp_path: Path) -> None:
    absent = load_or_raise(write_content(tmp_path / "a", **{"standards.yml": None}), today=TODAY)
    assert absent.standards == standards(tmp_path / "b", "")


def test_calendars_and_promises_are_enough(tmp_path: Path) -> None:
    found = standards(
        tmp_path,
        """calendars: {office: {zone: Europe/Ljubljana, open: {mon-fri: ["08:00-16:00"]}}}
promises: {calendar: office, complaint: 30s, margin: 10%, remind_at: [25%, 50%, 75%]}
""",
    )
    assert found.zone == "Europe/Ljubljana"
    assert found.promises.by_kind["complaint"] == timedelta(seconds=30)
    assert found.promises.by_kind["question"] == timedelta(hours=4)
    assert (found.promises.margin, found.promises.remind_at) == (0.1, (0.25, 0.5, 0.75))


def test_without_teams_those_that_intents_name_are_made(tmp_path: Path) -> None:
    found = standards(tmp_path, "calendars: {office: {zone: Europe/Athens, open: {mon: [08:00-16:00]}}}\n")
    assert {name: team.calendar for name, team in found.teams.items()} == {"support": "office", "logistics": "office"}
    assert found.default_team == "support"


def test_the_first_team_is_the_default_one(tmp_path: Path) -> None:
    found = standards(tmp_path, "calendars: {night: always}\nteams: {logistics: {calendar: night}, support: }\n")
    assert found.default_team == "logistics"
    assert found.teams["support"].calendar == "night"


# --- calendars -------------------------------------------------------------------------------------------------------


def test_several_windows_a_day_and_days_in_lists(tmp_path: Path) -> None:
    calendar = office(tmp_path, '{zone: UTC, open: {mon-tue: ["08:00-12:00", "12:30-17:00"], "sat,sun": 09:00-13:00}}')
    assert calendar.windows == (
        Window(0, time(8), time(12)),
        Window(0, time(12, 30), time(17)),
        Window(1, time(8), time(12)),
        Window(1, time(12, 30), time(17)),
        Window(5, time(9), time(13)),
        Window(6, time(9), time(13)),
    )


def test_overnight_and_whole_days(tmp_path: Path) -> None:
    calendar = office(tmp_path, '{zone: UTC, open: {fri: ["22:00-06:00"], sun: ["00:00-24:00"], mon: ["20:00-24:00"]}}')
    assert calendar.windows == (
        Window(0, time(20), time(0)),
        Window(4, time(22), time(6)),
        Window(6, time(0), time(0)),
    )


def test_always(tmp_path: Path) -> None:
    found = standards(
        tmp_path, "zone: Europe/Paris\ncalendars: {hotline: always, desk: {zone: Asia/Tokyo, open: always}}\n"
    )
    assert found.calendars["hotline"] == Calendar("hotline", "Europe/Paris", always=True)
    assert found.calendars["desk"] == Calendar("desk", "Asia/Tokyo", always=True)


def test_public_holidays_of_the_years_around_today(tmp_path: Path) -> None:
    calendar = office(tmp_path, "{zone: UTC, open: {mon: [08:00-09:00]}, holidays: SI, closed: [2026-12-24]}")
    assert {date(2026, 12, 25), date(2025, 2, 8), date(2029, 1, 1), date(2026, 12, 24)} <= calendar.closed
    assert {day.year for day in calendar.closed} == {2025, 2026, 2027, 2028, 2029}


def test_holidays_of_a_region_and_of_several_countries(tmp_path: Path) -> None:
    calendar = office(tmp_path, "{zone: UTC, open: {mon: [08:00-09:00]}, holidays: [DE-BY, SI]}")
    assert {date(2026, 1, 6), date(2026, 10, 3), date(2026, 2, 8)} <= calendar.closed


def test_special_days(tmp_path: Path) -> None:
    calendar = office(
        tmp_path,
        "{zone: UTC, open: {mon: [08:00-09:00]}, special: "
        '{2026-12-31: closed, 2026-12-05: ["14:00-20:00", "09:00-13:00"]}}',
    )
    assert calendar.special == (
        SpecialDay(date(2026, 12, 5), ((time(9), time(13)), (time(14), time(20)))),
        SpecialDay(date(2026, 12, 31), ()),
    )


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("calendars: {office: {open: {mon: [8-12]}}}", "1:35: ‘8-12’ is not an opening time."),
        ("calendars: {office: {open: {mo: [08:00-09:00]}}}", "1:29: ‘mo’ is not a day of the week."),
        (
            "calendars: {office: {open: {mon: [08:00-12:00, 11:00-13:00]}}}",
            "1:48: This overlaps another opening time on mon (line 1).",
        ),
        (
            "calendars: {office: {open: {mon-fri: [08:00-12:00], fri: [10:00-11:00]}}}",
            "This overlaps another opening time on fri",
        ),
        (
            "calendars: {office: {open: {sun: [22:00-06:00], mon: [05:00-08:00]}}}",
            "This overlaps another opening time on mon",
        ),
        ("calendars: {office: {open: {mon: [09:00-09:00]}}}", "‘09:00-09:00’ is empty."),
        ("calendars: {office: {zone: UTC}}", "1:13: The calendar ‘office’ never opens."),
        ("calendars: {office: {open: {mon: closed}}}", "The calendar ‘office’ never opens."),
        ("calendars: {office: alwys}", "‘office’ needs lines of the form ‘name: value’"),
        (
            "calendars: {office: {open: always, zone: Europe/Lubljana}}",
            "‘Europe/Lubljana’ is not a time zone. Did you mean ‘Europe/Ljubljana’?",
        ),
        ("zone: ../etc/passwd", "is not a time zone"),
        (
            "calendars: {office: {open: always, holidays: si}}",
            "1:46: No public holidays are known for ‘si’. Did you mean ‘SI’?",
        ),
        (
            "calendars: {office: {open: always, holidays: [SI, DE-XX]}}",
            "‘XX’ is not a region of DE. Write one of: DE-BB",
        ),
        ("calendars: {office: {open: always, closed: [24.12.2026]}}", "‘24.12.2026’ is not a date."),
        ("calendars: {office: {open: always, special: {xmas: closed}}}", "1:46: ‘xmas’ is not a date."),
        ("calendars: {office: {open: always, special: {2026-12-05: [09:00-12:00, 11:00-13:00]}}}", "of the same day"),
        (
            "promises: {calendar: offce}\ncalendars: {office: always}",
            "1:22: There is no calendar ‘offce’ in standards.yml. Did you mean ‘office’?",
        ),
        (
            "teams: {support: {calendar: offce}, logistics: }\ncalendars: {office: always}",
            "There is no calendar ‘offce’",
        ),
        (
            "team: suport\nteams: {support: , logistics: }",
            "There is no team ‘suport’ in standards.yml. Did you mean ‘support’?",
        ),
        ("teams: {support: }", "intents/orders.yml:6:45: There is no team ‘logistics’"),
        ("teams: {}", "There is no team here."),
        ("promises: {complaint: soon}", "1:23: ‘soon’ is not a span of time."),
        ("promises: {margin: lots}", "‘lots’ is not a share."),
        ("promises: {remind_at: [80%, 50%]}", "The reminders must come one after another"),
        ("promises: {remind_at: [100%]}", "The reminders must come one after another"),
        ("promises: {complaints: 2h}", "There is no key ‘complaints’ here. Did you mean ‘complaint’?"),
        ("acknowledge: wave", "Choose one of: reaction, text."),
        ("gather: 10s", "‘gather’ is longer than ‘gather_at_most’."),
        ("confidence: {ask: 60%}", "‘ask’ is above ‘answer’"),
        ("confidence: 50%", "‘confidence’ needs lines of the form ‘name: value’"),
        ("promses: {}", "1:1: There is no key ‘promses’ here. Did you mean ‘promises’?"),
        ("- a", "needs lines of the form ‘name: value’"),
        ("promises: {question: }", "The value of ‘question’ is missing."),
        ("promises: {question: [2h]}", "‘question’ must be a single value"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    found = told(tmp_path, text + "\n")
    assert any(expected in problem for problem in found), "\n".join(found)


def test_a_standard_beyond_never_beyond_is_a_warning(tmp_path: Path) -> None:
    loaded = load(write_content(tmp_path, **{"standards.yml": "promises: {praise: 3d}\n"}), today=TODAY)
    assert loaded.catalogue
    assert any("‘praise’ is longer than ‘never_beyond’" in str(warning) for warning in loaded.warnings)
