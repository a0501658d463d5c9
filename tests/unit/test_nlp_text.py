"""Text as people type it: any string is safe, and spellings meet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlp.greek import is_greeklish
from bot.nlp.lexicon import Lexicon
from bot.nlp.ngrams import grams
from bot.nlp.normalise import spoken
from bot.nlp.text import MAX_CHARS, clean, fold, latin_of_cyrillic, sentences, strip_diacritics

anything = st.text(st.characters(codec=None, categories=None), max_size=200)


@given(anything)
@example("\ud800")
@example("a\x00b")
@example("\u200b\u200b")
@example("e\u0301" * 20_000)
def test_any_text_becomes_clean(text: str) -> None:
    result = clean(text)

    assert len(result) <= MAX_CHARS
    assert result == unicodedata.normalize("NFC", result)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in result)
    result.encode()


@given(anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_any_text_folds_and_can_be_embedded(text: str) -> None:
    fold(text).encode()
    spoken(text, "sr").encode()
    assert len(grams([text])) == 1


@given(st.text(st.characters(max_codepoint=0x24F), max_size=60))
def test_case_does_not_matter_to_features(text: str) -> None:
    one, other = grams([text.lower(), text.lower().upper().lower()])
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kje je moje naročilo?", "kje je moje narocilo?"),
        ("Где је моја поруџбина", "Gde je moja porudžbina"),
        ("Θέλω να ακυρώσω την παραγγελία μου", "thelo na akiroso tin paraggelia mou"),
        ("Θέλω να ακυρώσω την παραγγελία μου", "8elw na akyrwsw thn paraggelia mou"),
        ("noriu grąžinti prekę", "noriu grazinti preke"),
        ("ﬁne", "fine"),
        ("STRASSE", "straße"),
    ],
)
def test_spellings_of_the_same_words_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_emoji_become_words() -> None:
    assert "thumbs_up" in fold("👍🏽")


@pytest.mark.parametrize("text", ["where is my order", "to je moja koda", "kur ir mans pasūtījums", "me se na to", ""])
def test_other_languages_are_not_taken_for_greeklish(text: str) -> None:
    assert not is_greeklish(text)


def test_serbian_cyrillic_keeps_its_capitals_in_latin() -> None:
    assert latin_of_cyrillic("Љубљана и Џез") == "Ljubljana i Džez"


LEXICON = Lexicon.learn(
    {
        "sl": ["kdaj dobim račun?", "čez koliko časa"],
        "el": ["πού είναι η παραγγελία μου"],
        "lv": ["kur ir mans pasūtījums"],
        "sr": ["gde je moja porudžbina"],
        "en": ["the résumé and the cafe"],
    }
)


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("sl", "kdaj dobim racun", "kdaj dobim račun"),
        ("sl", "cez koliko casa bo?", "čez koliko časa bo?"),
        ("el", "που ειναι η παραγγελια μου;", "πού είναι η παραγγελία μου;"),
        ("el", "pou einai h paraggelia mou", "πού είναι η παραγγελία μου"),
        ("lv", "kur ir mans pasutijums", "kur ir mans pasūtījums"),
        ("sr", "gde je moja porudzbina", "gde je moja porudžbina"),
        ("en", "kdaj dobim racun", "kdaj dobim racun"),
        ("lt", "kur racun", "kur racun"),
    ],
)
def test_what_is_typed_poorly_is_read_as_it_is_properly_written(language: str, typed: str, meant: str) -> None:
    assert LEXICON.restored(typed, language) == meant


@given(anything, st.sampled_from(["sl", "el", "en"]))
def test_restoring_any_text_is_safe_and_restoring_twice_changes_nothing(text: str, language: str) -> None:
    once = LEXICON.restored(text.lower(), language)
    assert LEXICON.restored(once, language) == once


def test_stripped_diacritics_are_what_people_type() -> None:
    assert strip_diacritics("žlikrofi, đak, ūdens, ąžuolas") == "zlikrofi, djak, udens, azuolas"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It came broken. Are you open on Sunday?", ("It came broken.", "Are you open on Sunday?")),
        ("Hi! It came broken. Are you open?", ("It came broken.", "Are you open?")),
        ("it came broken", ()),
        ("Ούτε ένα μήνυμα; Πότε ανοίγετε;", ("Ούτε ένα μήνυμα;", "Πότε ανοίγετε;")),
        ("bought on 12. 3. in your shop", ()),
    ],
)
def test_a_message_falls_into_its_sentences(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


@given(anything)
@example("a b. " * 500)
def test_sentences_are_parts_of_the_text_and_not_too_many(text: str) -> None:
    found = sentences(text)
    assert len(found) != 1
    assert len(found) <= 4
    assert all(sentence in text for sentence in found)
