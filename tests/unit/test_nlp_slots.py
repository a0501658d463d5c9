"""Details found in a message, in their usual form."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.content import Slot
from bot.nlp.samples import filled, sample
from bot.nlp.slots import Near, find_slots, word_pattern

ORDER = ("order_id", re.compile(r"[A-Z]{2}-\d{5}|\d{5,10}"))


def found(text: str, region: str | None = "SI") -> dict[str, str]:
    slots: dict[str, str] = {}
    for slot in find_slots(text, [ORDER], region):
        slots.setdefault(slot.name, slot.value)
    return slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("where is LO-20417?", {"order_id": "LO-20417"}),
        ("where is lo-20417?", {"order_id": "LO-20417"}),
        ("order no. 48213", {"order_id": "48213"}),
        ("call +386 41 234 567 please", {"phone": "+38641234567"}),
        ("call 041 234 567 please", {"phone": "+38641234567"}),
        ("call 0038641234567", {"phone": "+38641234567"}),
        ("Write to Ana.Novak@Example.com.", {"email": "ana.novak@example.com"}),
        ("I paid 49,90 € for it", {"amount": "49.90 EUR"}),
        ("you took $1,234.50", {"amount": "1234.50 USD"}),
        ("1.234 evrov", {"amount": "1234 EUR"}),
        ("3500 dinara", {"amount": "3500 RSD"}),
        ("bought on 12.10.2026", {"date": "2026-10-12"}),
        ("bought on 2026-10-12", {"date": "2026-10-12"}),
        ("by 24. 12. please", {"date": "12-24"}),
        ("on 3rd of March 2026", {"date": "2026-03-03"}),
        ("March 3, 2026", {"date": "2026-03-03"}),
        ("do 24. decembra", {"date": "12-24"}),
        ("στις 5 Μαρτίου", {"date": "03-05"}),
        ("nothing here, 99.99.2026, XLO-204170", {}),
    ],
)
def test_details_are_found(text: str, slots: dict[str, str]) -> None:
    assert found(text) == slots


def test_digits_of_a_phone_number_are_no_order_number() -> None:
    assert found("48213, phone +38641234567") == {"order_id": "48213", "phone": "+38641234567"}


@given(st.text(max_size=300))
def test_slots_are_found_within_any_text(text: str) -> None:
    assert all(0 <= slot.start < slot.end <= len(text) for slot in find_slots(text, [ORDER], "SI"))


def test_a_placeholder_becomes_what_its_slot_would_find() -> None:
    slot = Slot("order_id", ORDER[1])

    assert ORDER[1].fullmatch(filled("{order_id}", (slot,)))
    assert "{" not in filled("{{order_id}} {order_id}", (slot,)).replace("{order_id}", "")
    assert sample(Slot("shoe_size", None)) == "shoe size"


DEVICE = word_pattern(["fridge*", "washing machine*", "πλυντήρι*", "skalbimo mašin*", "veš mašin*", "uro", "đubre"])


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("my Fridges hum", "Fridges"),
        ("the washing-machine leaks", "washing-machine"),
        ("ΤΟ ΠΛΥΝΤΉΡΙΌ μου", "ΠΛΥΝΤΉΡΙΌ"),
        ("skalbimo masina neveikia", "skalbimo masina"),
        ("веш машина цури", "веш машина"),
        ("popravite mi uro", "uro"),
        ("european neurology", None),
        ("ђубре", "ђубре"),
    ],
)
def test_words_find_a_slot_in_any_spelling(text: str, device: str | None) -> None:
    found = find_slots(text, [], "SI", [("device", DEVICE)])

    assert [slot.value for slot in found if slot.name == "device"] == ([device] if device else [])


@given(st.text(max_size=200))
def test_words_are_found_within_any_text(text: str) -> None:
    for slot in find_slots(f"{text} fridge {text}", [], None, [("device", DEVICE)]):
        assert 0 <= slot.start < slot.end <= 2 * len(text) + 8


def test_a_placeholder_of_a_slot_found_by_words_becomes_one_of_them() -> None:
    assert filled("my {device}", (Slot("device", None),), 0, {"device": ["fridge*"]}) == "my fridge"


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "can I come tomorrow", "2026-03-06"),
        ("en", "I ordered it yesterday", "2026-03-04"),
        ("en", "a table on Friday please", "2026-03-06"),
        ("sl", "lahko pridem pojutrišnjem", "2026-03-07"),
        ("sl", "v sredo ob petih", "2026-03-11"),
        ("el", "μπορώ να έρθω ΑΎΡΙΟ", "2026-03-06"),
        ("lv", "vai varu atnākt rit", "2026-03-06"),
        ("lv", "piektdien", None),
        ("sr", "dolazim prekosutra", "2026-03-07"),
        ("sr", "долазим сутра", "2026-03-06"),
        ("sr", "u sredu", "2026-03-11"),
        ("lt", "ar galiu ateiti rytoj", "2026-03-06"),
        ("lt", "treciadieni", "2026-03-11"),
        ("sl", "rytoj", None),
    ],
)
def test_days_near_today_are_dates(language: str, text: str, value: str | None) -> None:
    thursday = Near(date(2026, 3, 5), language)

    assert [slot.value for slot in find_slots(text, [], None, (), thursday)] == ([value] if value else [])


def test_without_knowing_the_day_tomorrow_is_no_date() -> None:
    assert find_slots("tomorrow", [], None, (), Near(None, "en")) == ()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("15,50 eur", "15.50 EUR"),
        ("€20", "20 EUR"),
        ("2.000 RSD", "2000 RSD"),
        ("2000 din", "2000 RSD"),
        ("2.000 динара", "2000 RSD"),
        ("12 eiro", "12 EUR"),
        ("12,5 eurų", "12.50 EUR"),
        ("20 ευρώ", "20 EUR"),
    ],
)
def test_amounts_of_six_languages(text: str, amount: str) -> None:
    assert found(text) == {"amount": amount}
