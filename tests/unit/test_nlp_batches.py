"""Texts through a model, in batches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from threading import Barrier, Event, Lock, current_thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.batches import Span, beforehand, in_batches, side_by_side
from bot.nlp.vectors import Vectors, unit

PIECES = st.lists(st.integers(1, 50), min_size=1, max_size=40)


def sums(texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
    """What a model might make of pieces, wherever they stand."""
    found = [
        [sum(text[start:end]), end - start, 1.0] for text, own in zip(texts, spans, strict=True) for start, end in own
    ]
    return np.array(found, np.float32)


@pytest.fixture(params=[1, 2, 4])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many seem to be there."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(request.param)), raising=False)
    return int(request.param)


@given(texts=st.lists(PIECES, max_size=30))
def test_each_text_gets_its_own_row_whatever_it_stands_beside(texts: list[list[int]]) -> None:
    found = in_batches(texts, sums, 3)

    alone = [unit(sums([text], [[(0, len(text))]]))[0] for text in texts]
    assert np.allclose(found, np.array(alone).reshape(-1, 3), atol=1e-6)


@given(texts=st.lists(PIECES, min_size=1, max_size=12), data=st.data())
def test_spans_get_rows_in_the_order_of_their_texts(texts: list[list[int]], data: st.DataObject) -> None:
    spans = [
        data.draw(st.lists(st.tuples(st.just(0), st.integers(1, len(text))), min_size=1, max_size=3)) for text in texts
    ]

    found = in_batches(texts, sums, 3, spans)

    assert np.allclose(found, unit(sums(texts, spans)), atol=1e-6)


def test_a_batch_fits_into_a_processors_memory(processors: int) -> None:
    seen: list[int] = []

    def embed(texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        seen.append(len(texts) * max(map(len, texts)))
        return sums(texts, spans)

    in_batches([[1] * (3 + number % 60) for number in range(300)] + [[1] * 400], embed, 3)

    assert sorted(seen)[-1] == 400
    assert sorted(seen)[-2] <= 128
    assert len(seen) < 150


def test_what_went_wrong_with_one_batch_is_raised(processors: int) -> None:
    def embed(texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        if 7 in texts[0]:
            raise ValueError("of seven nothing is known")
        return sums(texts, spans)

    with pytest.raises(ValueError, match="seven"):
        in_batches([[number] * 100 for number in range(12)], embed, 3)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs a second processor")
def test_two_processors_have_a_batch_each() -> None:
    both, saying, met = Barrier(2, timeout=20), Lock(), []

    def embed(texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        both.wait()
        with saying:
            met.append(texts)
        return sums(texts, spans)

    in_batches([[1] * 100, [2] * 101], embed, 3)

    assert len(met) == 2


def test_calls_answer_in_order(processors: int) -> None:
    assert side_by_side([lambda: "first", lambda: "second", lambda: "third"]) == ["first", "second", "third"]


def test_what_went_wrong_in_one_of_several_calls_is_raised(processors: int) -> None:
    def fail() -> str:
        raise ValueError("no second")

    with pytest.raises(ValueError, match="no second"):
        side_by_side([lambda: "first", fail])


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_each_item_comes_in_turn_with_what_was_made_of_it(processors: int, count: int) -> None:
    assert list(beforehand(str, range(count))) == [(item, str(item)) for item in range(count)]


def test_a_single_item_is_worked_on_where_it_is_asked_for(processors: int) -> None:
    ((_, thread),) = beforehand(lambda _: current_thread(), ["one"])
    assert thread is current_thread()


def test_the_next_item_is_worked_on_while_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    second = Event()

    def work(item: int) -> None:
        if item == 1:
            second.set()

    for item, _ in beforehand(work, range(3)):
        assert item > 0 or second.wait(20)


def test_what_went_wrong_with_an_item_is_raised_in_its_turn(processors: int) -> None:
    found = beforehand(lambda item: 6 // item, [1, 2, 0, 3])
    assert [next(found), next(found)] == [(1, 6), (2, 3)]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_who_asks_for_no_more_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    begun, ended = [], []

    def work(item: int) -> None:
        begun.append(item)
        ended.append(item)

    found = beforehand(work, range(9))
    next(found)
    found.close()

    assert begun == ended
    assert len(ended) <= 2
