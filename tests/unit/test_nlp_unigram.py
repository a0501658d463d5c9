"""Texts are cut into the likeliest pieces, and a word that was met before into the same ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.unigram import Unigram

PIECES = {"<unk>": 0.0, "▁": -3.0, "▁a": -2.0, "a": -4.0, "b": -4.0, "ab": -1.0, "▁ab": -5.5, "bb": -9.0, "č": -6.0}
UNKNOWN = 0


def unigram() -> Unigram:
    """A tokenizer with few pieces."""
    encoded = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *(len(each) for each in encoded)]).astype(np.uint32)
    return Unigram.of_pieces(b"".join(encoded), ends, np.array(list(PIECES.values()), "f4"), UNKNOWN, {ord("A"): "a"})


def spelled(numbers: list[int]) -> list[str]:
    """Pieces by their numbers."""
    return [list(PIECES)[number] for number in numbers]


def test_the_likeliest_pieces_are_found() -> None:
    assert spelled(unigram().pieces("ab Abb  č")) == ["▁", "ab", "▁", "ab", "b", "▁", "č"]


def test_unknown_characters_are_said_to_be_unknown() -> None:
    assert spelled(unigram().pieces("a?b")) == ["▁a", "<unk>", "b"]


@given(st.lists(st.text("aAbč?", max_size=50), max_size=9))
def test_a_text_is_cut_as_each_of_its_words(words: list[str]) -> None:
    often = unigram()
    for _ in range(2):
        of_words = [number for word in words if word for number in unigram().pieces(word)]
        found = often.pieces(" ".join(filter(None, words)))
        assert found == (of_words or unigram().pieces(""))


def test_words_that_were_forgotten_are_found_again() -> None:
    """There is room for fewer than these."""
    many = unigram()
    first = many.pieces("abab")
    for number in range(10_000):
        many.pieces(f"a{number:b}".replace("1", "a").replace("0", "b"))
    assert many.pieces("abab") == first
