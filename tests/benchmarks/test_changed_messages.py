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
from bot.ports import Hints
from tests.benchmarks.changes import CHANGES, LANGUAGES
from tests.benchmarks.test_own_messages import catalogue, pipeline, rows, share

__all__ = ["catalogue", "pipeline"]

_EVERY = 5
"""Of 12 messages each intent has, so that all variants come up."""

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

    lost, lines = [], []
    for language, after in changed.items():
        some, before = as_they_are[language]
        kept = [
            (row, was, now)
            for row, was, now in zip(some, before, after, strict=True)
            if not (change.polite and row[1] in smalltalk)  # a whole letter of thanks is that
        ]
        inside, outside = ([found for found in kept if (found[0][1] == NO_INTENT) is none] for none in (False, True))
        lost.append(_right(inside, 1) - _right(inside, 2))
        lines.append(
            f"{language} {_right(inside, 1):5.1f} → {_right(inside, 2):5.1f}, "
            f"about nothing {_right(outside, 1):5.1f} → {_right(outside, 2):5.1f}"
        )
    with capsys.disabled():
        print(f"\n{name}: {sum(lost) / len(lost):.1f} lost\n  " + "\n  ".join(lines))
    assert sum(lost) / len(lost) <= change.loss


def _understood(pipeline: Pipeline, texts: Iterable[str]) -> list[Understanding]:
    return pipeline.understand_many([(text, Hints()) for text in texts])


def _right(found: Sequence[tuple[Row, Understanding, Understanding]], which: int) -> float:
    """In a hundred: 1, of those unchanged; 2, of those changed."""
    return 100 * share((was, now)[which - 1].intent == row[1] for row, was, now in found)
