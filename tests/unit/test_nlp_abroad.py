"""What the machines of other languages add to a language's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spacy.lang.xx import MultiLanguage

from bot.nlp.abroad import Adviser, condensed
from bot.nlp.intents import IntentsComponent, Lesson
from bot.nlp.kernel import choose_landmarks
from bot.nlp.reading import Reading, reading
from bot.nlp.vectors import Vectors, unit

PARTS = ((6, 1.0),)
SENSES = {"delivery": 0, "refund": 1, "praise": 2}
EACH = 24


def in_language(language: str, sense: Vectors) -> Vectors:
    """A text of that ``sense``, where the encoder sets each language apart."""
    apart = np.array([0, 0, 0, *(1.5 if language == one else 0 for one in ("en", "sl", "lt"))])
    vector = np.append(sense, np.zeros(3)) + apart
    of_unit_length: Vectors = unit(vector[None].astype(np.float32))[0]
    return of_unit_length


def lessons_of(language: str, without: str = "") -> tuple[list[Lesson], list[Vectors]]:
    """Examples of every intent; those of ``without`` all stand far from what is asked."""
    random = np.random.default_rng(len(language) + ord(language[0]))
    lessons, vectors = [], []
    for intent, place in SENSES.items():
        for number in range(EACH):
            sense = 0.1 * random.standard_normal(3, dtype=np.float32)
            sense[place] += -1.0 if intent == without else 1.0
            group = 100 * "en sl lt".index(language) + EACH * place + number
            lessons.append(Lesson(f"{language} {intent} {number}", intent, group, language=language))
            vectors.append(in_language(language, sense))
    return lessons, vectors


def learnt(**languages: str) -> IntentsComponent:
    component = IntentsComponent()
    taught = [lessons_of(language, without) for language, without in languages.items()]
    lessons = [lesson for own, _ in taught for lesson in own]
    component.learn(lessons, np.stack([vector for _, own in taught for vector in own]), PARTS)
    return component


def refund_in_lithuanian(component: IntentsComponent) -> float:
    """How likely a refund is found, asked for in words that no Lithuanian example of a refund is like."""
    doc = MultiLanguage().make_doc("grąžinkite")
    doc._.reading = Reading(
        written="lt", spoken="grąžinkite", vector=in_language("lt", np.array([0.0, 1.0, 0.0], np.float32))
    )
    candidates = reading(component(doc)).candidates
    return next(one.confidence for one in candidates if one.intent == "refund")


def test_what_only_other_languages_have_examples_of_is_found_more_likely() -> None:
    alone = refund_in_lithuanian(learnt(lt="refund"))
    assert refund_in_lithuanian(learnt(lt="refund", en="", sl="")) > alone


def test_an_example_of_the_own_language_has_the_last_word() -> None:
    component = learnt(lt="refund", en="", sl="")
    _, vectors = lessons_of("lt", "refund")
    doc = MultiLanguage().make_doc("lt refund 0")
    doc._.reading = Reading(written="lt", spoken="lt refund 0", vector=vectors[EACH])
    assert reading(component(doc)).candidates[0].intent == "refund"


def test_advice_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    component = learnt(lt="refund", en="", sl="")
    component.to_disk(tmp_path)
    loaded = IntentsComponent().from_disk(tmp_path)
    assert refund_in_lithuanian(loaded) == pytest.approx(refund_in_lithuanian(component), abs=1e-6)


def test_a_part_of_the_examples_speaks_for_all_of_them() -> None:
    random = np.random.default_rng(1)
    senses = random.standard_normal((4, 12))
    labels = random.integers(0, 4, 300)
    vectors: Vectors = unit((senses[labels] + random.standard_normal((300, 12))).astype(np.float32))
    weights = (labels[:, None] == np.arange(4)).astype(np.float32) - 0.25
    chosen = choose_landmarks(labels, 60)
    assert len(chosen) == 60

    asked: Vectors = unit(random.standard_normal((50, 12)).astype(np.float32))
    parts = ((12, 1.0),)
    said_by_all = Adviser(parts, np.zeros((0, 0), np.float32), vectors, weights, 0.1).scores(asked, 0.1)
    part = condensed(vectors, weights, chosen)
    said_by_some = Adviser(parts, np.zeros((0, 0), np.float32), vectors[chosen], part, 0.1).scores(asked, 0.1)
    said_once = Adviser(parts, np.zeros((0, 0), np.float32), vectors[chosen], part, 0.1).scores(asked, 0.1, once=True)
    assert float(np.linalg.norm(said_once - said_by_some)) < 0.02 * float(np.linalg.norm(said_by_some))
    assert float(np.linalg.norm(said_by_some - said_by_all)) < 0.1 * float(np.linalg.norm(said_by_all))
    assert condensed(vectors, weights, np.arange(300)) is weights
