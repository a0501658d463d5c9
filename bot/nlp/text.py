"""Text as people really type it, brought to forms that a model can compare.

:func:`clean` makes any string at all safe to work with, keeping what was written. :func:`fold` goes further, for
features: case, diacritics, script and Greeklish no longer matter, and emoji are words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.core.letters import Letters
from bot.nlp.greek import WITHOUT_MARKS, is_greeklish, sound_of_greek, sound_of_greeklish

MAX_CHARS = 8_192
"""Two of Telegram's longest messages. What goes beyond is cut out of the middle."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACES = re.compile(r"\s+")
_VARIATION_SELECTORS = re.compile(r"[\ufe00-\ufe0f]")

# Vuk's alphabet is one to one; the rest are letters that Serbian does not have, for other Cyrillic writing.
_CYRILLIC = {
    **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
    "й": "j",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "ju",
    "я": "ja",
    "щ": "šč",
    "ё": "jo",
    "і": "i",
    "ї": "ji",
    "є": "je",
    "ґ": "g",
    "ѓ": "đ",
    "ќ": "ć",
    "ѕ": "dz",
}


_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
_VISIBLE = Letters(lambda c: None if unicodedata.category(c) in _INVISIBLE else c)


def clean(text: str) -> str:
    """``text`` as one line of NFC without invisible characters, lone surrogates or more than :data:`MAX_CHARS`.

    Takes any string, never fails. Idempotent.
    """
    if len(text) > MAX_CHARS:
        text = _cut_middle(text, MAX_CHARS)
    if text.isprintable() and (text.isascii() or not _VARIATION_SELECTORS.search(text)):  # nearly always
        return " ".join(unicodedata.normalize("NFC", text).split())[:MAX_CHARS].strip()
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    visible = spaced.translate(_VISIBLE)
    return (
        _SPACES.sub(" ", unicodedata.normalize("NFC", _VARIATION_SELECTORS.sub("", visible)))
        .strip()[:MAX_CHARS]
        .strip()
    )


def _cut_middle(text: str, length: int) -> str:
    half = length // 2 - 1
    return f"{text[:half]} {text[-half:]}"


def shorten(text: str, length: int) -> str:
    """At most ``length`` characters: beginning and end, since the point of a long message is in either."""
    return text if len(text) <= length else _cut_middle(text, length)


def strip_diacritics(text: str) -> str:
    """``text`` as typed by someone in a hurry: č as c, ė as e, ή as η, đ as dj."""
    plain = text.replace("đ", "dj").replace("Đ", "Dj").replace("ł", "l").replace("ø", "o")
    if plain.isascii():
        return plain
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", plain).translate(WITHOUT_MARKS))


def latin_of_cyrillic(text: str) -> str:
    """Serbian Cyrillic in Latin letters; capitals are kept. Other characters stay as they are."""
    return text.translate(_LATIN) if _CYRILLIC_LETTER.search(text) else text


def bare(text: str) -> tuple[str, list[int]]:
    """``text`` in lower case, Latin letters for Cyrillic ones, without diacritics; and where each character stood."""
    found, places = [], []
    for place, character in enumerate(text):
        for letter in strip_diacritics(latin_of_cyrillic(character.lower())):
            found.append(letter)
            places.append(place)
    return "".join(found), places


def _latin_letter(character: str) -> str:
    lower = character.lower()
    if lower not in _CYRILLIC:
        return character
    return _CYRILLIC[lower] if character == lower else _CYRILLIC[lower].capitalize()


_LATIN = Letters(_latin_letter)


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """``text`` for features: one case, no diacritics, Latin letters whatever the script, emoji as words.

    Greek letters and Greeklish meet in the same spelling by sound. Digits and punctuation stay.
    """
    lowered = unicodedata.normalize("NFKC", clean(text)).casefold().replace("ı", "i")
    words = lowered if lowered.isascii() else _emoji_as_words(lowered)
    if is_greeklish(words):
        words = sound_of_greeklish(words)
    if words.isascii():
        return words
    latin = latin_of_cyrillic(sound_of_greek(strip_diacritics(words)))
    return _SPACES.sub(" ", strip_diacritics(latin)).strip()


def _emoji_as_words(text: str) -> str:
    return text.translate(_EMOJI_NAMED)


def _named(symbol: str) -> str:
    return f" {unicodedata.name(symbol, '').lower().replace(' ', '_')} "


_EMOJI_NAMED = Letters(lambda c: _named(c) if unicodedata.category(c) == "So" else c)


_SENTENCE_ENDS = re.compile(r"(?:(?<=[!?;…])|(?<=[^\d\s]\.))[)\"'’”»]*\s+(?=\D)")
_FEWEST_WORDS = 2


def sentences(text: str, most: int = 4) -> tuple[str, ...]:
    """The sentences of ``text``, if there are several of more than a word each; of very many, the first and last."""
    parts = [part.strip() for part in _SENTENCE_ENDS.split(text)]
    found = [part for part in parts if len(part.split()) >= _FEWEST_WORDS]
    if len(found) > most:
        found = found[: most // 2] + found[-(most // 2) :]
    return tuple(found) if len(found) > 1 else ()


def letters(text: str) -> int:
    """How many letters there are, in any script."""
    return sum(c.isalpha() for c in text)
