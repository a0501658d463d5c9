"""Which intent: what the machine of the message's language finds in it.

A language with examples enough learns from those, advised by the machines of the others (:mod:`bot.nlp.abroad`). One
with few borrows those of the others, which lift it by up to twenty points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.understanding import Candidate
from bot.nlp.abroad import Adviser, advice
from bot.nlp.embeddings import Embedded
from bot.nlp.kernel import Floats, probabilities
from bot.nlp.learner import Learner
from bot.nlp.learnt import Learnt, Memory, MuchToLearnError, Oblivion, digest
from bot.nlp.machine import NEAREST, Gist, Halves, LeftOut, Lesson, Machine, labels_of
from bot.nlp.reading import Judgement, Reading, reading
from bot.nlp.revision import Edit, edit_of, revised
from bot.nlp.vectors import Parts, Vectors

_SENTENCES = 0.15
_LAST_SENTENCE = 0.15
_TO_THE_POINT = 0.5
_WELL_INSIDE = 0.05
_ENOUGH = 20
"""A language with fewer examples an intent than this borrows from the others."""

__all__ = ["IntentsComponent", "LeftOut", "Lesson"]


class _Heard(NamedTuple):
    """A message, and the embedding of the whole of it."""

    read: Reading
    vector: Vectors

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it that is judged by itself: the whole, its point if it has one, its sentences."""
        return (self.read.spoken, *filter(None, [self.read.point]), *self.read.spoken_sentences)

    @property
    def vectors(self) -> tuple[Vectors, ...]:
        """The embeddings of its texts."""
        point = self.read.point_vector
        return (self.vector, *([] if point is None else [point]), *self.read.sentence_vectors)


class IntentsComponent:
    """Sets ``judgement``, ``of_sentences`` and ``candidates``. ``smalltalk`` are the intents that are about nothing."""

    def __init__(self, smalltalk: Iterable[str] = ()) -> None:
        self._smalltalk = frozenset(smalltalk)
        self.labels: tuple[str, ...] = ()
        self._machines: dict[str, Machine] = {}
        self._advisers: dict[str, Adviser] = {}

    def learn(
        self,
        lessons: Sequence[Lesson],
        vectors: Halves | Embedded,
        parts: Parts,
        memory: Memory | None = None,
        *,
        little: bool = False,
    ) -> dict[str, LeftOut]:
        """Learn ``lessons``, whose embeddings are ``vectors``; what would have been found in them, by language.

        A language that the ``memory`` has just as it is is not learnt again, and one that it has nearly so is revised.
        With ``little``, raises MuchToLearnError where neither is so.
        """
        memory = memory or Oblivion()
        self.labels = labels_of(lessons)
        rows, several = _dealt(lessons, self.labels)
        keys = _keys(lessons, self.labels, parts, rows, several)

        def made(language: str, gist: Gist | None = None) -> Learner:
            own = rows[language]
            return Learner([lessons[row] for row in own], vectors[own], self.labels, parts, gist)

        recalled = {language: _recalled(memory, key, partial(made, language)) for language, key in keys.items()}
        known = {language: found for language, found in recalled.items() if found is not None}
        taught = {language: [lessons[row] for row in rows[language]] for language in rows if language not in known}
        edits = {language: _edit(memory, keys[language], own) for language, own in taught.items()}
        edited = {language: found for language, found in edits.items() if found is not None}
        known |= {language: before for language, (before, _) in edited.items()}
        unknown = [language for language in rows if language not in known]
        if little and unknown:
            raise MuchToLearnError(f"Languages to be learnt anew: {', '.join(unknown)}.")
        new = {language: made(language) for language in unknown}
        wanting = {*new, *edited}
        asked = [language for language in several if wanting - {language}]
        advisers = {language: _adviser(language, known, new) for language in asked}

        def others_of(language: str) -> list[Adviser]:
            return [adviser for other, adviser in advisers.items() if other != language and language in several]

        for language, (before, edit) in edited.items():
            own = np.array(rows[language])[edit.came].tolist()
            came = [lessons[row] for row in own]
            machine = revised(before.machine, came, vectors[own], edit.went, others_of(language))
            known[language] = replace(before, machine=machine)
        for language, learner in new.items():
            known[language] = Learnt(*learner.learn(others_of(language)))
            memory.remember(keys[language], known[language])
        self._machines = {language: known[language].machine for language in rows}
        self._advisers = {language: self._machines[language].adviser for language in several}
        return {language: known[language].left_out for language in rows}

    def _abroad(self, language: str) -> list[Adviser]:
        """Whom the machine of ``language`` asks: one that has borrowed all examples needs nobody."""
        others = [adviser for other, adviser in self._advisers.items() if other != language]
        return others if language in self._advisers else []

    # --- judging ---

    def machine(self, language: str) -> Machine | None:
        """The one for ``language``, or for the first one learnt where it was not."""
        return self._machines.get(self._nearest_to(language))

    def _nearest_to(self, language: str) -> str:
        return language if language in self._machines else next(iter(self._machines), "")

    def __call__(self, doc: Doc) -> Doc:
        self._judge([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Judge several messages at once: those of a language together, which costs less than one by one."""
        documents = iter(stream)
        while docs := list(islice(documents, batch_size)):
            self._judge(docs)
            yield from docs

    def _judge(self, docs: Iterable[Doc]) -> None:
        together: dict[str, list[_Heard]] = {}
        for doc in docs:
            read = reading(doc)
            if read.vector is not None and self.labels and self._machines:
                together.setdefault(self._nearest_to(read.written), []).append(_Heard(read, read.vector))
        for language, heard in together.items():
            self._judge_in(language, heard)

    def _judge_in(self, language: str, heard: Sequence[_Heard]) -> None:
        """Judge messages in a language: as wholes, their points, and each of their sentences. Of these, small talk has
        no say beside others: "you would help me a lot" comes last, and is about nothing.
        """
        texts = [text for one in heard for text in one.texts]
        vectors = [vector for one in heard for vector in one.vectors]
        found = iter(self._judged(language, texts, np.stack(vectors)))
        machine = self._machines[language]
        for read, _ in heard:
            judged = next(found)
            if read.point_vector is not None and self._is_surer(point := next(found), judged, machine):
                judged, read.spoken, read.vector = point, read.point, read.point_vector
            read.of_sentences = tuple(islice(found, len(read.spoken_sentences)))
            telling = [part for part in read.of_sentences if not self._is_smalltalk(part)]
            judged = _weighed(judged, telling or read.of_sentences)
            read.judgement, read.candidates = judged, self.candidates(read, judged.scores)

    def _judged(self, language: str, texts: Sequence[str], vectors: Vectors) -> list[Judgement]:
        """What is found in ``texts`` in a language, with the advice of the others."""
        machine = self._machines[language]
        beside = advice(self._abroad(language), vectors, machine.projection, machine.share)
        return machine.judge(texts, vectors, beside)

    def _is_smalltalk(self, found: Judgement) -> bool:
        return self.labels[int(found.scores.argmax())] in self._smalltalk

    def _is_surer(self, point: Judgement, whole: Judgement, machine: Machine) -> bool:
        """Whether a message is about the few words of its point: if they are the surer ones, or, where the whole sounds
        like small talk, if what they say is sure by itself.
        """
        if self._is_smalltalk(point):
            return False
        if not self._is_smalltalk(whole):
            return point.best > whole.best
        sure = float(probabilities(point.scores, machine.temperature).max()) >= _TO_THE_POINT
        return sure and point.best - point.outside >= _WELL_INSIDE

    def candidates(self, read: Reading, scores: Floats) -> tuple[Candidate, ...]:
        """Every intent with its probability, best first."""
        machine = self.machine(read.written)
        assert machine is not None
        shares = probabilities(scores, machine.temperature)
        return tuple(Candidate(self.labels[i], float(shares[i])) for i in np.argsort(-shares))

    def nearest(self, doc: Doc, count: int = NEAREST) -> tuple[tuple[str, str, float], ...]:
        """The examples most like a document in meaning: (text, intent, cosine), nearest first."""
        read = reading(doc)
        machine = self.machine(read.written)
        if read.vector is None or machine is None:
            return ()
        return tuple(machine.nearest(read.vector, count))

    # --- keeping ---

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        facts = {"labels": self.labels, "languages": list(self._machines)}
        (path / "intents.json").write_text(json.dumps(facts), encoding="utf-8")
        for number, machine in enumerate(self._machines.values()):
            machine.save(path / f"machine{number}")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> IntentsComponent:
        facts = json.loads((path / "intents.json").read_text(encoding="utf-8"))
        self.labels = tuple(facts["labels"])
        languages = enumerate(facts["languages"])
        self._machines = {language: Machine.load(path / f"machine{number}") for number, language in languages}
        advised = {language: machine for language, machine in self._machines.items() if machine.alone.size}
        self._advisers = {language: machine.adviser for language, machine in advised.items()}
        return self


def keys_of(lessons: Sequence[Lesson], parts: Parts) -> dict[str, str]:
    """By what a memory knows what ``lessons`` teach of each language."""
    labels = labels_of(lessons)
    return _keys(lessons, labels, parts, *_dealt(lessons, labels))


def _keys(
    lessons: Sequence[Lesson],
    labels: tuple[str, ...],
    parts: Parts,
    rows: Mapping[str, Sequence[int]],
    several: Sequence[str],
) -> dict[str, str]:
    return {
        language: digest(language, [lessons[row] for row in own], labels, parts, several)
        for language, own in rows.items()
    }


def _dealt(lessons: Sequence[Lesson], labels: Sequence[str]) -> tuple[dict[str, list[int]], list[str]]:
    """Which of the ``lessons`` each language learns from; which of them learn from their own, if several do."""
    languages = dict.fromkeys(lesson.language for lesson in lessons if not lesson.excluded)
    rows = {language: _rows_for(language, lessons, labels) for language in languages}
    self_taught = [language for language, own in rows.items() if len(own) < len(lessons)]
    return rows, self_taught if len(self_taught) > 1 else []


def _rows_for(language: str, lessons: Sequence[Lesson], labels: Sequence[str]) -> list[int]:
    own = [row for row, lesson in enumerate(lessons) if lesson.language == language]
    examples = len({lessons[row].group for row in own if not lessons[row].excluded})
    return own if examples >= _ENOUGH * len(labels) else list(range(len(lessons)))


def _recalled(memory: Memory, key: str, learner: Callable[[Gist], Learner]) -> Learnt | None:
    """What the memory has, made whole where it is there in short."""
    found = memory.recall(key)
    if found is None and (in_short := memory.in_short(key)) is not None:
        found = Learnt(learner(in_short.gist).recall(), in_short.left_out)
        memory.remember(key, found)
    return found


def _edit(memory: Memory, key: str, lessons: Sequence[Lesson]) -> tuple[Learnt, Edit] | None:
    """What was learnt of nearly the same lessons, and how those differ."""
    for found in memory.others(key):
        if (edit := edit_of(found.machine, lessons)) is not None:
            return found, edit
    return None


def _adviser(language: str, known: Mapping[str, Learnt], new: Mapping[str, Learner]) -> Adviser:
    """What others ask of a language: as it was, or learnt now."""
    found = known[language].adviser if language in known else None
    return found or new[language].adviser()


def _weighed(whole: Judgement, sentences: Sequence[Judgement]) -> Judgement:
    """The whole says how sure one can be; which intent it is, the sentences help to say, most of all the last.

    People come to the point late.
    """
    if not sentences:
        return whole
    scores = whole.scores + _SENTENCES * np.mean([found.scores for found in sentences], axis=0)
    scores = scores + _LAST_SENTENCE * sentences[-1].scores
    scores = np.asarray(scores * (whole.best / max(float(scores.max()), 1e-3)), dtype=np.float32)
    return replace(whole, scores=scores, best=float(scores.max()))


@SpacyLanguage.factory(
    "keepword_intents",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"smalltalk": []},
)
def make_intents(nlp: SpacyLanguage, name: str, smalltalk: list[str]) -> IntentsComponent:
    """Needs the encoder component before it."""
    return IntentsComponent(smalltalk)
