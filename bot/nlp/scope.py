"""Whether a message is about any of the intents at all.

Where sentences known to be about nothing were learnt, two signs are weighed by logistic regression on what was found in
both when left out: how far the best intent is ahead of being about nothing, in score, and in how near the nearest
sentences of either are. Else the best score and the nearness of the nearest examples are added up. Either way the
threshold is where the admin's share of good messages would be turned away. Without sentences about nothing it may be
lower: as soon as most examples would be turned away had their intent not been learnt, there is little to be gained.
What has no words in it is turned away without weighing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.understanding import NO_INTENT
from bot.nlp.machine import FIGURES, LeftOut
from bot.nlp.reading import Judgement, reading
from bot.nlp.text import fold, letters

Doubles = npt.NDArray[np.float64]

_STEEPNESS = 12.0
_STRANGE_ENOUGH = 0.93
"""So much of what is about unknown intents is to be turned away, and no more, if that costs good messages."""

_FEWEST_OUTSIDE = 50
"""Of fewer sentences about nothing no weights are learnt."""

_SHRINK = 1.0

_ROWS = "asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwert|werty|rtyu|tyui|yuio|uiop|zuio|zxcv|xcvb|cvbn|vbnm|lkjh|poiu"
"""Of keyboards."""

_GARBLED = re.compile(r"(.)\1{4,}|(" + _ROWS + ")")
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


@dataclass(frozen=True, slots=True)
class Bar:
    """How much a message must have of the signs that it is about any of the intents.

    ``weights`` are those of the signs, their centres and spreads; empty where they are not learnt.
    """

    weights: tuple[float, ...]
    threshold: float

    @classmethod
    def learn(cls, left_out: LeftOut, false_rejection: float) -> Bar | None:
        """From the examples, as they would have been judged had they not been learnt; None where there are none."""
        inside = left_out.labels >= 0
        if not inside.any():
            return None
        signs = _signs(*left_out.figures.T)
        weights = _weighed(signs[inside], signs[~inside]) if (~inside).sum() >= _FEWEST_OUTSIDE else ()
        bare = cls(weights, 0.0)
        threshold = np.quantile(bare._above(*left_out.figures[inside].T), false_rejection)
        if not weights and len(left_out.strange):
            threshold = min(threshold, np.quantile(left_out.strange[inside].sum(axis=1), _STRANGE_ENOUGH))
        return replace(bare, threshold=float(threshold))

    def above(self, found: Judgement) -> float:
        """By how much a message is above the threshold."""
        figures = (np.array([getattr(found, name)], np.float64) for name in FIGURES)
        return float(self._above(*figures)[0])

    def _above(self, best: Doubles, near: Doubles, far: Doubles, outside: Doubles) -> Doubles:
        if not self.weights:
            return best + near - self.threshold
        weights, centres, spreads = np.array_split(np.asarray(self.weights), 3)
        signs = (_signs(best, near, far, outside) - centres) / spreads
        return np.asarray(signs @ weights - self.threshold, np.float64)

    def probability(self, found: Judgement) -> float:
        """How likely it is about any of the intents."""
        above = (1.0 if self.weights else _STEEPNESS) * self.above(found)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, above))))


def _weighed(inside: Doubles, outside: Doubles) -> tuple[float, ...]:
    signs = np.vstack([inside, outside])
    centres, spreads = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    is_inside = np.repeat([1.0, 0.0], [len(inside), len(outside)])
    importance = np.where(is_inside > 0, 0.5 / len(inside), 0.5 / len(outside)) * len(signs)
    weights = logistic((signs - centres) / spreads, is_inside, importance)
    return (*weights.tolist(), *centres.tolist(), *spreads.tolist())


class ScopeComponent:
    """Sets ``in_scope`` and ``intent``. Each language has a bar of its own: the models know some better than others."""

    def __init__(self, false_rejection: float) -> None:
        self.false_rejection = false_rejection
        self._bars: dict[str, Bar] = {}

    def learn(self, left_out: dict[str, LeftOut]) -> None:
        """Calibrate on the examples of each language."""
        bars = ((language, Bar.learn(found, self.false_rejection)) for language, found in left_out.items())
        self._bars = {language: bar for language, bar in bars if bar is not None}

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.in_scope = self.probability(doc.text, read.judgement, read.written)
        read.intent = read.candidates[0].intent if read.in_scope >= 0.5 else NO_INTENT
        return doc

    def probability(self, text: str, found: Judgement | None, language: str) -> float:
        """How likely ``text``, in which this was ``found``, is about any of the intents."""
        bar = self._bars.get(language) or next(iter(self._bars.values()), None)
        if found is None or bar is None or is_garbage(text):
            return 0.0
        return bar.probability(found)

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        facts = {language: asdict(bar) for language, bar in self._bars.items()}
        (path / "scope.json").write_text(json.dumps(facts), encoding="utf-8")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> ScopeComponent:
        facts = json.loads((path / "scope.json").read_text(encoding="utf-8"))
        self._bars = {language: Bar(tuple(bar["weights"]), bar["threshold"]) for language, bar in facts.items()}
        return self


def _signs(best: Doubles, near: Doubles, far: Doubles, outside: Doubles) -> Doubles:
    """How far the best intent is ahead of being about nothing, in score and in nearness: more signs did worse."""
    return np.column_stack([best - outside, near - far])


def logistic(rows: Doubles, is_inside: Doubles, importance: Doubles, steps: int = 25) -> Doubles:
    """Weights of the columns of ``rows`` by logistic regression, in Newton's steps, shrunk a little towards nothing."""
    with_bias = np.column_stack([rows, np.ones(len(rows))])
    together = np.zeros(with_bias.shape[1])
    shrink = np.diag(np.append(np.full(rows.shape[1], _SHRINK), 1e-6))
    for _ in range(steps):
        likely = 1 / (1 + np.exp(-np.clip(with_bias @ together, -30, 30)))
        slope = with_bias.T @ (importance * (likely - is_inside)) + shrink @ together
        curve = (with_bias * (importance * likely * (1 - likely))[:, None]).T @ with_bias + shrink
        together = together - np.linalg.solve(curve, slope)
    return together[:-1]


@SpacyLanguage.factory(
    "keepword_scope",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"false_rejection": 0.05},
)
def make_scope(nlp: SpacyLanguage, name: str, false_rejection: float) -> ScopeComponent:
    """Needs the intents component before it."""
    return ScopeComponent(false_rejection)
