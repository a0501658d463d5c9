"""Vectors of an encoder made fit for comparing: centred on the examples, each model's part of its proper length.

Where there are enough examples, vectors are cut to the directions in which those differ most: a quarter of the numbers
say the same, and everything after is four times as quick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg

from bot.nlp.vectors import Parts, Vectors, in_shares, unit

_DIRECTIONS = 384
_SEEN = 6_000
"""Of more examples, so many show well enough in which directions they differ."""

_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Projection:
    """``directions`` are columns; none where nothing is cut."""

    parts: Parts
    mean: Vectors
    directions: Vectors

    @classmethod
    def learn(cls, vectors: npt.NDArray[np.floating[Any]], parts: Parts) -> tuple[Projection, Vectors]:
        """From the examples' ``vectors``, which consist of ``parts``; and what :meth:`apply` makes of them."""
        width = sum(length for length, _ in parts)
        mean = vectors.mean(axis=0, dtype=np.float32) if len(vectors) else np.zeros(width, np.float32)
        whole = cls(parts, mean, np.zeros((0, 0), np.float32))
        rows = whole.apply(vectors)
        if len(vectors) <= _DIRECTIONS:
            return whole, rows
        directions = main_directions(rows[:: -(-len(rows) // _SEEN)], _DIRECTIONS)
        return cls(parts, mean, directions), unit(rows @ directions)

    def apply(self, vectors: npt.NDArray[np.floating[Any]]) -> Vectors:
        """``vectors``, centred and of unit length."""
        return _in_blocks(self._applied, vectors)

    def centred(self, vectors: npt.NDArray[np.floating[Any]], parts: Parts) -> Vectors:
        """``vectors``, centred and of unit length, in all directions, with the shares of other ``parts``."""
        return _in_blocks(lambda block: self._centred(block, parts), vectors)

    def _applied(self, vectors: npt.NDArray[np.floating[Any]]) -> Vectors:
        rows = self._centred(vectors, self.parts)
        return unit(rows @ self.directions) if self.directions.size else rows

    def _centred(self, vectors: npt.NDArray[np.floating[Any]], parts: Parts) -> Vectors:
        return in_shares(vectors.astype(np.float32) - self.mean, parts)


def _in_blocks(
    make: Callable[[npt.NDArray[np.floating[Any]]], Vectors], vectors: npt.NDArray[np.floating[Any]]
) -> Vectors:
    """What ``make`` makes of the ``vectors``, a part of them at a time where there are many."""
    if len(vectors) <= _BLOCK:
        return make(vectors)
    return np.vstack([make(vectors[start : start + _BLOCK]) for start in range(0, len(vectors), _BLOCK)])


def main_directions(rows: Vectors, count: int, seed: int = 0) -> Vectors:
    """The ``count`` directions in which ``rows`` extend most, as columns, by subspace iteration (Halko 2011)."""
    spread: Vectors = rows.T @ rows
    basis: Vectors = np.random.default_rng(seed).standard_normal((len(spread), count + 16), dtype=np.float32)
    for _ in range(4):
        basis = _orthonormal(np.asarray(spread @ basis, np.float32))
    _, rotation = np.linalg.eigh(basis.T @ (spread @ basis))
    return np.ascontiguousarray(basis @ rotation[:, ::-1][:, :count], dtype=np.float32)


def _orthonormal(columns: Vectors) -> Vectors:
    """Columns at right angles that span the same space: by their products, far quicker than reflections."""
    products = columns.T.astype(np.float64) @ columns
    products += np.eye(len(products)) * (np.trace(products) * 1e-12)
    lower = np.linalg.cholesky(products)
    return np.asarray(linalg.solve_triangular(lower, columns.T, lower=True, check_finite=False).T, dtype=np.float32)
