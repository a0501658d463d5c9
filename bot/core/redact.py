"""What must not be logged or exported: addresses, numbers of people, cards and accounts, and the bot's own token.

Better a harmless number masked than a card shown; but times, dates and short numbers (orders, prices) stay readable.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@(?:[\w-]++\.)+[\w-]{2,}+")
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE | re.ASCII)
_ISO_TIME = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[+-]\d\d:\d\d)?)?(?!\d)"
_DATE = r"\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}(?:\s\d{1,2}[.:]\d\d)?(?!\d)"
_NUMBER = re.compile(rf"(?<!\d)(?:(?P<time>{_ISO_TIME}|{_DATE})|\+?\(?\d(?:[ \t\u00a0\u202f()./-]{{0,2}}\d){{6,}})")
_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(7, 16)
_LONG = 9


def redact(text: str) -> str:
    """``text`` with what must not be shown replaced by ``[email]``, ``[phone]``, ``[card]``, ``[iban]``, ``[number]``
    or ``[token]``. Redacting twice changes nothing more.
    """
    masked = _masked(text)
    while masked != text:
        text, masked = masked, _masked(masked)
    return masked


def _masked(text: str) -> str:
    text = _TOKEN.sub("[token]", text)
    text = _EMAIL.sub("[email]", text)
    text = _IBAN.sub(_iban, text)
    return _NUMBER.sub(_number, text)


def _iban(match: re.Match[str]) -> str:
    """An account's number is masked if its check digits are right; words that follow it are given back."""
    found = match[0]
    for end in range(len(found), 14, -1):
        if found[end - 1] not in " -" and _is_iban(found[:end]):
            return f"[iban]{found[end:]}"
    return found


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, leave 1 modulo 97."""
    plain = re.sub(r"[ -]", "", text)
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _number(match: re.Match[str]) -> str:
    found = match[0]
    digits = [int(character) for character in found if character.isdecimal()]
    if match["time"]:
        return found
    if len(digits) in _CARD_DIGITS and _luhn(digits):
        return "[card]"
    if len(digits) in _PHONE_DIGITS and found[0] == "+":
        return "[phone]"
    if len(digits) < _LONG:
        return found
    grouped = len(digits) < len(found) or digits[0] == 0
    return "[phone]" if grouped and len(digits) in _PHONE_DIGITS else "[number]"


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum of all digits is a multiple of ten."""
    doubled = [sum(divmod(2 * digit, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
