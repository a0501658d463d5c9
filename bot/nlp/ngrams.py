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

    def knowing(self, texts: Sequence[Counter[str]], total: int) -> tuple[Ngrams, npt.NDArray[np.int32]]:
        """With the terms that ``texts`` (:func:`grams` of each) have beside those of ``total`` others, and where the
        terms known so far have gone.
        """
        frequency: Counter[str] = Counter(term for text in texts for term in text)
        numbers, first = np.unique(_numbers(frequency), return_index=True)
        counts = np.fromiter(frequency.values(), np.float32, len(frequency))[first]
        new = ~np.isin(numbers, self.terms, assume_unique=True)
        rare = (np.log((1 + total) / (1 + counts[new])) + 1).astype(np.float32)
        places = np.searchsorted(self.terms, numbers[new])
        moved = np.arange(len(self.terms)) + np.searchsorted(numbers[new], self.terms)
        found = Ngrams(np.insert(self.terms, places, numbers[new]), np.insert(self.weights, places, rare))
        return found, moved.astype(np.int32)

    def matrix(self, texts: Sequence[Counter[str]]) -> sparse.csr_matrix:
        """Of the :func:`grams` of each text, one row of unit length, or zero where no term is known.

        Words and characters weigh the same.
        """
        rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        numbers = _numbers(term for text in texts for term in text)
        counts = np.fromiter((count for text in texts for count in text.values()), np.float32, len(numbers))
        are_words = np.fromiter((term[0] == "w" for text in texts for term in text), np.bool_, len(numbers))
        columns = np.searchsorted(self.terms, numbers)
        known = columns < len(self.terms)
        known[known] = self.terms[columns[known]] == numbers[known]
        rows, columns, are_words = rows[known], columns[known].astype(np.int32), are_words[known]
        values = (1 + np.log(counts[known])) * self.weights[columns]
        groups = 2 * rows + are_words
        lengths = np.sqrt(np.bincount(groups, values.astype(np.float64) ** 2, 2 * len(texts)))
        values *= (0.5**0.5 / np.maximum(lengths, 1e-30)).astype(np.float32)[groups]
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))])
        return sparse.csr_matrix((values, columns, ends), shape=(len(texts), len(self.weights)), dtype=np.float32)
