"""Vectors of texts: rows of unit length, side by side in stretches that say as much as their shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Parts = tuple[tuple[int, float], ...]
"""The stretches that a vector consists of, one a model: (length, share in the whole)."""


_ZERO = 1e-6


def shares_of(parts: Parts) -> tuple[float, ...]:
    """How much each says."""
    return tuple(share for _, share in parts)


def unit(vectors: Vectors) -> Vectors:
    """Each row brought to length one; a row of zeros stays."""
    lengths: Vectors = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > _ZERO)
    return vectors * scales[:, None]


def stretches(vectors: Vectors, parts: Parts) -> list[Vectors]:
    """The ``parts`` of each of the ``vectors``, as they are."""
    return np.split(vectors, np.cumsum([length for length, _ in parts])[:-1], axis=1)


def in_shares(vectors: Vectors, parts: Parts) -> Vectors:
    """Each stretch of each row brought to the length that its share gives it; of zeros the rest is all the more."""
    lengths = [length for length, _ in parts]
    shares = np.array(shares_of(parts), np.float32)
    squares = np.add.reduceat(vectors * vectors, np.cumsum([0, *lengths[:-1]]), axis=1)
    there = squares > _ZERO**2
    whole = np.maximum(there @ shares, _ZERO)[:, None]
    scales = np.sqrt(there * shares / (whole * np.maximum(squares, _ZERO**2)))
    scaled: Vectors = vectors * np.repeat(scales, lengths, axis=1)
    return scaled
