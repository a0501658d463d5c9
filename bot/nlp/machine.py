"""What one language's examples teach: a kernel machine over their meaning (embeddings) and their letters (n-grams)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.core.understanding import NO_INTENT
from bot.nlp import arrays
from bot.nlp.abroad import Adviser
from bot.nlp.arrays import Lines
from bot.nlp.kernel import (
    Doubles,
    Floats,
    Numbers,
    Texts,
    mixed,
    sharpened,
)
from bot.nlp.ngrams import Ngrams, grams
from bot.nlp.projection import Projection
from bot.nlp.reading import Judgement
from bot.nlp.vectors import Vectors, shares_of

Halves = npt.NDArray[np.floating[Any]]

NEAREST = 3

FIGURES = ("best", "near", "far", "outside")
"""All of a judgement but the scores of each intent."""

STRANGE = ("best", "near")
"""Those that an example would still have if all of its intent were not known."""

NOWHERE = -1
"""The number of being about none of the intents."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sentence to learn. ``excluded``: it looks like ``intent`` but is another one, not said which.

    Lessons that are one sentence in several forms share a ``group``. ``named``: it is what the intent is called, and
    nobody writes so.
    """

    text: str
    intent: str
    group: int
    excluded: bool = False
    language: str = ""
    named: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would have been found in examples had they not been learnt: what thresholds are calibrated on.

    ``figures`` have a row for each, and a column for each of :data:`FIGURES`. ``labels`` are numbers of intents, below
    zero for sentences that are about none of them. ``strange`` has a column for each of :data:`STRANGE`: what would
    have been found had their whole intent not been learnt; no rows where there is only one.
    """

    figures: Doubles
    labels: Numbers
    strange: Doubles


@dataclass(frozen=True, slots=True)
class Gist:
    """What of a :class:`Machine` takes long to find out: the rest is soon made of its lessons again.

    ``shares`` are those of the parts of vectors.
    """

    shares: tuple[float, ...]
    share: float
    weights: Floats
    alone: Floats
    temperature: float


@dataclass(frozen=True, slots=True)
class Machine:
    """Judges texts by their similarity to ``landmarks``; ``taught`` tells those that are examples of an intent.

    ``weights`` have a column for each of ``labels``, and a last one for being about nothing. ``alone`` are the weights
    of the ``spokesmen`` among the landmarks that machines of other languages are advised with; none where there is no
    other.
    """

    labels: tuple[str, ...]
    projection: Projection
    ngrams: Ngrams
    share: float
    landmarks: Texts
    taught: npt.NDArray[np.bool_]
    numbers: Numbers
    texts: Sequence[str]
    weights: Floats
    spokesmen: Vectors
    alone: Floats
    temperature: float

    @property
    def adviser(self) -> Adviser:
        """What other languages may ask."""
        return Adviser.of(self.projection, self.spokesmen, self.alone, self.share)

    @property
    def gist(self) -> Gist:
        """What :meth:`Learner.recall` makes the same machine of."""
        return Gist(shares_of(self.projection.parts), self.share, self.weights, self.alone, self.temperature)

    def number_of(self, intent: str) -> int:
        """By which it knows an intent."""
        return self.labels.index(intent) if intent in self.labels else NOWHERE

    def judge(self, texts: Sequence[str], vectors: Halves, beside: Floats | None = None) -> list[Judgement]:
        """What is found in ``texts``, which have these ``vectors``; ``beside`` is what other languages say of them."""
        seen = Texts(self.projection.apply(vectors), self.ngrams.matrix(grams(texts)))
        cosines = self.landmarks.sketch.cosines(seen.vectors)
        near = [self.nearness(row) for row in cosines]
        alike = mixed(sharpened(cosines), seen.spelled(self.landmarks), self.share)
        scores = alike @ self.weights
        if beside is not None:
            scores += beside
        return [
            Judgement(row[:-1], float(row[:-1].max()), *nearness, float(row[-1]))
            for row, nearness in zip(scores, near, strict=True)
        ]

    def nearness(self, cosines: Floats) -> tuple[float, float]:
        """Mean cosine of the nearest examples, and of the nearest sentences about nothing (0 where there are none):
        counter-examples, which are mostly about another intent, are neither.
        """
        return mean_of_best(cosines[self.taught]), mean_of_best(cosines[self.numbers == NOWHERE])

    def nearest(self, vector: Halves, count: int) -> list[tuple[str, str, float]]:
        """The examples most like a text in meaning: (text, intent, cosine), nearest first."""
        cosines = self.landmarks.vectors @ self.projection.apply(vector[None])[0]
        best = [int(place) for place in np.argsort(-cosines) if self.taught[place]][:count]
        return [(self.texts[i], self.labels[self.numbers[i]], float(cosines[i])) for i in best]

    def save(self, path: Path) -> None:
        """Write it to the folder ``path``, in place of what was there, and a file beside it."""
        facts: dict[str, object] = {"labels": self.labels, "parts": self.projection.parts}
        facts |= {"share": self.share, "temperature": self.temperature}
        path.with_suffix(".json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        arrays.keep(
            path,
            **Lines.of(self.texts).as_arrays,
            mean=self.projection.mean,
            directions=self.projection.directions,
            terms=self.ngrams.terms,
            term_weights=self.ngrams.weights,
            vectors=self.landmarks.vectors,
            gram_values=self.landmarks.columns.data,
            gram_texts=self.landmarks.columns.indices,
            gram_ends=self.landmarks.columns.indptr,
            taught=self.taught,
            numbers=self.numbers,
            weights=self.weights,
            spokesmen=self.spokesmen,
            alone=self.alone,
        )

    @classmethod
    def load(cls, path: Path) -> Machine:
        """What :meth:`save` wrote. Raises OSError, ValueError, KeyError for what is damaged."""
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        parts = tuple((int(length), float(share)) for length, share in facts["parts"])
        kept = arrays.kept(path)
        held = (kept["gram_values"], kept["gram_texts"], kept["gram_ends"])
        columns = sparse.csr_matrix(held, shape=(len(held[2]) - 1, len(kept["vectors"])), copy=False)
        return cls(
            labels=tuple(facts["labels"]),
            projection=Projection(parts, kept["mean"], kept["directions"]),
            ngrams=Ngrams(kept["terms"], kept["term_weights"]),
            share=facts["share"],
            landmarks=Texts(kept["vectors"], columns.T),
            taught=kept["taught"],
            numbers=kept["numbers"],
            texts=Lines(kept["letters"], kept["ends"]),
            weights=kept["weights"],
            spokesmen=kept["spokesmen"],
            alone=kept["alone"],
            temperature=facts["temperature"],
        )


def mean_of_best(cosines: Floats) -> float:
    """Of the nearest few; 0 where there are none."""
    if not len(cosines):
        return 0.0
    best = np.partition(cosines, -NEAREST)[-NEAREST:] if len(cosines) > NEAREST else cosines
    return float(best.mean())


def labels_of(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """All intents that are taught, sorted."""
    return tuple(sorted({lesson.intent for lesson in lessons if not lesson.excluded and lesson.intent != NO_INTENT}))
