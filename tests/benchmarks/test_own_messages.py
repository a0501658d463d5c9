"""How well the shipped content is understood, on messages of our own: ``make bench``.

``messages_<language>.tsv`` hold the messages, 12 for each intent in four variants (plain; chatty, with the point late
or only implied; typed on a phone; with typos or by people who write in a second language), and 90 that are about none
of the intents. They were written without sight of the examples. Examples have since been added with a view to what was
mistaken, none of them copied from here: so read the figures as those of a development set, which flatter.
``oblique_en.tsv`` holds two messages for each intent that hardly say what they want. Nothing was ever done about what
is mistaken there (it was written by someone who had read the examples): keep it so, and its figures stay honest.
``unseen_<language>.tsv`` hold four messages for each intent, one in each variant, and 32 about none, by writers who saw
neither examples nor other messages. Nobody looked at what is mistaken there: keep that so as well. ``short.tsv`` is
like those, with 40 short messages a language (their variant), half of them by people who say what they are after; and
so is ``courteous.tsv``, with 54 polite ones a language, 20 of them about nothing that is known.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.content import Catalogue
from bot.core.understanding import NO_INTENT, Kind, Understanding
from bot.files.load import load_or_raise
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import load_or_train
from bot.settings import Settings

HERE = Path(__file__).parent
WORST = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """One message, what it means and what was made of it."""

    text: str
    intent: str
    variant: str
    got: Understanding

    @property
    def right(self) -> bool:
        """Whether its intent was recognised."""
        return self.got.intent == self.intent

    @property
    def turned_away(self) -> bool:
        """Whether it was taken for none of the intents."""
        return self.got.intent == NO_INTENT

    @property
    def best(self) -> str:
        """The best intent, even if it was turned away."""
        return self.got.runners_up[0].intent if self.turned_away and self.got.runners_up else self.got.intent


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What the product ships."""
    return load_or_raise(HERE.parents[1])


@pytest.fixture(scope="module")
def pipeline(catalogue: Catalogue) -> Iterator[Pipeline]:
    """Kept where `keepword run` keeps it, so that it is trained once."""
    trained = load_or_train(catalogue, Settings().model_folder)
    yield trained
    trained.close()


def rows(file: str) -> list[tuple[str, str, str]]:
    """(text, intent, variant) of every message in ``file``."""
    with (HERE / file).open(encoding="utf-8") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], row["intent"], row["variant"]) for row in table]


MESSAGES, UNSEEN = (sorted(path.name for path in HERE.glob(f"{sort}_*.tsv")) for sort in ("messages", "unseen"))


@pytest.mark.parametrize(
    ("file", "at_least"),
    [*((name, 0.85) for name in MESSAGES), *((name, 0.9) for name in UNSEEN), ("oblique_en.tsv", 0.65)],
)
def test_own_messages(
    benchmark: Any,
    catalogue: Catalogue,
    pipeline: Pipeline,
    capsys: pytest.CaptureFixture[str],
    file: str,
    at_least: float,
) -> None:
    judged = judged_in(file, benchmark, catalogue, pipeline, capsys)

    inside = [message for message in judged if message.intent != NO_INTENT]
    assert {message.intent for message in inside} == set(catalogue.intents)
    assert share(message.right for message in inside) >= at_least


@pytest.mark.parametrize(("file", "at_least"), [("short.tsv", 0.85), ("courteous.tsv", 0.88)])
def test_messages_of_one_sort(
    benchmark: Any,
    catalogue: Catalogue,
    pipeline: Pipeline,
    capsys: pytest.CaptureFixture[str],
    file: str,
    at_least: float,
) -> None:
    judged = judged_in(file, benchmark, catalogue, pipeline, capsys)

    assert share(message.right for message in judged) >= at_least


def judged_in(
    file: str, benchmark: Any, catalogue: Catalogue, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> list[Judged]:
    """What is made of each message in ``file``; the figures of it are printed."""

    def understand_all() -> list[Judged]:
        return [Judged(*row, pipeline.understand_now(row[0])) for row in rows(file)]

    judged: list[Judged] = benchmark.pedantic(understand_all, rounds=1)
    with capsys.disabled():
        print(f"\n{file}\n" + "\n".join(figures(judged, catalogue)))
    return judged


def figures(judged: Sequence[Judged], catalogue: Catalogue) -> Iterator[str]:
    """All that is worth knowing, a line each."""
    inside = [message for message in judged if message.intent != NO_INTENT]
    outside = [message for message in judged if message.intent == NO_INTENT]
    sure = catalogue.standards.thresholds.answer
    yield f"intent right             {share(m.right for m in inside):6.1%} of {len(inside)}"
    yield f"  best intent, none aside{share(m.best == m.intent for m in inside):6.1%}"
    yield f"kind right               {share(m.got.kind is kind_of(m, catalogue) for m in inside):6.1%}"
    yield f"false rejection          {share(m.turned_away for m in inside):6.1%}"
    yield f"  sure of a wrong intent {share(mistaken(m, sure) for m in inside):6.1%}"
    yield f"none recognised          {share(m.right for m in outside):6.1%} of {len(outside)}"
    yield f"  sure of an intent      {share(mistaken(m, sure) for m in outside):6.1%}"
    yield from by(judged, "variant", lambda message: message.variant)
    yield from by(inside, "intent", lambda message: message.intent)
    yield from confusions(judged)


def kind_of(message: Judged, catalogue: Catalogue) -> Kind:
    """The kind that it is of."""
    return catalogue.intents[message.intent].kind


def mistaken(message: Judged, sure: float) -> bool:
    """Whether it would be answered as something that it is not, without so much as a question back."""
    return not message.right and not message.turned_away and message.got.confidence >= sure


def by(judged: Sequence[Judged], name: str, of: Callable[[Judged], str]) -> Iterator[str]:
    """The share that was right of each group, worst first."""
    groups: dict[str, list[Judged]] = {}
    for message in judged:
        groups.setdefault(of(message), []).append(message)
    yield f"by {name}:"
    for group, members in sorted(groups.items(), key=lambda item: share(m.right for m in item[1])):
        yield f"  {group:22} {share(m.right for m in members):6.1%} of {len(members)}"


def confusions(judged: Sequence[Judged]) -> Iterator[str]:
    """The pairs of intents most often mistaken for each other."""
    yield "most often mistaken:"
    wrong = Counter((message.intent, message.got.intent) for message in judged if not message.right)
    for (intent, got), times in wrong.most_common(WORST):
        yield f"  {intent} taken for {got}: {times}"


def share(outcomes: Iterable[bool]) -> float:
    """Of those that are true."""
    counted = list(outcomes)
    return sum(counted) / len(counted) if counted else 0.0
