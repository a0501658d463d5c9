"""Sentences that say the same to the letter are found, thousands of them at a time."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.sentences import all_normalised, normalised

anything = st.text(st.characters(codec=None, categories=None), max_size=30)


def test_case_punctuation_and_spaces_make_no_difference() -> None:
    assert normalised("  Where is MY order?! ") == normalised("where, is my order") == "where is my order"
    assert normalised("Kje je {order}?") == "kje je {order}"


def test_what_is_nothing_but_punctuation_is_told_apart() -> None:
    assert normalised("?!") != normalised("...")


@given(st.lists(anything, max_size=8))
@example(["e", "\u0301", "?!", "", "two\nlines", "ΟΔΟΣ", "straße", "{"])
def test_all_at_once_are_what_each_is_by_itself(sentences: list[str]) -> None:
    assert all_normalised(sentences) == [normalised(sentence) for sentence in sentences]
