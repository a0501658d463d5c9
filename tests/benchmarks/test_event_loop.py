"""How late the event loop is while 200 updates a second are written and understood: ``make bench``.

``BENCH_ENCODER`` (``default``) is what messages are understood with, ``BENCH_ROUNDS`` (5) how often it is measured.
The bot tells how late it is itself, at ``/metrics``: the figure is the upper bound of its bucket.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.benchmarks.figures import keep
from tests.benchmarks.load.processes import Bots, bot_api, lags
from tests.benchmarks.load.trials import trial

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ENCODER = os.environ.get("BENCH_ENCODER", "default")
RATE, SECONDS, CHATS = 200.0, 10.0, 1000


def bound(before: Mapping[float, float], after: Mapping[float, float], share: float) -> float:
    """Milliseconds that this share of beats was at most late between two looks."""
    total = after[float("inf")] - before[float("inf")]
    return 1000 * min(limit for limit in after if after[limit] - before[limit] >= share * total)


@pytest.mark.timeout(1800)
def test_the_event_loop_is_on_time(tmp_path: Path, capsys: pytest.CaptureFixture[str], benchmark: Any) -> None:
    found: list[dict[str, float]] = []

    def measure() -> None:
        with bot_api() as api:
            bots = Bots(api, tmp_path, None, ENCODER)
            for turn in range(ROUNDS):
                with bots.run("keepword", f"loop-{turn}") as running:
                    time.sleep(1.0)
                    before = lags(running.target.port)
                    trial(running.target, api, RATE, SECONDS, CHATS)
                    after = lags(running.target.port)
                found.append({name: bound(before, after, share) for name, share in (("p50", 0.5), ("p99", 0.99))})

    benchmark.pedantic(measure, rounds=1)

    with capsys.disabled():
        print(f"\nthe event loop at 200 updates/s ({ENCODER})   late by at most, ms")
        for name in ("p50", "p99"):
            print(f"  {name:42}{median(each[name] for each in found):10.1f}", flush=True)
    keep("event_loop", {"encoder": ENCODER, "rounds": found})
