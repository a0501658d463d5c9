"""Words and character n-grams of a text, weighted as TF-IDF: what says the same in the same letters.

The vocabulary is plain data, so that a saved model is loaded without running any code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
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
_OF_CHARACTERS = crc32(b"c:")
_LONG = 40
"""Characters: nobody writes a longer word twice."""

_FEW = 100
"""Words, about as many as a message has: it takes longer to prepare them for being taken together."""


Terms = npt.NDArray[np.uint64]
"""Numbers of terms: the CRC-32 of each, and :data:`_IS_WORD` where it is of words. As text they would take a hundred
megabytes in six languages, and seconds to count.
"""

_IS_WORD = 1 << 32
_NUMBER = _IS_WORD - 1
_PLACE_BITS = 31

_ONES = 0xFFFFFFFF
_CRC = np.array([crc32(bytes([byte]), _ONES) ^ _ONES for byte in range(256)], np.uint32)
"""What another byte does to a CRC-32 (https://www.w3.org/TR/png/#D-CRCAppendix)."""


def grams(texts: Sequence[str]) -> list[Terms]:
    """Of each text the words, pairs of words (``w:``) and character n-grams within words (``c:``), once it is folded;
    each as often as it occurs.
    """
    spoken = [_WORD.findall(shorten(fold(text), MAX_CHARS)) for text in texts]
    words = list(dict.fromkeys(chain.from_iterable(spoken)))
    numbers = {word: crc32(f"w:{word}".encode()) for word in words}
    after = {word: f" {word}".encode() for word in words}
    within = dict(zip(words, _of_characters(words), strict=True))
    found = []
    for own in spoken:
        pairs = [crc32(after[second], numbers[first]) for first, second in pairwise(own)]
        whole = np.array([*map(numbers.__getitem__, own), *pairs], np.uint64) | np.uint64(_IS_WORD)
        found.append(np.concatenate([whole, *map(within.__getitem__, own)]))
    return found


def number(terms: Terms) -> npt.NDArray[np.uint32]:
    """The same without telling words from n-grams of characters."""
    return (terms & np.uint64(_NUMBER)).astype(np.uint32)


def _of_characters(words: Sequence[str]) -> list[Terms]:
    """The character n-grams of each word with its ends."""
    if len(words) <= _FEW:
        return [_of_usual(word) if len(word) <= _LONG else _of_signs(word) for word in words]
    plain = [word for word in words if word.isascii()]  # nearly all: these are taken together
    found = dict(zip(plain, _of_letters(plain), strict=True))
    return [found[word] if word in found else _of_signs(word) for word in words]


def _of_signs(word: str) -> Terms:
    padded = f" {word} "
    runs = [padded[start : start + n] for n in _CHARACTERS for start in range(len(padded) - n + 1)]
    return np.array([crc32(run.encode(), _OF_CHARACTERS) for run in runs], np.uint64)


_of_usual = lru_cache(maxsize=4_096)(_of_signs)


def _of_letters(words: Sequence[str]) -> list[Terms]:
    """The same for words of plain letters, a letter more of all runs at a time."""
    if not words:
        return []
    letters = np.frombuffer("".join(f" {word} " for word in words).encode(), np.uint8)
    lengths = np.array([len(word) + 2 for word in words], np.int64)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))  # in the word, from each letter on
    starts, crc = np.arange(len(letters)), np.full(len(letters), _OF_CHARACTERS ^ _ONES, np.uint32)
    begun, runs = [], []
    for offset in range(_CHARACTERS[-1]):
        on = left[starts] > offset
        starts, crc = starts[on], crc[on]
        crc = _CRC[(crc ^ letters[starts + offset]) & 0xFF] ^ (crc >> 8)
        if offset + 1 in _CHARACTERS:
            begun.append(starts)
            runs.append(crc ^ np.uint32(_ONES))
    of_words = np.repeat(np.arange(len(words)), lengths)[np.concatenate(begun)]
    in_order = np.concatenate(runs)[np.argsort(of_words, kind="stable")].astype(np.uint64)
    ends = np.cumsum(np.bincount(of_words, minlength=len(words))).tolist()
    return [in_order[start:end] for start, end in pairwise([0, *ends])]


@dataclass(frozen=True, slots=True)
class _Found:
    """The ``terms`` that there are in texts. ``texts`` and ``counts`` tell in which ones the first is and how often in
    each, then the same of the second, and so on; ``starts`` tells where those of each start.
    """

    terms: Terms
    starts: npt.NDArray[np.int64]
    texts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def among(cls, texts: Sequence[Terms]) -> _Found:
        place = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in texts])
        both = np.concatenate([np.zeros(0, np.uint64), *texts]) << np.uint64(_PLACE_BITS)
        both |= place
        both.sort()  # far quicker than what sorts one by the other
        starts = _changes(both)
        found = both[starts]
        terms = found >> np.uint64(_PLACE_BITS)
        first = _changes(terms)
        where = (found & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int64)
        return cls(terms[first], first, where, np.diff(starts, append=len(both)))

    @property
    def widths(self) -> npt.NDArray[np.int64]:
        """In how many texts each term is."""
        return np.diff(self.starts, append=len(self.texts))


def _changes(ordered: Terms) -> npt.NDArray[np.int64]:
    """Where another one begins."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


@dataclass(frozen=True, slots=True)
class Ngrams:
    """TF-IDF over a fixed vocabulary: the ``terms`` by their numbers, in order, and the inverse frequency of each.

    Any further term is unknown. (Put into a table of 262,144 places without looking whether they are known, every
    third new term counted as some other: that cost a point on the check sentences.)
    """

    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Sequence[Terms]) -> Ngrams:
        """From the :func:`grams` of texts; the rarest terms go where there are very many, of those the last ones."""
        found = _Found.among(texts)
        counts = found.widths
        kept = np.lexsort((found.texts[found.starts], -counts))[:_MOST_TERMS]
        terms, first = np.unique(number(found.terms[kept]), return_index=True)
        return cls(terms, _rarity(counts[kept][first], len(texts)))

    def knowing(self, texts: Sequence[Terms], total: int) -> tuple[Ngrams, npt.NDArray[np.int32]]:
        """With the terms that ``texts`` (:func:`grams` of each) have beside those of ``total`` others, and where the
        terms known so far have gone.
        """
        found = _Found.among(texts)
        numbers, first = np.unique(number(found.terms), return_index=True)
        new = ~np.isin(numbers, self.terms, assume_unique=True)
        places = np.searchsorted(self.terms, numbers[new])
        moved = np.arange(len(self.terms)) + np.searchsorted(numbers[new], self.terms)
        rare = _rarity(found.widths[first][new], total)
        found_all = Ngrams(np.insert(self.terms, places, numbers[new]), np.insert(self.weights, places, rare))
        return found_all, moved.astype(np.int32)

    def matrix(self, texts: Sequence[Terms]) -> sparse.csr_matrix:
        """Of the :func:`grams` of each text, one row of unit length, or zero where no term is known.

        Words and characters weigh the same.
        """
        found = _Found.among(texts)
        numbers = number(found.terms)
        columns = np.searchsorted(self.terms, numbers)
        known = columns < len(self.terms)
        known[known] = self.terms[columns[known]] == numbers[known]
        own = np.repeat(np.flatnonzero(known), found.widths[known])
        here = np.repeat(known, found.widths)
        rows, columns = found.texts[here], columns[own]
        values = ((1 + np.log(found.counts[here])) * self.weights[columns]).astype(np.float32)
        groups = 2 * rows + (found.terms[own] >= _IS_WORD)
        lengths = np.sqrt(np.bincount(groups, values.astype(np.float64) ** 2, 2 * len(texts)))
        values *= (0.5**0.5 / np.maximum(lengths, 1e-30)).astype(np.float32)[groups]
        in_turn = np.argsort(rows, kind="stable") if len(texts) > 1 else slice(None)
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))])
        held = (values[in_turn], columns[in_turn].astype(np.int32), ends.astype(np.int32))
        return sparse.csr_matrix(held, (len(texts), len(self.weights)))


def _rarity(counts: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.float32]:
    """The inverse frequency of terms that so many of the texts have."""
    return (np.log((1 + total) / (1 + counts)) + 1).astype(np.float32)
