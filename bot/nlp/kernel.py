"""Kernel ridge classification: what a machine learns, in closed form.

Similarity is ``(1 - share) * exp(g * (cos_e - 1)) + share * exp(h * (cos_n - 1))`` over embeddings (e) and n-grams (n).
The regression (Saunders, Gammerman & Vovk 1998) has two virtues here: it is solved in a second, without iterations, and
it tells for every example what would have been said of it had it not been learnt (the left-out score, e.g. Rifkin &
Lippert 2007), so that probabilities and thresholds are calibrated on the examples at no cost. Above :data:`EXACT`
examples it is solved over a part of them as landmarks (Nyström; Williams & Seeger 2001), a block of examples at a time,
so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from bot.core.errors import UnderstandingError
from bot.nlp.sketch import Sketch

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

EXACT = 8_500
LANDMARKS = 6_000
RIDGE = 0.05
SHARPNESS = 2.0
"""How fast the kernel falls off in meaning: where it is flat, examples speak for what is only somewhat like them."""

LETTERS = 0.75
"""The same in letters: examples are more like one another there than messages are like them."""

_BLOCK = 1_000
_AT_ONCE = 2
"""Blocks that are worked on at once: multiplying takes no hold of the interpreter."""

_LEFT_OUT = 6_000
"""Of more examples than this, every second (or third …) is enough to calibrate on."""

_FEW_ROWS = 128
"""So many texts are multiplied one by one, which takes two thirds of the time, but more of the interpreter's."""

_FEW = 500
"""Of fewer that are no landmarks one can't calibrate: then landmarks are left out as well."""


@dataclass(frozen=True)
class Texts:
    """What the kernel sees of texts: a row each of ``vectors`` and of ``grams``, both of unit length."""

    vectors: Floats
    grams: sparse.csr_matrix

    @cached_property
    def columns(self) -> sparse.csr_matrix:
        """``grams`` with a column a text, made once: for every message they are multiplied by."""
        return self.grams.T.tocsr()

    @cached_property
    def sketch(self) -> Sketch:
        """What tells quickly how near other texts are, made when it is first wanted."""
        return Sketch(self.vectors)

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: slice | Numbers) -> Texts:
        return Texts(self.vectors[rows], self.grams[rows])

    def similar(self, to: Texts, share: float) -> Floats:
        """How alike each text is to each of the others: 1 is the same. ``share`` is what n-grams have in it."""
        alike = np.empty((len(self), len(to)), np.float32)

        def fill(block: slice) -> None:
            alike[block] = mixed(*self[block].both(to), share)

        blocks = list(_blocks(len(self)))  # the n-grams' products take several times the room of the result
        if len(blocks) < 2:
            for block in blocks:
                fill(block)
            return alike
        _ = to.columns  # made now, not by two threads at once
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(fill, blocks):
                """Raises what went wrong."""
        return alike

    def both(self, to: Texts) -> tuple[Floats, Floats]:
        """How alike they are in meaning, and how alike in letters."""
        return sharpened(self.vectors @ to.vectors.T), self.spelled(to)

    def spelled(self, to: Texts) -> Floats:
        """How alike they are in letters."""
        if len(self) > _FEW_ROWS:
            return sharpened((self.grams @ to.columns).toarray(), LETTERS)
        alike = np.zeros((len(self), len(to)), np.float32)
        grams = self.grams.tocsr()
        for row, (start, end) in enumerate(pairwise(grams.indptr.tolist())):
            alike[row] = to.columns[grams.indices[start:end]].T @ grams.data[start:end]
        return sharpened(alike, LETTERS)


def mixed(embedded: Floats, spelled: Floats, share: float) -> Floats:
    """Both similarities together."""
    alike: Floats = np.float32(1 - share) * embedded + np.float32(share) * spelled
    return alike


def sharpened(cosines: Floats, sharpness: float = SHARPNESS) -> Floats:
    """The kernel's value for each of the ``cosines``, in their place."""
    cosines -= 1
    cosines *= np.float32(sharpness)
    np.exp(cosines, out=cosines)
    return cosines


@dataclass(frozen=True, slots=True)
class Solution:
    """``weights`` of each landmark for each label; ``landmarks`` are positions among the examples.

    ``left_out`` holds the scores that the examples at ``judged`` would have had if their groups had not been learnt.
    """

    landmarks: Numbers
    weights: Floats
    judged: Numbers
    left_out: Floats


def solve(texts: Texts, targets: Floats, groups: Sequence[int], labels: Numbers, share: float) -> Solution:
    """Fit ``targets`` (examples by labels). A text's spellings share a group; ``labels`` spread the landmarks."""
    if len(texts) <= EXACT:
        return solve_exactly(texts.similar(texts, share), targets, groups)
    landmarks = choose_landmarks(labels)
    to = texts[landmarks]
    return _solve_over(lambda rows: texts[rows].similar(to, share), targets, groups, landmarks)


def weigh(texts: Texts, targets: Floats, labels: Numbers, share: float) -> tuple[Numbers, Floats]:
    """The landmarks and weights of :func:`solve`, in a fraction of its time: nothing is left out."""
    if len(texts) > EXACT:
        landmarks = choose_landmarks(labels)
        to = texts[landmarks]
        return landmarks, _weights_over(lambda rows: texts[rows].similar(to, share), targets, landmarks)[1]
    return np.arange(len(texts)), weighed_again(texts, targets, share)


def weighed_again(texts: Texts, missing: Floats, share: float) -> Floats:
    """What to add to the weights of ``texts``, of whose targets so much is ``missing`` by the weights they have."""
    kernel = _with_ridge(texts.similar(texts, share))
    found = linalg.solve(kernel, missing, assume_a="pos", overwrite_a=True, check_finite=False)
    return np.asarray(found, dtype=np.float32)


def solve_exactly(kernel: Floats, targets: Floats, groups: Sequence[int]) -> Solution:
    """As :func:`solve`, with every example as a landmark; ``kernel`` is how alike they are to one another."""
    everything = np.arange(len(kernel))
    y = targets.astype(np.float32)
    inverse = _inverse(_with_ridge(kernel))
    weights = np.ascontiguousarray(linalg.blas.ssymm(1.0, inverse, y, lower=1))
    left_out = np.empty_like(y)
    for group in _members(groups, everything):
        own = inverse[np.maximum.outer(group, group), np.minimum.outer(group, group)]
        left_out[group] = y[group] - np.linalg.solve(own, weights[group])
    return Solution(everything, weights, everything, left_out)


def _with_ridge(kernel: Floats) -> Floats:
    """Which keeps the system so well conditioned that single precision will do (left-out scores change by 1e-5)."""
    system = kernel.copy()
    system[np.diag_indices(len(system))] += np.float32(RIDGE)
    return system


def _solve_over(
    kernel: Callable[[slice | Numbers], Floats], targets: Floats, groups: Sequence[int], landmarks: Numbers
) -> Solution:
    """``kernel`` gives how alike the examples in some rows are to the landmarks."""
    lower, weights = _weights_over(kernel, targets, landmarks)
    judged = _judged(groups, landmarks)
    left_out = np.empty((len(judged), targets.shape[1]), np.float32)
    for members in _batches(groups, judged):
        rows = judged[members]
        alike = kernel(rows)
        half = linalg.solve_triangular(lower, alike.T, lower=True, check_finite=False)
        missed = targets[rows] - alike @ weights
        for group in _members([groups[row] for row in rows], np.arange(len(rows))):
            own = half[:, group].T @ half[:, group]
            left_out[members[group]] = targets[rows[group]] - np.linalg.solve(np.eye(len(group)) - own, missed[group])
    return Solution(landmarks, weights, judged, left_out)


def _weights_over(
    kernel: Callable[[slice | Numbers], Floats], targets: Floats, landmarks: Numbers
) -> tuple[Doubles, Floats]:
    """The factor of the system, and the weights of the landmarks."""
    system = RIDGE * kernel(landmarks).astype(np.float64) + 1e-5 * np.eye(len(landmarks))
    wanted = np.zeros((len(landmarks), targets.shape[1]))
    for block in _blocks(len(targets)):
        alike = kernel(block)
        # In double precision: of texts that are nearly the same, single leaves less than it loses. Only the lower half
        # is looked at.
        system += linalg.blas.dsyrk(1.0, alike.T.astype(np.float64), lower=1)
        wanted += alike.T @ targets[block]
    lower = _factor(system)
    weights = linalg.cho_solve((lower, True), wanted, check_finite=False).astype(np.float32)
    return lower, weights


def _inverse(symmetric: Floats) -> Floats:
    """The lower half of the inverse of a positive definite matrix, in its place: by Cholesky, half the work."""
    factor, failed = linalg.lapack.spotrf(symmetric.T, lower=1, overwrite_a=1)
    _require(not failed)
    return np.asarray(linalg.lapack.spotri(factor, lower=1, overwrite_c=1)[0], dtype=np.float32)


def _factor(symmetric: Doubles) -> Doubles:
    factor, failed = linalg.lapack.dpotrf(symmetric, lower=1, clean=1, overwrite_a=1)
    _require(not failed)
    return np.asarray(factor, dtype=np.float64)


def _require(solved: bool) -> None:
    if not solved:
        raise UnderstandingError("The examples could not be weighed against one another. Train again from the files.")


def landmarks_of(labels: Numbers) -> Numbers:
    """Which of the examples :func:`solve` weighs: all, if there are not too many."""
    return np.arange(len(labels)) if len(labels) <= EXACT else choose_landmarks(labels)


def choose_landmarks(labels: Numbers, count: int | None = None, seed: int = 0) -> Numbers:
    """``count`` of the examples (:data:`LANDMARKS`), the same share of every label; all, where there are no more."""
    random = np.random.default_rng(seed)
    turn: defaultdict[int, int] = defaultdict(int)
    order = []
    for position in random.permutation(len(labels)).tolist():
        order.append((turn[int(labels[position])], position))
        turn[int(labels[position])] += 1
    kept = sorted(order)[: LANDMARKS if count is None else count]
    return np.sort(np.array([position for _, position in kept], dtype=np.int64))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def _judged(groups: Sequence[int], landmarks: Numbers) -> Numbers:
    """Positions of whole groups, evenly spread, group after group; about :data:`_LEFT_OUT` of them.

    No landmarks, as long as there are others enough: what is a landmark is known too well even when it is left out.
    """
    members = _members(groups, np.arange(len(groups)))
    known = {groups[row] for row in landmarks.tolist()}
    others = [group for group in members if groups[group[0]] not in known]
    fair = others if sum(map(len, others)) >= _FEW else members
    return np.concatenate(fair[:: -(-sum(map(len, fair)) // _LEFT_OUT)])


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

    return min((float(t) for t in np.geomspace(2, 500, 70)), key=loss) if len(labels) else 15.0
