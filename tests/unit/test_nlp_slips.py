"""Slips of the finger: mended in words that nobody knows, and only there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.encoder import Blend, HashedNgrams, known_to
from bot.nlp.lexicon import Lexicon
from bot.nlp.slips import SHORTEST, Words

COUNTS = {"password": 9, "profile": 5, "order": 7, "border": 3, "hour": 4, "refund": 1, "sofa": 2, "sofas": 6}
WORDS = Words.of(COUNTS)
SLIPS = ("left out", "one too many", "swapped", "wrong")


def slipped(word: str, how: str, place: int, letter: str) -> str:
    """``word`` with one slip at ``place``, which is not the first letter (but for two that change places)."""
    at = 1 + place % (len(word) - 1)
    if how == "left out":
        return word[:at] + word[at + 1 :]
    if how == "one too many":
        return word[:at] + letter + word[at:]
    if how == "wrong":
        return word[:at] + letter + word[at + 1 :]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


@given(st.sampled_from(["password", "profile"]), st.sampled_from(SLIPS), st.integers(0, 30), st.sampled_from("adeopr"))
def test_any_one_slip_in_a_word_is_mended(word: str, how: str, place: int, letter: str) -> None:
    typed = slipped(word, how, place, letter)
    assert WORDS.meant_by(typed) == (None if typed in COUNTS else word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pasword", "password"),
        ("odrer", "order"),
        ("rodeer", None),
        ("xassword", None),  # hardly anybody gets the first letter wrong
        ("passwrod", "password"),
        ("paswrod", None),  # two slips
        ("refun", None),  # what stands once may be a slip itself
        ("refund", None),  # but it is known
        ("border", None),
        ("hou", None),  # too short
        ("sofes", "sofas"),
        ("sofaa", "sofa"),
    ],
)
def test_what_was_meant(typed: str, meant: str | None) -> None:
    assert WORDS.meant_by(typed) == meant


def test_of_several_words_the_one_that_is_used_most_was_meant() -> None:
    assert Words.of({"hours": 5, "house": 50}).meant_by("houre") == "house"
    left_out, wrong_letter = "stayed", "stand"
    assert Words.of({wrong_letter: 9, left_out: 4}).meant_by("stayd") == left_out, "letters are left out more easily"


@given(st.text(max_size=40))
def test_what_is_meant_is_known_and_nothing_else_is_made_of_it(typed: str) -> None:
    meant = WORDS.meant_by(typed)
    if meant is not None:
        assert meant in WORDS
        assert typed not in WORDS
        assert len(typed) >= SHORTEST
        assert WORDS.meant_by(meant) is None


TEXTS = {
    "sl": ["pozabila sam geslo za profil", "moj profil in geslo", "naročilo čaka", "kje je naročilo", "žrebam enkrat"],
    "el": ["θέλω την παραγγελία μου", "η παραγγελία μου"],
}


def lexicon(*words: str, texts: dict[str, list[str]] = TEXTS) -> Lexicon:
    """What ``texts`` teach, where only these ``words`` are known besides."""
    made = Lexicon.learn(texts)
    made.attach(words.__contains__)
    return made


LEXICON = lexicon()


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("sl", "gelso za porfil", "geslo za profil"),
        ("sl", "kje je nrocilo", "kje je naročilo"),
        ("sl", "kje je naročlio", "kje je naročilo"),
        ("el", "η παραγελλία μου", "η παραγγελία μου"),
        ("el", "h paragelia mou", "η παραγγελία μου"),
        ("el", "τη παρανγγελια μου", "τη παραγγελία μου"),
        ("en", "gelso", "gelso"),
    ],
)
def test_slips_are_mended_and_marks_put(language: str, typed: str, meant: str) -> None:
    for _ in range(2):
        assert LEXICON.restored(typed, language) == meant


def test_words_that_there_are_stay_as_they_are() -> None:
    assert lexicon("proflis", "gesla").restored("proflis in gesla", "sl") == "proflis in gesla"
    assert Lexicon.learn(TEXTS).restored("gelso", "sl") == "gelso", "nobody tells what is a word"


def test_another_encoder_knows_other_words() -> None:
    made = lexicon("gelso")
    assert made.restored("gelso", "sl") == "gelso"
    made.attach(("porfil",).__contains__)
    assert made.restored("gelso", "sl") == "geslo"


def test_a_word_that_stands_in_one_example_is_no_slip() -> None:
    assert LEXICON.restored("zrebam", "sl") == "žrebam"
    assert lexicon(texts={"sl": ["omara", "omara in omare"]}).restored("omare", "sl") == "omare"


@given(st.text(alphabet="geslopričnkaαγελίπρ ", max_size=40), st.sampled_from(["sl", "el"]))
def test_what_is_kept_mends_as_before(text: str, language: str) -> None:
    again = Lexicon.of_dict(json.loads(json.dumps(LEXICON.to_dict())))
    again.attach(().__contains__)
    assert again.restored(text, language) == LEXICON.restored(text, language)


def test_only_encoders_that_know_words_tell_them() -> None:
    class Reader(HashedNgrams):
        def knows(self, word: str) -> bool:
            return word == "geslo"

    assert known_to(HashedNgrams()) is None
    tells = known_to(Blend([HashedNgrams(), Reader()]))
    assert tells is not None
    assert tells("geslo")
    assert not tells("gelso")
