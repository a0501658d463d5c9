"""The words with which people open a message: "good morning, is my order ready?" is about an order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.nlp.text import fold

_MOST_WORDS = 3
"""Longer examples of a greeting say more than one."""

_FEWEST_AFTER = 2
"""A single word after a greeting is a name, or part of it."""

_WORD = re.compile(r"\S+")
_NO_LETTER = re.compile(r"[\W\d_]+")


def known_greetings(examples: Iterable[str]) -> frozenset[str]:
    """The short ones among ``examples``, in the form in which openings are looked up."""
    short = (_as_known(example.split()) for example in examples if len(example.split()) <= _MOST_WORDS)
    return frozenset(found for found in short if found)


def after_greeting(text: str, known: frozenset[str]) -> str:
    """What follows the greetings that ``text`` opens with; empty where there is none, or nothing to speak of after it.

    ``known`` is of :func:`known_greetings`; marks, capitals and script play no part.
    """
    words = list(_WORD.finditer(text))
    start = 0
    while length := _greeting_at([word.group() for word in words[start : start + _MOST_WORDS]], known):
        start += length
    after = sum(bool(_NO_LETTER.sub("", word.group())) for word in words[start:])
    return text[words[start].start() :] if start and after >= _FEWEST_AFTER else ""


def _greeting_at(words: list[str], known: frozenset[str]) -> int:
    """How many of ``words`` are a greeting, the longest one that they begin with; 0 where they begin with none."""
    return next((length for length in range(len(words), 0, -1) if _as_known(words[:length]) in known), 0)


def _as_known(words: list[str]) -> str:
    return " ".join(filter(None, (_NO_LETTER.sub("", fold(word)) for word in words)))
