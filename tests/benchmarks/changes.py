"""What people do to the same sentence: the ways in which ``test_changed_messages.py`` changes messages of our own."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.nlp.greek import as_greeklish
from bot.nlp.text import strip_diacritics

LANGUAGES = ("en", "sl", "el", "lv", "sr", "lt")

_VOWELS = frozenset("aeiouyαειουωηυāēīūėęąųάέίόύώή")
_DRAWN = 0.35
_GREETINGS = {
    "en": "Hi there,",
    "sl": "Pozdravljeni,",
    "el": "Καλησπέρα σας,",
    "lv": "Labdien,",
    "sr": "Dobar dan,",
    "lt": "Laba diena,",
}
_THANKS = {
    "en": "Thanks for a quick answer!",
    "sl": "Hvala za hiter odziv!",
    "el": "Ευχαριστώ για την άμεση απάντηση!",
    "lv": "Paldies jau iepriekš!",
    "sr": "Hvala vam na brzom odgovoru!",
    "lt": "Iš anksto ačiū!",
}
OTHER_THANKS = {
    "en": "I would really appreciate it.",
    "sl": "Res bi mi zelo pomagali.",
    "el": "Θα με υποχρεώνατε πολύ.",
    "lv": "Būšu ļoti priecīga par ziņu.",
    "sr": "Mnogo biste mi pomogli.",
    "lt": "Labai mane išgelbėtumėte.",
}
"""In words that are in no list."""

_SIGNED = {
    "en": "Best, Mark",
    "sl": "LP, Marko",
    "el": "Με εκτίμηση, Νίκος",
    "lv": "Ar cieņu, Jānis",
    "sr": "Pozdrav, Marko",
    "lt": "Pagarbiai, Jonas",
}
_WRITTEN_OUT = {
    "lv": dict(zip("āēīūšžčņļķģ", ("aa", "ee", "ii", "uu", "sh", "zh", "ch", "nj", "lj", "kj", "gj"), strict=True)),
    "lt": dict(zip("ąčęėįšųūž", ("a", "ch", "e", "e", "i", "sh", "u", "u", "zh"), strict=True)),
    "sl": dict(zip("čšž", ("ch", "sh", "zh"), strict=True)),
    "sr": dict(zip("čćšžđ", ("ch", "ch", "sh", "zh", "dj"), strict=True)),
}
_CYRILLIC = (
    ("lj", "љ"),
    ("nj", "њ"),
    ("dž", "џ"),
    *zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One way to write the same: (text, language) -> text. ``polite`` ones make some messages greetings or thanks.

    Of a hundred messages, ``loss`` fewer may be recognised.
    """

    make: Callable[[str, str], str]
    loss: float
    languages: tuple[str, ...] = LANGUAGES
    polite: bool = False


def _plain(text: str, language: str) -> str:
    return strip_diacritics(text)


def _shouted(text: str, language: str) -> str:
    return text.upper()


def _angry(text: str, language: str) -> str:
    return text.rstrip(".!?;") + "!!!! 😡😡"


def _drawn_out(text: str, language: str) -> str:
    chosen = random.Random(text)
    return " ".join(_long(word, chosen) if chosen.random() < _DRAWN else word for word in text.split())


def _long(word: str, chosen: random.Random) -> str:
    last = max((place for place, letter in enumerate(word) if letter.lower() in _VOWELS), default=None)
    return word if last is None else word[:last] + word[last] * chosen.randint(3, 5) + word[last + 1 :]


def _unmarked(text: str, language: str) -> str:
    return " ".join("".join(" " if c in ",.!?;:\"'()-–—…·" else c for c in text.lower()).split())


def _unspaced(text: str, language: str) -> str:
    return re.sub(r"([.,!?;]) ", r"\1", text)


def _linked(text: str, language: str) -> str:
    return f"{text} https://shop.example/p/12345?x=1"


def _numbered(text: str, language: str) -> str:
    return f"{_stopped(text)} #SL-482131"


def _greeted(text: str, language: str) -> str:
    return f"{_GREETINGS[language]} {text[:1].lower()}{text[1:]}"


def _thanked(text: str, language: str) -> str:
    return f"{_stopped(text)} {_THANKS[language]}"


def _thanked_otherwise(text: str, language: str) -> str:
    return f"{_stopped(text)} {OTHER_THANKS[language]}"


def _as_a_letter(text: str, language: str) -> str:
    return f"{_GREETINGS[language]}\n\n{_stopped(text)}\n\n{_THANKS[language]}\n{_SIGNED[language]}"


def _stopped(text: str) -> str:
    return text if text.rstrip()[-1:] in tuple(".!?;…") else f"{text}."


def _written_out(text: str, language: str) -> str:
    letters: Mapping[str, str] = _WRITTEN_OUT[language]
    return "".join(letters.get(c, letters[c.lower()].capitalize() if c.lower() in letters else c) for c in text)


def _in_cyrillic(text: str, language: str) -> str:
    lowered = text.lower()
    for latin, cyrillic in _CYRILLIC:
        lowered = lowered.replace(latin, cyrillic)
    return lowered


def _greeklish(way: int) -> Callable[[str, str], str]:
    return lambda text, language: as_greeklish(strip_diacritics(text.lower()))[way]


CHANGES: dict[str, Change] = {
    "without diacritics": Change(_plain, 4),
    "in capitals": Change(_shouted, 6),
    "angry signs and faces": Change(_angry, 6),
    "letters drawn out": Change(_drawn_out, 6),
    "without signs or capitals": Change(_unmarked, 6),
    "no spaces after signs": Change(_unspaced, 6),
    "a link after it": Change(_linked, 6),
    "a number after it": Change(_numbered, 6),
    "a greeting before it": Change(_greeted, 2, polite=True),
    "thanks after it": Change(_thanked, 2, polite=True),
    "thanks in words of no list": Change(_thanked_otherwise, 10, polite=True),
    "a whole letter": Change(_as_a_letter, 3, polite=True),
    "letters written out": Change(_written_out, 6, ("lv", "lt", "sl", "sr")),
    "Cyrillic": Change(_in_cyrillic, 4, ("sr",)),
    "Greeklish by sound": Change(_greeklish(0), 8, ("el",)),
    "Greeklish by look": Change(_greeklish(1), 8, ("el",)),
    "Greeklish by both": Change(_greeklish(2), 8, ("el",)),
}
