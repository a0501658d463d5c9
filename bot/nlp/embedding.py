"""The spaCy component that embeds: an encoder's vectors, centred on the examples and brought to unit length.

Where there are enough examples, vectors are cut to the directions in which those differ most: a quarter of the numbers
say the same, and everything after is four times as quick.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.errors import UnderstandingError
from bot.nlp.encoder import Encoder, Vectors, encoder_named, in_shares, parts_of, unit
from bot.nlp.normalise import spoken
from bot.nlp.reading import Reading, reading

_REMEMBERED = 512
_DIRECTIONS = 384
_SEEN = 6_000
"""Of more examples, so many show well enough in which directions they differ."""

_BLOCK = 2_000


class EmbeddingComponent:
    """Sets ``vector`` and ``sentence_vectors``.

    Embeddings crowd in one direction; centred, they tell texts apart far better.

    A saved component names its encoder, and refuses another one: its vectors would mean nothing.
    """

    def __init__(self, encoder: str) -> None:
        self.name = encoder
        self._encoder: Encoder | None = None
        self._trained_with: str | None = None
        self._mean: Vectors | None = None
        self._directions: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._recent: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def encoder(self) -> Encoder:
        """The encoder in use, made on first use."""
        if self._encoder is None:
            self.attach(encoder_named(self.name))
            assert self._encoder is not None
        return self._encoder

    def attach(self, encoder: Encoder) -> None:
        """Use ``encoder``. Raises UnderstandingError if this was trained with another one."""
        if self._trained_with not in (None, encoder.id):
            raise UnderstandingError(
                f"This pipeline was trained with the encoder {self._trained_with}, but here is {encoder.id}. "
                "Train it again with `keepword train`."
            )
        self._encoder = encoder

    def learn(self, vectors: npt.NDArray[np.floating[Any]]) -> Vectors:
        """Take the centre of the examples' vectors, and the directions in which they differ; these, centred."""
        self._trained_with = self.encoder.id
        self._recent.clear()
        self._mean = vectors.mean(axis=0, dtype=np.float32) if len(vectors) else np.zeros(self.encoder.dim, np.float32)
        self._directions = np.zeros((0, 0), dtype=np.float32)
        if len(vectors) > _DIRECTIONS:
            step = -(-len(vectors) // _SEEN)
            self._directions = main_directions(self._centred(vectors[::step].astype(np.float32)), _DIRECTIONS)
        blocks = [vectors[start : start + _BLOCK] for start in range(0, len(vectors), _BLOCK)]
        return np.vstack([self._centred(block.astype(np.float32)) for block in blocks] or [vectors.astype(np.float32)])

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Embed several messages at once, which costs less than one by one."""
        documents = iter(stream)
        while docs := list(islice(documents, batch_size)):
            texts = [text for doc in docs for text in _spoken(reading(doc))]
            vectors = iter(self._vectors(texts))
            for doc in docs:
                read = reading(doc)
                read.vector = next(vectors)
                read.sentence_vectors = tuple(next(vectors) for _ in read.sentences)
            yield from docs

    def _vectors(self, texts: list[str]) -> list[Vectors]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._recent]
        if missing:
            made = dict(zip(missing, self._centred(self.encoder.encode(missing)), strict=True))
            self._recent.update(made)
        found = [self._recent[text] for text in texts]
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return found

    def embed(self, texts: list[str]) -> Vectors:
        """One row a text, as those that were learnt."""
        return np.stack(self._vectors(texts)) if texts else np.zeros((0, self.encoder.dim), dtype=np.float32)

    def _centred(self, vectors: Vectors) -> Vectors:
        assert self._mean is not None
        parts = parts_of(self.encoder)
        stretches = np.split(vectors - self._mean, np.cumsum([length for length, _ in parts])[:-1], axis=1)
        rows = in_shares(stretches, [share for _, share in parts])
        return unit(rows @ self._directions) if self._directions.size else rows

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / "encoder.json").write_text(json.dumps({"id": self._trained_with}), encoding="utf-8")
        assert self._mean is not None
        np.savez(path / "centre.npz", allow_pickle=False, mean=self._mean, directions=self._directions)

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> EmbeddingComponent:
        self._trained_with = json.loads((path / "encoder.json").read_text(encoding="utf-8"))["id"]
        with np.load(path / "centre.npz", allow_pickle=False) as arrays:
            self._mean, self._directions = arrays["mean"], arrays["directions"]
        if self._encoder is not None:
            self.attach(self._encoder)
        return self


def _spoken(read: Reading) -> list[str]:
    """The message, and each of its sentences."""
    return [read.spoken, *(spoken(sentence, read.language) for sentence in read.sentences)]


def main_directions(rows: Vectors, count: int, seed: int = 0) -> Vectors:
    """The ``count`` directions in which unit ``rows`` extend most, as columns, by subspace iteration (Halko 2011)."""
    spread = rows.T @ rows
    basis = np.random.default_rng(seed).standard_normal((len(spread), count + 16), dtype=np.float32)
    for _ in range(4):
        basis = _orthonormal(spread @ basis)
    _, rotation = np.linalg.eigh(basis.T @ spread @ basis)
    return np.ascontiguousarray(basis @ rotation[:, ::-1][:, :count], dtype=np.float32)


def _orthonormal(columns: Vectors) -> Vectors:
    """Columns at right angles that span the same space: by their products, far quicker than reflections."""
    lengths, rotation = np.linalg.eigh(columns.T.astype(np.float64) @ columns)
    turned = rotation / np.sqrt(np.maximum(lengths, lengths[-1] * 1e-12))
    return np.asarray(columns @ turned, dtype=np.float32)


@SpacyLanguage.factory(
    "keepword_encoder",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"encoder": "default"},
)
def make_embedding(nlp: SpacyLanguage, name: str, encoder: str) -> EmbeddingComponent:
    """``encoder`` is a name of :mod:`bot.nlp.encoder`."""
    return EmbeddingComponent(encoder)
