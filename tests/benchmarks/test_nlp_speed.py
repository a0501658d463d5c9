"""How long one message takes, how many a second go through together, and what memory that needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.files.load import load_or_raise
from bot.nlp.evaluation import catalogue_of
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import load_or_train, train
from bot.ports import Hints
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
LOADED = """
from pathlib import Path
from bot.files.load import load_or_raise
from bot.nlp.training import load_or_train
from bot.settings import Settings
pipeline = load_or_train(load_or_raise(Path(".")), Settings().data / "model")
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


def test_memory_of_the_shipped_content(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a process of its own that loads the trained pipeline and answers: 450 MB at most (Linux tells how much)."""
    load_or_train(load_or_raise(ROOT), Settings().data / "model").close()

    told = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, check=True), rounds=1
    )

    megabytes = int(told.stdout)
    with capsys.disabled():
        print(f"\nresident: {megabytes} MB")
    assert megabytes <= 450
