"""The transformer multiplies in integers: as near to real numbers as vectors need, whatever it is given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import erf, softmax

from bot.nlp.graph import Norm
from bot.nlp.transformer import Layer, Packed, Transformer, Weights

Reals = npt.NDArray[np.floating[Any]]
WIDTH, INNER, HEADS = 64, 128, 4
STEP = 0.02


def packed(random: np.random.Generator, outputs: int, inputs: int, bits: int = 4) -> Packed:
    bytes_of_block = 32 * bits // 8
    steps = random.integers(0, 256, (outputs, inputs // 32, bytes_of_block), np.uint8)
    scales = random.uniform(0.5, 1.5, outputs * inputs // 32).astype(np.float32) * (STEP if bits == 4 else STEP / 16)
    return Packed(bits, 32, outputs, inputs, steps, scales)


def norm(random: np.random.Generator) -> Norm:
    scale = random.uniform(0.5, 1.5, WIDTH).astype(np.float32)
    return Norm(scale, random.normal(size=WIDTH).astype(np.float32) * np.float32(0.1))


def layer(random: np.random.Generator, bits: int = 4) -> Layer:
    return Layer(
        query=packed(random, WIDTH, WIDTH, bits),
        key=packed(random, WIDTH, WIDTH, bits),
        value=packed(random, WIDTH, WIDTH, bits),
        attend_bias=random.normal(size=3 * WIDTH).astype(np.float32),
        merge=packed(random, WIDTH, WIDTH, bits),
        merge_bias=random.normal(size=WIDTH).astype(np.float32),
        after_attention=norm(random),
        widen=packed(random, INNER, WIDTH, bits),
        widen_bias=random.normal(size=INNER).astype(np.float32),
        narrow=packed(random, WIDTH, INNER, bits),
        narrow_bias=random.normal(size=WIDTH).astype(np.float32),
        after_thought=norm(random),
    )


def transformer(bits: int = 4) -> Weights:
    random = np.random.default_rng(0)
    layers = tuple(layer(random, bits) for _ in range(4))
    return Weights(HEADS, 1e-12, np.zeros((32, WIDTH), np.float32), norm(random), layers)


def exactly(weights: Weights, pieces: Reals) -> Reals:
    """What comes of one text, in real numbers."""
    hidden = normalised(pieces, weights.after_embedding)
    for each in weights.layers:
        biases = np.split(each.attend_bias, 3)
        query, key, value = (
            (hidden @ matrix.unpacked() + bias).reshape(len(pieces), HEADS, -1).transpose(1, 0, 2)
            for matrix, bias in zip((each.query, each.key, each.value), biases, strict=True)
        )
        alike = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS), axis=-1)
        heeded = (alike @ value).transpose(1, 0, 2).reshape(hidden.shape)
        hidden = normalised(hidden + heeded @ each.merge.unpacked() + each.merge_bias, each.after_attention)
        wide = hidden @ each.widen.unpacked() + each.widen_bias
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        hidden = normalised(hidden + wide @ each.narrow.unpacked() + each.narrow_bias, each.after_thought)
    mean: Reals = hidden.mean(axis=0)
    return mean


def normalised(rows: Reals, by: Norm) -> Reals:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    found: Reals = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True)) * by.scale + by.shift
    return found


def cosine(one: Reals, other: Reals) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


TEXTS = [np.random.default_rng(7).normal(size=(length, WIDTH)).astype(np.float32) for length in (3, 9, 20)]


@pytest.mark.parametrize("bits", [4, 8])
def test_it_comes_near_to_real_numbers(bits: int) -> None:
    weights = transformer(bits)
    for pieces in TEXTS:
        found = Transformer(weights).means(pieces, [len(pieces)])
        assert cosine(found[0], exactly(weights, pieces)) > 0.998


@pytest.mark.parametrize("largest", [20.0, 60.0])
def test_values_that_are_far_larger_than_others_do_not_drown_them(largest: float) -> None:
    """Models have such values, with small weights (Dettmers et al. 2022, https://arxiv.org/abs/2208.07339)."""
    weights = transformer(bits=8)
    layers = tuple(with_a_large_value(each, largest) for each in weights.layers)
    weights = Weights(HEADS, 1e-12, weights.positions, weights.after_embedding, layers)
    for pieces in TEXTS:
        found = Transformer(weights).means(pieces, [len(pieces)])
        assert cosine(found[0], exactly(weights, pieces)) > 0.999


def with_a_large_value(of: Layer, largest: float) -> Layer:
    bias = of.widen_bias.copy()
    bias[5] = largest
    steps = of.narrow.steps.copy()
    steps[:, 0, 5] = 129
    return replace(of, widen_bias=bias, narrow=replace(of.narrow, steps=steps))


def test_sums_do_not_overflow_where_everything_is_as_large_as_it_can_be() -> None:
    weights = transformer()
    full = Packed(4, 32, INNER, WIDTH, np.full((INNER, WIDTH // 32, 16), 0xFF, np.uint8), np.full(256, 0.02, "f4"))
    even = Norm(np.zeros(WIDTH, np.float32), np.full(WIDTH, 3, np.float32))
    layers = (*weights.layers[:-1], replace(weights.layers[-1], widen=full, after_attention=even))
    weights = Weights(HEADS, 1e-12, weights.positions, weights.after_embedding, layers)
    found = Transformer(weights).means(TEXTS[1], [len(TEXTS[1])])
    assert cosine(found[0], exactly(weights, TEXTS[1])) > 0.998


def test_a_text_means_the_same_among_others() -> None:
    weights = transformer()
    together = Transformer(weights).means(np.concatenate(TEXTS), [len(text) for text in TEXTS])
    for row, pieces in zip(together, TEXTS, strict=True):
        alone = Transformer(weights).means(pieces, [len(pieces)])
        assert cosine(row, alone[0]) > 0.9999


def test_what_is_packed_is_unpacked_by_its_block() -> None:
    two_a_byte = Packed(4, 32, 1, 32, np.full((1, 1, 16), 0xF0, np.uint8), np.array([0.5], np.float32))
    assert two_a_byte.unpacked()[:, 0].tolist() == [-4.0, 3.5] * 16
    steps = np.concatenate([np.full(32, 255), np.full(32, 0)]).astype(np.uint8).reshape(1, 2, 32)
    one_a_byte = Packed(8, 32, 1, 64, steps, np.array([1, 0.5], np.float32))
    assert one_a_byte.unpacked()[:, 0].tolist() == [127.0] * 32 + [-64.0] * 32


def test_spans_of_a_text_have_vectors_of_their_own() -> None:
    weights = transformer()
    lengths = [len(text) for text in TEXTS]

    found = Transformer(weights).means(
        np.concatenate(TEXTS), lengths, [[(0, 3)], [(0, 9), (0, 3), (3, 9)], [(0, 20), (19, 20)]]
    )

    assert found.shape == (6, WIDTH)
    wholes = Transformer(weights).means(np.concatenate(TEXTS), lengths)
    np.testing.assert_allclose(found[[0, 1, 4]], wholes, atol=1e-5)
    np.testing.assert_allclose((3 * found[2] + 6 * found[3]) / 9, found[1], atol=1e-5)
