"""What a sentence would be by itself, told by what it is within a message: small matrices, which come with the product.

A transformer makes a sentence in a message half like the rest of it, and a question beside a complaint would be missed.
How the two differ is much the same for all sentences, so it is taken out again: a linear layer over the sentence and
the whole, fitted to sentences that were read both ways (``tools/apart.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from scipy import linalg

from bot.core.errors import UnderstandingError
from bot.nlp.vectors import Vectors, unit

FILE = Path(__file__).parent / "apart.npz"
_RIDGE = 0.01


@dataclass(frozen=True, slots=True)
class Apart:
    """``matrix`` has a row for each number of the vector within, one for each of the whole's, and one to be added."""

    matrix: Vectors

    @classmethod
    def fitted(cls, within: Vectors, wholes: Vectors, alone: Vectors) -> Apart:
        """The one that comes nearest to vectors of sentences ``alone`` (least squares)."""
        rows = _beside(within, wholes).astype(np.float64)
        system = rows.T @ rows + _RIDGE * np.eye(rows.shape[1])
        found = linalg.solve(system, rows.T @ alone, assume_a="pos", overwrite_a=True)
        return cls(np.asarray(found, np.float32))

    def __call__(self, within: Vectors, wholes: Vectors) -> Vectors:
        """Rows of unit length for sentences ``within`` messages, of which ``wholes`` has one for each sentence."""
        return unit(np.asarray(_beside(within, wholes) @ self.matrix, np.float32))


def _beside(within: Vectors, wholes: Vectors) -> Vectors:
    return np.hstack([within, wholes, np.ones((len(within), 1), np.float32)])


def read_apart(encoder: str, path: Path = FILE) -> Apart | None:
    """What was fitted for the encoder with this id: nothing for others. Raises UnderstandingError."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Apart(arrays[encoder].astype(np.float32)) if encoder in arrays.files else None
    except (OSError, EOFError, ValueError, BadZipFile) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}. Install Keepword anew.") from problem


def write_apart(fitted: Mapping[str, Apart], path: Path = FILE) -> None:
    """Keep it by the encoders' ids, in half precision."""
    np.savez(path, allow_pickle=False, **{each: found.matrix.astype(np.float16) for each, found in fitted.items()})
