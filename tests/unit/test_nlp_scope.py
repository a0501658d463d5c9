"""How the threshold is set that tells what is about an intent from what is about none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.machine import LeftOut
from bot.nlp.reading import Judgement
from bot.nlp.scope import ScopeComponent

SHARE = 0.05
NOTHING_KNOWN = np.zeros((0, 2))


def left_out(best: np.ndarray, strange: np.ndarray = NOTHING_KNOWN, about_nothing: np.ndarray | None = None) -> LeftOut:
    """Examples that score ``best``, and their nearness with it; then sentences about nothing, which score so."""
    outside = np.zeros(0) if about_nothing is None else about_nothing
    rows = [(x, x, 0.3, 0.0) for x in best] + [(x, x, 0.3, 0.5) for x in outside]
    labels = np.repeat([0, -1], [len(best), len(outside)])
    pairs = np.column_stack([strange, strange]) if strange.ndim == 1 else strange
    padded = np.vstack([pairs, np.zeros((len(outside), 2))]) if len(pairs) else pairs
    return LeftOut(np.array(rows, np.float64).reshape(-1, 4), labels, padded)


def learnt(found: LeftOut) -> ScopeComponent:
    component = ScopeComponent(SHARE)
    component.learn({"en": found})
    return component


def heard(component: ScopeComponent, best: float, outside: float = 0.0) -> bool:
    found = Judgement(np.array([best], np.float32), best, best, 0.3, outside)
    return component.probability("where is it", found, "en") >= 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_of_the_examples_no_more_are_turned_away_than_was_said(values: list[float]) -> None:
    best = np.array(values)
    component = learnt(left_out(best))
    assert sum(not heard(component, value) for value in values) <= SHARE * len(values) + 1


def test_where_intents_are_told_apart_well_fewer_are_turned_away() -> None:
    best = np.linspace(0.5, 1.0, 1_000)
    assert not heard(learnt(left_out(best)), 0.51)
    far_below = np.linspace(0.0, 0.3, 1_000)
    component = learnt(left_out(best, far_below))
    assert all(heard(component, value) for value in best)
    assert not heard(component, 0.25)


def test_where_unknown_intents_look_like_known_ones_no_more_are_turned_away_for_it() -> None:
    best = np.linspace(0.5, 1.0, 1_000)
    alike = learnt(left_out(best, np.linspace(0.4, 0.9, 1_000)))
    assert np.mean([not heard(alike, value) for value in best]) == pytest.approx(SHARE, abs=0.002)


def test_sentences_about_nothing_show_what_to_turn_away() -> None:
    best = np.linspace(0.5, 1.0, 1_000)
    component = learnt(left_out(best, np.linspace(0.0, 0.3, 1_000), np.linspace(0.0, 0.5, 200)))
    assert np.mean([not heard(component, value) for value in best]) == pytest.approx(SHARE, abs=0.002)
    assert not heard(component, 0.8, outside=0.9)


def test_without_examples_everything_is_turned_away() -> None:
    assert not heard(learnt(left_out(np.zeros(0))), 1.0)


def test_thresholds_are_kept(tmp_path: Path) -> None:
    component = learnt(left_out(np.linspace(0.5, 1.0, 100), about_nothing=np.linspace(0.0, 0.5, 60)))
    component.to_disk(tmp_path / "scope")
    again = ScopeComponent(SHARE).from_disk(tmp_path / "scope")
    values = np.linspace(0, 1, 50)
    assert [heard(again, value) for value in values] == [heard(component, value) for value in values]
