"""Whether a message is about any of the intents at all.

Where sentences known to be about nothing were learnt, two signs are weighed by logistic regression on what was found in
both when left out: how far the best intent is ahead of being about nothing, in score, and in how near the nearest
sentences of either are. Else the best score and the nearness of the nearest examples are added up,
each in standard deviations from what is usual at that length. Either way the threshold is where the admin's share of
good messages would be turned away. What has no words in it is turned away without weighing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.understanding import NO_INTENT
from bot.nlp.machine import LeftOut
from bot.nlp.reading import Judgement, reading
from bot.nlp.text import fold, letters

Doubles = npt.NDArray[np.float64]

_STEEPNESS = 2.0
_FEWEST_OUTSIDE = 50
"""Of fewer sentences about nothing no weights are learnt."""

_SHRINK = 1.0
_OF_ABSOLUTE = math.sqrt(math.pi / 2)
"""A normal distribution's standard deviation, of its mean absolute deviation."""

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


def _line(at: npt.NDArray[np.float64], values: npt.NDArray[np.floating[Any]]) -> dict[str, float]:
    """Mean and spread of ``values`` as straight lines over ``at``; the spread never falls below half of the whole."""
    slope, mean = np.polyfit(at, values, 1) if np.ptp(at) > 0 else (0.0, values.mean())
    away = np.abs(values - (mean + slope * at)) * _OF_ABSOLUTE
    spread_slope, spread = np.polyfit(at, away, 1) if np.ptp(at) > 0 else (0.0, away.mean())
    parts = {"mean": mean, "slope": slope, "spread": spread, "spread_slope": spread_slope}
    return {**parts, "least_spread": float(away.mean()) / 2 + 1e-6}


@dataclass(frozen=True, slots=True)
class Bar:
    """What is usual in the examples of a language, and how much a message must have of it.

    ``weights`` are those of the signs, their centres and spreads; empty where they are not learnt.
    """

    usual: dict[str, float]
    weights: tuple[float, ...]
    threshold: float

    @classmethod
    def learn(cls, left_out: LeftOut, false_rejection: float) -> Bar | None:
        """From the examples, as they would have been judged had they not been learnt; None where there are none."""
        inside = left_out.labels >= 0
        if not inside.any():
            return None
        best, near, lengths = (left_out.column(name)[inside] for name in ("best", "near", "length"))
        usual: dict[str, float] = {}
        for name, values in (("best", best), ("near", near)):
            usual |= {f"{name}_{part}": float(x) for part, x in _line(np.log1p(lengths), values).items()}
        signs = _signs(left_out)
        weights = _weighed(signs[inside], signs[~inside]) if (~inside).sum() >= _FEWEST_OUTSIDE else ()
        bare = cls(usual, weights, 0.0)
        return replace(bare, threshold=float(np.quantile(bare._above(left_out)[inside], false_rejection)))

    def above(self, found: Judgement) -> float:
        """By how much a message is above the threshold."""
        return float(self._above(LeftOut.of([found], np.zeros(1, np.int64)))[0])

    def _above(self, found: LeftOut) -> Doubles:
        if self.weights:
            weights, centres, spreads = np.array_split(np.asarray(self.weights), 3)
            signs = (_signs(found) - centres) / spreads
            return np.asarray(signs @ weights - self.threshold, np.float64)
        lengths = np.log1p(found.column("length"))
        best, near = (self._unusual(name, found.column(name), lengths) for name in ("best", "near"))
        return best + near - self.threshold

    def _unusual(self, name: str, values: Doubles, at: Doubles) -> Doubles:
        """By how many standard deviations a sign is above what is usual at this length."""
        usual = self.usual
        mean = usual[f"{name}_mean"] + usual[f"{name}_slope"] * at
        spread = usual[f"{name}_spread"] + usual[f"{name}_spread_slope"] * at
        unusual: Doubles = (values - mean) / np.maximum(spread, usual[f"{name}_least_spread"])
        return unusual

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
        self._bars = {
            language: Bar(bar["usual"], tuple(bar["weights"]), bar["threshold"]) for language, bar in facts.items()
        }
        return self


def _signs(found: LeftOut) -> Doubles:
    """How far the best intent is ahead of being about nothing, in score and in nearness: more signs did worse."""
    best, outside, near, far = (found.column(name) for name in ("best", "outside", "near", "far"))
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
