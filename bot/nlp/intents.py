"""Which intent: similarity to the examples in meaning (embeddings) and in letters (n-grams), learnt in closed form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.model import Candidate
from bot.nlp.kernel import choose_landmarks, fit_temperature, probabilities, similarity, solve
from bot.nlp.ngrams import Ngrams, grams
from bot.nlp.reading import Floats, reading

NEAREST = 3
_FOCUS = 20.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sentence to learn. ``excluded``: it looks like ``intent`` but is another one, not said which.

    Spellings of one sentence share a ``group``.
    """

    text: str
    intent: str
    group: int
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would have been found in each example had it not been learnt: what thresholds are calibrated on."""

    scores: Floats
    nearness: Floats
    lengths: npt.NDArray[np.int64]
    """In characters."""
    labels: npt.NDArray[np.int64]


class IntentsComponent:
    """Sets ``scores``, ``candidates`` and ``nearness``."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._ngrams = Ngrams({}, np.zeros(0, dtype=np.float32))
        self._vectors: Floats = np.zeros((0, 1), dtype=np.float32)
        self._rows = sparse.csr_matrix((0, 0), dtype=np.float32)
        self._columns = self._rows.T.tocsr()
        self._weights: Floats = np.zeros((0, 0), dtype=np.float32)
        self._landmarks: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._numbers: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._temperature = 15.0

    # --- learning ---

    def learn(self, lessons: Sequence[Lesson], vectors: Floats) -> LeftOut:
        """Learn ``lessons``, whose centred embeddings are ``vectors``."""
        order = sorted(range(len(lessons)), key=lambda i: lessons[i].excluded)
        lessons = [lessons[i] for i in order]
        vectors = vectors[order] if order else vectors
        taught = [lesson for lesson in lessons if not lesson.excluded]
        self.labels = tuple(sorted({lesson.intent for lesson in taught}))
        spelled = [grams(lesson.text) for lesson in lessons]
        self._ngrams = Ngrams.learn(spelled[: len(taught)])
        rows = self._ngrams.matrix(spelled)
        if not self.labels:
            nothing = np.zeros(0, dtype=np.float32)
            empty = np.zeros(0, dtype=np.int64)
            return LeftOut(np.zeros((0, 0), dtype=np.float32), nothing, empty, empty)
        numbers = np.array([self._number(lesson.intent) for lesson in lessons], dtype=np.int64)
        left_out = self._fit(vectors, rows, lessons, numbers, len(taught))
        self._keep(lessons[: len(taught)], vectors, rows, numbers)
        self._temperature = fit_temperature(left_out, numbers[: len(taught)]) if len(self.labels) > 1 else 15.0
        groups = np.array([lesson.group for lesson in taught])
        lengths = np.array([len(lesson.text) for lesson in taught], dtype=np.int64)
        return LeftOut(left_out, _nearness_among(vectors[: len(taught)], groups), lengths, numbers[: len(taught)])

    def _number(self, intent: str) -> int:
        return self.labels.index(intent) if intent in self.labels else -1

    def _fit(
        self,
        vectors: Floats,
        rows: sparse.csr_matrix,
        lessons: Sequence[Lesson],
        numbers: npt.NDArray[np.int64],
        taught: int,
    ) -> Floats:
        chosen = choose_landmarks(numbers)
        kernel = similarity(vectors, rows, vectors[chosen], rows[chosen].T.tocsr())
        targets = self._targets(numbers[:taught])
        if taught < len(lessons):
            alike = similarity(vectors[taught:], rows[taught:], vectors[:taught], rows[:taught].T.tocsr())
            targets = np.vstack([targets, self._counter_targets(alike, numbers[:taught], numbers[taught:])])
        solution = solve(kernel, targets, [lesson.group for lesson in lessons], chosen)
        self._landmarks, self._weights = solution.landmarks, solution.weights
        return solution.left_out[:taught]

    def _offset(self) -> float:
        return 1 / len(self.labels) if len(self.labels) > 1 else 0.0

    def _targets(self, numbers: npt.NDArray[np.int64]) -> Floats:
        own = numbers[:, None] == np.arange(len(self.labels))
        return np.asarray(own - self._offset(), dtype=np.float32)

    def _counter_targets(
        self, alike: Floats, numbers: npt.NDArray[np.int64], ruled_out: npt.NDArray[np.int64]
    ) -> Floats:
        """What counter-examples seem to be: as their most similar examples are, but for the intent ruled out.

        Those of no intent at all are to score nothing anywhere.
        """
        own = numbers[None, :] == ruled_out[:, None]
        shares = np.where(own | (ruled_out[:, None] < 0), 0, np.exp(_FOCUS * (alike - 1)))
        seen = shares @ (numbers[:, None] == np.arange(len(self.labels)))
        return np.asarray(seen / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9) - self._offset(), dtype=np.float32)

    def _keep(
        self, taught: Sequence[Lesson], vectors: Floats, rows: sparse.csr_matrix, numbers: npt.NDArray[np.int64]
    ) -> None:
        self._texts = tuple(lesson.text for lesson in taught)
        self._numbers = numbers[: len(taught)]
        self._vectors = np.ascontiguousarray(vectors)
        self._rows = rows
        self._columns = rows[self._landmarks].T.tocsr()

    # --- judging ---

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        if read.vector is None or not self.labels:
            return doc
        row = self._ngrams.matrix([grams(doc.text)])
        near = similarity(read.vector[None], row, self._vectors[self._landmarks], self._columns)
        read.scores = (near @ self._weights)[0]
        shares = probabilities(read.scores, self._temperature)
        best = np.argsort(-shares)
        read.candidates = tuple(Candidate(self.labels[i], float(shares[i])) for i in best)
        cosines = self._vectors[: len(self._texts)] @ read.vector
        read.nearness = float(np.sort(cosines)[-NEAREST:].mean())
        return doc

    def nearest(self, doc: Doc, count: int = NEAREST) -> tuple[tuple[str, str, float], ...]:
        """The examples most like a document in meaning: (text, intent, cosine), nearest first."""
        vector = reading(doc).vector
        if vector is None or not self._texts:
            return ()
        cosines = self._vectors[: len(self._texts)] @ vector
        best = np.argsort(-cosines)[:count]
        return tuple((self._texts[i], self.labels[self._numbers[i]], float(cosines[i])) for i in best)

    # --- keeping ---

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        facts = {
            "labels": self.labels,
            "texts": self._texts,
            "terms": list(self._ngrams.terms),
            "temperature": self._temperature,
        }
        (path / "intents.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        np.savez(
            path / "intents.npz",
            allow_pickle=False,
            term_weights=self._ngrams.weights,
            vectors=self._vectors,
            weights=self._weights,
            landmarks=self._landmarks,
            numbers=self._numbers,
            row_values=self._rows.data,
            row_columns=self._rows.indices,
            row_ends=self._rows.indptr,
        )

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> IntentsComponent:
        facts = json.loads((path / "intents.json").read_text(encoding="utf-8"))
        self.labels, self._texts = tuple(facts["labels"]), tuple(facts["texts"])
        self._temperature = facts["temperature"]
        with np.load(path / "intents.npz", allow_pickle=False) as arrays:
            terms = {term: column for column, term in enumerate(facts["terms"])}
            self._ngrams = Ngrams(terms, arrays["term_weights"])
            self._vectors, self._weights = arrays["vectors"], arrays["weights"]
            self._landmarks, self._numbers = arrays["landmarks"], arrays["numbers"]
            parts = (arrays["row_values"], arrays["row_columns"], arrays["row_ends"])
            self._rows = sparse.csr_matrix(parts, shape=(len(parts[2]) - 1, len(terms)))
        self._columns = self._rows[self._landmarks].T.tocsr()
        return self


def _nearness_among(vectors: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """Of each example, the mean cosine of its nearest ones that are not other spellings of itself."""
    found = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), 1_000):
        part = slice(start, start + 1_000)
        cosines = vectors[part] @ vectors.T
        cosines[groups[part, None] == groups[None]] = -1
        found[part] = np.sort(cosines, axis=1)[:, -NEAREST:].mean(axis=1)
    return found


@SpacyLanguage.factory("keepword_intents", requires=["doc._.reading"], assigns=["doc._.reading"])
def make_intents(nlp: SpacyLanguage, name: str) -> IntentsComponent:
    """Needs the encoder component before it."""
    return IntentsComponent()
