"""The content that is shipped: every check sentence, in every language, is understood as it must be.

One pipeline is trained for all of them, and kept among pytest's own files: the next run loads it, unless something
that it depends on has changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.files.folder import INTENTS
from bot.files.likeness import near_duplicates
from bot.files.load import good, load
from bot.files.sentences import CHECK, Sentence, sentences_of
from bot.nlp.encoder import encoder_named
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import load_or_train
from bot.ports import Hints

ROOT = Path(__file__).parents[2]
LOADED = load(ROOT)
LANGUAGES = LOADED.snapshot.languages(INTENTS)
SENTENCES = sentences_of(LOADED.snapshot)
CHECKS = [sentence for sentence in SENTENCES if sentence.role == CHECK]

meaning = pytest.mark.skipif(
    encoder_named("default").id == encoder_named("ngrams").id, reason="no encoder that knows meaning is installed here"
)


@pytest.fixture(scope="module")
def understood(request: pytest.FixtureRequest) -> dict[Sentence, str]:
    """What each check sentence is taken for, all understood at once."""
    folder = Path(request.config.cache.mkdir("keepword-model"))
    pipeline: Pipeline = load_or_train(good(LOADED), folder, encoder=encoder_named("default"))
    found = pipeline.understand_many([(one.text, Hints(so_far=one.language)) for one in CHECKS])
    pipeline.close()
    return {one: understanding.intent for one, understanding in zip(CHECKS, found, strict=True)}


def test_the_shipped_content_is_good_in_every_language_that_it_has() -> None:
    assert [str(problem) for problem in LOADED.problems] == []
    assert sorted(good(LOADED).standards.languages) == sorted(LANGUAGES)


@meaning
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sentence", CHECKS, ids=lambda one: f"{one.where}: {one.text}")
def test_a_check_sentence_is_understood(sentence: Sentence, understood: dict[Sentence, str]) -> None:
    assert understood[sentence] == sentence.intent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_check_sentences_in_every_language(language: str) -> None:
    checked = {one.intent for one in CHECKS if one.language == language}
    assert checked == {one.intent for one in SENTENCES}


def test_no_example_is_nearly_that_of_another_intent() -> None:
    pairs = [pair for pair in near_duplicates(SENTENCES) if pair.first.intent != pair.second.intent]
    assert [(pair.first.where, pair.second.where, pair.second.text) for pair in pairs] == []
