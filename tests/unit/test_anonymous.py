"""A sentence without the customer: no name, number or address of theirs is left."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import words
from bot.core.anonymous import anonymous
from bot.core.content import Intent, Slot
from bot.core.people import Customer
from bot.core.redact import redact
from bot.core.understanding import Kind

ORDER = Intent(
    "order_status",
    Kind.QUESTION,
    "orders",
    "order_status",
    slots=(Slot("order_id", re.compile(r"[A-Z]{0,2}-?\d{5,10}")),),
)
HOURS = Intent("opening_hours", Kind.QUESTION, "store", "opening_hours")
MAJA = Customer(5001, "Maja Novak", "maja_n")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Hi, I'm Maja, where is LO-48213?", "Hi, I'm X, where is {order_id}?"),
        ("novakova sem, narocilo #30771 prosim", "X sem, narocilo {order_id} prosim"),
        ("call me on 041 234 567 or maja@example.com", "call me on {phone} or {email}"),
        ("my card 4111 1111 1111 1111 was charged twice", "my card was charged twice"),
        ("send it to Slovenska cesta 12, 1000 Ljubljana", "send it X, X"),
        ("Brīvības iela 5, LV-1010 Rīga", "X, X"),
        ("I'm at 12 Baker Street now", "I'm at X now"),
        ("my name is Peter Pan, hello", "my name is X, hello"),
        ("see https://t.me/someone or @someone", "see or"),
        ("it was 1200 eur on 24.12.2026 for 2 chairs", "it was 1200 eur on 24.12.2026 for 2 chairs"),
        ("the {name} on my {order_id} is wrong", "the {{name}} on my {{order_id}} is wrong"),
    ],
)
def test_what_is_personal_goes_and_the_rest_stays(said: str, expected: str) -> None:
    assert anonymous(said, MAJA, ORDER) == expected


def test_a_number_is_a_placeholder_only_where_the_intent_has_it() -> None:
    assert anonymous("is it open for LO-48213", MAJA, HOURS) == "is it open for"


def test_details_that_were_found_are_placeholders_however_they_are_typed() -> None:
    found = {"order_id": "LO48213", "amount": "49.90", "colour": "petrol"}
    assert anonymous("lo 482 13 in petrol for 49,90", MAJA, ORDER, found) == "{order_id} in for 49,90"


names = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x4FF), min_size=2, max_size=12)
digits = st.text(st.sampled_from("0123456789"), min_size=9, max_size=12)
around = st.sampled_from(["hello {} where is it", "{}", "it's {}.", "(is {}?)", "\u00a0{},\n thanks", "{{{}}}"])


def plain(text: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"\w+", bare)


@given(names, names, around)
def test_no_name_of_the_customer_is_left(first: str, last: str, frame: str) -> None:
    customer = Customer(1, f"{first} {last}")
    left = plain(anonymous(frame.format(f"{first} {last}"), customer, ORDER))
    known = plain("hello where is it it's is thanks X order_id")
    assert not {word for word in (*plain(first), *plain(last)) if len(word) > 1} & set(left) - set(known)


@given(digits, around)
def test_no_long_number_is_left(number: str, frame: str) -> None:
    for written in (number, f"+{number}", f"0{number}", f"{number[:3]} {number[3:6]} {number[6:]}"):
        assert number[-6:] not in re.sub(r"\W", "", anonymous(frame.format(written), MAJA, ORDER))


@given(st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,8}\.(com|si|gr)", fullmatch=True), around)
@example("a@www.com", "{}")
def test_no_address_of_e_mail_is_left(address: str, frame: str) -> None:
    assert "@" not in anonymous(frame.format(address), MAJA, HOURS)


@given(st.text(max_size=200))
def test_any_text_becomes_an_example_that_can_be_written(text: str) -> None:
    example = anonymous(text, MAJA, ORDER)
    assert words.syntax_problem(example) is None
    assert words.placeholders(example) <= {"order_id", "phone", "email", "amount", "date"}
    assert "\n" not in example
    assert redact(example) == example
