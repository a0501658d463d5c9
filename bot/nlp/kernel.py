"""Kernel ridge classification: what the intents component learns, in closed form.

Similarity is ``exp(g * (cos - 1))``. The regression (Saunders, Gammerman & Vovk 1998) has two virtues here: it is
solved in a second, without iterations, and it tells for every example what would have been said of it had it not been
learnt (the left-out score, e.g. Rifkin & Lippert 2007), so that probabilities and thresholds are calibrated on the
examples at no cost. Above :data:`EXACT` examples it is solved over a part of them as landmarks (Nyström; Williams &
Seeger 2001), a block of examples at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from bot.core.errors import UnderstandingError

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

EXACT = 3_500
LANDMARKS = 2_000
RIDGE = 0.05
SHARPNESS = 2.0
_BLOCK = 1_000
_LEFT_OUT = 6_000
"""Of more examples than this, every second (or third …) is enough to calibrate on."""


def similarity(vectors: Floats, to: Floats) -> Floats:
    """How alike texts are, by their vectors: one row each, a column for each of the others; 1 is the same."""
    alike: Floats = vectors @ to.T
    alike -= 1
    alike *= SHARPNESS
    np.exp(alike, out=alike)
    return alike


@dataclass(frozen=True, slots=True)
class Solution:
    """``weights`` of each landmark for each label; ``landmarks`` are positions among the examples.

    ``left_out`` holds the scores that the examples at ``judged`` would have had if their groups had not been learnt.
    """

    landmarks: Numbers
    weights: Floats
    judged: Numbers
    left_out: Floats


def solve(vectors: Floats, targets: Floats, groups: Sequence[int], labels: Numbers) -> Solution:
    """Fit ``targets`` (examples by labels). A text's spellings share a group; ``labels`` spread the landmarks."""
    if len(vectors) <= EXACT:
        return _solve_exactly(vectors, targets, groups)
    return _solve_over_landmarks(vectors, targets, groups, choose_landmarks(labels))


def _solve_exactly(vectors: Floats, targets: Floats, groups: Sequence[int]) -> Solution:
    everything = np.arange(len(vectors))
    y = targets.astype(np.float64)
    inverse = _inverse(similarity(vectors, vectors).astype(np.float64) + RIDGE * np.eye(len(vectors)))
    weights = inverse @ y
    left_out = np.empty_like(y)
    for group in _members(groups, everything):
        left_out[group] = y[group] - np.linalg.solve(inverse[np.ix_(group, group)], weights[group])
    return Solution(everything, weights.astype(np.float32), everything, left_out.astype(np.float32))


def _solve_over_landmarks(vectors: Floats, targets: Floats, groups: Sequence[int], landmarks: Numbers) -> Solution:
    to = vectors[landmarks]
    system = RIDGE * similarity(to, to).astype(np.float64) + 1e-5 * np.eye(len(to))
    wanted = np.zeros((len(to), targets.shape[1]))
    for block in _blocks(len(vectors)):
        kernel = similarity(vectors[block], to)
        system += linalg.blas.ssyrk(1.0, kernel.T, lower=1)  # the lower half is all that is looked at
        wanted += kernel.T @ targets[block]
    lower = _factor(system)
    weights = linalg.cho_solve((lower, True), wanted, check_finite=False).astype(np.float32)
    judged = _judged(groups)
    left_out = np.empty((len(judged), targets.shape[1]), np.float32)
    for members in _batches(groups, judged):
        rows = judged[members]
        kernel = similarity(vectors[rows], to)
        half = linalg.solve_triangular(lower, kernel.T, lower=True, check_finite=False)
        missed = targets[rows] - kernel @ weights
        for group in _members([groups[row] for row in rows], np.arange(len(rows))):
            own = half[:, group].T @ half[:, group]
            left_out[members[group]] = targets[rows[group]] - np.linalg.solve(np.eye(len(group)) - own, missed[group])
    return Solution(landmarks, weights, judged, left_out)


def _inverse(symmetric: Doubles) -> Doubles:
    """The inverse of a positive definite matrix, by Cholesky: half the work of a general one."""
    inverted, _ = linalg.lapack.dpotri(_factor(symmetric), lower=1, overwrite_c=1)
    return np.asarray(np.tril(inverted) + np.tril(inverted, -1).T, dtype=np.float64)


def _factor(symmetric: Doubles) -> Doubles:
    factor, failed = linalg.lapack.dpotrf(symmetric, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise UnderstandingError("The examples could not be weighed against one another. Train again from the files.")
    return np.asarray(factor, dtype=np.float64)


def choose_landmarks(labels: Numbers, seed: int = 0) -> Numbers:
    """:data:`LANDMARKS` of the examples, the same share of every label."""
    random = np.random.default_rng(seed)
    turn: defaultdict[int, int] = defaultdict(int)
    order = []
    for position in random.permutation(len(labels)).tolist():
        order.append((turn[int(labels[position])], position))
        turn[int(labels[position])] += 1
    return np.sort(np.array([position for _, position in sorted(order)[:LANDMARKS]], dtype=np.int64))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def _judged(groups: Sequence[int]) -> Numbers:
    """Positions of whole groups, evenly spread, group after group; about :data:`_LEFT_OUT` of them."""
    members = _members(groups, np.arange(len(groups)))
    return np.concatenate(members[:: -(-len(groups) // _LEFT_OUT)])


def _batches(groups: Sequence[int], judged: Numbers) -> Iterator[Numbers]:
    """Places in ``judged``, about a block at a time, no group torn apart."""
    start = 0
    while start < len(judged):
        end = min(start + _BLOCK, len(judged))
        while end < len(judged) and groups[judged[end]] == groups[judged[end - 1]]:
            end += 1
        yield np.arange(start, end)
        start = end


def _members(groups: Sequence[int], positions: Numbers) -> list[Numbers]:
    """The ``positions`` of each group; ``groups`` has one entry a position."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for position, group in zip(positions.tolist(), groups, strict=True):
        found[group].append(position)
    return [np.array(members, dtype=np.int64) for members in found.values()]


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Scores as probabilities: one row a text, summing to one."""
    sharp = scores * temperature
    raised = np.exp(sharp - sharp.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def fit_temperature(left_out: Floats, labels: Numbers) -> float:
    """The temperature at which the left-out scores would have been the best forecast (log loss)."""
    own = np.arange(len(labels))

    def loss(temperature: float) -> float:
        return float(-np.log(probabilities(left_out, temperature)[own, labels] + 1e-9).mean())

    return min((float(t) for t in np.geomspace(2, 60, 50)), key=loss) if len(labels) else 15.0
