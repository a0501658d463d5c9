"""How pressing a message is."""

from __future__ import annotations

from importlib.resources import files

import pytest

from bot.core.understanding import Kind, Severity
from bot.nlp.severity import SeverityComponent, cues_of

SIX = ("en", "sl", "el", "lv", "sr", "lt")


@pytest.fixture(scope="module")
def component() -> SeverityComponent:
    return SeverityComponent(SIX)


def test_a_harmless_word_of_one_language_is_not_read_as_anothers(component: SeverityComponent) -> None:
    assert component.judge("montirali ste police u dnevnoj sobi", language="sr") is Severity.CALM
    assert component.judge("είμαι ιδιώτης, όχι εταιρεία", language="el") is Severity.CALM
    assert component.judge("you idiots", language="en") is Severity.UPSET
    assert component.judge("you idiots", language="sl") is Severity.UPSET


@pytest.mark.parametrize(
    "text",
    [
        "I need it asap",
        "the washing machine caught fire",
        "NUJNO rabim račun",
        "pec se kadi in smrdi po plinu",
        "Είναι επείγον",
        "einai epeigon",
        "tas ir steidzami",
        "хитно ми треба",
        "labai skubu",
    ],
)
def test_danger_and_haste_are_urgent(component: SeverityComponent, text: str) -> None:
    assert component.judge(text) is Severity.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "you idiots",
        "this is the third time I'm asking",
        "I’m still waiting",
        "WHERE IS MY PARCEL",
        "and where is it?!",
        "I want my money back!!!",
        "I will call my lawyer",
        "you lost a customer",
        "še vedno čakam",
        "απαράδεκτο",
        "trešo reizi",
        "sramota jedna",
        "vis dar laukiu",
        "😡",
    ],
)
def test_anger_in_words_or_voice_is_upset(component: SeverityComponent, text: str) -> None:
    assert component.judge(text, Kind.COMPLAINT) is Severity.UPSET


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "no rush, whenever you can",
        "it's not urgent",
        "OK",
        "order LO-20417 please",
        "do you sell the XXL IPHONE case",
        "ni nujno",
        "nav steidzami",
        "",
    ],
)
def test_plain_words_are_calm(component: SeverityComponent, text: str) -> None:
    assert component.judge(text) is Severity.CALM


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("it isn't late and I'm not angry, just wondering where it is", "en"),
        ("I'm not really upset, only curious", "en"),
        ("nisem jezna, samo zanima me", "sl"),
        ("δεν είμαι θυμωμένη, απλά ρωτάω", "el"),
        ("neesmu dusmīga, vienkārši jautāju", "lv"),
        ("нисам љута, само питам", "sr"),
        ("naručila sam sto pre dve nedelje", "sr"),
        ("kupili smo sto pre mesec dana, koliko traje garancija", "sr"),
        ("nesu pikta, tik klausiu", "lt"),
    ],
)
def test_what_is_taken_back_does_not_count(component: SeverityComponent, text: str, language: str) -> None:
    assert component.judge(text, Kind.QUESTION, language) is Severity.CALM


def test_a_no_before_a_comma_takes_nothing_back(component: SeverityComponent) -> None:
    assert component.judge("no, not at all. I am furious", Kind.COMPLAINT, "en") is Severity.UPSET
    assert component.judge("ne, sramota je to", Kind.COMPLAINT, "sl") is Severity.UPSET


def test_danger_is_not_taken_back(component: SeverityComponent) -> None:
    assert component.judge("it is not on fire any more but smoke comes out", language="en") is Severity.URGENT


def test_praise_may_be_loud(component: SeverityComponent) -> None:
    assert component.judge("BEST SERVICE EVER!!!", Kind.PRAISE) is Severity.CALM


@pytest.mark.parametrize("language", SIX)
def test_every_language_has_every_sort_of_cue(language: str) -> None:
    assert (files("bot.nlp") / "cues" / f"{language}.yml").is_file()
    assert set(cues_of(language)) == set(cues_of("en"))
