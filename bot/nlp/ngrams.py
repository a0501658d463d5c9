"""Words and character n-grams of a text, weighted as TF-IDF: what says the same in the same letters.

The vocabulary is plain data, so that a saved model is loaded without running any code of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlp.text import fold, shorten

MAX_CHARS = 1_000
"""Features are taken from this many characters at most, so that no message takes long."""

_WORD = re.compile(r"\w+|[^\w\s]")
_COLUMNS = 1 << 18
_CHARACTERS = range(3, 6)


def grams(text: str) -> Counter[str]:
    """Counts of words, pairs of words (``w:``) and character n-grams within words (``c:``) of the folded text."""
    words = _WORD.findall(shorten(fold(text), MAX_CHARS))
    counts = Counter(f"w:{word}" for word in words)
    counts.update(f"w:{first} {second}" for first, second in pairwise(words))
    for word in words:
        padded = f" {word} "
        counts.update(f"c:{padded[i : i + n]}" for n in _CHARACTERS for i in range(max(len(padded) - n + 1, 0)))
    return counts


def _column(term: str) -> int:
    """A table of terms would take a hundred megabytes in six languages; two that meet by chance do little harm."""
    return crc32(term.encode()) % _COLUMNS


@dataclass(frozen=True, slots=True)
class Ngrams:
    """TF-IDF: ``weights`` is the inverse frequency of each term, found by its hash; nothing for terms never seen."""

    weights: npt.NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Iterable[Counter[str]]) -> Ngrams:
        """From the :func:`grams` of texts."""
        frequency = np.zeros(_COLUMNS)
        total = 0
        for text in texts:
            frequency[np.unique([_column(term) for term in text]).astype(np.int64)] += 1
            total += 1
        weights = np.where(frequency > 0, np.log((1 + total) / (1 + frequency)) + 1, 0)
        return cls(weights.astype(np.float32))

    def matrix(self, texts: Sequence[Counter[str]]) -> sparse.csr_matrix:
        """Of the :func:`grams` of each text, one row of unit length, or zero where no term is known.

        Words and characters weigh the same.
        """
        rows = [self._row(text) for text in texts]
        indices = np.concatenate([columns for columns, _ in rows]) if rows else np.zeros(0, np.int32)
        values = np.concatenate([row for _, row in rows]) if rows else np.zeros(0, np.float32)
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        return sparse.csr_matrix((values, indices, ends), shape=(len(rows), len(self.weights)), dtype=np.float32)

    def _row(self, text: Counter[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        known = [(_column(term), count, term[0] == "w") for term, count in text.items()]
        known = [one for one in known if self.weights[one[0]] > 0]
        columns = np.array([column for column, _, _ in known], dtype=np.int32)
        counts = np.array([count for _, count, _ in known], dtype=np.float32)
        are_words = np.array([word for _, _, word in known], dtype=bool)
        values = (1 + np.log(counts)) * self.weights[columns] if known else counts
        for group in (are_words, ~are_words):
            norm = np.linalg.norm(values[group])
            values[group] *= np.float32(0.5**0.5 / norm) if norm else np.float32(0)
        return columns, values
