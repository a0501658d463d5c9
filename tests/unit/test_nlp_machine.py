"""How much letters count in a language: its examples decide. And what is near to a message."""

from __future__ import annotations

import numpy as np
import pytest

from bot.core.understanding import NO_INTENT
from bot.nlp.learner import SHARES, Learner
from bot.nlp.machine import Lesson
from bot.nlp.vectors import unit

WORDS = {"delivery": "pristatymas", "refund": "grąžinimas", "praise": "ačiū jums"}
LITTLE, MUCH = SHARES


def share(*, meaning_tells: bool, letters_tell: bool, each: int = 30) -> float:
    """What the machine makes of examples whose embeddings, or letters, or both, tell the intent."""
    random = np.random.default_rng(3)
    lessons: list[Lesson] = []
    vectors: list[np.ndarray] = []
    for _ in range(each):
        for place, (intent, word) in enumerate(WORDS.items()):
            said = "".join(random.choice(list("abcdefgh"), 12))
            text = f"{word} {said[:4]}" if letters_tell else said
            lessons.append(Lesson(text, intent, len(lessons), language="lt"))
            vectors.append(0.3 * random.standard_normal(6) + (np.eye(6)[place] if meaning_tells else 0))
    learner = Learner(lessons, unit(np.array(vectors, np.float32)), tuple(sorted(WORDS)), ((6, 1.0),))
    return learner.learn()[0].share


@pytest.mark.parametrize(
    ("meaning_tells", "letters_tell", "expected"),
    [(True, False, LITTLE), (False, True, MUCH), (True, True, LITTLE), (False, False, LITTLE)],
)
def test_letters_count_much_only_where_they_clearly_tell_more(
    meaning_tells: bool, letters_tell: bool, expected: float
) -> None:
    assert share(meaning_tells=meaning_tells, letters_tell=letters_tell) == expected


def test_a_few_examples_are_not_enough_to_trust_letters() -> None:
    assert share(meaning_tells=False, letters_tell=True, each=1) == LITTLE


def test_counter_examples_are_not_about_nothing() -> None:
    price, warranty, weather = np.eye(3, dtype=np.float32)
    lessons = [
        *(Lesson(f"how much is the lamp {number}", "price", number) for number in range(4)),
        *(Lesson(f"is it still covered {number}", "warranty", 10 + number) for number in range(4)),
        *(Lesson(f"how much is a lamp {number}", "warranty", 20 + number, excluded=True) for number in range(4)),
        *(Lesson(f"will it rain {number}", NO_INTENT, 30 + number, excluded=True) for number in range(4)),
    ]
    vectors = np.repeat([price, warranty, price, weather], 4, axis=0)
    machine, _ = Learner(lessons, vectors, ("price", "warranty"), ((3, 1.0),)).learn()
    (found,) = machine.judge(["how much is this lamp"], price[None])
    assert found.near == pytest.approx(1)
    assert found.far < 0.1
