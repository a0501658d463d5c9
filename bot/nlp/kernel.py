"""Kernel ridge classification: what the intents component learns, in closed form.

Similarity is ``(1 - share) * exp(g * (cos_e - 1)) + share * exp(g * (cos_n - 1))`` over embeddings (e) and n-grams
(n). The regression (Saunders, Gammerman & Vovk 1998) has two virtues here: it is solved in a second, without
iterations, and it tells for every example what would have been said of it had it not been learnt (the left-out
score, e.g. Rifkin & Lippert 2007), so that probabilities and thresholds are calibrated on all examples at no cost.
Above :data:`EXACT` examples it is solved over a subset of them as landmarks (Nyström; Williams & Seeger 2001).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from bot.core.errors import UnderstandingError

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

EXACT = 4_000
LANDMARKS = 3_000
RIDGE = 0.05
SHARPNESS = 2.0
NGRAM_SHARE = 0.2


def similarity(vectors: Floats, rows: sparse.csr_matrix, to: Floats, to_rows: sparse.csr_matrix) -> Floats:
    """How alike each text is to each of the others, between 0 and 1; ``to_rows`` is transposed (terms by texts)."""
    embedded = np.exp(SHARPNESS * (vectors @ to.T - 1))
    spelled = np.exp(SHARPNESS * ((rows @ to_rows).toarray() - 1))
    return np.asarray((1 - NGRAM_SHARE) * embedded + NGRAM_SHARE * spelled, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Solution:
    """``weights`` of each landmark for each label; ``landmarks`` are positions among the examples.

    ``left_out`` holds the scores that each example would have had if its group had not been learnt.
    """

    landmarks: npt.NDArray[np.int64]
    weights: Floats
    left_out: Floats


def solve(kernel: Floats, targets: Floats, groups: Sequence[int], landmarks: npt.NDArray[np.int64]) -> Solution:
    """Fit ``targets`` (examples by labels); ``kernel`` is examples by landmarks. A text's spellings share a group."""
    k = kernel.astype(np.float64)
    y = targets.astype(np.float64)
    if len(landmarks) == len(k):
        inverse = _inverse(k + RIDGE * np.eye(len(k)))
        weights = inverse @ y
        left_out = _left_out_exactly(y, weights, inverse, groups)
    else:
        square = k[landmarks]
        system = k.T @ k + RIDGE * square + 1e-6 * np.eye(len(landmarks))
        factor = linalg.cho_factor(system, check_finite=False)
        weights = linalg.cho_solve(factor, k.T @ y, check_finite=False)
        half = linalg.solve_triangular(factor[0], k.T, trans="T", lower=factor[1], check_finite=False)
        left_out = _left_out_of_landmarks(y, k @ weights, half, groups)
    return Solution(landmarks, weights.astype(np.float32), left_out.astype(np.float32))


def _inverse(symmetric: Doubles) -> Doubles:
    """The inverse of a positive definite matrix, by Cholesky: half the work of a general one."""
    factor, failed = linalg.lapack.dpotrf(symmetric, lower=1, overwrite_a=1)
    if failed:
        raise UnderstandingError("The examples could not be weighed against one another. Train again from the files.")
    lower, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    return np.asarray(np.tril(lower) + np.tril(lower, -1).T, dtype=np.float64)


def choose_landmarks(labels: npt.NDArray[np.int64], seed: int = 0) -> npt.NDArray[np.int64]:
    """All examples where they are few, else :data:`LANDMARKS` of them, the same share of every label."""
    if len(labels) <= EXACT:
        return np.arange(len(labels))
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(labels))
    turn: defaultdict[int, int] = defaultdict(int)
    order = []
    for position in shuffled:
        order.append((turn[int(labels[position])], int(position)))
        turn[int(labels[position])] += 1
    return np.sort(np.array([position for _, position in sorted(order)[:LANDMARKS]], dtype=np.int64))


def _members(groups: Sequence[int]) -> list[npt.NDArray[np.int64]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for position, group in enumerate(groups):
        found[group].append(position)
    return [np.array(members) for members in found.values()]


def _left_out_exactly(y: Doubles, weights: Doubles, inverse: Doubles, groups: Sequence[int]) -> Doubles:
    left_out = np.empty_like(y)
    for group in _members(groups):
        left_out[group] = y[group] - np.linalg.solve(inverse[np.ix_(group, group)], weights[group])
    return left_out


def _left_out_of_landmarks(y: Doubles, fitted: Doubles, half: Doubles, groups: Sequence[int]) -> Doubles:
    left_out = np.empty_like(y)
    for group in _members(groups):
        own = half[:, group].T @ half[:, group]
        left_out[group] = y[group] - np.linalg.solve(np.eye(len(group)) - own, y[group] - fitted[group])
    return left_out


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Scores as probabilities: one row a text, summing to one."""
    sharp = scores * temperature
    raised = np.exp(sharp - sharp.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def fit_temperature(left_out: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The temperature at which the left-out scores would have been the best forecast (log loss)."""
    own = np.arange(len(labels))

    def loss(temperature: float) -> float:
        return float(-np.log(probabilities(left_out, temperature)[own, labels] + 1e-9).mean())

    return min((float(t) for t in np.geomspace(2, 60, 50)), key=loss) if len(labels) else 15.0
