"""Vectors of texts: rows of unit length, side by side in stretches that say as much as their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Parts = tuple[tuple[int, float], ...]
"""The stretches that a vector consists of, one a model: (length, share in the whole)."""


def shares_of(parts: Parts) -> tuple[float, ...]:
    """How much each says."""
    return tuple(share for _, share in parts)


def unit(vectors: Vectors) -> Vectors:
    """Each row brought to length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    whole: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6, dtype=np.float32)
    return whole


def stretches(vectors: Vectors, parts: Parts) -> list[Vectors]:
    """The ``parts`` of each of the ``vectors``, as they are."""
    return np.split(vectors, np.cumsum([length for length, _ in parts])[:-1], axis=1)


def in_shares(stretches: Sequence[Vectors], shares: Sequence[float]) -> Vectors:
    """Rows put together of ``stretches``, each brought to the length that its share gives it."""
    weighed = [unit(rows) * np.float32(share**0.5) for rows, share in zip(stretches, shares, strict=True)]
    return unit(np.hstack(weighed))
