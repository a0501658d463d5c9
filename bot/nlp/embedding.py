"""The spaCy component that embeds: an encoder's vectors, centred on the examples and brought to unit length."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.errors import UnderstandingError
from bot.nlp.encoder import Encoder, Vectors, encoder_named, unit
from bot.nlp.reading import reading

_REMEMBERED = 512


class EmbeddingComponent:
    """Sets ``vector``. Embeddings crowd in one direction; centred, they tell texts apart far better.

    A saved component names its encoder, and refuses another one: its vectors would mean nothing.
    """

    def __init__(self, encoder: str) -> None:
        self.name = encoder
        self._encoder: Encoder | None = None
        self._trained_with: str | None = None
        self._mean: Vectors | None = None
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

    def learn(self, vectors: Vectors) -> Vectors:
        """Take the centre of the examples' vectors; these, centred."""
        self._trained_with = self.encoder.id
        self._mean = vectors.mean(axis=0) if len(vectors) else np.zeros(self.encoder.dim, dtype=np.float32)
        self._recent.clear()
        return self._centred(vectors)

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Embed several messages at once, which costs less than one by one."""
        documents = iter(stream)
        while docs := list(islice(documents, batch_size)):
            vectors = self._vectors([reading(doc).spoken for doc in docs])
            for doc, vector in zip(docs, vectors, strict=True):
                reading(doc).vector = vector
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

    def _centred(self, vectors: Vectors) -> Vectors:
        assert self._mean is not None
        return unit(vectors - self._mean)

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / "encoder.json").write_text(json.dumps({"id": self._trained_with}), encoding="utf-8")
        assert self._mean is not None
        np.save(path / "mean.npy", self._mean, allow_pickle=False)

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> EmbeddingComponent:
        self._trained_with = json.loads((path / "encoder.json").read_text(encoding="utf-8"))["id"]
        self._mean = np.load(path / "mean.npy", allow_pickle=False)
        if self._encoder is not None:
            self.attach(self._encoder)
        return self


@SpacyLanguage.factory(
    "keepword_encoder",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"encoder": "default"},
)
def make_embedding(nlp: SpacyLanguage, name: str, encoder: str) -> EmbeddingComponent:
    """``encoder`` is a name of :mod:`bot.nlp.encoder`."""
    return EmbeddingComponent(encoder)
