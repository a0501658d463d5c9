"""Words are put as they are properly written, however people make do without the letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.greek import as_greeklish, sound_of_greek, sounds_of_greeklish
from bot.nlp.lexicon import Lexicon
from bot.nlp.text import strip_diacritics

GREEK = (
    "θέλω να μάθω πού είναι η παραγγελία μου που υπάρχει στο κατάστημα και ήρθε λάθος αριθμός από την εθνική οδό χθες "
    "χρειάζομαι απόδειξη και πλυντήριο με άνθρωπο που μπήκε πήρα αλλάξω διεύθυνση παρασκευή λεφτά πολύ δύο φορές "
    "θυμήθηκα συσκευασία πρωί"
)
TEXTS = {
    "lv": [
        "šodien gribu ļoti",
        "ļoti labs pasūtījums šodien",
        "kur ir mans pasūtījums",
        "zoodārzs",
        "zoodārzs ir šeit",
    ],
    "lt": ["kada atvažiuos šaldytuvas", "šaldytuvas atvažiuos rytoj", "kada rytoj"],
    "sl": ["kje je moj čajnik", "čajnik je pokvarjen", "shod je jutri", "shod bo", "sod", "pokvarjen"],
    "el": [GREEK, GREEK],
}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """What those texts teach; nothing else is a word."""
    made = Lexicon.learn(TEXTS)
    made.attach(().__contains__)
    return made


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("lv", "shodien gribu ljoti", "šodien gribu ļoti"),
        ("lv", "pasuutiijums", "pasūtījums"),
        ("lv", "pasuutijums", "pasūtījums"),
        ("lv", "zoodaarzs", "zoodārzs"),
        ("lt", "shaldytuvas atvazhiuos", "šaldytuvas atvažiuos"),
        ("sl", "chajnik", "čajnik"),
        ("sl", "shod", "shod"),
        ("sl", "cheshnja", "cheshnja"),
        ("en", "shodien", "shodien"),
    ],
)
def test_letters_that_are_written_out_are_put_together(lexicon: Lexicon, language: str, typed: str, meant: str) -> None:
    assert lexicon.restored(typed, language) == meant


@pytest.mark.parametrize("way", range(3))
def test_greek_is_read_whichever_way_it_is_put_in_latin_letters(lexicon: Lexicon, way: int) -> None:
    typed = as_greeklish(strip_diacritics(GREEK))[way]
    assert not re.search("[α-ω]", typed)
    assert strip_diacritics(lexicon.restored(typed, "el")) == strip_diacritics(GREEK)


@pytest.mark.parametrize("typed", ["8elw", "thelo", "thelw", "8elo"])
def test_a_greek_word_is_read_with_digits_in_it(lexicon: Lexicon, typed: str) -> None:
    assert lexicon.restored(typed, "el") == "θέλω"


def test_letters_drawn_out_are_drawn_in_to_the_word_that_is_used() -> None:
    lexicon = Lexicon.learn({"el": ["το άλλο γράμμα"] * 2, "en": ["good god, so good"] * 2})
    lexicon.attach(().__contains__)

    assert lexicon.restored("το άλλλο γράμμμα", "el") == "το άλλο γράμμα"
    assert lexicon.restored("goooood", "en") == "good"


def test_greek_upsilon_may_be_a_y() -> None:
    lexicon = Lexicon.learn({"el": ["ευχαριστώ αύριο"] * 2})
    lexicon.attach(().__contains__)

    assert lexicon.restored("eyxaristw ayrio", "el") == "ευχαριστώ αύριο"


def test_latin_words_that_sound_like_nothing_greek_stay(lexicon: Lexicon) -> None:
    assert lexicon.restored("bluetooth gr8", "el") == "bluetooth gr8"


@given(st.text("abcdefghiklmnopqrstuvwxyz38", max_size=60))
def test_any_word_has_a_few_readings(word: str) -> None:
    found = list(sounds_of_greeklish(word))
    assert 1 <= len(found) <= 3**5
    assert all(sound == sound.lower() for sound in found)


@pytest.mark.parametrize("word", GREEK.split())
def test_the_sound_of_a_greek_word_is_among_those_of_how_it_is_typed(word: str) -> None:
    bare = strip_diacritics(word)
    for typed in as_greeklish(bare)[1:]:
        assert sound_of_greek(bare) in set(sounds_of_greeklish(typed))
