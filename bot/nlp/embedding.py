"""The spaCy component that embeds: it gives a message and its sentences the vectors of an encoder."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.errors import UnderstandingError
from bot.nlp.batches import beforehand
from bot.nlp.encoder import Encoder, Passage, encoder_named, parts_of, read
from bot.nlp.reading import reading
from bot.nlp.vectors import Parts, Vectors

_REMEMBERED = 256


class EmbeddingComponent:
    """Sets ``vector``, ``point_vector`` and ``sentence_vectors``.

    A saved component names its encoder, and refuses another one: the vectors learnt would mean nothing.
    """

    def __init__(self, encoder: str) -> None:
        self.name = encoder
        self._encoder: Encoder | None = None
        self._trained_with: str | None = None
        self._recent: OrderedDict[Passage, Vectors] = OrderedDict()

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

    def learn(self) -> Parts:
        """What comes after learns vectors of this encoder; the parts that they consist of."""
        self._trained_with = self.encoder.id
        self._recent.clear()
        return parts_of(self.encoder)

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Embed several messages at once, which costs less than one by one; the next while these are judged."""
        documents = iter(stream)
        batches = iter(lambda: list(islice(documents, batch_size)), [])
        for docs, vectors in beforehand(self._vectors, batches):
            for doc, (whole, *others) in zip(docs, vectors, strict=True):
                found = reading(doc)
                found.vector = whole
                found.point_vector = others.pop(0) if found.point else None
                found.sentence_vectors = tuple(others)
            yield from docs

    def _vectors(self, docs: Sequence[Doc]) -> list[Vectors]:
        readings = [reading(doc) for doc in docs]
        passages = [Passage(x.spoken, x.point, x.spoken_sentences) for x in readings]
        known = {passage: self._recent[passage] for passage in passages if passage in self._recent}
        if missing := [passage for passage in dict.fromkeys(passages) if passage not in known]:
            rows = iter(read(self.encoder, missing))
            made = {passage: np.stack([next(rows) for _ in passage.texts]) for passage in missing}
            known |= made
            self._recent.update(made)
            while len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
        return [known[passage] for passage in passages]

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / "encoder.json").write_text(json.dumps({"id": self._trained_with}), encoding="utf-8")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> EmbeddingComponent:
        self._trained_with = json.loads((path / "encoder.json").read_text(encoding="utf-8"))["id"]
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
