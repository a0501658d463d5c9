"""A message as it would have been written calmly: what shouts, and what pictures and links add, drowns what is asked.

Two angry faces after a sentence make an encoder take it for another in one case of ten, in Greek in one of six. How a
message was really written, the severity is judged by.
"""

from __future__ import annotations

import re

from bot.nlp.text import letters

_STUCK = re.compile(r"(?<=[^\W\d_])([,;!?…])(?=[^\W\d_])")
_STUCK_STOP = re.compile(r"(?<=[^\W\d_]{2})\.(?=([^\W\d_])[^\W\d_])")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"@|https?://|www\.", re.IGNORECASE)
_SIGNS = re.compile(r"[!?;]{2,}")
_PICTURES = re.compile("[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]+")
_SAME = re.compile(r"(.)\1+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")

_ENOUGH_LETTERS, _ENOUGH_WORDS = 8, 2
"""Of less, a picture may say most."""


def calm(text: str) -> str:
    """``text`` with a space after each sign, one sign where there are several, and without pictures and addresses of
    pages, if words are left.

    A stop is a sentence's end only before a capital: else it may be part of a name (``shop.example``).
    """
    if _LINK.search(text) and _says_enough(unlinked := " ".join(_LINK.sub(" ", text).split())):
        text = unlinked
    spaced = " ".join(word if _ADDRESS.search(word) else _spaced(word) for word in text.split(" "))
    calmer = _SIGNS.sub(lambda run: next(sign for sign in "?;!" if sign in run.group()), spaced)
    if not _PICTURES.search(calmer):
        return calmer
    bare = " ".join(_PICTURES.sub(" ", calmer).split())
    if _says_enough(bare):
        return bare
    return _PICTURES.sub(lambda run: _SAME.sub(r"\1", run.group()), calmer)


def _spaced(word: str) -> str:
    """With a space after each sign within it."""
    return _STUCK_STOP.sub(lambda stop: ". " if stop[1].isupper() else ".", _STUCK.sub(r"\1 ", word))


def _says_enough(text: str) -> bool:
    return letters(text) >= _ENOUGH_LETTERS and len(text.split()) >= _ENOUGH_WORDS


def is_drawn_out(word: str) -> bool:
    """Whether it has a letter three times in a row: no language here writes so."""
    return _DRAWN_OUT.search(word) is not None


def drawn_in(word: str) -> tuple[str, str]:
    """A word with letters drawn out ("pleeease", "goooood") with each of them once, and twice."""
    return _DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)
