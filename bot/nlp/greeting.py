"""The words with which people open and end a message: "good morning, is it ready? Thanks, Ana" is about an order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.nlp.greek import sound_of_greeklish
from bot.nlp.text import fold

_MOST_WORDS = 3
"""Longer examples of small talk say more than one."""

_LONGEST = 5
"""Words of a known opening or closing."""

_FEWEST_WORDS = 2
"""A single word beside a greeting is a name, or part of it."""

_LONGEST_NAME = 2
"""Words."""

_ENOUGH = 4
"""Words beside a greeting that are no part of it: what they say, they say by themselves."""

_MOST_OF_THANKS = 6
"""Words of a last sentence that begins with a closing."""

_BEFORE_A_MARK = ","
"""Known words that end so are known only where a mark follows: "Best, Ana", but "the best"."""

_ENDS = re.compile(r"[.!?;…]\W*$")
_ASKS = re.compile(r"[?;]\W*$")
_MARKED = re.compile(r"[,:.!?;…–—-]\W*$")
_WORD = re.compile(r"\S+")
_NO_LETTER = re.compile(r"[\W\d_]+")


def short_ones(examples: Iterable[str]) -> frozenset[str]:
    """Those of few words among ``examples``, in the form in which words of a message are looked up."""
    short = (_as_known(example.split()) for example in examples if len(example.split()) <= _MOST_WORDS)
    return frozenset(found for found in short if found)


@cache
def known_openings() -> frozenset[str]:
    """How people open a message in any language, from the files under ``openings/``."""
    return _known("openings")


@cache
def known_closings() -> frozenset[str]:
    """How people end a message in any language, from the files under ``closings/``."""
    return _known("closings")


def _known(folder: str) -> frozenset[str]:
    lines = [line for file in (files("bot.nlp") / folder).iterdir() for line in _lines(file)]
    return frozenset(
        _as_known(line.split()) + _BEFORE_A_MARK * line.endswith(_BEFORE_A_MARK)
        for line in lines
        if line and not line.startswith("#")
    )


def _lines(file: Traversable) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.name.endswith(".txt") else []


@dataclass(frozen=True, slots=True)
class Courtesies:
    """What people open with (``greetings``) and end with (``closings``); both are of :func:`short_ones`."""

    greetings: frozenset[str] = frozenset()
    closings: frozenset[str] = frozenset()

    def point(self, text: str) -> str:
        """What is between them in ``text``; empty where there are none, or nothing to speak of between them.

        Marks, capitals and script play no part. A name may follow a closing.
        """
        words = list(_WORD.finditer(text))
        said = [word.group() for word in words]
        start = self._opened(said)
        end = start + self._ended(said[start:])
        if (start, end) == (0, len(said)) or _words_in(said[start:end]) < _FEWEST_WORDS:
            return ""
        return text[words[start].start() : words[end - 1].end()]

    def _opened(self, words: list[str]) -> int:
        """How many of ``words`` greet."""
        openings, start = self.greetings | known_openings(), 0
        while length := _longest(words[start : start + _LONGEST], openings):
            start += length
        return start

    def _ended(self, words: list[str]) -> int:
        """How many of ``words`` come before those that end the message."""
        closings, end = self.closings | known_closings(), len(words)
        while (shorter := _before_the_last(words[:end], closings)) < end:
            end = shorter
        return end


def says_enough(point: str) -> bool:
    """Whether a point may stand for the whole message. Of fewer words the courtesies may be the matter."""
    return _words_in(point.split()) >= _ENOUGH


def _words_in(words: Iterable[str]) -> int:
    """How many of ``words`` have letters."""
    return sum(bool(_NO_LETTER.sub("", word)) for word in words)


def _before_the_last(words: list[str], closings: frozenset[str]) -> int:
    """How many of ``words`` come before a last sentence that begins with a closing, or a closing and perhaps a name."""
    last = max((place for place, word in enumerate(words[:-1], 1) if _ENDS.search(word)), default=0)
    thanks = words[last:] if last and not _ASKS.search(words[-1]) else []
    if len(thanks) <= _MOST_OF_THANKS and _longest(thanks[:_LONGEST], closings):
        return last
    for name in range(_LONGEST_NAME + 1):
        before = len(words) - name
        if not all(word[:1].isupper() for word in words[before:]):
            break
        if length := _longest(words[max(0, before - _LONGEST) : before][::-1], closings, backwards=True):
            return before - length
    return len(words)


def _longest(words: list[str], known: frozenset[str], *, backwards: bool = False) -> int:
    """How many of the first of ``words`` are one of the ``known`` together, the more the better; 0 where none is."""
    for length in range(len(words), 0, -1):
        first = words[:length][::-1] if backwards else words[:length]
        said = _as_known(first)
        if not known.isdisjoint((said, sound_of_greeklish(said))):  # two words of Greek are too few to be taken for it
            return length
        if said + _BEFORE_A_MARK in known and _MARKED.search(first[-1]):
            return length
    return 0


def _as_known(words: list[str]) -> str:
    return " ".join(filter(None, (_NO_LETTER.sub("", fold(word)) for word in words)))
