"""A greeting in front of a question does not hide the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.greeting import after_greeting, known_greetings

KNOWN = known_greetings(["hi", "Good morning", "dober dan", "živjo", "zdravo", "hello to all of you there"])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("hi, where is my order", "where is my order"),
        ("Good morning! Is my lamp ready?", "Is my lamp ready?"),
        ("zivjo, kje je moje narocilo", "kje je moje narocilo"),
        ("Здраво, где је пакет", "где је пакет"),
        ("hi hi 👋 where is it", "👋 where is it"),
    ],
)
def test_what_follows_a_greeting_is_found_however_it_is_typed(text: str, after: str) -> None:
    assert after_greeting(text, KNOWN) == after


@pytest.mark.parametrize(
    "text", ["", "hi", "hi Ana", "good morning!!", "where is it, hi", "history of my order", "hi, 12345"]
)
def test_a_greeting_alone_or_with_a_name_has_nothing_after_it(text: str) -> None:
    assert after_greeting(text, KNOWN) == ""


def test_only_short_examples_open_a_message() -> None:
    assert after_greeting("hello to all of you there my order is late", KNOWN) == ""


@given(st.text(max_size=300))
def test_what_follows_is_the_end_of_any_text(text: str) -> None:
    assert text.endswith(after_greeting(text, KNOWN))
