"""A customer's sentence without the customer: what may become an example for everybody to read.

What is personal is replaced by the placeholder that an example would have there (``{order_id}``, ``{phone}``), by
:data:`SOMEONE`, or by nothing. Better a word too many is lost than a person is named. No rule finds every name and
address in every language: that is why a person approves each example.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from bot.core.content import Intent
from bot.core.people import Customer
from bot.core.redact import redact

SOMEONE = "X"
"""Stands for a name or an address."""

_OPEN, _CLOSE = "\ue001", "\ue002"
"""Stand for the braces of our own placeholders until the end: what customers type in braces is not one."""

_MASKS = {"[email]": "email", "[phone]": "phone", "[card]": "", "[iban]": "", "[number]": "", "[token]": ""}
_FOUND_ALWAYS = ("phone", "email", "amount", "date")
_LINK = re.compile(r"(?<!@)(?:https?://|www\.|t\.me/)\S+|(?<![\w.])@\w{3,}", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"\b((?:my name is|name's|ime mi je|moje ime je|pišem se|zovem se|зовем се|име ми је|με λένε|με λενε|me lene|"
    r"mani sauc|mans vārds ir|mano vardas|esu vardu)\s+)[^\W\d_]+(?:\s+[^\W\d_]+)?",
    re.IGNORECASE,
)
_STREETS = (
    r"street|st\.|road|rd\.|avenue|ave\.|lane|square|ulic[aiou]|ul\.|cest[aioe]|trgu?|naselj[eu]|улиц[аеиу]|ул\.|"
    r"bulevar\w*|булевар\w*|iel[aāu]|prospekt\w*|bulvār\w*|gatv\w+|g\.|pr\.|alėj\w+|οδός|οδό|οδού|odos|λεωφόρος|πλατεία\w*"
)
_WORD = r"[^\W\d_][\w.'’-]*"
_ADDRESSES = (
    re.compile(
        rf"(?:\b{_WORD}\s+){{0,2}}(?<!\w)(?:{_STREETS})(?!\w)(?:\s+{_WORD}){{0,2}}\s*,?\s*\d{{1,4}}(?:\s?[a-z])?\b",
        re.I,
    ),
    re.compile(rf"\b\d{{1,4}}[a-z]?\s+(?:{_WORD}\s+){{1,2}}(?:street|st|road|rd|avenue|ave|lane|square)\b", re.I),
    re.compile(rf"\b(?:[A-Z]{{2}}-)?\d{{4,5}}\s+[^\W\d_a-zčšžćđāēīūģķļņėęįų]{_WORD[:-1]}*"),
)
_MONEY = r"(?:€|eur|euro|evr|usd|\$|rsd|din)"
_LONG_NUMBER = re.compile(
    rf"(?<!\w)(?!(?<=\d[./-])\d{{4}}(?!\d))[A-Z]{{0,3}}[-#]?\d{{4,}}(?!\d)(?!\s?{_MONEY})", re.IGNORECASE
)
_OURS = re.compile(f"({_OPEN}\\w+{_CLOSE})")
_STEM = 4
"""Letters from which on a name is known by its beginning, since names are declined."""


def anonymous(text: str, customer: Customer, intent: Intent | None, slots: Mapping[str, str] | None = None) -> str:
    """``text`` as an example of ``intent``: braces doubled, details as placeholders, nobody named.

    ``slots`` are details that were found in the conversation, by name: where they stand, they become placeholders.
    """
    own = {slot.name: slot.pattern for slot in intent.slots} if intent else {}
    text = re.sub(f"[{_OPEN}{_CLOSE}]", "", unicodedata.normalize("NFC", text))
    for mask in _MASKS:
        text = text.replace(mask, "")
    text = _LINK.sub("", text)
    for name, value in (slots or {}).items():
        text = _value(value).sub(_ours(name) if name in own or name in _FOUND_ALWAYS else "", text)
    text = redact(text)
    for mask, name in _MASKS.items():
        text = text.replace(mask, _ours(name) if name else "")
    text = _INTRODUCED.sub(rf"\1{SOMEONE}", text)
    for address in _ADDRESSES:
        text = _outside_ours(text, address, SOMEONE)
    for name, pattern in own.items():
        if pattern is not None:
            whole = re.compile(rf"#?(?<!\w)(?:{pattern.pattern})(?!\w)", re.IGNORECASE)
            text = _outside_ours(text, whole, _ours(name))
    text = _outside_ours(text, _LONG_NUMBER, "")
    return _in_braces(_without_names(text, customer))


def _ours(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def _in_braces(text: str) -> str:
    text = text.replace("{", "{{").replace("}", "}}").replace(_OPEN, "{").replace(_CLOSE, "}")
    return re.sub(r"\s+([,.!?;:])", r"\1", " ".join(text.split()))


def _value(value: str) -> re.Pattern[str]:
    """Finds a detail as a whole, however it is spaced and cased."""
    characters = [re.escape(character) for character in value if not character.isspace() and character not in ".-"]
    if not characters:
        return re.compile(r"(?!)")
    spaced = r"[\s.-]?".join(characters)
    return re.compile(rf"#?(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _outside_ours(text: str, pattern: re.Pattern[str], instead: str) -> str:
    """Replace what ``pattern`` finds, leaving our placeholders as they are."""
    return "".join(part if _OURS.fullmatch(part) else pattern.sub(instead, part) for part in _OURS.split(text))


def _without_names(text: str, customer: Customer) -> str:
    parts = re.findall(r"\w+", f"{customer.name} {customer.username or ''}")
    names = [_folded(part) for part in parts if len(part) > 1]

    def unnamed(piece: str) -> str:
        return re.sub(r"\w+", lambda word: SOMEONE if _is_one_of(_folded(word[0]), names) else word[0], piece)

    return "".join(piece if _OURS.fullmatch(piece) else unnamed(piece) for piece in _OURS.split(text))


def _is_one_of(word: str, names: list[str]) -> bool:
    """A name, or a case of it: Novak, Novaka, Novakom; Maja, Majo."""
    return any(
        word == name or (len(name) >= _STEM and word.startswith(name[:-1]) and len(word) <= len(name) + 3)
        for name in names
    )


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
