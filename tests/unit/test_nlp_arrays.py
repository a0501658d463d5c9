"""Texts that lie in an array are the texts."""

from __future__ import annotations

from pathlib import Path

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


def test_there_is_none_beyond_the_last() -> None:
    with pytest.raises(IndexError):
        Lines.of(["one"])[1]
