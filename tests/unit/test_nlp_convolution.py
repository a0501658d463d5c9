"""The convolutional network multiplies in integers: near to real numbers, each text by itself, and spans of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bot.nlp.convolution import WINDOWS, Convolution, Head, Weights, Window, written
from bot.nlp.graph import Norm

Reals = npt.NDArray[np.floating[Any]]
LENGTH, WIDTH, SUM, DEEP = 48, 32, 40, 24
EPSILON = 1e-5


def weights() -> Weights:
    random = np.random.default_rng(0)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = (random.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)
        return found

    def norm(width: int) -> Norm:
        return Norm(random.uniform(0.5, 1.5, width).astype(np.float32), some(width))

    windows = tuple(
        Window(some(size * WIDTH, WIDTH), some(WIDTH), some(size * WIDTH, WIDTH), some(WIDTH)) for size, _ in WINDOWS
    )
    width = WIDTH * len(WINDOWS)
    shapes = ((SUM, DEEP), (DEEP, DEEP), (SUM, DEEP), (DEEP, LENGTH), (DEEP, LENGTH), (LENGTH, LENGTH))
    return Weights(
        epsilon=EPSILON,
        narrow=some(LENGTH, width),
        narrow_bias=some(width),
        narrowed=norm(width),
        windows=windows,
        seen=norm(LENGTH + width),
        head=Head(some(LENGTH + width, SUM), some(SUM), tuple(some(*shape) for shape in shapes)),
    )


def normalised(rows: Reals, norm: Norm) -> Reals:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    found: Reals = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON) * norm.scale + norm.shift
    return found


def looked(rows: Reals, matrix: Reals, bias: Reals, size: int, before: int) -> Reals:
    padded = np.vstack([np.zeros((before, WIDTH)), rows, np.zeros((size - 1 - before, WIDTH))])
    beside = np.stack([padded[place : place + size].ravel() for place in range(len(rows))])
    return rows + np.maximum(beside @ matrix + bias, 0)


def exactly(given: Weights, pieces: Reals, members: Reals | None = None) -> Reals:
    """What comes of one text in real numbers, or of some ``members`` among its pieces."""
    narrow = normalised(pieces.astype(np.float64) @ given.narrow + given.narrow_bias, given.narrowed)
    looks = []
    for part, window, (size, before) in zip(np.hsplit(narrow, len(WINDOWS)), given.windows, WINDOWS, strict=True):
        first = looked(part, window.first, window.first_bias, size, before)
        looks.append(looked(first, window.second, window.second_bias, size, before))
    seen = normalised(np.hstack([pieces, *looks]), given.seen)
    counted = seen if members is None else seen[members.astype(bool)]
    summed = (counted.sum(axis=0) @ given.head.merge + len(counted) * given.head.merge_bias) / np.sqrt(len(counted))
    d0, d1, p1, d2, p3, d3 = given.head.widths
    first = np.maximum(summed @ d0, 0)
    second = np.maximum(summed @ p1 + first @ d1, 0)
    third = np.maximum(second @ d2, 0)
    answer: Reals = np.tanh(second @ p3 + third @ d3)
    return answer


def cosine(one: Reals, other: Reals) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def pieces_of(*lengths: int) -> list[npt.NDArray[np.float32]]:
    random = np.random.default_rng(1)
    return [random.normal(size=(length, LENGTH)).astype(np.float32) for length in lengths]


@pytest.mark.parametrize("length", [2, 3, 5, 9, 60])
def test_as_in_real_numbers(length: int) -> None:
    (pieces,) = pieces_of(length)

    (answer,) = Convolution(written(weights())).read(pieces, [length], [[(0, length)]])

    assert cosine(answer, exactly(weights(), pieces)) > 0.998


def test_texts_do_not_look_into_one_another() -> None:
    lengths = [4, 2, 11, 3]
    texts = pieces_of(*lengths)

    answers = Convolution(written(weights())).read(np.vstack(texts), lengths, [[(0, length)] for length in lengths])

    for answer, text in zip(answers, texts, strict=True):
        assert cosine(answer, exactly(weights(), text)) > 0.998


def test_a_span_has_its_own_pieces_and_those_that_begin_and_end_its_text() -> None:
    first, second = pieces_of(12, 9)

    whole, span, other = Convolution(written(weights())).read(
        np.vstack([first, second]), [12, 9], [[(0, 12), (3, 7)], [(2, 5)]]
    )

    members, of_other = np.zeros(12), np.zeros(9)
    members[[0, 3, 4, 5, 6, 11]] = of_other[[0, 2, 3, 4, 8]] = 1
    assert cosine(whole, exactly(weights(), first)) > 0.998
    assert cosine(span, exactly(weights(), first, members)) > 0.998
    assert cosine(other, exactly(weights(), second, of_other)) > 0.998
    assert cosine(span, whole) < 0.99
