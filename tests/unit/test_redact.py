"""Redaction: what is masked, what stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ana.k+shop@mail.example.com!", "write to [email]!"),
        ("call +386 31 234 567 or 031 234 567", "call [phone] or [phone]"),
        ("(01) 234 56 78, 123-456-7890", "[phone], [phone]"),
        ("+38631234", "[phone]"),
        ("card 4111 1111 1111 1111 exp 12/27", "card [card] exp 12/27"),
        ("card 4111-1111-1111-1112", "card [number]"),
        ("5500005555555559", "[card]"),
        ("SI56 1910 0000 0123 438 please", "[iban] please"),
        ("si56191000000123438 HELLO", "[iban] HELLO"),
        ("DE89370400440532013000", "[iban]"),
        ("12345678901", "[number]"),
        ("0123456789", "[phone]"),
        ("٠١٢٣٤٥٦٧٨٩", "[phone]"),
        ("12345\n67890", "12345\n67890"),
        ("/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX/getMe", "/bot[token]/getMe"),
    ],
)
def test_what_is_personal_is_masked(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order KW-12345678 of 24.12.2026 10:30",
        "2026-12-24T10:00:00.123456+00:00 and 2026-12-24 10:00",
        "open 8-17, 09:00-12:30; it cost 1.234,50 €",
        "@maja says hi @ home",
        "AB12 CDEF GHIJ KLMN OPQR",
        "DE12 ABC DEF GHI",
        "version 22.8",
    ],
)
def test_what_is_harmless_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_an_account_with_wrong_check_digits_is_still_masked_as_a_number() -> None:
    assert redact("SI56 1910 0000 0123 439") == "SI[number]"


@pytest.mark.parametrize("piece", ["a", "1 ", "a@", "a.", "AB12 ", "AB12CD34", "a@b.", "+("])
def test_a_long_text_is_no_trouble(piece: str) -> None:
    assert isinstance(redact(piece * 20_000), str)


awkward = st.lists(
    st.sampled_from(
        [
            "a@b.co",
            "+386",
            " ",
            "-",
            "1234",
            "4111 1111 1111 1111",
            "SI56",
            "1910 0000 0123 438",
            "2026-12-24",
            ".",
            "/",
            "x",
            ":",
        ]
    ),
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(awkward | st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@settings(deadline=None)
@given(st.text(), st.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.com\Z"), st.text())
def test_an_address_is_masked_wherever_it_stands(before: str, address: str, after: str) -> None:
    assert f" {address} " not in redact(f"{before} {address} {after}")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Nd"])))
def test_text_without_digits_and_addresses_is_left_alone(text: str) -> None:
    plain = text.replace("@", "")
    assert redact(plain) == plain
