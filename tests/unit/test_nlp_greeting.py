"""Small words before and after the matter hide it no more, and take nothing of it away."""

from __future__ import annotations

import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.greeting import Courtesies, known_closings, known_openings, says_enough, short_ones
from bot.nlp.text import fold

GREETINGS = short_ones(["hi", "Good morning", "dan", "what a day it is"])
CLOSINGS = short_ones(["cheers mate", "so long", "see you tomorrow", "iki rytojaus", "I want no more of it"])
KNOWN = Courtesies(GREETINGS, CLOSINGS)
LANGUAGES = ("en", "sl", "el", "lv", "sr", "lt")


@pytest.mark.parametrize(
    ("language", "text", "point"),
    [
        ("en", "Hi, where is my order?", "where is my order?"),
        ("en", "GOOD MORNING!!! where is my order", "where is my order"),
        ("en", "hi hi 👋 where is it", "where is it"),
        ("sl", "zivjo, dober dan, kje je moje narocilo", "kje je moje narocilo"),
        ("sr", "Здраво, где је моја поруџбина?", "где је моја поруџбина?"),
        ("en", "Where is my order? Thanks!", "Where is my order?"),
        ("en", "where is my order thx", "where is my order"),
        ("en", "Where is my order? Thank you for your quick reply!", "Where is my order?"),
        ("en", "Where is my order? Many thanks in advance. Kind regards, Ana Novak", "Where is my order?"),
        ("en", "where is my order, cheers mate", "where is my order,"),
        ("en", "Where is my order? So long", "Where is my order?"),
        ("sl", "Dober dan, kje je paket? Hvala za hiter odgovor. LP, Marko", "kje je paket?"),
        ("sl", "kje je paket, hvala za hiter odgovor", "kje je paket,"),
        ("el", "Πού είναι το δέμα μου; Σας ευχαριστώ εκ των προτέρων!", "Πού είναι το δέμα μου;"),
        ("el", "pou einai to dema mou euxaristw poly", "pou einai to dema mou"),
        ("el", "pou einai to dema mou; eyxaristw", "pou einai to dema mou;"),
        ("el", "kalispera sas, pou einai to dema mou thanks", "pou einai to dema mou"),
        ("lv", "Kur ir mana paka? Ar cieņu, Jānis", "Kur ir mana paka?"),
        ("sr", "Где је мој пакет? Хвала унапред, поздрав", "Где је мој пакет?"),
        ("lt", "kur mano siunta, is anksto aciu", "kur mano siunta,"),
        ("sl", "Lep pozdrav vsem, kje ste v Kopru?", "kje ste v Kopru?"),
        ("en", "Dear Sir or Madam, hello, where is my order?", "where is my order?"),
        ("sl", "Spoštovani, kje je moj paket?", "kje je moj paket?"),
        ("en", "Sorry, how are you? Where is my order?", "Where is my order?"),
        ("en", "Where is my order?\nBest, Mark", "Where is my order?"),
        ("sl", "Kje je moj paket? Best, Mark", "Kje je moj paket?"),
        ("sr", "Da li radite nedeljom? Hvala puno i prijatan dan", "Da li radite nedeljom?"),
        ("en", "Do you open on Sundays? Thanks and kind regards", "Do you open on Sundays?"),
        ("el", "Πού είναι το κατάστημά σας; Ευχαριστώ", "Πού είναι το κατάστημά σας;"),
        ("el", "που ειναι το καταστημα σας ευχαριστω πολυ", "που ειναι το καταστημα σας"),
        ("en", "When will it come? Looking forward to hearing from you.", "When will it come?"),
        ("sl", "Kdaj pride paket? Najlepša hvala in lep dan.", "Kdaj pride paket?"),
        ("sl", "Kje je moj paket? Hvala že vnaprej. Lep pozdrav, Ana Novak Kos", "Kje je moj paket?"),
        ("en", "where is my order? thanks, ana", "where is my order?"),
        ("en", "WHERE IS MY ORDER? THANKS, ANA", "WHERE IS MY ORDER?"),
        ("sl", "kje je moj paket, hvala;)", "kje je moj paket,"),
        ("xx", "hello where is my order thanks", "where is my order"),
        ("../en", "hello where is my order thanks", "where is my order"),
    ],
)
def test_what_is_between_courtesies_is_found(language: str, text: str, point: str) -> None:
    assert KNOWN.point(text, language) == point


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "hi"),
        ("en", "Hi, Marko"),
        ("en", "hi!! 12345"),
        ("en", "where is my order"),
        ("en", "his order is late"),
        ("en", ""),
        ("en", "thanks"),
        ("en", "Hi! Thanks a lot!"),
        ("en", "Thank you all for finding my lost parcel so quickly"),
        ("en", "I thanked him and he left"),
        ("sl", "Hvala, kje je moj paket?"),
        ("en", "The parcel has come. Thanks, but where is the lamp?"),
        ("en", "My order was delivered today. Thanks, but the lamp is missing."),
        ("en", "My order was delivered today. Thanks but the lamp is missing."),
        ("en", "I have changed my mind about it. Thanks, please cancel my order."),
        ("sl", "Kdaj pride moj paket? Hvala, ampak paketa še vedno ni."),
        ("en", "Which one is best"),
        ("en", "Which TV would you say is best?"),
        ("en", "A Saturday would be best."),
        ("en", "My order is late. Best of luck"),
        ("en", "Why does my delivery take so long"),
        ("en", "Why does my delivery take so long?"),
        ("en", "Can I come to the shop and see you tomorrow?"),
        ("lt", "Ar galite pristatyti siuntą iki rytojaus"),
        ("lv", "Kiek kainuotų pristatymas iki Alytaus"),
        ("sl", "Dan dostave bi rad spremenil na petek"),
        ("sl", "Imate v ponudbi gramofonske plošče LP?"),
        ("el", "Το κουτί που μου στείλατε ήταν άδειο"),
        ("el", "Ξέρετε πού είναι η παραγγελία μου;"),
        ("el", "Για πόσο καιρό ισχύει η εγγύηση;"),
        ("el", "gia poso kairo isxyei i eggyisi"),
        ("sr", "Šta ima na sniženju ove nedelje?"),
        ("en", "My lamp came broken. Thanks for nothing!"),
        ("en", "My parcel came today. Thanks for the broken lamp!"),
        ("en", "Everything arrived on time yesterday. Thanks for the excellent service!"),
        ("el", "Εδώ και δύο εβδομάδες αναμένω την απάντησή σας"),
        ("lt", "Jau tris savaites vis dar lauksiu atsakymo"),
        ("sl", "Imate v ponudbi gramofonske plošče LP ?"),
        ("lv", "Atvainojos par kavēšanos, vai varu vēl atnākt?"),
        ("en", "Thanks for the 2 lamps that came broken"),
    ],
)
def test_nothing_is_cut_where_there_is_no_courtesy_or_nothing_else(language: str, text: str) -> None:
    assert KNOWN.point(text, language) == ""


@pytest.mark.parametrize(
    ("language", "text", "point"),
    [
        ("en", "My order number is 12345 thanks", "My order number is 12345"),
        ("en", "Change my appointment from 10 to 12 thx", "Change my appointment from 10 to 12"),
        ("en", "Hi 5 of my glasses are broken", "5 of my glasses are broken"),
        ("sr", "VOZAČ NIJE REKAO NI DOBAR DAN, POZDRAV MARKO", ""),
    ],
)
def test_numbers_stay_and_words_that_shout_are_no_names(language: str, text: str, point: str) -> None:
    assert KNOWN.point(text, language) == point


def test_long_examples_are_not_looked_for() -> None:
    assert KNOWN.point("what a day it is, my order is late", "en") == ""
    assert KNOWN.point("my order is late, I want no more of it", "en") == ""


@pytest.mark.parametrize("folder", ["openings", "closings"])
def test_lines_are_short_enough_to_be_found_and_stand_there_once(folder: str) -> None:
    assert {file.name for file in (files("bot.nlp") / folder).iterdir()} == {f"{code}.txt" for code in LANGUAGES}
    for file in (files("bot.nlp") / folder).iterdir():
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert len(lines) > 30
        assert max(len(line.split()) for line in lines) <= 6, file.name
        looked_up = [fold(line).replace("'", "").strip(", ") for line in lines]
        assert len(set(looked_up)) == len(lines), [line for line in looked_up if looked_up.count(line) > 1]


def test_each_line_is_known_in_its_language_and_english_ones_everywhere() -> None:
    said = {
        "lv": "labdien",
        "lt": "labadien",
        "sl": "pozdravljeni",
        "sr": "postovani",
        "en": "hello",
        "el": "καλησπερα",
    }
    for language, opening in said.items():
        assert opening in known_openings(language).bare
        assert "hello" in known_openings(language).bare
        assert "thanks" in known_closings(language).bare
    assert "labadien" not in known_openings("lv").bare


def test_a_few_words_beside_a_greeting_may_belong_to_it() -> None:
    assert not says_enough("how are you")
    assert not says_enough("it 12 345 678")
    assert says_enough("where is my order")


said = st.sampled_from(
    (
        *("hello", "Hi", "good morning,", "sorry,", "thanks", "Thanks!", "thx,", "for your help", "Best,", "Regards,"),
        *("Ana", "NOVAK", "lp", "and", "-", "?", "!", "…", "12", "041-123", "my lamp", "is broken", "the best", "why?"),
    )
)


@given(st.lists(said, max_size=12), st.sampled_from(LANGUAGES))
def test_it_is_a_part_of_any_text_that_has_its_numbers_and_questions(parts: list[str], language: str) -> None:
    text = " ".join(parts)
    point = KNOWN.point(text, language)

    if point:
        assert f" {point} " in f" {text} "
        for word in ("12", "041-123", "lamp", "broken", "why?"):
            assert point.split().count(word) == text.split().count(word)


@pytest.mark.parametrize(
    "text",
    [
        "." * 1_000 + "a " + "thx " * 1_700,
        "." * 8_000 + " a b",
        "thx " * 2_000,
        "bb " * 2_700,
        "hi " * 2_700,
        "Thx " * 2_000,
        "thanks for " * 700,
    ],
)
def test_hostile_messages_take_no_longer_than_others(text: str) -> None:
    started = time.process_time()
    KNOWN.point(text, "el")

    assert time.process_time() - started < 0.5
