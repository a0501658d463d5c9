"""Embeddings kept on disk by encoder and text, so that training after an edit embeds only what is new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.nlp.encoder import Encoder, file_name
from bot.nlp.shipped import read_shipped

Halves = npt.NDArray[np.float16]
"""Vectors in half precision: three decimal places are enough, and half the space."""

_CHUNK = 64
_KEY_BYTES = 16

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


class EmbeddingFile:
    """Rows of (hash of the text, vector), appended as they are made. A row torn by a crash is dropped.

    ``prune`` keeps the file from growing for ever.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._path = folder / f"{file_name(encoder)}-{encoder.dim}.embeddings"
        self._encoder = encoder
        self._row = np.dtype([("key", f"V{_KEY_BYTES}"), ("vector", np.float16, (encoder.dim,))])
        folder.mkdir(parents=True, exist_ok=True)
        kept = self._read()
        self._shipped = read_shipped(encoder)
        self._made: dict[bytes, Halves] = dict(zip([key.tobytes() for key in kept["key"]], kept["vector"], strict=True))

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Halves:
        """One row a text, in order; those not known yet are made and kept, chunk by chunk."""
        return self.rows(self._keys(texts, progress))

    def embedded(self, texts: Sequence[str], progress: Progress | None = None) -> Embedded:
        """The same, but rows are only brought together once they are asked for."""
        return Embedded(self, self._keys(texts, progress))

    def unknown(self, texts: Iterable[str]) -> int:
        """How many of ``texts`` are still to be embedded."""
        return len({key for key in map(key_of, texts) if not self._knows(key)})

    def _knows(self, key: bytes) -> bool:
        return key in self._made or key in self._shipped

    def rows(self, keys: Sequence[bytes]) -> Halves:
        """The vectors that are known by these keys. Raises KeyError."""
        rows = np.empty((len(keys), self._encoder.dim), np.float16)
        shipped = [place for place, key in enumerate(keys) if key not in self._made]
        if shipped:
            rows[shipped] = self._shipped.rows([keys[place] for place in shipped])
        for place, key in enumerate(keys):
            if key in self._made:
                rows[place] = self._made[key]
        return rows

    def _keys(self, texts: Sequence[str], progress: Progress | None) -> list[bytes]:
        """Of ``texts``, all of which are known from then on."""
        keys = [key_of(text) for text in texts]
        pairs = zip(keys, texts, strict=True)
        missing = list({key: text for key, text in pairs if not self._knows(key)}.items())
        for start in range(0, len(missing), _CHUNK):
            if progress:
                progress("Learning examples", start, len(missing))
            self._append(missing[start : start + _CHUNK])
        if progress and missing:
            progress("Learning examples", len(missing), len(missing))
        return keys

    def by_key(self, texts: Sequence[str]) -> dict[bytes, Halves]:
        """The vectors of ``texts``, by the keys under which they are kept."""
        return {key_of(text): vector for text, vector in zip(texts, self.embed(texts), strict=True)}

    def prune(self, texts: Sequence[str], spare: int = 20_000) -> None:
        """Drop what is not among ``texts`` once more than ``spare`` such rows have gathered."""
        if len(self._made) <= spare:
            return
        used = {key_of(text) for text in texts}
        if len(self._made.keys() - used) <= spare:
            return
        self._made = {key: vector for key, vector in self._made.items() if key in used}
        aside = self._path.with_suffix(".new")
        with aside.open("wb") as file:
            for pair in self._made.items():
                file.write(self._rows([pair]).tobytes())
        aside.replace(self._path)

    def _append(self, pairs: list[tuple[bytes, str]]) -> None:
        vectors = self._encoder.encode([text for _, text in pairs]).astype(np.float16)
        rows = [(key, vector) for (key, _), vector in zip(pairs, vectors, strict=True)]
        self._made.update(rows)
        with self._path.open("ab") as file:
            file.write(self._rows(rows).tobytes())

    def _rows(self, pairs: list[tuple[bytes, Halves]]) -> npt.NDArray[np.void]:
        return np.array([(np.void(key), vector) for key, vector in pairs], dtype=self._row)

    def _read(self) -> npt.NDArray[np.void]:
        if not self._path.exists():
            return np.zeros(0, dtype=self._row)
        size = self._path.stat().st_size
        whole = size // self._row.itemsize
        if whole * self._row.itemsize < size:
            os.truncate(self._path, whole * self._row.itemsize)
        if not whole:
            return np.zeros(0, dtype=self._row)
        rows: npt.NDArray[np.void] = np.memmap(self._path, dtype=self._row, mode="r", shape=(whole,))
        lengths = np.sqrt(np.einsum("ij,ij->i", rows["vector"], rows["vector"], dtype=np.float32, casting="unsafe"))
        sound = np.abs(lengths - 1) < 0.01
        return rows if sound.all() else rows[sound]


class Embedded:
    """The vectors of texts, by the texts' places."""

    def __init__(self, file: EmbeddingFile, keys: Sequence[bytes]) -> None:
        self._file, self._keys = file, keys

    def __getitem__(self, places: list[int]) -> Halves:
        return self._file.rows([self._keys[place] for place in places])


def key_of(text: str) -> bytes:
    """By which the embedding of a text is kept."""
    return blake2b(text.encode(errors="surrogatepass"), digest_size=_KEY_BYTES).digest()
