"""How well the content's own examples are understood when they are not learnt: cross-validation.

The examples are dealt into parts; each part is judged by a pipeline that learnt all the others. A sentence's spellings
stay together, so nothing is judged that was learnt in another spelling. Embeddings come from the file in which they are
kept anyway, so that a part costs no more than the weighing of its examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.tokens import Doc

from bot.core.content import Catalogue
from bot.core.understanding import NO_INTENT
from bot.nlp.elsewhere import sentences as elsewhere_of
from bot.nlp.embeddings import EmbeddingFile, Progress
from bot.nlp.encoder import Encoder, parts_of
from bot.nlp.intents import Lesson
from bot.nlp.pipeline import Pipeline
from bot.nlp.reading import understanding
from bot.nlp.sources import Source, by_lesson, sources_of
from bot.nlp.training import blank, curriculum, learn
from bot.nlp.vectors import Vectors
from bot.ports import Hints

PARTS = 5
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sentence was taken for by a pipeline that had not learnt it.

    ``intent`` is where it stands in the files, ``got`` what the bot would take it for (or ``none``), ``confidence`` how
    surely, ``kind_right`` whether at least the kind is that of ``intent``. ``nearest`` is the example of ``got`` that
    is most like it, with the cosine of both: only where it was taken for another intent.
    """

    language: str
    intent: str
    sentence: str
    got: str
    confidence: float
    kind_right: bool
    nearest: Source | None = None
    likeness: float = 0.0

    @property
    def right(self) -> bool:
        return self.got == self.intent


@dataclass(frozen=True, slots=True)
class Validation:
    """``judged`` are the examples; ``outside_recognised`` is the share of sentences about nothing that were taken for
    none of the intents (None: there are no such sentences).
    """

    judged: tuple[Judged, ...]
    outside_recognised: float | None


class _Remembering(Encoder):
    """The vectors of an :class:`EmbeddingFile`; those that are not there yet are made, and kept there."""

    def __init__(self, encoder: Encoder, embeddings: EmbeddingFile) -> None:
        self._encoder = encoder
        self._embeddings = embeddings
        self.parts = parts_of(encoder)

    @property
    def id(self) -> str:
        return self._encoder.id

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._embeddings.embed(texts), dtype=np.float32)


def cross_validate(
    catalogue: Catalogue, folder: Path, *, encoder: Encoder, parts: int = PARTS, progress: Progress | None = None
) -> Validation:
    """Judge every example by a pipeline that has not learnt it. ``folder`` is that of the pipeline's embeddings."""
    embeddings = EmbeddingFile(folder / "embeddings", encoder)
    lessons = curriculum(catalogue)
    embeddings.embed([lesson.text for lesson in lessons], progress)
    remembering = _Remembering(encoder, embeddings)
    known = by_lesson(catalogue)
    judged: list[tuple[int, Judged]] = []
    outside: list[bool] = []
    for part in range(parts):
        if progress:
            progress("Judging examples that were not learnt", part, parts)
        pipeline = _taught(catalogue, lessons, part, parts, remembering, embeddings)
        held = [source for source in sources_of(catalogue) if not source.excluded and source.group % parts == part]
        judged += zip((source.group for source in held), _judge(pipeline, held, catalogue, known), strict=True)
        outside += _recognised(pipeline, catalogue, part, parts)
        pipeline.close()
    if progress:
        progress("Judging examples that were not learnt", parts, parts)
    in_order = tuple(one for _, one in sorted(judged, key=lambda pair: pair[0]))
    return Validation(in_order, sum(outside) / len(outside) if outside else None)


def _taught(
    catalogue: Catalogue, lessons: Sequence[Lesson], part: int, parts: int, encoder: Encoder, embeddings: EmbeddingFile
) -> Pipeline:
    kept = [lesson for lesson in lessons if _stays(lesson, part, parts)]
    return learn(blank(catalogue, encoder), kept, embeddings)


def _stays(lesson: Lesson, part: int, parts: int) -> bool:
    """Counter-examples of an intent and its name always stay; sentences about nothing (their groups are negative) are
    dealt too."""
    return lesson.named or (lesson.excluded and lesson.group > 0) or lesson.group % parts != part


def _judge(pipeline: Pipeline, held: Sequence[Source], catalogue: Catalogue, known: dict[str, Source]) -> list[Judged]:
    return [
        _one(pipeline, doc, source, catalogue, known)
        for start in range(0, len(held), _BATCH)
        for source, doc in _read(pipeline, held[start : start + _BATCH])
    ]


def _read(pipeline: Pipeline, held: Sequence[Source]) -> list[tuple[Source, Doc]]:
    docs = pipeline.read([(source.said, Hints(so_far=source.language)) for source in held])
    return list(zip(held, docs, strict=True))


def _one(pipeline: Pipeline, doc: Doc, source: Source, catalogue: Catalogue, known: dict[str, Source]) -> Judged:
    found = understanding(doc)
    nearest, likeness = None, 0.0
    if found.intent not in (source.intent, NO_INTENT):
        nearest, likeness = _nearest(pipeline, doc, found.intent, known)
    kind_right = found.kind is catalogue.intents[source.intent].kind
    return Judged(
        source.language, source.intent, source.sentence, found.intent, found.confidence, kind_right, nearest, likeness
    )


def _nearest(pipeline: Pipeline, doc: Doc, intent: str, known: dict[str, Source]) -> tuple[Source | None, float]:
    for text, of_intent, cosine in pipeline.intents.nearest(doc, 20):
        if of_intent == intent:
            return known.get(text), cosine
    return None, 0.0


def _recognised(pipeline: Pipeline, catalogue: Catalogue, part: int, parts: int) -> list[bool]:
    """Of the sentences about nothing that this pipeline has not learnt: whether it takes them for nothing."""
    group, held = 0, []
    for language in dict.fromkeys((*catalogue.standards.languages, "en")):
        for sentence in elsewhere_of(language):
            group -= 1
            if group % parts == part:
                held.append((sentence, Hints(so_far=language)))
    return [
        found.intent == NO_INTENT
        for start in range(0, len(held), _BATCH)
        for found in pipeline.understand_many(held[start : start + _BATCH])
    ]


def judge_checks(pipeline: Pipeline, catalogue: Catalogue) -> tuple[Judged, ...]:
    """What the trained pipeline takes each ``check:`` sentence for."""
    asked = [(p.language, p.intent, sentence) for p in catalogue.phrases for sentence in p.check]
    answers = pipeline.understand_many([(sentence, Hints(so_far=language)) for language, _, sentence in asked])
    return tuple(
        Judged(language, intent, sentence, answer.intent, answer.confidence, answer.kind is _kind(catalogue, intent))
        for (language, intent, sentence), answer in zip(asked, answers, strict=True)
    )


def _kind(catalogue: Catalogue, intent: str) -> object:
    known = catalogue.intents.get(intent)
    return known.kind if known else None
