"""What comes with the product so that a first start need not make it: the embeddings of the shipped examples, what is
learnt of them, and what was noted of their words.

Embeddings are kept along the directions in which they differ most, as bytes with one scale a direction: two fifths of
the size, and nearly the same vectors. (Our own messages are understood as with the whole ones; with 768 directions 0.5
points worse, with 448 by 0.7 more.) Examples that were edited since are simply embedded anew, and their language is
learnt anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlp.encoder import Encoder, file_name
from bot.nlp.learnt import KEY_BYTES, InShort
from bot.nlp.machine import Gist, LeftOut
from bot.nlp.projection import main_directions
from bot.nlp.vectors import Vectors, unit

FOLDER = Path(__file__).parent / "shipped"
_DIRECTIONS = 1024
_SEEN = 6_000
_LEARNT = "-learnt"
_OF_EACH = ("facts", "weights", "alone", "figures", "labels", "strange")

Halves = npt.NDArray[np.float16]
Bytes = npt.NDArray[np.int8]


class Shipped(Mapping[bytes, Halves]):
    """Vectors by key. They are unpacked when they are asked for: an edit needs those of one language."""

    def __init__(
        self, keys: Sequence[bytes], mean: Vectors, directions: Vectors, scales: Vectors, steps: Bytes
    ) -> None:
        """``steps`` times ``scales`` is how far each goes from the ``mean`` along each of the ``directions``."""
        self._places = {key: place for place, key in enumerate(keys)}
        self._mean, self._directions, self._scales, self._steps = mean, directions, scales, steps

    def __getitem__(self, key: bytes) -> Halves:
        found: Halves = self.rows([key])[0]
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._places  # without unpacking it

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def rows(self, keys: Sequence[bytes]) -> Halves:
        """Their vectors, one below the other. Raises KeyError."""
        places = [self._places[key] for key in keys]
        rows = np.empty((len(places), len(self._mean)), np.float16)
        for start in range(0, len(places), _SEEN):
            along: Vectors = self._steps[places[start : start + _SEEN]].astype(np.float32) * self._scales
            rows[start : start + _SEEN] = unit(np.asarray(along @ self._directions.T + self._mean, np.float32))
        return rows


def read_shipped(encoder: Encoder, folder: Path = FOLDER) -> Shipped:
    """What came for this ``encoder``: empty if nothing did."""
    path = _path(encoder, folder)
    if not path.is_file():
        nowhere = np.zeros((encoder.dim, 0), np.float32)
        return Shipped((), np.zeros(encoder.dim, np.float32), nowhere, nowhere[0], np.zeros((0, 0), np.int8))
    with np.load(path, allow_pickle=False) as arrays:
        keys = [key.tobytes() for key in arrays["keys"]]
        mean, directions, scales = (arrays[name].astype(np.float32) for name in ("mean", "directions", "scales"))
        return Shipped(keys, mean, directions, scales, arrays["steps"])


def write_shipped(encoder: Encoder, vectors: Mapping[bytes, npt.NDArray[np.floating]], folder: Path = FOLDER) -> Path:
    """Keep ``vectors`` (by key) for those who install the product; the file they are in."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted(vectors)
    rows: Vectors = np.stack([vectors[key] for key in keys]).astype(np.float32)
    mean = rows.mean(axis=0)
    rows -= mean
    directions = main_directions(rows[:: -(-len(rows) // _SEEN)], min(_DIRECTIONS, rows.shape[1]))
    along = rows @ directions
    scales = np.abs(along).max(axis=0) / 127 + 1e-12
    path = _path(encoder, folder)
    np.savez(
        path,
        allow_pickle=False,
        keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1),
        mean=mean.astype(np.float16),
        directions=directions.astype(np.float16),
        scales=scales.astype(np.float32),
        steps=np.rint(along / scales).astype(np.int8),
    )
    return path


class ShippedLearnt(Mapping[str, InShort]):
    """What was learnt of each language, by its digest; unpacked when it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers: dict[str, int] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as arrays:
                self._numbers = {key.tobytes().hex(): number for number, key in enumerate(arrays["keys"])}

    def __getitem__(self, key: str) -> InShort:
        number = self._numbers[key]
        with np.load(self._path, allow_pickle=False) as arrays:
            return _in_short({name: arrays[f"{name}{number}"] for name in _OF_EACH})

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def read_learnt(encoder: Encoder, folder: Path = FOLDER) -> ShippedLearnt:
    """What was learnt of each language's examples, by their :func:`~bot.nlp.learnt.digest`, as far as any came for this
    ``encoder``.
    """
    return ShippedLearnt(_path(encoder, folder, _LEARNT))


def write_learnt(encoder: Encoder, learnt: Mapping[str, InShort], folder: Path = FOLDER) -> Path:
    """Keep what was ``learnt`` (by digest) for those who install it, weights in half precision; the file it is in."""
    keys = np.frombuffer(bytes.fromhex("".join(learnt)), np.uint8).reshape(-1, KEY_BYTES)
    arrays: dict[str, npt.NDArray[Any]] = {"keys": keys}
    for number, found in enumerate(learnt.values()):
        values: tuple[npt.NDArray[Any], ...] = (
            np.array([found.gist.share, found.gist.temperature, *found.gist.shares]),
            found.gist.weights.astype(np.float16),
            found.gist.alone.astype(np.float16),
            found.left_out.figures.astype(np.float32),
            found.left_out.labels.astype(np.int16),
            found.left_out.strange.astype(np.float32),
        )
        arrays |= {f"{name}{number}": value for name, value in zip(_OF_EACH, values, strict=True)}
    path = _path(encoder, folder, _LEARNT)
    np.savez(path, allow_pickle=False, **arrays)
    return path


def notes_that_came(folder: Path = FOLDER) -> Path:
    """Where what was noted of the shipped examples' words is, for :class:`~bot.nlp.notes.Notes`."""
    return folder / "notes.zip"


def _in_short(arrays: Mapping[str, npt.NDArray[Any]]) -> InShort:
    facts, weights, alone, figures, labels, strange = (arrays[name] for name in _OF_EACH)
    share, temperature, *shares = facts.tolist()
    gist = Gist(tuple(shares), share, weights.astype(np.float32), alone.astype(np.float32), temperature)
    left_out = LeftOut(figures.astype(np.float64), labels.astype(np.int64), strange.astype(np.float64))
    return InShort(gist, left_out)


def _path(encoder: Encoder, folder: Path, what: str = "") -> Path:
    return folder / f"{file_name(encoder)}{what}.npz"
