"""How the content's own examples are judged, and what is made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.commands.picture import confusion_picture
from bot.core.content import Catalogue, Intent, Phrases
from bot.core.understanding import NO_INTENT, Kind
from bot.nlp.advice import is_rambling, lagging, misplaced, thin
from bot.nlp.crossval import Judged, Validation, cross_validate, judge_checks
from bot.nlp.encoder import HashedNgrams
from bot.nlp.evaluation import catalogue_of
from bot.nlp.insight import cues_in, insight
from bot.nlp.scores import accuracy, by_intent, confusions, macro_f1
from bot.nlp.sources import by_lesson, sources_of
from bot.nlp.training import lessons_of, train
from bot.nlp.vectors import Vectors
from bot.ports import Hints

EXAMPLES = {
    "order_status": ["where is my order", "where is my order now", "track my order", "my order where"],
    "opening_hours": ["when are you open", "are you open today", "opening hours today", "open when"],
    "greeting": ["hello", "hello there", "hello you", "hello hello", "oh hello"],
}  # fmt: skip


def content(**more: Sequence[str]) -> Catalogue:
    """Three intents, ``more`` examples of them, in English."""
    base = catalogue_of([("x", "x")])
    phrases = tuple(
        Phrases(name, "en", (*examples, *more.get(name, ())), check=("hello to you",) if name == "greeting" else ())
        for name, examples in EXAMPLES.items()
    )
    intents = {name: Intent(name, Kind.QUESTION, "shop", name, name) for name in EXAMPLES}
    return dataclasses.replace(base, intents=intents, phrases=phrases)


class Counting(HashedNgrams):
    """Knows how many texts it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    catalogue = content(greeting=["where is my order please"])
    return cross_validate(catalogue, tmp_path_factory.mktemp("model"), encoder=HashedNgrams())


def judged(intent: str, got: str, confidence: float = 0.9, language: str = "en", sentence: str = "so") -> Judged:
    return Judged(language, intent, sentence, got, confidence, kind_right=intent == got)


# --- sources


def test_every_lesson_leads_back_to_the_sentence_that_was_written() -> None:
    catalogue = content(order_status=["Kje je moj kavč"])
    sources = {source.group: source for source in sources_of(catalogue)}
    assert {lesson.group for lesson in lessons_of(catalogue)} == set(sources)
    known = by_lesson(catalogue)
    assert known["kje je moj kavč"].sentence == "Kje je moj kavč"


# --- cross-validation


def test_every_example_is_judged_once_in_the_order_of_the_files(validated: Validation) -> None:
    written = [
        example for phrases in content(greeting=["where is my order please"]).phrases for example in phrases.examples
    ]
    assert [one.sentence for one in validated.judged] == written


def test_an_example_in_the_wrong_place_is_taken_for_what_it_is(validated: Validation) -> None:
    (one,) = [one for one in validated.judged if one.sentence == "where is my order please"]
    assert (one.intent, one.got, one.right) == ("greeting", "order_status", False)
    assert one.nearest is not None
    assert one.nearest.sentence.startswith("where is my order")
    assert 0.5 < one.likeness <= 1.01


def test_spellings_of_one_sentence_are_never_learnt_when_it_is_judged(tmp_path: Path) -> None:
    alone = content(greeting=["žžž ščć đđđ"])
    found = cross_validate(alone, tmp_path, encoder=HashedNgrams()).judged
    (one,) = [one for one in found if one.sentence == "žžž ščć đđđ"]
    assert one.got != "greeting" or one.confidence < 0.6


def test_embeddings_are_made_once(tmp_path: Path) -> None:
    encoder = Counting()
    cross_validate(content(), tmp_path, encoder=encoder)
    assert len(encoder.asked) == len(set(encoder.asked))
    again = Counting()
    cross_validate(content(), tmp_path, encoder=again)
    assert again.asked == []


def test_sentences_about_nothing_are_judged_too(validated: Validation) -> None:
    assert validated.outside_recognised is not None
    assert 0 <= validated.outside_recognised <= 1


# --- figures


def test_scores_count_what_was_taken_for_an_intent_and_what_is() -> None:
    found = [judged("a", "a"), judged("a", "a"), judged("a", "b"), judged("b", "b"), judged("b", NO_INTENT)]
    scores = by_intent(found)
    assert (scores["a"].precision, scores["a"].count) == (1.0, 3)
    assert scores["a"].recall == pytest.approx(2 / 3)
    assert (scores["b"].precision, scores["b"].recall) == (0.5, 0.5)
    assert accuracy(found) == pytest.approx(0.6)
    assert macro_f1(found) == pytest.approx((0.8 + 0.5) / 2)
    assert (accuracy([]), macro_f1([])) == (0.0, 0.0)


def test_the_most_frequent_confusion_comes_first_with_the_surest_sentence_first() -> None:
    found = [judged("a", "b", 0.4), judged("a", "b", 0.8), judged("b", "a"), judged("a", "a")]
    first, second = confusions(found)
    assert (first.intent, first.got, [one.confidence for one in first.sentences]) == ("a", "b", [0.8, 0.4])
    assert (second.intent, second.got) == ("b", "a")


# --- advice


def test_a_sentence_surely_taken_for_another_intent_seems_misplaced() -> None:
    found = [judged("a", "b", 0.95), judged("a", "b", 0.5), judged("a", NO_INTENT, 0.99), judged("a", "a", 0.99)]
    assert [one.judged for one in misplaced(found)] == found[:1]


def test_an_intent_is_thin_in_the_language_in_which_it_is_not_recognised() -> None:
    found = [
        judged("a", "b"),
        judged("a", "a"),
        judged("a", NO_INTENT),
        judged("a", "b"),
        judged("a", "a", language="sl"),
    ]
    (one,) = thin(found)
    assert (one.language, one.intent, one.taken_for) == ("en", "a", "b")


def test_long_examples_of_several_sentences_are_rambling() -> None:
    assert is_rambling(
        "I went to your shop on Monday with my aunt. She liked it. But the bill was higher than it said."
    )
    assert not is_rambling("Where is it? Tell me.")
    assert not is_rambling("a" * 200)


def test_a_language_lags_behind_in_number_in_rambling_in_checks_and_in_figures() -> None:
    base = content()
    more = [
        Phrases(name, language, tuple(examples[:count]))
        for name, examples in EXAMPLES.items()
        for language, count in (("sl", 1), ("lv", 5))
    ]
    catalogue = dataclasses.replace(
        base,
        standards=dataclasses.replace(base.standards, languages=("en", "sl", "lv")),
        phrases=(*base.phrases, *more),
    )
    found = lagging(catalogue, [judged("a", "a"), judged("a", "b", language="sl")])
    told = [(one.language, one.what) for one in found]
    assert ("sl", "examples") in told
    assert ("lv", "examples") not in told
    assert ("sl", "understood") in told
    assert ("en", "check") in told  # two of its intents have none
    assert ("lv", "rambling") in told


# --- picture


def test_the_picture_shows_each_confusion_by_name_and_number() -> None:
    svg = confusion_picture([("a<b", "a<b"), ("a<b", "c"), ("c", "none")], ["c", "a<b"], "All & sundry", "none")
    assert svg.startswith("<svg ")
    assert "All &amp; sundry" in svg
    assert "a&lt;b taken for c: 1 of 2 (50%)" in svg
    assert "prefers-color-scheme: dark" in svg
    assert svg.index(">c</text>") < svg.index(">a&lt;b</text>")


# --- insight


def test_insight_names_the_nearest_examples_each_once(tmp_path: Path) -> None:
    catalogue = content(order_status=["where is my kavč"])
    pipeline = train(catalogue, tmp_path, encoder=HashedNgrams())
    (doc,) = pipeline.read([("where is my kavč", Hints())])
    seen = insight(pipeline, doc, catalogue, count=3)
    pipeline.close()
    assert seen.nearest[0].source.sentence == "where is my kavč"
    assert len({near.source for near in seen.nearest}) == len(seen.nearest) == 3
    assert seen.nearest[0].likeness > seen.nearest[1].likeness


def test_cues_are_told_with_their_words() -> None:
    found = cues_in("I am FURIOUS, not urgent, but call my lawyer!!!", "en")
    assert [(cue.sort, cue.words) for cue in found][:2] == [("calm", "not urgent"), ("anger", "furious")]
    assert {"legal", "loud"} <= {cue.sort for cue in found}
    assert "urgent" not in {cue.sort for cue in found}


def test_check_sentences_are_judged_by_what_was_learnt(tmp_path: Path) -> None:
    pipeline = train(content(), tmp_path, encoder=HashedNgrams())
    (one,) = judge_checks(pipeline, content())
    pipeline.close()
    assert (one.intent, one.got, one.right) == ("greeting", "greeting", True)
