"""What an editor should look at: sentences that seem to stand in the wrong place, thin intents, languages behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bot.core.content import Catalogue
from bot.core.understanding import NO_INTENT
from bot.nlp.crossval import Judged
from bot.nlp.scores import Score, accuracy, by_intent, by_language

SURE = 0.7
"""Taken for another intent as surely as this, a sentence seems to stand in the wrong place."""

WEAK = 0.6
"""An intent of whose own sentences fewer are recognised is thin, however many there are."""

BEHIND = 0.08
"""A language whose share of understood sentences is so far below that of the best lags behind."""

FEWER = 0.7
"""So is one with fewer examples than this share of the median language's."""

FEWEST_RAMBLING = 12
"""Long examples an intent should have in each language: they are the hardest to understand."""

_SENTENCE_END = re.compile(r"[.!?;…]\s+\S")
_RAMBLING = 80
"""Characters from which on an example of several sentences is a rambling one."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A sentence that others' examples say belongs elsewhere."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Thin:
    """An intent that is often not recognised in one language. ``taken_for`` is what it is mostly taken for."""

    language: str
    intent: str
    score: Score
    taken_for: str


@dataclass(frozen=True, slots=True)
class Lagging:
    """A language that is behind the others in something. ``what`` is one of ``examples``, ``rambling``, ``check`` and
    ``understood``; ``value`` is its own figure, ``usual`` that of the others; ``intents`` are those it concerns.
    """

    language: str
    what: str
    value: float
    usual: float
    intents: tuple[str, ...] = ()


def misplaced(judged: Sequence[Judged]) -> tuple[Misplaced, ...]:
    """The surest first."""
    wrong = [one for one in judged if one.got not in (one.intent, NO_INTENT) and one.confidence >= SURE]
    return tuple(Misplaced(one) for one in sorted(wrong, key=lambda one: -one.confidence))


def thin(judged: Sequence[Judged]) -> tuple[Thin, ...]:
    """The least recognised first."""
    found = [
        Thin(language, intent, score, _mostly(own, intent))
        for language, own in by_language(judged).items()
        for intent, score in by_intent(own).items()
        if score.recall < WEAK
    ]
    return tuple(sorted(found, key=lambda one: one.score.recall))


def _mostly(judged: Sequence[Judged], intent: str) -> str:
    wrong = [one.got for one in judged if one.intent == intent and not one.right]
    return max(sorted(set(wrong)), key=wrong.count)


def is_rambling(sentence: str) -> bool:
    """Whether an example is long and made of several sentences, as people write who come to the point late."""
    return len(sentence) >= _RAMBLING and _SENTENCE_END.search(sentence) is not None


def lagging(catalogue: Catalogue, judged: Sequence[Judged]) -> tuple[Lagging, ...]:
    """What each language lacks that the others have."""
    found = [*_in_number(catalogue), *_without_rambling(catalogue), *_without_checks(catalogue)]
    return (*found, *_less_understood(judged))


def _in_number(catalogue: Catalogue) -> Iterator[Lagging]:
    counts = {
        language: sum(len(p.examples) for p in catalogue.phrases if p.language == language)
        for language in catalogue.standards.languages
    }
    usual = median(counts.values()) if counts else 0
    for language, count in counts.items():
        if count < FEWER * usual:
            yield Lagging(language, "examples", count, usual)


def _without_rambling(catalogue: Catalogue) -> Iterator[Lagging]:
    for language in catalogue.standards.languages:
        few = {
            p.intent: sum(map(is_rambling, p.examples))
            for p in catalogue.phrases
            if p.language == language and catalogue.intents[p.intent].kind.value != "smalltalk"
        }
        short = tuple(intent for intent, count in few.items() if count < FEWEST_RAMBLING)
        if short:
            yield Lagging(language, "rambling", sum(few.values()) / len(few), FEWEST_RAMBLING, short)


def _without_checks(catalogue: Catalogue) -> Iterator[Lagging]:
    for language in catalogue.standards.languages:
        without = tuple(p.intent for p in catalogue.phrases if p.language == language and not p.check)
        if without:
            yield Lagging(language, "check", 0, 1, without)


def _less_understood(judged: Sequence[Judged]) -> Iterator[Lagging]:
    shares = {language: accuracy(own) for language, own in by_language(judged).items()}
    best = max(shares.values(), default=0.0)
    for language, share in shares.items():
        if share < best - BEHIND:
            yield Lagging(language, "understood", share, best)
