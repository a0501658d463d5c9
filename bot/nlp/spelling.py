"""What each language looks like, learnt from its own examples: which runs of two to four letters are whose.

Naive Bayes over the runs within each word. A word of a message may also be borrowed (names and titles are English
everywhere), so in every language each word is allowed to be English at a price, and cannot outvote the rest.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress, count

import numpy as np
import numpy.typing as npt

from bot.nlp.greek import as_greeklish
from bot.nlp.text import latin_of_cyrillic, strip_diacritics

Floats = npt.NDArray[np.float32]

LENDER = "en"
_BORROWED = 0.02
"""The share of words that are English in any language."""

_LENGTHS = (2, 3, 4)
_OVERLAP = 0.25
"""Runs overlap, and say the same thing several times over."""

_FEWEST = 3
_SMOOTHING = 0.1
_WORD = re.compile(r"[^\W\d_]+")
_GREEK = re.compile("[α-ω]")


class Spelling:
    """``odds`` holds a row a run and a column a language: log-probabilities, less their mean."""

    def __init__(self, languages: Sequence[str], runs: dict[str, int], odds: Floats) -> None:
        self.languages = tuple(languages)
        self.runs = runs
        self.odds = odds

    @classmethod
    def learn(cls, counts: Mapping[str, Mapping[str, int]]) -> Spelling:
        """From what was :func:`counted` in texts of each language."""
        languages = tuple(sorted(counts))
        places = dict(zip(dict.fromkeys(chain.from_iterable(counts.values())), count()))
        table = np.zeros((len(places), len(languages)))
        for column, language in enumerate(languages):
            own = counts[language]
            rows = np.fromiter(map(places.__getitem__, own), np.int64, len(own))
            table[rows, column] = np.fromiter(own.values(), np.float64, len(own))
        often = table.sum(axis=1) >= _FEWEST
        runs, table = list(compress(places, often.tolist())), table[often]
        shares = (table + _SMOOTHING) / (table.sum(axis=0) + _SMOOTHING * len(runs)) if runs else table
        odds = np.log(shares) - np.log(shares).mean(axis=1, keepdims=True) if runs else np.zeros((0, len(languages)))
        return cls(languages, dict(zip(runs, count())), odds.astype(np.float32))

    def weigh(self, text: str) -> dict[str, float]:
        """The log-odds of each language, as far as ``text`` tells."""
        total = np.zeros(len(self.languages))
        lender = self.languages.index(LENDER) if LENDER in self.languages else None
        for word in _words(text):
            rows = [self.runs[run] for run in _runs(word) if run in self.runs]
            if not rows:
                continue
            own = _OVERLAP * self.odds[rows].sum(axis=0, dtype=np.float64)
            if lender is None:
                total += own
                continue
            borrowed = np.logaddexp(math.log(1 - _BORROWED) + own, math.log(_BORROWED) + own[lender])
            borrowed[lender] = own[lender]
            total += borrowed
        return dict(zip(self.languages, total.tolist(), strict=True))


def _words(text: str) -> list[str]:
    return _WORD.findall(latin_of_cyrillic(text.lower()))


def counted(texts: Iterable[str]) -> Counter[str]:
    """How often each run of letters occurs in texts of a language.

    People leave out diacritics, so a word with some counts once with them and once without. Greek counts in Latin
    letters as well.
    """
    words = Counter(_WORD.findall("\n".join(texts).lower()))
    spelled: Counter[str] = Counter()
    for word, times in words.items():
        latin = latin_of_cyrillic(word)
        bare = strip_diacritics(latin)
        for each in dict.fromkeys((latin, bare, *(as_greeklish(bare) if _GREEK.search(bare) else ()))):
            spelled[f" {each} "] += times
    return Counter(_run_counts(spelled))


def _run_counts(padded: Mapping[str, int]) -> dict[str, int]:
    """How often each run of letters occurs in words with their ends that occur so often themselves."""
    found = {word: count for word, count in padded.items() if len(word) > max(_LENGTHS)}
    characters = np.frombuffer("".join(padded).encode("utf-32-le"), "<u4")
    known, letters = np.unique(characters, return_inverse=True)
    lengths = np.array([len(word) for word in padded], np.int64)
    times = np.repeat(np.array(list(padded.values()), np.int64), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))  # in the word, from each letter on
    for n in _LENGTHS:
        starts = np.flatnonzero(left >= n)
        runs = np.zeros(len(starts), np.int64)
        for offset in range(n):
            runs = runs * len(known) + letters[starts + offset]
        distinct, first, inverse = np.unique(runs, return_index=True, return_inverse=True)
        counts = np.bincount(inverse, times[starts], len(distinct)).astype(np.int64)
        spelled = characters[starts[first][:, None] + np.arange(n)].tobytes().decode("utf-32-le")
        found |= zip((spelled[place : place + n] for place in range(0, len(spelled), n)), counts.tolist(), strict=True)
    return found


def _runs(word: str) -> list[str]:
    """The runs of letters in a word with its ends, and a longer word as a whole."""
    padded = f" {word} "
    whole = [padded] if len(padded) > max(_LENGTHS) else []
    return [padded[start : start + n] for n in _LENGTHS for start in range(len(padded) - n + 1)] + whole
