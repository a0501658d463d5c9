"""Figures: how well the pipeline does on sentences that it has not learnt."""

from __future__ import annotations

import csv
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from bot.core.content import Brand, Calendar, Catalogue, Intent, Phrases, PromiseStandards, Standards, Team
from bot.core.errors import UnderstandingError
from bot.core.understanding import NO_INTENT, Kind
from bot.nlp.embeddings import EmbeddingFile, Progress
from bot.nlp.encoder import Encoder, encoder_named
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import blank, learn, told_by
from bot.ports import Hints

_TIMED = 50
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares between 0 and 1. ``accuracy`` counts a sentence taken for none of the intents by its best intent.

    With out-of-scope sentences: ``in_scope_accuracy`` counts it as wrong, ``oos_recall`` is the share of those
    recognised, ``false_rejection`` the share of good sentences turned away.
    """

    accuracy: float
    macro_f1: float
    p50_ms: float
    train_seconds: float
    examples: int
    tested: int
    in_scope_accuracy: float | None = None
    oos_recall: float | None = None
    false_rejection: float | None = None

    def as_dict(self) -> dict[str, float | int]:
        """The figures that there are, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Failure:
    """A ``check:`` sentence that was not understood as it must be."""

    language: str
    intent: str
    sentence: str
    got: str


def check_sentences(pipeline: Pipeline, catalogue: Catalogue) -> list[Failure]:
    """Every ``check:`` sentence that ``pipeline`` takes for another intent than the one it stands under."""
    asked = [(p.language, p.intent, sentence) for p in catalogue.phrases for sentence in p.check]
    answers = pipeline.understand_many([(sentence, Hints(so_far=language)) for language, _, sentence in asked])
    return [
        Failure(language, intent, sentence, answer.intent)
        for (language, intent, sentence), answer in zip(asked, answers, strict=True)
        if answer.intent != intent
    ]


def evaluate(
    train: Path,
    test: Path,
    oos: Path | None = None,
    shots: int | None = None,
    *,
    seed: int = 0,
    folder: Path | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Train on the sentences of ``train`` and judge those of ``test`` (files of ``text<TAB>intent`` with a header).

    ``shots`` learns so many sentences an intent, drawn by ``seed``. ``oos`` holds sentences about none of them.
    Embeddings are kept in ``folder`` (default: nowhere). Raises UnderstandingError for a file that can't be read.
    """
    learnt = drawn(read_sentences(train), shots, seed)
    wanted = read_sentences(test)
    outside = read_sentences(oos) if oos else []
    catalogue = catalogue_of(learnt)
    encoder = encoder or encoder_named("default")
    with tempfile.TemporaryDirectory() as nowhere:
        started = time.perf_counter()
        embeddings = EmbeddingFile((folder or Path(nowhere)) / "embeddings", encoder)
        pipeline = learn(blank(catalogue, encoder), told_by(catalogue), embeddings, progress)
        seconds = time.perf_counter() - started
    try:
        return _judge(pipeline, learnt, wanted, outside, seconds)
    finally:
        pipeline.close()


def _judge(
    pipeline: Pipeline,
    learnt: Sequence[tuple[str, str]],
    wanted: Sequence[tuple[str, str]],
    outside: Sequence[tuple[str, str]],
    seconds: float,
) -> Evaluation:
    inside = _decisions(pipeline, [text for text, _ in wanted])
    truth = [intent for _, intent in wanted]
    best = [forced for forced, _ in inside]
    in_scope = rejected = recall = None
    if outside:
        in_scope = _share(decided == intent for (_, decided), intent in zip(inside, truth, strict=True))
        rejected = _share(decided == NO_INTENT for _, decided in inside)
        recall = _share(x == NO_INTENT for _, x in _decisions(pipeline, [text for text, _ in outside]))
    return Evaluation(
        accuracy=_share(got == intent for got, intent in zip(best, truth, strict=True)),
        macro_f1=macro_f1(truth, best),
        p50_ms=round(_median_milliseconds(pipeline, [text for text, _ in wanted]), 2),
        train_seconds=round(seconds, 2),
        examples=len(learnt),
        tested=len(wanted),
        in_scope_accuracy=in_scope,
        oos_recall=recall,
        false_rejection=rejected,
    )


def _decisions(pipeline: Pipeline, texts: Sequence[str]) -> list[tuple[str, str]]:
    """(best intent, intent decided for) of each text."""
    found = []
    for start in range(0, len(texts), _BATCH):
        for doc in pipeline.read([(text, Hints()) for text in texts[start : start + _BATCH]]):
            read = doc._.reading
            best = read.candidates[0].intent if read.candidates else NO_INTENT
            found.append((best, read.intent))
    return found


def _share(outcomes: Iterable[bool]) -> float:
    counted = list(outcomes)
    return round(sum(counted) / len(counted), 4) if counted else 0.0


def _median_milliseconds(pipeline: Pipeline, texts: Sequence[str]) -> float:
    """Of one message at a time, none of them seen before."""
    times = []
    for text in texts[:: max(1, len(texts) // _TIMED)][:_TIMED]:
        started = time.perf_counter()
        pipeline.understand_now(f"{text} ")
        times.append(1000 * (time.perf_counter() - started))
    return median(times) if times else 0.0


def macro_f1(truth: Sequence[str], got: Sequence[str]) -> float:
    """The mean of the intents' F1 scores, over all intents that occur in either."""
    right: defaultdict[str, int] = defaultdict(int)
    seen: defaultdict[str, int] = defaultdict(int)
    for wanted, given in zip(truth, got, strict=True):
        right[wanted] += wanted == given
        seen[wanted] += 1
        seen[given] += 1
    scores = [2 * right[intent] / total for intent, total in seen.items()]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def read_sentences(path: Path) -> list[tuple[str, str]]:
    """Pairs of text and intent. Raises UnderstandingError naming the line that is not one."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}.") from problem
    rows = list(csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, start=2):
        if row and len(row) < 2:
            raise UnderstandingError(f"{path}:{number}: write the text, a tab and the intent.")
    return [(row[0], row[1]) for row in rows if row]


def drawn(sentences: Sequence[tuple[str, str]], shots: int | None, seed: int) -> list[tuple[str, str]]:
    """``shots`` sentences of each intent (all where None), the same ones for the same ``seed``."""
    if shots is None:
        return list(sentences)
    by_intent: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for sentence in sentences:
        by_intent[sentence[1]].append(sentence)
    chance = random.Random(seed)
    return [s for _, own in sorted(by_intent.items()) for s in chance.sample(own, min(shots, len(own)))]


def catalogue_of(sentences: Sequence[tuple[str, str]], language: str = "en") -> Catalogue:
    """Content that says only this: every intent is a question, every text an example."""
    by_intent: defaultdict[str, list[str]] = defaultdict(list)
    for text, intent in sentences:
        by_intent[intent].append(text.replace("{", "{{").replace("}", "}}"))
    office = Calendar("office", "UTC", always=True)
    standards = Standards(
        languages=(language,),
        zone="UTC",
        calendars={"office": office},
        promises=PromiseStandards({"question": timedelta(hours=4)}, timedelta(minutes=30), "office"),
        teams={"support": Team("support", "office")},
        default_team="support",
    )
    return Catalogue(
        version="evaluation",
        brand=Brand("evaluation"),
        standards=standards,
        intents={intent: Intent(intent, Kind.QUESTION, "evaluation", intent) for intent in by_intent},
        phrases=tuple(Phrases(intent, language, tuple(texts)) for intent, texts in sorted(by_intent.items())),
        replies={},
    )
