"""What one language's examples teach: a kernel machine over their meaning (embeddings) and their letters (n-grams)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.core.understanding import NO_INTENT
from bot.nlp import arrays
from bot.nlp.abroad import Adviser, advice, condensed, speaking
from bot.nlp.arrays import Lines
from bot.nlp.heed import heeded
from bot.nlp.kernel import (
    Doubles,
    Floats,
    Numbers,
    Solution,
    Texts,
    fit_temperature,
    landmarks_of,
    mixed,
    sharpened,
    solve,
    solve_exactly,
    weigh,
)
from bot.nlp.ngrams import Ngrams, grams
from bot.nlp.projection import Projection
from bot.nlp.reading import Judgement
from bot.nlp.vectors import Parts, Vectors

Halves = npt.NDArray[np.floating[Any]]

NEAREST = 3
SHARES = (0.12, 0.6)
"""What n-grams may have in the similarity: little where the models know a language well, much where they do not."""

_CLEARLY = 2.0
"""In standard errors (McNemar 1947): left-out examples flatter letters, since they are like one another in them."""

_TRIED_ON = 2_400
"""So many examples show which share is the better one."""

_HEARD = 1_200
"""So many show how much each model is to say."""

FIGURES = ("best", "near", "far", "outside")
"""All of a judgement but the scores of each intent."""

STRANGE = ("best", "near")
"""Those that an example would still have if all of its intent were not known."""

_FOCUS = 20.0
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
        shares = tuple(share for _, share in self.projection.parts)
        return Gist(shares, self.share, self.weights, self.alone, self.temperature)

    def number_of(self, intent: str) -> int:
        """By which it knows an intent."""
        return self.labels.index(intent) if intent in self.labels else NOWHERE

    def judge(self, texts: Sequence[str], vectors: Halves, beside: Floats | None = None) -> list[Judgement]:
        """What is found in ``texts``, which have these ``vectors``; ``beside`` is what other languages say of them."""
        seen = Texts(self.projection.apply(vectors), self.ngrams.matrix([grams(text) for text in texts]))
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
        return _mean_of_best(cosines[self.taught]), _mean_of_best(cosines[self.numbers == NOWHERE])

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


class Learner:
    """One machine's training; everything here is of the same lessons. ``gist`` is what once came of them."""

    def __init__(
        self,
        lessons: Sequence[Lesson],
        vectors: Halves,
        labels: tuple[str, ...],
        parts: Parts,
        gist: Gist | None = None,
    ) -> None:
        known = {label: number for number, label in enumerate(labels)}
        self._lessons, self._labels = lessons, labels
        self._numbers = np.array([known.get(lesson.intent, NOWHERE) for lesson in lessons], dtype=np.int64)
        self._taught = np.array([not lesson.excluded for lesson in lessons], dtype=np.bool_)
        self._named = np.array([lesson.named for lesson in lessons], dtype=np.bool_)
        self._groups = [lesson.group for lesson in lessons]
        with ThreadPoolExecutor(1) as beside:  # the one multiplies, the other counts
            seen = beside.submit(self._projected, vectors, parts, gist)
            counted = [grams(lesson.text) for lesson in lessons]
            of_examples = [found for found, own in zip(counted, self._taught, strict=True) if own]
            self._ngrams = Ngrams.learn(of_examples)
            matrix = self._ngrams.matrix(counted)
            self._projection, projected = seen.result()
        self._texts = Texts(projected, matrix)
        self._spread = np.where(self._taught, self._numbers, self._numbers - len(labels) - 1)
        self._vectors = vectors
        self._alone = np.zeros((0, 0), np.float32)

    @cached_property
    def _share(self) -> float:
        return self._best_share()

    @cached_property
    def _aims(self) -> Floats:
        return self._targets(self._share)

    def recall(self, gist: Gist) -> Machine:
        """The machine whose ``gist`` this was begun with."""
        return self._machine(landmarks_of(self._spread), gist)

    def _projected(self, vectors: Halves, parts: Parts, gist: Gist | None) -> tuple[Projection, Vectors]:
        shares = self._heeded(vectors, parts) if gist is None else gist.shares
        parts = tuple((length, share) for (length, _), share in zip(parts, shares, strict=True))
        projection = Projection.learn(vectors, parts)
        return projection, projection.apply(vectors)

    def _heeded(self, vectors: Halves, parts: Parts) -> tuple[float, ...]:
        """How much each model is to say."""
        rows = self._some(_HEARD)
        judged = ~self._named[rows]
        if len(self._labels) < 2 or judged.sum() < 2 * len(self._labels):
            return tuple(share for _, share in parts)
        numbers = self._numbers[rows]
        return heeded(
            vectors[rows].astype(np.float32),
            parts,
            self._own(numbers),
            numbers,
            [self._groups[row] for row in rows.tolist()],
            judged,
        )

    def adviser(self) -> Adviser:
        """What these lessons alone teach, for other languages to ask."""
        landmarks, weights = weigh(self._texts, self._aims, self._spread, self._share)
        self._alone = self._condensed(landmarks, weights)
        spokesmen = self._texts.vectors[landmarks[self._speaking(landmarks)]]
        return Adviser.of(self._projection, spokesmen, self._alone, self._share)

    def _speaking(self, landmarks: Numbers) -> Numbers:
        return speaking(self._spread[landmarks])

    def _condensed(self, landmarks: Numbers, weights: Floats) -> Floats:
        return condensed(self._texts.vectors[landmarks], weights, self._speaking(landmarks))

    def learn(self, advisers: Sequence[Adviser] = ()) -> tuple[Machine, LeftOut]:
        """A machine that knows the lessons, and what it would have said of each had it not been learnt.

        With ``advisers`` it learns what they leave unsaid.
        """
        beside = advice(advisers, self._vectors, self._projection, self._share)
        solution = self._solved(beside)
        of_examples = (self._taught & ~self._named)[solution.judged]
        many = len(self._labels) > 1 and bool(of_examples.any())
        numbers = self._numbers[solution.judged]
        temperature = fit_temperature(solution.left_out[of_examples, :-1], numbers[of_examples]) if many else 15.0
        machine = self._machine(solution.landmarks, self._gist(solution.weights, temperature))
        useful = of_examples | (numbers == NOWHERE)
        intents = np.where(of_examples, numbers, NOWHERE)[useful]
        near, far, near_else = self._near(machine, solution.landmarks, solution.judged[useful], intents).T
        scores, outside = solution.left_out[useful, :-1], solution.left_out[useful, -1]
        figures = np.column_stack([scores.max(axis=1), near, far, outside]).astype(np.float64)
        strange = np.zeros((0, len(STRANGE)))
        if many:
            scores[intents[:, None] == np.arange(len(self._labels))] = -np.inf
            strange = np.column_stack([scores.max(axis=1), near_else]).astype(np.float64)
        return machine, LeftOut(figures, intents, strange)

    def _gist(self, weights: Floats, temperature: float) -> Gist:
        shares = tuple(share for _, share in self._projection.parts)
        return Gist(shares, self._share, weights, self._alone, temperature)

    def _machine(self, landmarks: Numbers, gist: Gist) -> Machine:
        return Machine(
            labels=self._labels,
            projection=self._projection,
            ngrams=self._ngrams,
            share=gist.share,
            landmarks=self._texts[landmarks],
            taught=self._taught[landmarks],
            numbers=self._numbers[landmarks],
            texts=tuple(self._lessons[row].text for row in landmarks.tolist()),
            weights=gist.weights,
            spokesmen=self._texts.vectors[landmarks[self._speaking(landmarks)]],
            alone=gist.alone,
            temperature=gist.temperature,
        )

    def _solved(self, beside: Floats | None) -> Solution:
        """With what the lessons alone teach, where there are others and it was not asked for before."""
        aims = self._aims if beside is None else self._aims - beside
        both = beside is not None and not self._alone.size
        wanted = np.column_stack([aims, self._aims]) if both else aims
        found = solve(self._texts, wanted, self._groups, self._spread, self._share)
        if both:
            own, alone = (np.ascontiguousarray(half) for half in np.hsplit(found.weights, 2))
            self._alone = self._condensed(found.landmarks, alone)
            found = replace(found, weights=own, left_out=np.hsplit(found.left_out, 2)[0])
        return found if beside is None else replace(found, left_out=found.left_out + beside[found.judged])

    def _some(self, most: int) -> Numbers:
        """About so many examples at most, evenly spread, of whole groups."""
        taught = np.flatnonzero(self._taught)
        chosen = [self._groups[row] for row in taught.tolist()]
        kept = set(list(dict.fromkeys(chosen))[:: max(1, -(-len(taught) // most))])
        return np.array([row for row, group in zip(taught.tolist(), chosen, strict=True) if group in kept], np.int64)

    def _best_share(self) -> float:
        """Much where clearly more left-out examples would have been recognised so."""
        rows = self._some(_TRIED_ON)
        if len(self._labels) < 2 or len(rows) < 2 * len(self._labels):
            return SHARES[0]
        part, targets = self._texts[rows], self._own(self._numbers[rows])
        groups, both = [self._groups[row] for row in rows.tolist()], part.both(part)

        def recognised(share: float) -> npt.NDArray[np.bool_]:
            left_out = solve_exactly(mixed(*both, share), targets, groups).left_out
            return np.asarray(left_out.argmax(axis=1) == self._numbers[rows])

        with_little, with_much = (recognised(share) for share in SHARES)
        gained, lost = int((with_much & ~with_little).sum()), int((with_little & ~with_much).sum())
        return SHARES[gained - lost > _CLEARLY * math.sqrt(gained + lost)]

    def _own(self, numbers: Numbers) -> Floats:
        return _own(numbers, len(self._labels))

    def _targets(self, share: float) -> Floats:
        about_nothing = self._numbers == NOWHERE
        examples = np.flatnonzero(self._taught)
        counter = np.flatnonzero(~self._taught & ~about_nothing)
        alike = self._texts[counter].similar(self._texts[examples], share)
        known, mean = self._numbers[examples], float(about_nothing.mean())
        return aims(self._numbers, self._taught, len(self._labels), alike, known, mean)

    def _near(self, machine: Machine, landmarks: Numbers, rows: Numbers, intents: Numbers) -> Doubles:
        """How near each of ``rows`` is to landmarks that are not itself in another spelling: to examples, to sentences
        about nothing, and to examples of other ``intents`` than its own.
        """
        groups = np.array(self._groups)
        found: list[tuple[float, float, float]] = []
        for start in range(0, len(rows), 1_000):
            part = rows[start : start + 1_000]
            cosines = self._texts.vectors[part] @ machine.landmarks.vectors.T
            cosines[groups[part, None] == groups[landmarks][None]] = -1
            of_others = machine.taught & (machine.numbers != intents[start : start + 1_000, None])
            found.extend(
                (*machine.nearness(row), _mean_of_best(row[others]))
                for row, others in zip(cosines, of_others, strict=True)
            )
        return np.array(found, np.float64).reshape(-1, 3)


def _own(numbers: Numbers, labels: int) -> Floats:
    """One for an example's own intent, nothing for the others, less the share that chance has."""
    own = numbers[:, None] == np.arange(labels)
    return np.asarray(own - (1 / labels if labels > 1 else 0.0), dtype=np.float32)


def aims(
    numbers: Numbers, taught: npt.NDArray[np.bool_], labels: int, alike: Floats, known: Numbers, about_nothing: float
) -> Floats:
    """What lessons are to score. ``alike`` is how like the counter-examples among them are to examples of the ``known``
    intents.

    Counter-examples seem to be what their most similar examples are, but for the intent ruled out. Those of no intent
    at all are to score nothing anywhere, but for the last column, being ``about_nothing``: the share of all that is.
    """
    targets = _own(np.where(taught, numbers, NOWHERE), labels)
    counter = np.flatnonzero(~taught & (numbers != NOWHERE))
    if len(counter) and len(known):
        weights = np.exp(_FOCUS * (alike - 1))
        weights[numbers[counter][:, None] == known[None]] = 0
        members = known[:, None] == np.arange(labels)
        targets[counter] += weights @ members / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    nowhere = (numbers == NOWHERE).astype(np.float32) - about_nothing
    return np.column_stack([targets, nowhere]).astype(np.float32)


def _mean_of_best(cosines: Floats) -> float:
    if not len(cosines):
        return 0.0
    best = np.partition(cosines, -NEAREST)[-NEAREST:] if len(cosines) > NEAREST else cosines
    return float(best.mean())


def labels_of(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """All intents that are taught, sorted."""
    return tuple(sorted({lesson.intent for lesson in lessons if not lesson.excluded and lesson.intent != NO_INTENT}))
