"""What intents are called, learnt beside their examples where a language has few: a name says what is meant by them.

With five examples an intent this is worth two points in a hundred, with ten half a point to one and a half (BANKING77,
Bitext: docs/understanding.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.content import Catalogue
from bot.nlp.machine import Lesson
from bot.nlp.normalise import spoken

FEW = 20
"""With so many examples in a language, a name has little to add."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


def names_of(catalogue: Catalogue, first_group: int) -> Iterator[Lesson]:
    """The name of each intent with few examples in a language, in that language. Groups are ``first_group`` and on."""
    group = first_group
    for phrases in catalogue.phrases:
        if phrases.intent in catalogue.intents and 0 < len(phrases.examples) < FEW:
            name = words_of(catalogue.title(phrases.language, phrases.intent))
            if name:
                yield Lesson(spoken(name, phrases.language), phrases.intent, group, False, phrases.language, named=True)
                group += 1


def words_of(name: str) -> str:
    """``delivery_late``, ``delivery-late`` and ``DeliveryLate`` as people would say it; a title stays as it is."""
    if " " in name.strip():
        return name.strip()
    return " ".join(part for word in _WORD.findall(name) for part in _HUMP.split(word))
