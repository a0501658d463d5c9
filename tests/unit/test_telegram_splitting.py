"""Long texts in parts: none too long, nothing lost, nothing cut in two that belongs together."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.splitting import shorten, split, units


def test_a_short_text_is_one_part_just_as_it_is() -> None:
    assert split("  Hello.\n") == ["  Hello.\n"]
    assert split("") == [""]


def test_units_are_those_of_utf_16() -> None:
    assert units("a👀") == 3


def test_a_text_is_parted_between_paragraphs_if_it_can() -> None:
    assert split("One two.\n\nThree four. Five.", 20) == ["One two.", "Three four. Five."]


def test_then_between_sentences_and_then_between_words() -> None:
    assert split("One two three. Four five six seven.", 24) == ["One two three.", "Four five six seven."]
    assert split("one two three four five", 12) == ["one two", "three four", "five"]


def test_an_emoji_is_not_cut_in_two() -> None:
    assert split("abc👩\u200d🔧def", 5) == ["abc", "👩\u200d🔧", "def"]


def test_shortened_texts_end_with_an_ellipsis() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abc def", 5) == "abc…"


@given(st.text(alphabet=st.sampled_from("ab👀é\u0301\u200d .!?\n"), max_size=300), st.integers(8, 60))
def test_no_part_is_too_long_and_no_sign_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert parts
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if units(text.strip()) > limit:
        assert all(part.strip() for part in parts)


@given(st.text(max_size=100), st.integers(2, 30))
def test_a_shortened_text_fits(text: str, limit: int) -> None:
    assert units(shorten(text, limit)) <= limit
