"""What was learnt of a language is kept: an edit in another one teaches that alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bot.nlp.encoder import HashedNgrams
from bot.nlp.intents import IntentsComponent
from bot.nlp.learnt import InShort, Learnt, LearntFolder
from bot.nlp.shipped import read_learnt, write_learnt
from tests.unit.test_nlp_abroad import PARTS, lessons_of, refund_in_lithuanian

KEPT = 12


class Watched(LearntFolder):
    """Notes what it is asked for and given."""

    def __init__(self, folder: Path, shipped: Mapping[str, InShort] | None = None) -> None:
        super().__init__(folder, "tiny", shipped)
        self.known: list[bool] = []
        self.new: dict[str, Learnt] = {}

    def recall(self, key: str) -> Learnt | None:
        found = super().recall(key)
        self.known.append(found is not None)
        return found

    def remember(self, key: str, learnt: Learnt) -> None:
        self.new[key] = learnt
        super().remember(key, learnt)


def taught(
    folder: Path, *languages: str, edited: str = "", shift: int = 0, shipped: Mapping[str, InShort] | None = None
) -> tuple[IntentsComponent, Watched]:
    """Some languages learnt; one of them with an example less, groups numbered on by ``shift``."""
    component, memory = IntentsComponent(), Watched(folder, shipped)
    lessons, vectors = [], []
    for language in languages:
        own, seen = lessons_of(language)
        if language == edited:
            own, seen = own[:-1], seen[:-1]
        lessons += own
        vectors += seen
    moved = [type(one)(one.text, one.intent, one.group + shift, one.excluded, one.language) for one in lessons]
    component.learn(moved, np.stack(vectors), PARTS, memory)
    return component, memory


def test_what_stayed_as_it_was_is_not_learnt_again(tmp_path: Path) -> None:
    first, memory = taught(tmp_path, "en", "sl", "lt")
    assert (memory.known, len(memory.new)) == ([False] * 3, 3)
    again, memory = taught(tmp_path, "en", "sl", "lt", shift=1000)
    assert (memory.known, memory.new) == ([True] * 3, {})
    assert refund_in_lithuanian(again) == pytest.approx(refund_in_lithuanian(first), abs=1e-6)


def test_an_edit_in_one_language_teaches_that_one(tmp_path: Path) -> None:
    taught(tmp_path, "en", "sl", "lt")
    edited, memory = taught(tmp_path, "en", "sl", "lt", edited="sl")
    assert (memory.known, len(memory.new)) == ([True, False, True], 1)
    assert refund_in_lithuanian(edited) > 0.5


def test_a_language_that_comes_or_goes_teaches_all_anew(tmp_path: Path) -> None:
    taught(tmp_path, "en", "sl", "lt")
    _, memory = taught(tmp_path, "en", "sl")
    assert memory.known == [False, False]


def test_what_is_left_out_is_kept_to_calibrate_on(tmp_path: Path) -> None:
    component, memory = IntentsComponent(), Watched(tmp_path)
    lessons, vectors = lessons_of("en")
    before = component.learn(lessons, np.stack(vectors), PARTS, memory)["en"]
    after = component.learn(lessons, np.stack(vectors), PARTS, memory)["en"]
    assert memory.known == [False, True]
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_allclose(after.figures, before.figures)


@pytest.mark.parametrize("damaged", ["machine.json", "machine/vectors.npy", "left_out.npz"])
def test_what_is_damaged_is_learnt_anew(tmp_path: Path, damaged: str) -> None:
    taught(tmp_path, "en", "sl")
    for place in tmp_path.iterdir():
        (place / damaged).write_bytes(b"PK\x03\x04 torn")
    component, memory = taught(tmp_path, "en", "sl")
    assert (memory.known, len(memory.new)) == ([False, False], 2)
    assert component.labels == ("delivery", "praise", "refund")


def test_what_cannot_be_written_is_only_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("a file where the folder is to be")
    component, memory = taught(tmp_path / "full", "en", "sl")
    assert (memory.known, component.labels) == ([False, False], ("delivery", "praise", "refund"))


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    component, memory = IntentsComponent(), LearntFolder(tmp_path, "tiny")
    lessons, vectors = lessons_of("en")
    for number in range(KEPT + 3):
        component.learn(lessons[number:], np.stack(vectors[number:]), PARTS, memory)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_what_came_with_the_product_is_not_learnt_again(tmp_path: Path) -> None:
    here, at_the_makers = tmp_path / "here", tmp_path / "at the makers"
    first, memory = taught(at_the_makers, "en", "sl", "lt")
    shipped = {key: InShort(one.machine.gist, one.left_out) for key, one in memory.new.items()}
    write_learnt(HashedNgrams(), shipped, tmp_path)
    came = read_learnt(HashedNgrams(), tmp_path)
    assert came.keys() == memory.new.keys()

    again, memory = taught(here, "en", "sl", "lt", shipped=came)
    assert refund_in_lithuanian(again) == pytest.approx(refund_in_lithuanian(first), abs=1e-3)
    for key, one in memory.new.items():
        assert one.machine.gist.weights == pytest.approx(shipped[key].gist.weights, abs=1e-2)
        np.testing.assert_allclose(one.left_out.figures, shipped[key].left_out.figures, atol=1e-5)
    _, memory = taught(here, "en", "sl", "lt")
    assert memory.known == [True] * 3  # from now on as a whole


def test_of_what_came_with_the_product_only_the_language_that_was_edited_is_learnt(tmp_path: Path) -> None:
    _, memory = taught(tmp_path / "at the makers", "en", "sl", "lt")
    shipped = {key: InShort(one.machine.gist, one.left_out) for key, one in memory.new.items()}
    edited, memory = taught(tmp_path / "here", "en", "sl", "lt", edited="sl", shipped=shipped)
    assert len(memory.new.keys() - shipped.keys()) == 1
    assert refund_in_lithuanian(edited) > 0.5


def test_what_another_encoder_taught_is_not_recalled(tmp_path: Path) -> None:
    _, memory = taught(tmp_path, "en", "sl")
    assert [LearntFolder(tmp_path, "other").recall(key) for key in memory.new] == [None, None]
    assert read_learnt(HashedNgrams(), tmp_path) == {}
