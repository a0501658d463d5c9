"""A message is read as it would have been written calmly, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.calm import calm, drawn_in, is_drawn_out
from bot.nlp.text import clean, letters


@pytest.mark.parametrize(
    ("text", "calmly"),
    [
        ("Where is my order!!!! 😡😡", "Where is my order!"),
        ("what?!?!", "what?"),
        ("Πού είναι;;;", "Πού είναι;"),
        ("hello,where is it?I wait", "hello, where is it? I wait"),
        ("Zdravo.Kje je paket", "Zdravo. Kje je paket"),
        ("see shop.example now", "see shop.example now"),
        ("it costs 12.50,really", "it costs 12.50,really"),
        ("super 👍👍👍", "super 👍"),
        ("is this one there? https://shop.example/p/12?x=1&y=2", "is this one there?"),
        ("https://shop.example/p", "https://shop.example/p"),
        ("https://shop.example/p?colour=red,blue", "https://shop.example/p?colour=red,blue"),
        ("my mail:Ana.Novak@shop.example", "my mail:Ana.Novak@shop.example"),
        ("🙏", "🙏"),
        ("24°C № 5", "24°C № 5"),
        ("", ""),
    ],
)
def test_what_shouts_is_made_calm(text: str, calmly: str) -> None:
    assert calm(text) == calmly


@given(st.text(max_size=80).filter(lambda text: "www." not in text.lower() and "http" not in text.lower()))
def test_no_letter_is_lost(text: str) -> None:
    assert letters(calm(clean(text))) == letters(clean(text))


links = st.sampled_from(["https://a.example/c?hello;world", "www.a.example/B.Cd", "Ana.Novak@shop.example"])


@given(st.lists(links | st.text(max_size=20), max_size=6).map(" ".join).map(clean))
def test_what_is_calm_stays(text: str) -> None:
    assert calm(calm(text)) == calm(text)


def test_letters_that_are_drawn_out_are_found() -> None:
    assert is_drawn_out("pleeease")
    assert not is_drawn_out("coffee")
    assert not is_drawn_out("1000")
    assert drawn_in("gooood") == ("god", "good")
