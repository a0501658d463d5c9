"""A small edit revises what was learnt of a language; the result is nearly what learning all anew would give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understanding import NO_INTENT
from bot.nlp.abroad import Adviser
from bot.nlp.encoder import HashedNgrams, parts_of
from bot.nlp.intents import IntentsComponent
from bot.nlp.learner import Learner
from bot.nlp.learnt import Learnt, LearntFolder
from bot.nlp.machine import Lesson, Machine, labels_of
from bot.nlp.revision import edit_of, revised

ENCODER = HashedNgrams()
PARTS = parts_of(ENCODER)
OPENINGS = ("please", "hello,", "I wonder", "since yesterday", "on the phone", "honestly")
POINTS = {
    "delivery": ("when does the parcel come", "the courier is late", "where is my delivery", "it did not arrive"),
    "refund": ("I want my money back", "refund the shoes", "you owe me the price", "return the payment"),
    "opening": ("are you open on sunday", "when do you close", "opening hours of the shop", "how long are you there"),
    NO_INTENT: ("who won the match", "the weather is fine", "tell me a joke", "what is love"),
}
ENDINGS = ("", "thanks", "it is urgent", "as you said", "for my mother", "with the coupon", "at last")
QUESTIONS = ("my parcel from monday", "money for the returned shoes", "open late tonight", "a joke about weather")


def everything(language: str = "en") -> list[Lesson]:
    """A few hundred lessons, one of them in twenty a counter-example."""
    said = [
        (f"{opening} {point} {ending}", intent)
        for intent, points in POINTS.items()
        for point in points
        for opening in OPENINGS
        for ending in ENDINGS
    ]
    return [
        Lesson(text, intent, number, number % 20 == 7 or intent == NO_INTENT, language)
        for number, (text, intent) in enumerate(said)
    ]


LESSONS = everything()
LABELS = labels_of(LESSONS)


def learnt(lessons: Sequence[Lesson], advisers: Sequence[Adviser] = ()) -> Machine:
    vectors = ENCODER.encode([lesson.text for lesson in lessons])
    return Learner(lessons, vectors, LABELS, PARTS).learn(advisers)[0]


def brought_up_to_date(machine: Machine, lessons: Sequence[Lesson], advisers: Sequence[Adviser] = ()) -> Machine:
    edit = edit_of(machine, lessons)
    assert edit is not None
    came = [lessons[place] for place in edit.came.tolist()]
    return revised(machine, came, ENCODER.encode([lesson.text for lesson in came]), edit.went, advisers)


def scores(machine: Machine, texts: Sequence[str]) -> np.ndarray:
    return np.array([[*found.scores, found.outside] for found in machine.judge(texts, ENCODER.encode(texts))])


MACHINE = learnt(LESSONS)
NEW = (
    Lesson("pošljite kurirja s ključem", "delivery", 9_001, language="en"),
    Lesson("who stole the parcel, a joke?", NO_INTENT, 9_002, excluded=True, language="en"),
    Lesson("are you open to a refund", "opening", 9_003, excluded=True, language="en"),
    Lesson("close my account and pay", "refund", 9_004, language="en"),
)


@given(
    went=st.sets(st.integers(0, len(LESSONS) - 1), max_size=4),
    came=st.lists(st.sampled_from(NEW), unique=True, max_size=2),
)
@settings(max_examples=8, deadline=None)
def test_a_revised_machine_says_what_one_learnt_anew_would(went: set[int], came: list[Lesson]) -> None:
    lessons = [lesson for place, lesson in enumerate(LESSONS) if place not in went] + came
    asked = [*QUESTIONS, *(lesson.text for lesson in NEW), *(LESSONS[place].text for place in went)]
    anew, updated = (scores(machine, asked) for machine in (learnt(lessons), brought_up_to_date(MACHINE, lessons)))
    assert np.abs(updated - anew).max() < 0.1
    assert np.abs(updated - anew).mean() < 0.015


def test_what_came_is_known_at_once_with_its_new_words() -> None:
    updated = brought_up_to_date(MACHINE, [*LESSONS, NEW[0]])
    ours = LABELS.index("delivery")
    old, new = (scores(machine, ["ključem pošljite kurirja"])[0] for machine in (MACHINE, updated))
    assert new[ours] > old[ours] + 0.3
    assert new.argmax() == ours
    assert updated.texts[-1] == NEW[0].text


def test_what_went_is_forgotten() -> None:
    with_it = brought_up_to_date(MACHINE, [*LESSONS, NEW[0]])
    without = brought_up_to_date(with_it, LESSONS)
    asked = [NEW[0].text, *QUESTIONS]
    assert np.abs(scores(without, asked) - scores(MACHINE, asked)).max() < 0.1


def test_an_example_moved_to_another_intent_counts_there() -> None:
    moved = [
        Lesson(one.text, "refund" if place == 0 else one.intent, one.group, one.excluded, one.language)
        for place, one in enumerate(LESSONS)
    ]
    updated = brought_up_to_date(MACHINE, moved)
    before, after = (scores(machine, [LESSONS[0].text])[0] for machine in (MACHINE, updated))
    assert after[LABELS.index("refund")] > before[LABELS.index("refund")] + 0.3
    assert after[LABELS.index("delivery")] < before[LABELS.index("delivery")] - 0.3


def test_nothing_came_or_went_and_nothing_changes() -> None:
    updated = brought_up_to_date(MACHINE, LESSONS[::-1])
    np.testing.assert_allclose(scores(updated, QUESTIONS), scores(MACHINE, QUESTIONS), atol=1e-5)


@pytest.mark.parametrize("change", [-40, 40])
def test_much_is_learnt_anew(change: int) -> None:
    more = [Lesson(f"{number} more", "refund", 9_000 + number, language="en") for number in range(max(change, 0))]
    assert edit_of(MACHINE, [*LESSONS[max(-change, 0) :], *more]) is None


def test_what_advises_is_heeded() -> None:
    slovenian = everything("sl")
    vectors = ENCODER.encode([lesson.text for lesson in slovenian])
    adviser = Learner(slovenian, vectors, LABELS, PARTS).adviser()
    advised = learnt(LESSONS, [adviser])
    lessons = [*LESSONS[3:], NEW[3]]
    anew = learnt(lessons, [adviser])
    updated = brought_up_to_date(advised, lessons, [adviser])
    asked = [*QUESTIONS, NEW[3].text, LESSONS[0].text]
    assert np.abs(scores(updated, asked) - scores(anew, asked)).max() < 0.1


class Counting(LearntFolder):
    """Notes what is learnt anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "ngrams")
        self.anew: list[str] = []

    def remember(self, key: str, learnt: Learnt) -> None:
        self.anew.append(key)
        super().remember(key, learnt)


def taught(folder: Path, lessons: Sequence[Lesson]) -> tuple[IntentsComponent, Counting]:
    component, memory = IntentsComponent(), Counting(folder)
    component.learn(lessons, ENCODER.encode([lesson.text for lesson in lessons]), PARTS, memory)
    return component, memory


def test_an_edit_revises_what_the_folder_has(tmp_path: Path) -> None:
    both = [*LESSONS, *everything("sl")]
    _, memory = taught(tmp_path, both)
    assert len(memory.anew) == 2
    component, memory = taught(tmp_path, [NEW[0], *both])
    assert memory.anew == []
    machine = component.machine("en")
    assert machine is not None
    assert machine.texts[-1] == NEW[0].text
    again, memory = taught(tmp_path, [NEW[0], NEW[3], *both])  # not of what was revised, but of what was learnt
    machine = again.machine("en")
    assert (memory.anew, machine and machine.texts[-2:]) == ([], (NEW[0].text, NEW[3].text))


def test_edits_in_several_languages_at_once(tmp_path: Path) -> None:
    both = [*LESSONS, *everything("sl")]
    taught(tmp_path, both)
    in_slovenian = Lesson(NEW[3].text, NEW[3].intent, 9_100, language="sl")
    component, memory = taught(tmp_path, [NEW[3], in_slovenian, *both])
    assert memory.anew == []
    for language in ("en", "sl"):
        machine = component.machine(language)
        assert machine is not None
        assert machine.texts[-1] == NEW[3].text


def test_a_new_intent_is_learnt_anew(tmp_path: Path) -> None:
    taught(tmp_path, LESSONS)
    _, memory = taught(tmp_path, [Lesson("a job for me", "jobs", 9_005, language="en"), *LESSONS])
    assert len(memory.anew) == 1


def test_a_revised_machine_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    updated = brought_up_to_date(MACHINE, [*LESSONS[2:], *NEW[:3]])
    updated.save(tmp_path / "machine")
    loaded = Machine.load(tmp_path / "machine")
    np.testing.assert_allclose(scores(loaded, QUESTIONS), scores(updated, QUESTIONS), atol=1e-6)
