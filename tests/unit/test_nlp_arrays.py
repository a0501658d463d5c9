"""Texts that lie in an array are the texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp import arrays
from bot.nlp.arrays import Lines


@given(st.lists(st.text(st.characters(codec="utf-8") | st.just("\ud800"))))
def test_they_are_those_that_were_given(texts: list[str]) -> None:
    lines = Lines.of(texts)
    assert list(lines) == texts
    assert len(lines) == len(texts)
    assert [lines[place - len(texts)] for place in range(len(texts))] == texts
    assert list(lines[1:-1]) == texts[1:-1]


@pytest.mark.parametrize("texts", [["kje je", "", "πού 😀"], [""], []])
def test_they_are_kept_with_other_arrays(texts: list[str], tmp_path: Path) -> None:
    arrays.keep(tmp_path / "kept", **Lines.of(texts).as_arrays)
    assert list(Lines(**arrays.kept(tmp_path / "kept"))) == texts


def test_what_is_kept_elsewhere_is_not_copied_and_outlives_that(tmp_path: Path) -> None:
    whole = np.arange(12).reshape(3, 4)
    arrays.keep(tmp_path / "first", whole=whole)
    first = arrays.kept(tmp_path / "first")["whole"]
    arrays.keep(
        tmp_path / "second", same=first, part=first[1:], turned=first.T, narrow=first.view(np.int32), new=whole + 1
    )

    def file(place: str) -> int:
        return (tmp_path / place).stat().st_ino

    others = [file(f"second/{name}.npy") for name in ("part", "turned", "narrow", "new")]
    assert file("second/same.npy") == file("first/whole.npy")
    assert file("first/whole.npy") not in others
    shutil.rmtree(tmp_path / "first")
    found = arrays.kept(tmp_path / "second")
    for name, wanted in (("same", whole), ("part", whole[1:]), ("turned", whole.T), ("new", whole + 1)):
        np.testing.assert_array_equal(found[name], wanted)
    arrays.keep(tmp_path / "third", gone=first)  # its file has no name any more
    np.testing.assert_array_equal(arrays.kept(tmp_path / "third")["gone"], whole)


def test_there_is_none_beyond_the_last() -> None:
    with pytest.raises(IndexError):
        Lines.of(["one"])[1]
