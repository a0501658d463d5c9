"""Finds what somebody means by a few words, with typing mistakes and without diacritics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from bot.core.cues import folded

NEAR = 0.5
"""What fits less well than this is not what was meant."""

_IN_TEXT = 0.7
"""What a word is worth that stands in the text alone, against one of the name."""
_SIMILAR = 0.72
_ALIKE = 0.6
"""Two words are the one and the other slip of a pen from here on: among many words, and among a few."""

_BEGINNING, _INSIDE = 0.95, 0.85

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Findable:
    """What something is found by: what it is called, and what it says."""

    labels: tuple[str, ...]
    texts: tuple[str, ...] = ()


def best(query: str, things: Mapping[str, Findable]) -> list[str]:
    """The names of the things that ``query`` may mean, the likeliest first; all, in their order, if it says nothing."""
    wanted = _words(query)
    if not wanted:
        return list(things)
    scores = {name: _fit(wanted, thing) for name, thing in things.items()}
    return sorted((name for name, score in scores.items() if score >= NEAR), key=lambda name: -scores[name])


def nearest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known words that ``word`` may be a slip of, the likeliest first."""
    scores = {other: _closeness(folded(word), folded(other), _ALIKE) for other in known}
    return sorted((other for other in scores if scores[other] >= NEAR), key=lambda other: -scores[other])[:most]


def _fit(wanted: tuple[str, ...], thing: Findable) -> float:
    """How well the words are met, 0 to 1: the mean of how well each is."""
    labels = frozenset(word for label in thing.labels for word in _words(label))
    texts = frozenset(word for text in thing.texts for word in _words(text)) - labels
    return sum(max(_closest(word, labels), _IN_TEXT * _closest(word, texts)) for word in wanted) / len(wanted)


def _closest(word: str, others: frozenset[str]) -> float:
    return 1.0 if word in others else max((_closeness(word, other) for other in others), default=0.0)


@lru_cache(maxsize=50_000)
def _closeness(word: str, other: str, similar: float = _SIMILAR) -> float:
    if word == other:
        return 1.0
    if len(word) > 1 and other.startswith(word):
        return _BEGINNING
    if len(word) > 2 and word in other:
        return _INSIDE
    matcher = SequenceMatcher(None, other, word, autojunk=False)
    if matcher.real_quick_ratio() < similar or matcher.quick_ratio() < similar:
        return 0.0
    ratio = matcher.ratio()
    return ratio * _INSIDE if ratio >= similar else 0.0


@lru_cache(maxsize=5_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_WORD.findall(folded(text))))
