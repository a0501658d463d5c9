"""How much each model says: the examples of a language decide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlp.heed import heeded
from bot.nlp.learner import Learner
from bot.nlp.machine import Lesson
from bot.nlp.vectors import Vectors, in_shares

INTENTS = 4
SHARES = (0.5, 0.3, 0.2)
WIDTH = 8
PARTS = tuple((WIDTH, share) for share in SHARES)


def examples(telling: tuple[float, ...], each: int = 25, seed: int = 0) -> tuple[Vectors, np.ndarray]:
    """Vectors of three models, of which each tells so much of what the intent is, and the intents."""
    random = np.random.default_rng(seed)
    numbers = np.arange(INTENTS * each) % INTENTS
    senses = random.standard_normal((INTENTS, WIDTH))
    stretches = [
        (much * senses[numbers] + random.standard_normal((len(numbers), WIDTH))).astype(np.float32) for much in telling
    ]
    return in_shares(np.hstack(stretches), PARTS), numbers


def shares(vectors: Vectors, numbers: np.ndarray) -> tuple[float, ...]:
    aims = (numbers[:, None] == np.arange(INTENTS)).astype(np.float32) - np.float32(1 / INTENTS)
    return heeded(vectors, PARTS, aims, numbers, list(range(len(numbers))), np.ones(len(numbers), np.bool_))


@pytest.mark.parametrize("best", [1, 2])
def test_the_one_that_tells_the_intent_counts_for_more(best: int) -> None:
    found = shares(*examples(tuple(1.5 if place == best else 0.1 for place in range(3)), each=30))

    assert found[best] > SHARES[best] + 0.1
    assert sum(found) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(3))
def test_where_none_tells_clearly_more_all_stays_as_it_is(seed: int) -> None:
    assert shares(*examples((3.0, 3.0, 3.0), seed=seed)) == pytest.approx(SHARES, abs=0.13)
    assert shares(*examples((1.0, 0.8, 0.7), each=30, seed=seed)) == pytest.approx(SHARES, abs=0.13)


@settings(max_examples=15, deadline=None)
@given(
    telling=st.tuples(*[st.floats(0, 3)] * 3),
    each=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_every_model_keeps_a_share(telling: tuple[float, ...], each: int, seed: int) -> None:
    found = shares(*examples(telling, each, seed))

    assert min(found) > 0.03
    assert sum(found) == pytest.approx(1, abs=1e-5)


def test_a_model_by_itself_says_all() -> None:
    vectors, numbers = examples((1.0, 1.0, 1.0))
    aims = np.zeros((len(numbers), INTENTS), np.float32)

    alone = heeded(vectors, ((24, 1.0),), aims, numbers, list(range(len(numbers))), np.ones(len(numbers), np.bool_))

    assert alone == (1.0,)


def test_what_was_found_out_is_not_asked_again() -> None:
    vectors, numbers = examples((0.1, 1.5, 0.1), each=30)
    labels = tuple("abcd")
    lessons = [Lesson(f"{number} {labels[number]}", labels[number], place) for place, number in enumerate(numbers)]
    machine, _ = Learner(lessons, vectors, labels, PARTS).learn()

    again = Learner(lessons, vectors, labels, PARTS, machine.gist).recall()

    assert machine.projection.parts == again.projection.parts
    assert machine.projection.parts[1][1] > 0.4
    np.testing.assert_allclose(
        machine.judge(["what"], vectors[:1])[0].scores, again.judge(["what"], vectors[:1])[0].scores, atol=1e-5
    )
