"""Vectors of texts: rows of unit length, side by side in stretches that say as much as their shares."""

from __future__ import annotations

from collections.abc import Sequence

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
    return vectors * _scales(vectors)[:, None]


def _scales(vectors: Vectors) -> Vectors:
    """What brings each row to length one."""
    lengths: Vectors = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > _ZERO)


def stretches(vectors: Vectors, parts: Parts) -> list[Vectors]:
    """The ``parts`` of each of the ``vectors``, as they are."""
    return np.split(vectors, np.cumsum([length for length, _ in parts])[:-1], axis=1)


def in_shares(stretches: Sequence[Vectors], shares: Sequence[float]) -> Vectors:
    """Rows put together of ``stretches``, each brought to the length that its share gives it; of zeros the rest is all
    the more.
    """
    scales = np.column_stack([_scales(rows) for rows in stretches])
    weights = np.array(shares, np.float32)
    whole = np.sqrt((scales > 0) @ weights)[:, None]
    scales *= np.divide(np.sqrt(weights), whole, out=np.zeros_like(scales), where=whole > 0)
    found = np.empty((len(scales), sum(rows.shape[1] for rows in stretches)), np.float32)
    end = 0
    for rows, scale in zip(stretches, scales.T, strict=True):
        start, end = end, end + rows.shape[1]
        np.multiply(rows, scale[:, None], out=found[:, start:end])
    return found
