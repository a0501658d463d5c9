"""How soon a customer sees that a message was seen, how many a second, and what survives kill -9: ``make bench``.

Measured against python-telegram-bot's own webhook server, one reaction per message, in the same run. Ours writes every
update to the disk first, and answers all of them too; what the disk takes by itself is measured between the rounds.
May be set in the environment: ``BENCH_KILLS`` (20), ``BENCH_ROUNDS`` (5), ``BENCH_JSON`` (``build/bench.json``) and
``BENCH_STOCK_PYTHON`` (installed aside if it is not).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.benchmarks.figures import keep
from tests.benchmarks.load.disk import sync_seconds
from tests.benchmarks.load.killing import kill_keepword, kill_stock
from tests.benchmarks.load.processes import Bots, Side, bot_api, stock_python
from tests.benchmarks.load.trials import Trial, best, highest_rate, quantile, trial

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
KILLS = int(os.environ.get("BENCH_KILLS", "20"))
SIDES: tuple[Side, ...] = ("stock", "keepword")
NO_BASELINE = "no comparison: python-telegram-bot[webhooks] cannot be installed here"

RATE = 200.0
SECONDS = 10.0
CHATS = 1000
REACHING_TELEGRAM = 0.05
"""Seconds that a call to Telegram takes, where that matters."""

Saying = Any


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The Python of the baseline."""
    given = os.environ.get("BENCH_STOCK_PYTHON")
    return Path(given) if given else stock_python(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bots keep things; the pipeline is trained there once."""
    return tmp_path_factory.mktemp("bots")


@pytest.fixture
def bots(baseline: Path | None, folder: Path) -> Iterator[Bots]:
    """With a Bot API that answers at once."""
    with bot_api() as api:
        yield Bots(api, folder, baseline)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Saying:
    """Prints past pytest, so that the table is seen."""

    def print_it(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)

    return print_it


def sides(bots: Bots, say: Saying) -> tuple[Side, ...]:
    """Which bots there are to measure."""
    if bots.stock_python is not None:
        return SIDES
    say(NO_BASELINE)
    return ("keepword",)


@pytest.mark.timeout(1800)
def test_acknowledgement_at_200_updates_a_second(bots: Bots, say: Saying, benchmark: Any) -> None:
    trials: dict[Side, list[Trial]] = {side: [] for side in sides(bots, say)}
    syncs: list[float] = []

    def measure() -> None:
        for turn in range(ROUNDS):
            syncs.extend(sync_seconds(bots.folder, RATE, 1.0))
            for side, done in trials.items():
                with bots.run(side, f"latency-{turn}") as running:
                    done.append(trial(running.target, bots.api, RATE, SECONDS, CHATS))

    benchmark.pedantic(measure, rounds=1)

    say("\nacknowledgement at 200 updates/s      p50 ms      p99 ms   within 1 s")
    for side, done in trials.items():
        in_time = sum(each.in_time for each in done) / sum(each.sent for each in done)
        say(f"  {side:32}{middle(done, 'p50'):10.2f}  {middle(done, 'p99'):10.2f}   {in_time:10.1%}")
    disk = {"p50": quantile(sorted(syncs), 0.5) * 1000, "p99": quantile(sorted(syncs), 0.99) * 1000}
    say(f"  {'the disk alone (fdatasync)':32}{disk['p50']:10.2f}  {disk['p99']:10.2f}")
    figures: dict[str, Any] = {side: [each.as_json() for each in done] for side, done in trials.items()}
    figures["disk"] = disk
    if "stock" in trials:
        ratios = {name: middle(trials["stock"], name) / middle(trials["keepword"], name) for name in ("p50", "p99")}
        say(f"  {'times faster':32}{ratios['p50']:10.2f}  {ratios['p99']:10.2f}")
        figures["ratio"] = ratios
    keep("acknowledgement", figures)


def middle(trials: Sequence[Trial], name: str) -> float:
    """The median over the rounds."""
    return float(median(getattr(each, name) for each in trials))


@pytest.mark.timeout(1800)
def test_sustained_acknowledgements_a_second(bots: Bots, say: Saying, benchmark: Any) -> None:
    found: dict[Side, list[Trial]] = {}

    def attempt(side: Side, rate: float) -> Trial:
        with bots.run(side, f"sustained-{rate:.0f}") as running:
            return trial(running.target, bots.api, rate, 4.0, CHATS)

    def measure() -> None:
        for side in sides(bots, say):
            found[side] = highest_rate(partial(attempt, side), start=100, most=6400)

    benchmark.pedantic(measure, rounds=1)

    say("\nsustained, 99 % acknowledged within 1 s   updates/s")
    for side, trials in found.items():
        say(f"  {side:32}{best(trials):19.0f}")
    figures: dict[str, Any] = {side: [each.as_json() for each in trials] for side, trials in found.items()}
    if found.get("stock"):
        figures["ratio"] = best(found["keepword"]) / max(best(found["stock"]), 1.0)
        say(f"  {'times as many':32}{figures['ratio']:19.2f}")
    keep("sustained", figures)


@pytest.mark.timeout(300 + 40 * KILLS)
def test_what_was_acknowledged_survives_kill_9(
    baseline: Path | None, folder: Path, say: Saying, benchmark: Any
) -> None:
    def measure() -> dict[str, Any]:
        with bot_api(REACHING_TELEGRAM) as api:
            bots = Bots(api, folder, baseline)
            tolls: dict[str, Any] = {"keepword": kill_keepword(bots, KILLS, seed=KILLS)}
            if baseline is not None:
                tolls["stock"] = kill_stock(bots, min(KILLS, 5), seed=KILLS)
            return tolls

    tolls = benchmark.pedantic(measure, rounds=1)

    say("\nkill -9 under load                  kills   answered 200     lost    twice")
    for side, toll in tolls.items():
        say(f"  {side:32}{toll.kills:7}{toll.answered:15}{toll.lost:9}{toll.twice:9}")
    keep("killed", {side: toll.as_json() for side, toll in tolls.items()})
    assert tolls["keepword"].answered > 0
    assert tolls["keepword"].lost == 0
    assert tolls["keepword"].twice == 0
