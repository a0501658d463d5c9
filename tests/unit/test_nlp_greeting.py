"""Small words before and after the matter hide it no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.greeting import Courtesies, known_closings, short_ones

GREETINGS = short_ones(["hi", "Good morning", "dober dan", "živjo", "zdravo", "hello to all of you there"])
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
    ],
)
def test_nothing_is_found_where_there_is_no_courtesy_or_nothing_else(text: str) -> None:
    assert KNOWN.point(text) == ""


def test_long_examples_are_not_looked_for() -> None:
    assert KNOWN.point("hello to all of you there my order is late") == ""
    assert KNOWN.point("my order is late that is all I wanted to know") == ""


def test_closings_come_in_six_languages() -> None:
    for closing in ("kind regards", "lep pozdrav", "με εκτιμηση", "ar cienu", "s postovanjem", "pagarbiai"):
        assert short_ones([closing]) <= known_closings()


@given(st.text(max_size=60))
def test_it_is_a_part_of_any_text(text: str) -> None:
    assert KNOWN.point(text) in text
