"""Cuts a text into the pieces that a SentencePiece unigram model knows (Kudo 2018): the likeliest way to spell it.

The quarter of a million pieces of a multilingual model are kept as hashes in a sorted array: a tenth of the memory of
a dictionary. All substrings of a text's words are hashed at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

_SPACE = "▁"
_SPACES = re.compile(" {2,}")
_BASE = np.uint64(0x9E3779B97F4A7C15)
_PART = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_UNKNOWN_PENALTY = 10.0
"""How much worse than the rarest piece an unknown character is, in log probability: SentencePiece's own choice."""

_REMEMBERED = 8_192
_LONG = 40
"""Characters: nobody writes a longer word twice."""

Codes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Unigram:
    """Pieces by hash: ``hashes`` are sorted, ``numbers`` and ``scores`` (log probabilities) stand in the same order."""

    hashes: Codes
    numbers: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    longest: int
    """In characters."""
    unknown: int
    unknown_score: float
    replaced: dict[int, str]
    """What a character (by code point) becomes before anything else."""
    _words: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)
    """The pieces of words met lately: no piece goes beyond a word."""

    @classmethod
    def of_pieces(
        cls,
        blob: bytes,
        ends: npt.NDArray[np.uint32],
        scores: npt.NDArray[np.float32],
        unknown: int,
        replaced: dict[int, str],
    ) -> Unigram:
        """Piece number ``i`` is the UTF-8 of ``blob`` from ``ends[i]`` to ``ends[i + 1]``."""
        within = np.frombuffer(blob, np.uint8)
        places = np.concatenate([[0], np.cumsum((within & 0xC0) != 0x80)])[ends]
        starts, lengths = places[:-1], np.diff(places)
        codes = _codes(blob.decode())
        hashes = np.zeros(len(starts), np.uint64)
        for place in range(int(lengths.max())):
            longer = lengths > place
            hashes[longer] = hashes[longer] * _BASE + codes[starts[longer] + place]
        hashes = _mixed(hashes)
        usable = np.flatnonzero((lengths > 0) & (np.arange(len(starts)) != unknown))
        order = usable[np.argsort(hashes[usable], kind="stable")]
        lowest = float(scores.min()) - _UNKNOWN_PENALTY
        return cls(
            hashes[order], order.astype(np.int32), scores[order].copy(), int(lengths.max()), unknown, lowest, replaced
        )

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For :meth:`of_arrays`."""
        return {
            "hashes": self.hashes,
            "numbers": self.numbers,
            "scores": self.scores,
            "sizes": np.array([self.longest, self.unknown]),
            "unknown_score": np.array(self.unknown_score),
            "characters": np.array(list(self.replaced), np.uint32),
            "replacements": np.array(list(self.replaced.values()), np.str_),
        }

    @classmethod
    def of_arrays(cls, kept: Mapping[str, npt.NDArray[Any]]) -> Unigram:
        """The one that gave :meth:`as_arrays`."""
        longest, unknown = kept["sizes"].tolist()
        replaced = dict(zip(kept["characters"].tolist(), kept["replacements"].tolist(), strict=True))
        columns = (kept["hashes"], kept["numbers"], kept["scores"])
        return cls(*columns, longest, unknown, float(kept["unknown_score"]), replaced)

    def pieces(self, text: str) -> list[int]:
        """The numbers of the pieces of ``text``, in order; its spaces belong to the words that they precede."""
        words = _SPACES.sub(" ", text.translate(self.replaced)).removeprefix(" ").split(" ")
        found = {word: self._words.get(word) for word in words}
        if new := [word for word, pieces in found.items() if pieces is None]:
            spelled = [f"{_SPACE}{word}" for word in new]
            met = dict(zip(new, map(self._likeliest, spelled, self._known(spelled)), strict=True))
            found.update(met)
            if len(self._words) + len(met) > _REMEMBERED:
                self._words.clear()
            self._words.update({word: pieces for word, pieces in met.items() if len(word) <= _LONG})
        return [piece for word in words for piece in found[word] or ()]

    def _likeliest(self, word: str, known: list[list[tuple[int, int, float]]]) -> list[int]:
        """Viterbi: the best way to each character, then backwards from the last one."""
        best = [0.0] + [float("-inf")] * len(word)
        came: list[tuple[int, int]] = [(0, self.unknown)] * (len(word) + 1)
        for start in range(len(word)):
            so_far = best[start]
            for length, number, score in (*known[start], (1, self.unknown, self.unknown_score)):
                if so_far + score > best[start + length]:
                    best[start + length] = so_far + score
                    came[start + length] = (start, number)
        found = []
        place = len(word)
        while place > 0:
            place, number = came[place]
            found.append(number)
        return found[::-1]

    def _known(self, words: list[str]) -> list[list[list[tuple[int, int, float]]]]:
        """Of each place in each word, the pieces that begin there: (length, number, score)."""
        lengths = [len(word) for word in words]
        ends = np.repeat(np.cumsum(lengths), lengths)
        starts, many = _runs(np.minimum(ends - np.arange(len(ends)), self.longest))
        hashes = _mixed(_rolled(_codes("".join(words)), starts, many))
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        here = np.flatnonzero(self.hashes[places] == hashes)
        there = places[here]
        columns = (starts[here], many[here], self.numbers[there], self.scores[there])
        found: list[list[tuple[int, int, float]]] = [[] for _ in range(len(ends))]
        for start, length, number, score in zip(*(column.tolist() for column in columns), strict=True):
            found[start].append((length, number, score))
        each = iter(found)
        return [list(islice(each, length)) for length in lengths]


def _runs(longest: Places) -> tuple[Places, Places]:
    """Where each run of characters starts, and how many it has: from each place on, one, two and so on up to the
    ``longest``.
    """
    starts = np.repeat(np.arange(len(longest)), longest)
    first = np.cumsum(longest) - longest
    return starts, np.arange(1, len(starts) + 1) - first[starts]


def _rolled(codes: Codes, starts: Places, lengths: Places) -> Codes:
    """Of each run the sum of its codes, each times the base as often as others follow.

    It is what was summed up until the run ends less what was before it starts, both divided by powers of the base:
    modulo 2^64 an odd one has an inverse.
    """
    parts = codes * np.multiply.accumulate(np.full(len(codes), _PART))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(parts)])
    powers = np.multiply.accumulate(np.full(len(codes), _BASE))
    ends = starts + lengths
    rolled: Codes = (sums[ends] - sums[starts]) * powers[ends - 1]
    return rolled


def _codes(text: str) -> Codes:
    """Code points, none of them zero."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64) + np.uint64(1)


def _mixed(hashes: Codes) -> Codes:
    """Every bit made to depend on every other (the finishing step of splitmix64), so that 64 bits are enough."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * _MIX
    return mixed ^ (mixed >> np.uint64(31))
