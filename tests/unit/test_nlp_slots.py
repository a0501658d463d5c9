"""Details found in a message, in their usual form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.content import Slot
from bot.nlp.samples import filled, sample
from bot.nlp.slots import find_slots

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
