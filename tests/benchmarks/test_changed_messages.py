"""Whether a message means the same however it is written: messages of our own, changed as people change them.

Every message of ``messages_<language>.tsv`` in a few is taken as it is, and once for each way in ``changes.py``. What
counts is what a change loses, not how many are recognised: ``test_own_messages.py`` measures that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from bot.core.content import Catalogue
from bot.core.understanding import NO_INTENT, Kind, Understanding
from bot.nlp.pipeline import Pipeline
from bot.nlp.text import letters
from bot.ports import Hints
from tests.benchmarks.changes import CHANGES, LANGUAGES
from tests.benchmarks.test_own_messages import catalogue, pipeline, rows, share

__all__ = ["catalogue", "pipeline"]

_EVERY = 5
"""Of 12 messages each intent has, so that all variants come up."""

_BY_CHANCE = 6.0
"""In a hundred: of the 82 messages of a language."""

_LOST_OUTSIDE = 6.0
"""In a hundred of those about nothing, on average of the languages."""

Row = tuple[str, str, str]


@pytest.fixture(scope="module")
def as_they_are(pipeline: Pipeline) -> dict[str, tuple[list[Row], list[Understanding]]]:
    """By language: some messages, and how they are understood unchanged."""
    chosen = {language: rows(f"messages_{language}.tsv")[::_EVERY] for language in LANGUAGES}
    return {language: (some, _understood(pipeline, (row[0] for row in some))) for language, some in chosen.items()}


@pytest.mark.parametrize("name", CHANGES)
def test_a_message_means_the_same_however_it_is_written(
    benchmark: Any,
    catalogue: Catalogue,
    pipeline: Pipeline,
    as_they_are: dict[str, tuple[list[Row], list[Understanding]]],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    change = CHANGES[name]
    smalltalk = {key for key, intent in catalogue.intents.items() if intent.kind is Kind.SMALLTALK}

    def understand_all() -> dict[str, list[Understanding]]:
        return {
            language: _understood(pipeline, (change.make(row[0], language) for row in as_they_are[language][0]))
            for language in change.languages
        }

    changed = benchmark.pedantic(understand_all, rounds=1)

    lost, lost_outside, lines = {}, [], []
    for language, after in changed.items():
        some, before = as_they_are[language]
        kept = [
            (row[1], was.intent == row[1], now.intent == row[1])
            for row, was, now in zip(some, before, after, strict=True)
            if says_something(row[0]) and not (change.polite and row[1] in smalltalk)  # a letter of thanks is that
        ]
        were, are = shares(kept, about_nothing=False)
        lost[language] = were - are
        nothing_were, nothing_are = shares(kept, about_nothing=True)
        lost_outside.append(nothing_were - nothing_are)
        lines.append(f"{language} {were:5.1f} → {are:5.1f}, about nothing {nothing_were:5.1f} → {nothing_are:5.1f}")
    mean = sum(lost.values()) / len(lost)
    with capsys.disabled():
        print(f"\n{name}: {mean:.1f} lost\n  " + "\n  ".join(lines))
    assert mean <= change.loss
    assert sum(lost_outside) / len(lost_outside) <= _LOST_OUTSIDE
    assert max(lost.values()) <= change.loss + _BY_CHANCE


def _understood(pipeline: Pipeline, texts: Iterable[str]) -> list[Understanding]:
    return list(pipeline.understand_many([(text, Hints()) for text in texts]))


def says_something(text: str) -> bool:
    """A greeting put to a few signs is a greeting."""
    return len(text.split()) > 2 and letters(text) > 8


def shares(kept: Sequence[tuple[str, bool, bool]], *, about_nothing: bool) -> tuple[float, float]:
    """How many in a hundred are recognised unchanged, and changed; of (intent, before, after)."""
    of_these = [found for found in kept if (found[0] == NO_INTENT) is about_nothing]
    before, after = (100 * share(each) for each in zip(*[found[1:] for found in of_these], strict=True))
    return before, after
