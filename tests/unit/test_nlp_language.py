"""Which language: chosen, so far, script, letters; in this order of weight."""

from __future__ import annotations

import pytest

from bot.nlp.language import LanguageComponent
from bot.ports import Hints

SIX = ("en", "sl", "el", "lv", "sr", "lt")


@pytest.fixture(scope="module")
def component() -> LanguageComponent:
    return LanguageComponent(SIX, so_far=3.0, telegram=1.0, first=0.2)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? I have been waiting for a week.", "en"),
        ("Kje je moje naročilo? Čakam že en teden.", "sl"),
        ("Πού είναι η παραγγελία μου;", "el"),
        ("pou einai h paraggelia mou", "el"),
        ("Kur ir mans pasūtījums? Gaidu jau nedēļu.", "lv"),
        ("Gde je moja porudžbina? Čekam već nedelju dana, niko se ne javlja.", "sr"),
        ("Где је моја поруџбина?", "sr"),
        ("Kur mano užsakymas? Laukiu jau savaitę.", "lt"),
    ],
)
def test_a_sentence_speaks_for_itself(component: LanguageComponent, text: str, language: str) -> None:
    assert component.identify(text, Hints()) == language


@pytest.mark.parametrize("text", ["ok", "?", "", "👍", "LO-20417", "hm"])
def test_a_short_text_keeps_the_language_so_far(component: LanguageComponent, text: str) -> None:
    assert component.identify(text, Hints(so_far="sl", telegram="en")) == "sl"


def test_a_short_first_text_has_the_language_of_the_telegram_app(component: LanguageComponent) -> None:
    assert component.identify("ok", Hints(telegram="lv")) == "lv"
    assert component.identify("ok", Hints(telegram="lt-LT")) == "lt"


def test_nothing_known_means_the_first_language(component: LanguageComponent) -> None:
    assert component.identify("ok", Hints(telegram="fr")) == "en"


def test_what_the_customer_chose_stands(component: LanguageComponent) -> None:
    assert component.identify("Where is my order?", Hints(chosen="el", so_far="en")) == "el"


def test_a_whole_sentence_in_another_language_changes_it(component: LanguageComponent) -> None:
    text = "Zdravo, kje je moje naročilo, čakam že dva tedna in se nihče ne oglasi"

    assert component.identify(text, Hints(so_far="en", telegram="en")) == "sl"


def test_a_language_that_is_not_configured_is_never_answered() -> None:
    component = LanguageComponent(("en", "sl"), so_far=3.0, telegram=1.0, first=0.2)

    assert component.identify("Πού είναι η παραγγελία μου;", Hints(so_far="el", telegram="el")) in {"en", "sl"}


def test_one_language_needs_no_guess() -> None:
    assert LanguageComponent(("sl",), so_far=3.0, telegram=1.0, first=0.2).identify("hello there", Hints()) == "sl"
