"""Whether a message is about any of the intents at all.

Two signs are added up: the best score of the intents, and the nearness of the nearest examples. Each is measured in
standard deviations from what the examples' own (left-out) values are at that length: long messages score lower, and
must not pull the bar down for short ones. The threshold is where the admin's share of good messages would be turned
away. What has no words in it is turned away without weighing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.model import NO_INTENT
from bot.nlp.intents import LeftOut
from bot.nlp.reading import Reading, reading
from bot.nlp.text import fold, letters

_STEEPNESS = 2.0
_NEAR_WEIGHT = 0.5
"""Nearness says less than the score does: chosen by figures."""

_OF_ABSOLUTE = math.sqrt(math.pi / 2)
"""A normal distribution's standard deviation, of its mean absolute deviation."""

_GARBLED = re.compile(r"(.)\1{4,}|(asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwert|werty|zxcv|xcvb|cvbn|vbnm|lkjh|poiu)")
_VOWELS = re.compile(r"[aeiouy]")


def is_garbage(text: str) -> bool:
    """No letters, or only what a hand or a cat makes on a keyboard."""
    if letters(text) == 0:
        return True
    words = [word for word in fold(text).split() if any(c.isalpha() for c in word)]
    return len(words) <= 3 and all(_is_garbled(word) for word in words)


def _is_garbled(word: str) -> bool:
    if _GARBLED.search(word):
        return True
    return len(word) >= 6 and word.isascii() and word.isalpha() and not _VOWELS.search(word)


def _line(at: npt.NDArray[np.float64], values: npt.NDArray[np.floating[Any]]) -> dict[str, float]:
    """Mean and spread of ``values`` as straight lines over ``at``; the spread never falls below half of the whole."""
    slope, mean = np.polyfit(at, values, 1) if np.ptp(at) > 0 else (0.0, values.mean())
    away = np.abs(values - (mean + slope * at)) * _OF_ABSOLUTE
    spread_slope, spread = np.polyfit(at, away, 1) if np.ptp(at) > 0 else (0.0, away.mean())
    parts = {"mean": mean, "slope": slope, "spread": spread, "spread_slope": spread_slope}
    return {**parts, "least_spread": float(away.mean()) / 2 + 1e-6}


class ScopeComponent:
    """Sets ``in_scope`` and ``intent``."""

    def __init__(self, false_rejection: float) -> None:
        self.false_rejection = false_rejection
        self._signs: dict[str, float] = {}

    def learn(self, left_out: LeftOut) -> None:
        """Calibrate on the examples, as they would have been judged had they not been learnt."""
        self._signs = {}
        if not left_out.scores.size:
            return
        best, lengths = left_out.scores.max(axis=1), np.log1p(left_out.lengths)
        for name, values in (("score", best), ("near", left_out.nearness)):
            self._signs |= {f"{name}_{part}": float(number) for part, number in _line(lengths, values).items()}
        of_each = zip(best, left_out.nearness, left_out.lengths, strict=True)
        sums = [self._sum(float(score), float(near), int(length)) for score, near, length in of_each]
        self._signs["threshold"] = float(np.quantile(sums, self.false_rejection))

    def _sum(self, score: float, nearness: float, length: int) -> float:
        return self._above("score", score, length) + _NEAR_WEIGHT * self._above("near", nearness, length)

    def _above(self, name: str, value: float, length: int) -> float:
        """By how many standard deviations a sign is above what is usual at this length."""
        signs, at = self._signs, math.log1p(length)
        usual = signs[f"{name}_mean"] + signs[f"{name}_slope"] * at
        spread = signs[f"{name}_spread"] + signs[f"{name}_spread_slope"] * at
        return (value - usual) / max(spread, signs[f"{name}_least_spread"])

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.in_scope = self._probability(doc.text, read)
        read.intent = read.candidates[0].intent if read.in_scope >= 0.5 else NO_INTENT
        return doc

    def _probability(self, text: str, read: Reading) -> float:
        if read.scores is None or not self._signs or is_garbage(text):
            return 0.0
        above = self._sum(float(read.scores.max()), read.nearness, len(text)) - self._signs["threshold"]
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, _STEEPNESS * above))))

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / "scope.json").write_text(json.dumps(self._signs), encoding="utf-8")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> ScopeComponent:
        self._signs = json.loads((path / "scope.json").read_text(encoding="utf-8"))
        return self


@SpacyLanguage.factory(
    "keepword_scope",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"false_rejection": 0.05},
)
def make_scope(nlp: SpacyLanguage, name: str, false_rejection: float) -> ScopeComponent:
    """Needs the intents component before it."""
    return ScopeComponent(false_rejection)
