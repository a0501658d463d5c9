"""Small words before and after the matter hide it no more."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.greeting import Courtesies, known_closings, known_openings, says_enough, short_ones
from bot.nlp.text import fold

GREETINGS = short_ones(["hi", "Good morning", "dober dan", "živjo", "zdravo", "what a fine day it is"])
CLOSINGS = short_ones(["cheers mate", "that is all I wanted to know"])
KNOWN = Courtesies(GREETINGS, CLOSINGS)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("Hi, where is my order?", "where is my order?"),
        ("GOOD MORNING!!! where is my order", "where is my order"),
        ("hi hi 👋 where is it", "👋 where is it"),
        ("zivjo, dober dan, kje je moje narocilo", "kje je moje narocilo"),
        ("Здраво, где је моја поруџбина?", "где је моја поруџбина?"),
        ("Where is my order? Thanks!", "Where is my order?"),
        ("where is my order thx", "where is my order"),
        ("Where is my order? Thank you for your quick reply!", "Where is my order?"),
        ("Where is my order? Many thanks in advance. Kind regards, Ana Novak", "Where is my order?"),
        ("where is my order cheers mate", "where is my order"),
        ("Dober dan, kje je paket? Hvala za hiter odgovor. LP, Marko", "kje je paket?"),
        ("Πού είναι το δέμα μου; Σας ευχαριστώ εκ των προτέρων!", "Πού είναι το δέμα μου;"),
        ("pou einai to dema mou euxaristw poly", "pou einai to dema mou"),
        ("Kur ir mana paka? Ar cieņu, Jānis", "Kur ir mana paka?"),
        ("Где је мој пакет? Хвала унапред, поздрав", "Где је мој пакет?"),
        ("kur mano siunta, is anksto aciu", "kur mano siunta,"),
        ("Lep pozdrav, kje ste v Kopru?", "kje ste v Kopru?"),
        ("pou einai to dema mou; eyxaristw", "pou einai to dema mou;"),
        ("Dear Sir or Madam, hello, where is my order?", "where is my order?"),
        ("Spoštovani, kje je moj paket?", "kje je moj paket?"),
        ("Sorry, how are you? Where is my order?", "Where is my order?"),
        ("Where is my order?\nBest, Mark", "Where is my order?"),
    ],
)
def test_what_is_between_courtesies_is_found(text: str, point: str) -> None:
    assert KNOWN.point(text) == point


@pytest.mark.parametrize(
    "text",
    [
        "hi",
        "Hi, Marko",
        "hi!! 12345",
        "where is my order",
        "his order is late",
        "",
        "thanks",
        "Hi! Thanks a lot!",
        "Thank you all for finding my lost parcel so quickly",
        "I thanked him and he left",
        "Hvala, kje je moj paket?",
        "The parcel has come. Thanks, but where is the lamp?",
        "Which one is best",
        "My order is late. Best of luck",
    ],
)
def test_nothing_is_found_where_there_is_no_courtesy_or_nothing_else(text: str) -> None:
    assert KNOWN.point(text) == ""


def test_long_examples_are_not_looked_for() -> None:
    assert KNOWN.point("what a fine day it is my order is late") == ""
    assert KNOWN.point("my order is late that is all I wanted to know") == ""


def test_closings_come_in_six_languages() -> None:
    for closing in ("kind regards", "lep pozdrav", "με εκτιμηση", "ar cienu", "s postovanjem", "pagarbiai"):
        assert fold(closing) in known_closings()


def test_openings_come_in_six_languages() -> None:
    for opening in ("dear sir or madam", "spostovani", "αξιοτιμοι κυριοι", "cienijamie", "postovani", "gerbiamieji"):
        assert fold(opening) in known_openings()


@pytest.mark.parametrize("folder", ["openings", "closings"])
def test_lines_are_short_enough_to_be_found_and_stand_there_once(folder: str) -> None:
    for file in (files("bot.nlp") / folder).iterdir():
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert lines
        assert max(len(line.split()) for line in lines) <= 5, file.name
        assert len({fold(line) for line in lines}) == len(lines), file.name


def test_a_few_words_beside_a_greeting_may_belong_to_it() -> None:
    assert not says_enough("how are you")
    assert not says_enough("it 12 345 678")
    assert says_enough("where is my order")


@given(st.text(max_size=60))
def test_it_is_a_part_of_any_text(text: str) -> None:
    assert KNOWN.point(text) in text
