"""Plausible values for the ``{placeholders}`` in examples, so that "track {order_id}" is learnt as people type it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.core.content import Slot

_WELL_KNOWN = {
    "phone": ("+386 41 234 567", "041 234 567"),
    "email": ("ana.novak@example.com", "j.smith@example.org"),
    "amount": ("49.90 €", "25 eur", "12,50 €"),
    "date": ("12.10.2026", "3 March", "24. 12."),
    "name": ("Ana", "Mark"),
}
_GUESSES = (
    "SL-482131", "LO-20417", "104588", "48213", "A1234567", "AB123456", "20417123", "#20417", "1234", "ABC-1234",
    "2026-0417", "A12", "12345678901", "AB12CD34", "123-456", "12/345", "XS", "42", "7",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def filled(sentence: str, slots: tuple[Slot, ...], turn: int = 0, words: Mapping[str, Sequence[str]] = {}) -> str:
    """``sentence`` with a sample in place of each placeholder; ``turn`` chooses among several. ``{{`` is a brace.

    ``words`` are those that find a slot in the sentence's language.
    """
    if "{" not in sentence and "}" not in sentence:
        return sentence
    by_name = {slot.name: slot for slot in slots}
    plain = sentence.replace("{{", "\x00").replace("}}", "\x01")
    chosen = _PLACEHOLDER.sub(lambda m: sample(by_name.get(m[1], Slot(m[1], None)), turn, words.get(m[1], ())), plain)
    return chosen.replace("\x00", "{").replace("\x01", "}")


def sample(slot: Slot, turn: int = 0, words: Sequence[str] = ()) -> str:
    """A value that ``slot`` would find; where none is known, its name in words."""
    possible = tuple(word.replace("*", "") for word in words) or _WELL_KNOWN.get(slot.name, ())
    if slot.pattern is not None:
        possible = tuple(guess for guess in _GUESSES if slot.pattern.fullmatch(guess)) or possible
    return possible[turn % len(possible)] if possible else slot.name.replace("_", " ")
