"""Words: what a reply becomes, what is refused, and times as people say them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.content import Catalogue, Reply
from bot.core.errors import RenderError
from bot.core.people import Customer
from bot.core.replies import REQUIRED_REPLIES, TIME_REPLIES
from bot.core.words import (
    clock,
    compose,
    first_name,
    first_word,
    language_name,
    placeholders,
    render,
    span,
    syntax_problem,
    when,
)
from tests.catalogues import catalogue

ZONE = "Europe/Ljubljana"


def saying(language: str = "en", **texts: str | Reply) -> Catalogue:
    """A catalogue whose replies are ``texts``, in ``language``; the default language stays English."""
    base = catalogue()
    replies = {key: text if isinstance(text, Reply) else Reply(key, {"other": text}) for key, text in texts.items()}
    return replace(base, replies={**base.replies, language: {**base.replies.get(language, {}), **replies}})


def said(text: str | Reply, **values: Any) -> str:
    return render(saying(it=text), "en", "it", **values)


# --- replies ----------------------------------------------------------------------------------------------------------


def test_placeholders_are_filled() -> None:
    assert said("{agent} answers {by}, {agent} said.", agent="Ana", by="by 16:30") == "Ana answers by 16:30, Ana said."


def test_the_brand_is_always_known() -> None:
    assert said("Welcome to {brand}") == "Welcome to Lumen"


def test_doubled_braces_are_braces() -> None:
    assert said("{{name}} {{{name}}} }}{{", name="Maja") == "{name} {Maja} }{"


def test_braces_in_a_value_mean_nothing() -> None:
    assert said("Hello {name}", name="{brand} {{x}} {0.__class__}") == "Hello {brand} {{x}} {0.__class__}"


@pytest.mark.parametrize(
    "text",
    [
        "{0}",
        "{}",
        "{name.__class__}",
        "{name[0]}",
        "{name!r}",
        "{name:>9}",
        "{na me}",
        "{ name }",
        "a { b",
        "a } b",
        "{",
    ],
)
def test_anything_but_a_plain_name_is_refused(text: str) -> None:
    assert syntax_problem(text) is not None
    with pytest.raises(RenderError, match=r"reply 'it' in 'en': a lone '[{}]' at"):
        said(text, name="Maja")


def test_a_well_written_text_has_no_problem() -> None:
    assert syntax_problem("Hello {name}, {{braces}}, 100 %") is None


def test_placeholders_lists_names_once() -> None:
    assert placeholders("{a} {b_2} {{c}} {a} {d.e}") == {"a", "b_2"}


def test_a_missing_value_is_named_with_key_and_language() -> None:
    with pytest.raises(RenderError, match=r"reply 'it' in 'en': nothing is known for \{by\}; .* brand, name"):
        said("We answer {by}", name="Maja")


def test_a_missing_reply_is_named_with_where_to_add_it() -> None:
    with pytest.raises(RenderError, match=r"no reply 'nonsense' in 'en': add it under responses/en/"):
        render(catalogue(), "en", "nonsense")


def test_a_reply_without_text_is_refused() -> None:
    with pytest.raises(RenderError, match="has no text"):
        said(Reply("it", {}))


def test_a_value_may_have_any_name() -> None:
    assert said("{key} {language} {catalogue}", key="a", language="b", catalogue="c") == "a b c"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert said("{n} {half} {yes}", n=12345, half=0.5, yes=True) == "12,345 0.5 True"
    assert render(saying("sl", it="{n}"), "sl", "it", n=12345) == "12.345"


QUEUE = Reply("it", {"one": "{n} person waits", "other": "{n} people wait"}, count="n")


@pytest.mark.parametrize(("n", "expected"), [(1, "1 person waits"), (0, "0 people wait"), (2, "2 people wait")])
def test_the_plural_is_that_of_the_number(n: int, expected: str) -> None:
    assert said(QUEUE, n=n) == expected


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "1 oseba"), (2, "2 osebi"), (3, "3 osebe"), (5, "5 oseb"), (101, "101 oseba")]
)
def test_a_language_has_plurals_of_its_own(n: int, expected: str) -> None:
    forms = {"one": "{n} oseba", "two": "{n} osebi", "few": "{n} osebe", "other": "{n} oseb"}
    assert render(saying("sl", it=Reply("it", forms, count="n")), "sl", "it", n=n) == expected


def test_a_reply_of_the_default_language_has_that_languages_plurals() -> None:
    assert render(saying("en", it=QUEUE), "sl", "it", n=2) == "2 people wait"


@pytest.mark.parametrize("n", ["two", None, True])
def test_a_plural_without_a_number_is_refused(n: object) -> None:
    with pytest.raises(RenderError, match=r"needs a number for \{n\}"):
        said(QUEUE, n=n)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(RenderError, match="'xq' is no language we know"):
        render(saying("xq", it=QUEUE), "xq", "it", n=2)


def test_control_characters_and_broken_characters_are_left_out() -> None:
    assert said("a\x00b\tc\nd{name}", name="\x1b[31m\ud83d\x85🙂") == "ab\tc\nd[31m🙂"


def test_parts_become_paragraphs() -> None:
    assert compose("Hello Maja!\n", "", "  ", "We answer by 16:30.") == "Hello Maja!\n\nWe answer by 16:30."


safely = settings(deadline=None)
templates = st.text(st.sampled_from("{}ab_.[]!:0 \n\x00é🙂"), max_size=30) | st.text(max_size=30)


@safely
@given(templates, st.text(max_size=10))
def test_any_text_as_a_template_renders_or_raises_the_one_known_error(template: str, value: str) -> None:
    if syntax_problem(template) or placeholders(template) - {"a", "b", "brand"}:
        with pytest.raises(RenderError, match="reply 'it' in 'en'"):
            said(template, a=value, b=value)
    else:
        assert isinstance(said(template, a=value, b=value), str)


@safely
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_text_as_a_value_is_carried_unchanged(value: str) -> None:
    assert said("<{value}>", value=value) == f"<{value}>"


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maja Novak", "Maja"),
        ("  Ana-Marija\u00a0Kos ", "Ana-Marija"),
        ("🌸Ana🌸 Kos", "Ana"),
        ("O'Brien", "O'Brien"),
        ("\u202eReversed\x00", "Reversed"),
        ("Γιώργος Π.", "Γιώργος"),
        ("J. Smith", "J"),
        ("", ""),
        ("🙂 🙂", ""),
        ("12345", ""),
        ("t.me/free-money", ""),
        ("shop@example.com", ""),
        ("www.example.com", ""),
        ("x" * 33, ""),
    ],
)
def test_first_name_is_the_first_word_of_a_name_that_one_would_say(name: str, expected: str) -> None:
    assert first_name(Customer(1, name)) == expected
    assert first_word(name) == expected


def test_a_language_is_named_in_itself_or_in_another() -> None:
    assert language_name("sl") == "slovenščina"
    assert language_name("sl", "en") == "Slovenian"
    assert language_name("en") == "English"


# --- time -------------------------------------------------------------------------------------------------------------


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


NOW = local("2026-11-27T10:00")
"""A Friday."""


def due(text: str, zone: str = ZONE) -> str:
    return when(catalogue(), "en", local(text), NOW, zone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-27T16:30", "by 16:30 today"),
        ("2026-11-27T09:00", "by 09:00 today"),
        ("2026-11-28T10:00", "by 10:00 tomorrow"),
        ("2026-11-29T10:00", "on Sunday by 10:00"),
        ("2026-11-30T09:00", "on Monday by 09:00"),
        ("2026-12-03T09:00", "on Thursday by 09:00"),
        ("2026-12-04T09:00", "on 4 December by 09:00"),
        ("2026-11-26T09:00", "on 26 November by 09:00"),
        ("2027-01-04T09:00", "on 4 January 2027 by 09:00"),
    ],
)
def test_a_time_is_said_as_people_say_it(text: str, expected: str) -> None:
    assert due(text) == expected


def test_seconds_are_rounded_up_to_the_next_minute() -> None:
    assert due("2026-11-27T16:30:00.000001") == "by 16:31 today"
    assert due("2026-11-27T23:59:30") == "by 00:00 tomorrow"


def test_a_time_is_that_of_the_customers_clock() -> None:
    assert due("2026-11-27T20:30", "Asia/Tokyo") == "by 04:30 tomorrow"


def test_a_time_on_the_day_when_clocks_change_is_right() -> None:
    said = when(catalogue(), "en", local("2026-10-25T09:00"), local("2026-10-24T23:30"), ZONE)
    assert said == "by 09:00 tomorrow"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(RenderError, match="no time zone 'Mars/Olympus'"):
        due("2026-11-27T16:30", "Mars/Olympus")


def test_a_date_may_be_said_in_numbers() -> None:
    slovene = saying("sl", by_date="{numbers} do {time}")
    assert when(slovene, "sl", local("2026-12-04T09:00"), NOW, ZONE) == "4. 12. do 09:00"
    assert when(slovene, "sl", local("2027-01-04T09:00"), NOW, ZONE) == "4. 1. 2027 do 09:00"


def test_serbian_times_are_in_latin_letters_as_the_replies_are() -> None:
    assert span("sr", timedelta(hours=-3)) == "pre 3 č."


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "16:05"), ("en-US", "16:05"), ("sl", "16:05"), ("el", "16:05"), ("fi", "16.05"), ("ar", "16:05")],
)
def test_the_clock_has_24_hours_in_every_language(language: str, expected: str) -> None:
    assert clock(language, datetime(2026, 11, 27, 16, 5, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=40), "in 40 sec"),
        (timedelta(minutes=42), "in 42 min"),
        (timedelta(minutes=95), "in 95 min"),
        (timedelta(hours=3), "in 3 hr"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(minutes=-42), "42 min ago"),
    ],
)
def test_a_span_is_said_in_one_unit(length: timedelta, expected: str) -> None:
    assert span("en", length) == expected


def test_a_span_is_said_in_other_languages() -> None:
    assert span("sl", timedelta(minutes=42)) == "čez 42 min."


def test_the_replies_that_times_need_are_required_and_shipped() -> None:
    assert set(TIME_REPLIES) <= set(REQUIRED_REPLIES)
    assert all(catalogue().reply("en", key) for key in TIME_REPLIES)
