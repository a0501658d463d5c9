"""Which intent: similarity to the examples, learnt in closed form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.model import Candidate
from bot.nlp.kernel import fit_temperature, probabilities, similarity, solve
from bot.nlp.reading import Floats, Judgement, reading

NEAREST = 3
_SENTENCES = 0.25
_LAST_SENTENCE = 0.2
_FOCUS = 20.0
_BLOCK = 200
_NOWHERE = -1
"""The number of the intent that a sentence about none of them has."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sentence to learn. ``excluded``: it looks like ``intent`` but is another one, not said which.

    Spellings of one sentence share a ``group``.
    """

    text: str
    intent: str
    group: int
    excluded: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would have been found in examples had they not been learnt: what thresholds are calibrated on.

    ``labels`` are numbers of intents, below zero for sentences that are about none of them.
    """

    judgements: tuple[Judgement, ...]
    labels: Numbers


class IntentsComponent:
    """Sets ``judgement``, ``of_sentences`` and ``candidates``."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._numbers: Numbers = np.zeros(0, dtype=np.int64)
        self._vectors: npt.NDArray[np.float16] = np.zeros((0, 1), dtype=np.float16)
        self._landmarks: Floats = np.zeros((0, 1), dtype=np.float32)
        self._taught: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._weights: Floats = np.zeros((0, 0), dtype=np.float32)
        self._temperature = 15.0

    # --- learning ---

    def learn(self, lessons: Sequence[Lesson], vectors: Floats) -> LeftOut:
        """Learn ``lessons``, whose centred embeddings are ``vectors``."""
        self.labels = tuple(sorted({lesson.intent for lesson in lessons if not lesson.excluded}))
        if not self.labels:
            return LeftOut((), np.zeros(0, dtype=np.int64))
        known = {label: number for number, label in enumerate(self.labels)}
        numbers = np.array([known.get(lesson.intent, _NOWHERE) for lesson in lessons], dtype=np.int64)
        taught = np.array([not lesson.excluded for lesson in lessons], dtype=np.bool_)
        groups = [lesson.group for lesson in lessons]
        targets = self._targets(numbers, taught, vectors)
        solution = solve(vectors, targets, groups, np.where(taught, numbers, numbers - len(self.labels) - 1))
        self._weights = solution.weights
        self._landmarks = np.ascontiguousarray(vectors[solution.landmarks])
        self._taught = taught[solution.landmarks]
        self._texts = tuple(lesson.text for lesson in lessons if not lesson.excluded)
        self._numbers, self._vectors = numbers[taught], vectors[taught].astype(np.float16)
        of_examples = taught[solution.judged]
        judged = solution.judged[of_examples]
        enough = len(self.labels) > 1
        self._temperature = fit_temperature(solution.left_out[of_examples], numbers[judged]) if enough else 15.0
        useful = of_examples | (numbers[solution.judged] == _NOWHERE)
        judgements = self._left_out(lessons, vectors, solution.landmarks, solution.judged[useful])
        filled = tuple(
            self._judgement(scores, near, far, len(lessons[row].text))
            for scores, (near, far), row in zip(
                solution.left_out[useful], judgements, solution.judged[useful].tolist(), strict=True
            )
        )
        return LeftOut(filled, np.where(of_examples, numbers[solution.judged], _NOWHERE)[useful])

    def _targets(self, numbers: Numbers, taught: npt.NDArray[np.bool_], vectors: Floats) -> Floats:
        """One for an example's own intent, nothing for the others, less the share that chance has.

        Counter-examples seem to be what their most similar examples are, but for the intent ruled out; those of no
        intent at all are to score nothing anywhere.
        """
        own = (numbers[:, None] == np.arange(len(self.labels))).astype(np.float32)
        own[~taught] = 0
        counter = np.flatnonzero(~taught & (numbers != _NOWHERE))
        members = (numbers[taught][:, None] == np.arange(len(self.labels))).astype(np.float32)
        for start in range(0, len(counter), _BLOCK):
            rows = counter[start : start + _BLOCK]
            shares = np.exp(_FOCUS * (similarity(vectors[rows], vectors[taught]) - 1))
            shares[numbers[rows][:, None] == numbers[taught][None]] = 0
            own[rows] = shares @ members / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray(own - (1 / len(self.labels) if len(self.labels) > 1 else 0.0), dtype=np.float32)

    def _left_out(
        self, lessons: Sequence[Lesson], vectors: Floats, landmarks: Numbers, rows: Numbers
    ) -> list[tuple[float, float]]:
        """How near each of ``rows`` is to landmarks that are not itself in another spelling."""
        groups = np.array([lesson.group for lesson in lessons])
        found: list[tuple[float, float]] = []
        for start in range(0, len(rows), 1_000):
            part = rows[start : start + 1_000]
            cosines = vectors[part] @ self._landmarks.T
            cosines[groups[part, None] == groups[landmarks][None]] = -1
            found.extend(self._nearness(row) for row in cosines)
        return found

    # --- judging ---

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        if read.vector is None or not self.labels:
            return doc
        vectors = np.stack([read.vector, *read.sentence_vectors])
        whole, *parts = self.judge(vectors, [len(doc.text), *(len(sentence) for sentence in read.sentences)])
        read.judgement, read.of_sentences = self._weighed(whole, parts), tuple(parts)
        read.candidates = self.candidates(read.judgement.scores)
        return doc

    def judge(self, vectors: Floats, lengths: Sequence[int]) -> list[Judgement]:
        """What is found in texts with these ``vectors`` and ``lengths`` (in characters)."""
        cosines = vectors @ self._landmarks.T
        near = [self._nearness(row) for row in cosines]
        scores = similarity(vectors, self._landmarks) @ self._weights
        return [
            self._judgement(row, *nearness, length) for row, nearness, length in zip(scores, near, lengths, strict=True)
        ]

    def _weighed(self, whole: Judgement, sentences: Sequence[Judgement]) -> Judgement:
        """The whole says how sure one can be; which intent it is, the sentences help to say, most of all the last.

        People come to the point late.
        """
        if not sentences:
            return whole
        scores = whole.scores + _SENTENCES * np.mean([found.scores for found in sentences], axis=0)
        scores = scores + _LAST_SENTENCE * sentences[-1].scores
        scores = np.asarray(scores * (whole.best / max(float(scores.max()), 1e-3)), dtype=np.float32)
        return self._judgement(scores, whole.near, whole.far, whole.length)

    def candidates(self, scores: Floats) -> tuple[Candidate, ...]:
        """Every intent with its probability, best first."""
        shares = probabilities(scores, self._temperature)
        return tuple(Candidate(self.labels[i], float(shares[i])) for i in np.argsort(-shares))

    def _nearness(self, cosines: Floats) -> tuple[float, float]:
        """Mean cosine of the nearest examples, and of the nearest sentences about nothing (0 where there are none)."""
        return _mean_of_best(cosines[self._taught]), _mean_of_best(cosines[~self._taught])

    def _judgement(self, scores: Floats, near: float, far: float, length: int) -> Judgement:
        shares = probabilities(scores, self._temperature)
        best = np.sort(scores)[-2:] if len(scores) > 1 else np.array([0.0, scores[0]])
        entropy = float(-(shares * np.log(shares + 1e-9)).sum())
        return Judgement(scores, float(best[-1]), float(best[-1] - best[-2]), entropy, near, far, length)

    def nearest(self, doc: Doc, count: int = NEAREST) -> tuple[tuple[str, str, float], ...]:
        """The examples most like a document in meaning: (text, intent, cosine), nearest first."""
        vector = reading(doc).vector
        if vector is None or not self._texts:
            return ()
        cosines = self._vectors.astype(np.float32) @ vector
        best = np.argsort(-cosines)[:count]
        return tuple((self._texts[i], self.labels[self._numbers[i]], float(cosines[i])) for i in best)

    # --- keeping ---

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        facts = {"labels": self.labels, "texts": self._texts, "temperature": self._temperature}
        (path / "intents.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        np.save(path / "examples.npy", self._vectors, allow_pickle=False)
        np.savez(
            path / "intents.npz",
            allow_pickle=False,
            weights=self._weights,
            landmarks=self._landmarks,
            taught=self._taught,
            numbers=self._numbers,
        )

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> IntentsComponent:
        facts = json.loads((path / "intents.json").read_text(encoding="utf-8"))
        self.labels, self._texts = tuple(facts["labels"]), tuple(facts["texts"])
        self._temperature = facts["temperature"]
        # Looked at only to explain a decision: left on disk.
        self._vectors = np.load(path / "examples.npy", mmap_mode="r", allow_pickle=False)
        with np.load(path / "intents.npz", allow_pickle=False) as arrays:
            self._weights, self._landmarks = arrays["weights"], arrays["landmarks"]
            self._taught, self._numbers = arrays["taught"], arrays["numbers"]
        return self


def _mean_of_best(cosines: Floats) -> float:
    if not len(cosines):
        return 0.0
    best = np.partition(cosines, -NEAREST)[-NEAREST:] if len(cosines) > NEAREST else cosines
    return float(best.mean())


@SpacyLanguage.factory("keepword_intents", requires=["doc._.reading"], assigns=["doc._.reading"])
def make_intents(nlp: SpacyLanguage, name: str) -> IntentsComponent:
    """Needs the encoder component before it."""
    return IntentsComponent()
