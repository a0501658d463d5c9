"""What the bot could not answer, gathered by meaning: the gaps in the content."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from spacy.tokens import Doc

from bot.nlp.pipeline import Pipeline
from bot.nlp.reading import reading
from bot.ports import Hints

FARTHEST = 0.65
"""Messages are gathered while their mean cosine distance is below this.

Of the shipped English check sentences, five an intent and written to differ, the groups at 0.65 hold 86 % sentences of
their commonest intent, at 0.7 77 %, at 0.8 61 %: better several small groups than one that mixes matters.
"""

MOST = 3_000
"""Messages that are gathered at once; the memory for it grows with the square."""

LIKELY = 0.3
"""The mean probability from which on an intent is suggested; below, the matter may be a new one."""

_SHOWN = 3
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that was not answered. ``meant`` is what it was about, where somebody said so."""

    text: str
    language: str
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages about the same matter. ``members`` are places in what was given, the most typical first.

    ``suggestions`` are intents with the mean probability that it is about them, best first, none where the matter
    seems to be new. ``meant`` counts what people said it was about.
    """

    members: tuple[int, ...]
    languages: tuple[tuple[str, int], ...]
    suggestions: tuple[tuple[str, float], ...]
    meant: tuple[tuple[str, int], ...]


def find_gaps(pipeline: Pipeline, asked: Sequence[Asked], farthest: float = FARTHEST) -> tuple[Gap, ...]:
    """Gather ``asked`` (the newest :data:`MOST` of them) by meaning, the largest gap first."""
    first = max(0, len(asked) - MOST)
    recent = asked[first:]
    docs = [doc for start in range(0, len(recent), _BATCH) for doc in _read(pipeline, recent[start : start + _BATCH])]
    readable = [place for place, doc in enumerate(docs) if reading(doc).vector is not None]
    groups = _gather(np.stack([_vector(docs[place]) for place in readable]), farthest) if readable else []
    gaps = [_gap([readable[member] for member in group], recent, docs, first) for group in groups]
    return tuple(sorted(gaps, key=lambda gap: (-len(gap.members), gap.members)))


def _read(pipeline: Pipeline, asked: Sequence[Asked]) -> tuple[Doc, ...]:
    return pipeline.read([(one.text, Hints(so_far=one.language or None)) for one in asked])


def _vector(doc: Doc) -> np.ndarray:
    vector = reading(doc).vector
    assert vector is not None
    return np.asarray(vector, dtype=np.float64)


def _gather(vectors: np.ndarray, farthest: float) -> list[list[int]]:
    """Average-linkage clustering by cosine distance (Sokal & Michener 1958); a vector of zeros is by itself."""
    lengths = np.linalg.norm(vectors, axis=1)
    alone = [[int(place)] for place in np.flatnonzero(lengths < 1e-6)]
    sound = np.flatnonzero(lengths >= 1e-6)
    if len(sound) < 2:
        return [*alone, *([int(place)] for place in sound)]
    numbers = fcluster(linkage(vectors[sound], "average", metric="cosine"), farthest, "distance")
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in zip(sound, numbers, strict=True):
        groups[int(number)].append(int(place))
    return [*groups.values(), *alone]


def _gap(members: list[int], asked: Sequence[Asked], docs: Sequence[Doc], first: int) -> Gap:
    vectors = np.stack([_vector(docs[member]) for member in members])
    typical = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    shares: defaultdict[str, float] = defaultdict(float)
    for member in members:
        read = reading(docs[member])
        for candidate in read.candidates:
            shares[candidate.intent] += candidate.confidence * read.in_scope / len(members)
    best = sorted(shares.items(), key=lambda pair: -pair[1])[:_SHOWN]
    return Gap(
        members=tuple(first + members[place] for place in typical),
        languages=tuple(Counter(asked[member].language for member in members).most_common()),
        suggestions=tuple((intent, share) for intent, share in best if share >= LIKELY),
        meant=tuple(Counter(m for member in members if (m := asked[member].meant)).most_common()),
    )
