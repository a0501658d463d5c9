"""How a model reads a message: the whole, and parts of it.

To read a part by itself is as dear as to read any text. A model that has read the whole has read its parts as
well: what it makes of their pieces is theirs, in the light of the rest (late chunking: Günther et al. 2024,
https://arxiv.org/abs/2409.04701).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.nlp.batches import Span, in_batches
from bot.nlp.encoder import Passage, readable
from bot.nlp.vectors import Vectors

Cut = tuple[list[int], list[Span]]
"""The numbers of a text's pieces, and where among them each of its segments lies."""


@dataclass(slots=True)
class _Reading:
    """One text to be embedded: its pieces, the spans that are wanted, and to which rows those belong."""

    pieces: list[int]
    spans: list[Span]
    rows: list[int]


def as_within(found: Vectors, wholes: Vectors) -> Vectors:
    """What sentences would be by themselves, where a model looks no farther than a few pieces: nearly what they are."""
    return found


class Transforming(ABC):
    """An encoder that gives a vector for any span of a text's pieces: it satisfies :class:`bot.nlp.encoder.Reader`."""

    dim: int
    apart: Callable[[Vectors, Vectors], Vectors] | None = None
    """See :meth:`within`; none where sentences are to be read by themselves."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Names the model and its version."""

    @abstractmethod
    def cut(self, segments: Sequence[str]) -> Cut:
        """The pieces of a text that consists of ``segments``, which are :func:`bot.nlp.encoder.readable`."""

    @abstractmethod
    def embed(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        """See :data:`bot.nlp.encoder.Embed`."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text."""
        pieces = [self.cut([readable(text)])[0] for text in texts]
        return in_batches(pieces, self.embed, self.dim)

    def read(self, passages: Sequence[Passage]) -> Vectors:
        """Of each passage a row of unit length for each of its texts."""
        return self.within(passages, self.apart)

    def within(self, passages: Sequence[Passage], apart: Callable[[Vectors, Vectors], Vectors] | None) -> Vectors:
        """As :meth:`read`. The point of a message is taken from the whole.

        So are sentences where ``apart`` tells what they would be by themselves, given what they are within their
        passages, and for each the whole of its passage. Else they are read by themselves.
        """
        readings: list[_Reading] = []
        late: list[tuple[int, int]] = []
        row = 0
        for passage in passages:
            texts = [readable(text) for text in passage.texts]
            sentences = len(texts) - len(passage.sentences)
            places = _places(texts, sentences)
            if apart is None:
                places = {part: place for part, place in places.items() if part < sentences}
            found = _of_whole(texts[0], places, self.cut)
            found.rows = [row + part for part in found.rows]
            late += [(row, part) for part in found.rows if part >= row + sentences]
            readings.append(found)
            missing = sorted({*range(row, row + len(texts))} - {*found.rows})
            readings += [_alone(texts[part - row], part, self.cut) for part in missing]
            row += len(texts)
        vectors = np.empty((row, self.dim), np.float32)
        order = [each for reading in readings for each in reading.rows]
        spans = [each.spans for each in readings]
        vectors[order] = in_batches([each.pieces for each in readings], self.embed, self.dim, spans)
        if late and apart:
            wholes, parts = np.array(late).T
            vectors[parts] = apart(vectors[parts], vectors[wholes])
        return vectors


def _alone(text: str, row: int, cut: Callable[[Sequence[str]], Cut]) -> _Reading:
    pieces, _ = cut([text])
    return _Reading(pieces, [(0, len(pieces))], [row])


def _of_whole(text: str, places: dict[int, Span], cut: Callable[[Sequence[str]], Cut]) -> _Reading:
    """The ``text``, and of the parts at ``places`` in it those of which there are pieces."""
    bounds = sorted({0, len(text), *(bound for place in places.values() for bound in place)})
    pieces, segments = cut([text[start:end].strip() for start, end in pairwise(bounds)] or [text])
    found = _Reading(pieces, [(0, len(pieces))], [0])
    for part, (start, end) in places.items():
        span = (segments[bounds.index(start)][0], segments[bounds.index(end) - 1][1])
        if span[0] < span[1]:
            found.spans.append(span)
            found.rows.append(part)
    return found


def _places(texts: Sequence[str], sentences: int) -> dict[int, Span]:
    """Where parts stand in the first of ``texts``, from one space to another; those from ``sentences`` on in turn."""
    whole, found = texts[0], {}
    after = 0
    for part, text in enumerate(texts[1:], start=1):
        start = whole.find(text, after if part >= sentences else 0)
        end = start + len(text)
        if start < 0 or whole[start:end] != text or not text:
            continue
        if whole[start - 1 : start] in ("", " ") and whole[end : end + 1] in ("", " "):
            found[part] = (start, end)
        if part >= sentences:
            after = end
    return found


def joined(before: Sequence[int], segments: Sequence[Sequence[int]], after: int, longest: int | None = None) -> Cut:
    """The pieces of ``segments``, one after the other, between those that begin and end every text: ``longest`` in all,
    where that is limited.
    """
    pieces, spans = list(before), []
    for segment in segments:
        start = len(pieces)
        pieces += segment if longest is None else segment[: max(0, longest - 1 - start)]
        spans.append((start, len(pieces)))
    return [*pieces, after], spans
