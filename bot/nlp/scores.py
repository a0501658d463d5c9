"""Figures of judged sentences: by intent, by language, and which intents are taken for which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.nlp.crossval import Judged


@dataclass(frozen=True, slots=True)
class Score:
    """``precision``: of what was taken for the intent, the share that is; ``recall``: of its sentences, the share that
    was recognised; ``f1`` is their harmonic mean. ``count`` is how many sentences it has.
    """

    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Sentences of ``intent`` that were taken for ``got``, the surest first."""

    intent: str
    got: str
    sentences: tuple[Judged, ...]


def accuracy(judged: Iterable[Judged]) -> float:
    """The share that was understood; 0 of nothing."""
    outcomes = [one.right for one in judged]
    return sum(outcomes) / len(outcomes) if outcomes else 0.0


def by_language(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The sentences of each language, in the order in which languages come."""
    found: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        found[one.language].append(one)
    return dict(found)


def by_intent(judged: Sequence[Judged]) -> dict[str, Score]:
    """The score of every intent that has sentences."""
    counts = Counter(one.intent for one in judged)
    taken = Counter(one.got for one in judged)
    right = Counter(one.intent for one in judged if one.right)
    return {intent: _score(right[intent], taken[intent], count) for intent, count in counts.items()}


def _score(right: int, taken: int, count: int) -> Score:
    f1 = 2 * right / (taken + count) if taken + count else 0.0
    return Score(right / taken if taken else 0.0, right / count, f1, count)


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean of the intents' F1, so that each counts alike; 0 of nothing."""
    scores = by_intent(judged).values()
    return sum(score.f1 for score in scores) / len(scores) if scores else 0.0


def confusions(judged: Iterable[Judged]) -> tuple[Confusion, ...]:
    """What was misunderstood, the most frequent confusion first."""
    wrong: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        if not one.right:
            wrong[one.intent, one.got].append(one)
    ordered = sorted(wrong.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(
        Confusion(intent, got, tuple(sorted(found, key=lambda one: -one.confidence)))
        for (intent, got), found in ordered
    )
