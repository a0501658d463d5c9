"""Sentences that are nearly the same though they stand under different intents: found by their letters, fast."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.core.sentences import normalised
from bot.files.problem import Problem
from bot.files.sentences import CHECK, EXAMPLES, Sentence

ALIKE = 0.7
"""The share of letter triples that two sentences have in common, of all in either, from which on they are alike."""

_FEWEST_LETTERS = 8
"""Of shorter sentences a letter changes the meaning: “yes”, “yet”."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences of one language that are nearly the same; ``first`` stands first in the files."""

    first: Sentence
    second: Sentence
    share: float


def near_duplicates(sentences: Iterable[Sentence]) -> tuple[Pair, ...]:
    """Examples that are nearly the same under different intents, and check sentences that nearly are an example.

    What is the same to the letter is left out: loading the content tells of it.
    """
    by_language: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        if sentence.role in (EXAMPLES, CHECK) and len(_plain(sentence.text)) >= _FEWEST_LETTERS:
            by_language[sentence.language].append(sentence)
    pairs = [pair for own in by_language.values() for pair in _pairs(own)]
    return tuple(sorted(pairs, key=lambda pair: pair.second.place))


def _pairs(sentences: Sequence[Sentence]) -> Iterator[Pair]:
    """Pairs of one language. Two sets that share enough share one of their rarest triples: only those are compared
    (prefix filtering; Chaudhuri, Ganti & Kaushik 2006).
    """
    triples = [_triples(sentence.text) for sentence in sentences]
    common = Counter(triple for found in triples for triple in found)
    column = {triple: number for number, triple in enumerate(common)}
    rare = [_rarest(found, common) for found in triples]
    seldom, whole = _matrix(rare, column), _matrix(triples, column)
    met = sparse.triu(seldom @ seldom.T, k=1).tocoo()
    sizes = np.array([len(found) for found in triples])
    first, second = met.row, met.col
    close = np.minimum(sizes[first], sizes[second]) >= ALIKE * np.maximum(sizes[first], sizes[second])
    first, second = first[close], second[close]
    both = np.asarray(whole[first].multiply(whole[second]).sum(axis=1)).ravel()
    shares = both / (sizes[first] + sizes[second] - both)
    for place in np.flatnonzero(shares >= ALIKE):
        one, other = sentences[first[place]], sentences[second[place]]
        if _matters(one, other):
            yield Pair(one, other, float(shares[place]))


def _rarest(found: frozenset[str], common: Counter[str]) -> list[str]:
    ordered = sorted(found, key=lambda triple: (common[triple], triple))
    return ordered[: len(ordered) - math.ceil(ALIKE * len(ordered)) + 1]


def _matrix(sets: Sequence[Collection[str]], column: dict[str, int]) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(found) for found in sets)])
    columns = [column[triple] for found in sets for triple in found]
    return sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(sets), len(column)))


def _matters(first: Sentence, second: Sentence) -> bool:
    if normalised(first.text) == normalised(second.text):
        return False
    if {first.role, second.role} == {EXAMPLES, CHECK}:
        return True
    return first.role == second.role == EXAMPLES and first.intent != second.intent


def _triples(text: str) -> frozenset[str]:
    padded = f" {_plain(text)} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", normalised(text))
    return "".join(character for character in bare if not unicodedata.combining(character))


def likeness_hints(sentences: Iterable[Sentence]) -> list[Problem]:
    """What to do about each pair, at the place of its second sentence."""
    return [_hint(pair) for pair in near_duplicates(sentences)]


def _hint(pair: Pair) -> Problem:
    one, other = pair.second, pair.first
    if one.role != other.role:
        check, example = (one, other) if one.role == CHECK else (other, one)
        if check.intent == example.intent:
            what = (
                f"This check sentence is nearly an example (“{example.text}”, {example.where}), so it proves little. "
            )
            return _problem(check, f"{what}Reword one of them.")
        what = f"This check sentence of ‘{check.intent}’ is nearly an example of ‘{example.intent}’ "
        return _problem(check, f"{what}(“{example.text}”, {example.where}). See where both belong.")
    return _problem(
        one,
        f"“{one.text}” is nearly the same as an example of ‘{other.intent}’ (“{other.text}”, {other.where}). Keep it "
        "where it belongs, or reword one so that the difference shows.",
    )


def _problem(sentence: Sentence, message: str) -> Problem:
    place = sentence.place
    return Problem(place.file, place.line, place.column, " ".join(message.split()))
