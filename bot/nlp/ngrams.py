"""Words and character n-grams of a text, weighted as TF-IDF: what says the same in the same letters.

The vocabulary is plain data, so that a saved model is loaded without running any code of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlp.text import fold, shorten

MAX_CHARS = 1_000
"""Features are taken from this many characters at most, so that no message takes long."""

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST_TERMS = 120_000
_CHARACTERS = range(3, 6)


def grams(text: str) -> Counter[str]:
    """Counts of words, pairs of words (``w:``) and character n-grams within words (``c:``) of the folded text."""
    words = _WORD.findall(shorten(fold(text), MAX_CHARS))
    found = [f"w:{word}" for word in words] + [f"w:{first} {second}" for first, second in pairwise(words)]
    for word in words:
        found += _of_characters(word)
    return Counter(found)


@lru_cache(maxsize=4_096)
def _of_characters(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(f"c:{padded[i : i + n]}" for n in _CHARACTERS for i in range(len(padded) - n + 1))


def _numbers(terms: Iterable[str]) -> npt.NDArray[np.uint32]:
    """A number for each term: as text they would take a hundred megabytes in six languages."""
    return np.array([crc32(term.encode()) for term in terms], dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Ngrams:
    """TF-IDF over a fixed vocabulary: the ``terms`` by their numbers, in order, and the inverse frequency of each.

    Any further term is unknown. (Put into a table of 262,144 places without looking whether they are known, every
    third new term counted as some other: that cost a point on the check sentences.)
    """

    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Iterable[Counter[str]]) -> Ngrams:
        """From the :func:`grams` of texts; the rarest terms go where there are very many."""
        frequency: Counter[str] = Counter()
        total = 0
        for text in texts:
            frequency.update(text.keys())
            total += 1
        kept = [term for term, _ in frequency.most_common(_MOST_TERMS)]
        terms, first = np.unique(_numbers(kept), return_index=True)
        counts = np.array([frequency[term] for term in kept])[first] if kept else np.zeros(0)
        return cls(terms, (np.log((1 + total) / (1 + counts)) + 1).astype(np.float32))

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
        numbers = _numbers(text)
        columns = np.searchsorted(self.terms, numbers).astype(np.int32)
        known = columns < len(self.terms)
        known[known] = self.terms[columns[known]] == numbers[known]
        columns = columns[known]
        counts = np.fromiter(text.values(), dtype=np.float32, count=len(text))[known]
        are_words = np.array([term[0] == "w" for term in text], dtype=bool)[known]
        values = (1 + np.log(counts)) * self.weights[columns]
        for group in (are_words, ~are_words):
            norm = np.linalg.norm(values[group])
            values[group] *= np.float32(0.5**0.5 / norm) if norm else np.float32(0)
        return columns, values
