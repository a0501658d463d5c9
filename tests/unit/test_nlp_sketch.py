"""How near texts are to landmarks, quickly: nearly what real numbers say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlp import arrays
from bot.nlp.kernel import sharpened
from bot.nlp.sketch import Sketch, Voice
from bot.nlp.vectors import Vectors, unit


def rows(count: int, width: int, seed: int = 0) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32))


@settings(max_examples=25, deadline=None)
@given(texts=st.integers(1, 9), landmarks=st.integers(1, 200), width=st.integers(2, 400), seed=st.integers(0, 99))
def test_cosines_are_nearly_what_they_are(texts: int, landmarks: int, width: int, seed: int) -> None:
    own, others = rows(texts, width, seed), rows(landmarks, width, seed + 1)

    found = Sketch(others).cosines(own)

    assert found.shape == (texts, landmarks)
    np.testing.assert_allclose(found, own @ others.T, atol=0.04)
    assert found.max() <= 1
    if width > 300:
        assert (found - own @ others.T).std() < 0.001


@settings(max_examples=15, deadline=None)
@given(texts=st.integers(2, 9), width=st.integers(1, 400), seed=st.integers(0, 99))
def test_what_a_text_stands_beside_makes_no_difference(texts: int, width: int, seed: int) -> None:
    own, sketch = rows(texts, width, seed), Sketch(rows(50, width, seed + 1))
    own[0] *= 0.1

    together, alone = sketch.cosines(own), np.vstack([sketch.cosines(row[None]) for row in own])

    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_what_is_near_stays_nearest() -> None:
    landmarks = rows(500, 384)

    found = Sketch(landmarks).cosines(unit(landmarks[:40] + rows(40, 384, seed=1)))

    assert found.argmax(axis=1).tolist() == list(range(40))


def test_a_text_without_content_is_near_to_nothing() -> None:
    assert np.abs(Sketch(rows(30, 64)).cosines(np.zeros((2, 64), np.float32))).max() < 1e-6


@pytest.mark.parametrize("cut", [True, False])
def test_landmarks_say_together_what_their_weights_are(cut: bool) -> None:
    directions: Vectors = np.linalg.qr(rows(300, 64))[0] if cut else np.zeros((0, 0), np.float32)
    landmarks, texts = rows(400, 64), rows(7, 300 if cut else 64, seed=1)
    weights: Vectors = np.random.default_rng(2).standard_normal((400, 5), dtype=np.float32) / np.float32(20)
    seen = unit(texts @ directions) if cut else texts

    found = Voice(directions, landmarks, weights, 2.0).scores(texts)

    np.testing.assert_allclose(found, sharpened(seen @ landmarks.T) @ weights, atol=0.01)


def test_landmarks_that_lie_in_a_file_can_still_be_read(tmp_path: Path) -> None:
    arrays.keep(tmp_path / "machine", vectors=rows(50, 32))
    landmarks = arrays.kept(tmp_path / "machine")["vectors"]

    found = Sketch(landmarks).cosines(rows(3, 32, seed=1))

    np.testing.assert_array_equal(landmarks, rows(50, 32))
    np.testing.assert_allclose(found, rows(3, 32, seed=1) @ landmarks.T, atol=0.04)
