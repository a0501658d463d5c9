"""How long one message takes, and how many a second go through together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.nlp.evaluation import catalogue_of
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import train
from bot.ports import Hints

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
