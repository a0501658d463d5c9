"""How a machine is taught: what its lessons are to score, and how much letters and each of the models count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.nlp.abroad import Adviser, advice, condensed, speaking
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
    solve,
    solve_exactly,
    weigh,
)
from bot.nlp.machine import (
    NOWHERE,
    STRANGE,
    Gist,
    Halves,
    LeftOut,
    Lesson,
    Machine,
    mean_of_best,
)
from bot.nlp.ngrams import Ngrams, grams
from bot.nlp.projection import Projection
from bot.nlp.vectors import Parts, Vectors, shares_of

SHARES = (0.12, 0.6)
"""What n-grams may have in the similarity: little where the models know a language well, much where they do not."""

_CLEARLY = 2.0
"""In standard errors (McNemar 1947): left-out examples flatter letters, since they are like one another in them."""

_TRIED_ON = 2_400
"""So many examples show which share is the better one."""

_HEARD = 1_200
"""So many show how much each model is to say."""

_FOCUS = 20.0


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
        self._lessons, self._labels, self._gist = lessons, labels, gist
        self._numbers = np.array([known.get(lesson.intent, NOWHERE) for lesson in lessons], dtype=np.int64)
        self._taught = np.array([not lesson.excluded for lesson in lessons], dtype=np.bool_)
        self._named = np.array([lesson.named for lesson in lessons], dtype=np.bool_)
        self._groups = [lesson.group for lesson in lessons]
        with ThreadPoolExecutor(1) as beside:  # the one multiplies, the other counts
            seen = beside.submit(self._projected, vectors, parts)
            counted = grams([lesson.text for lesson in lessons])
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

    def recall(self) -> Machine:
        """The machine that it was begun with the gist of."""
        assert self._gist is not None
        return self._machine(landmarks_of(self._spread), self._gist)

    def _projected(self, vectors: Halves, parts: Parts) -> tuple[Projection, Vectors]:
        shares = self._gist.shares if self._gist else self._heeded(vectors, parts)
        parts = tuple((length, share) for (length, _), share in zip(parts, shares, strict=True))
        return Projection.learn(vectors, parts)

    def _heeded(self, vectors: Halves, parts: Parts) -> tuple[float, ...]:
        """How much each model is to say."""
        rows = self._some(_HEARD)
        judged = ~self._named[rows]
        if len(self._labels) < 2 or judged.sum() < 2 * len(self._labels):
            return shares_of(parts)
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
        gist = Gist(shares_of(self._projection.parts), self._share, solution.weights, self._alone, temperature)
        machine = self._machine(solution.landmarks, gist)
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
                (*machine.nearness(row), mean_of_best(row[others]))
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
