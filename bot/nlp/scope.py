"""Whether a message is about any of the intents at all.

Two signs are added up, each in standard deviations of the examples' own (left-out) values: the best score of the
intents, and the nearness of the nearest examples. The threshold is where the admin's share of good messages would be
turned away. What has no words in it is turned away without weighing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.model import NO_INTENT
from bot.nlp.intents import LeftOut
from bot.nlp.reading import Reading, reading
from bot.nlp.text import fold, letters

_STEEPNESS = 2.0
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
        best = left_out.scores.max(axis=1)
        signs = {"score_mean": best.mean(), "score_spread": best.std() + 1e-6}
        signs |= {"near_mean": left_out.nearness.mean(), "near_spread": left_out.nearness.std() + 1e-6}
        self._signs = {name: float(value) for name, value in signs.items()}
        sums = [self._sum(float(s), float(n)) for s, n in zip(best, left_out.nearness, strict=True)]
        self._signs["threshold"] = float(np.quantile(sums, self.false_rejection))

    def _sum(self, score: float, nearness: float) -> float:
        signs = self._signs
        by_score = (score - signs["score_mean"]) / signs["score_spread"]
        return by_score + (nearness - signs["near_mean"]) / signs["near_spread"]

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.in_scope = self._probability(doc.text, read)
        read.intent = read.candidates[0].intent if read.in_scope >= 0.5 else NO_INTENT
        return doc

    def _probability(self, text: str, read: Reading) -> float:
        if read.scores is None or not self._signs or is_garbage(text):
            return 0.0
        above = self._sum(float(read.scores.max()), read.nearness) - self._signs["threshold"]
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
