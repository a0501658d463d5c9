"""Fifty cases in one group, in each of which both sides write every three seconds: ``make bench``.

The whole bot with its disk, over real HTTP, by polling and by webhook, at a Bot API that enforces Telegram's limits:
30 a second in all, one a second in a chat, 20 a minute in the group. ``tests/unit/test_group_budget.py`` plays the same
on a time of its own. May be set in the environment: ``BENCH_SECONDS`` (60) for which they write; then it takes as long
again, or longer, until the group has been told all.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot.core.step import Step
from bot.settings import Settings
from bot.simulator.server import Simulator
from bot.store.tiny import TinyStore
from tests.benchmarks.figures import keep
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, RunningClock, free_port, running, settings_for
from tests.integration.simulated import simulated
from tests.integration.telegram_house import WallClock
from tests.rush import EVERY, Figures, Rush

SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
DRAINED = 600.0
"""Seconds at most until the group has been told all."""


def by_webhook() -> dict[str, object]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram/webhook"
    return {"mode": "webhook", "webhook_secret": "s3cret", "webhook_url": url, "listen": f"127.0.0.1:{port}"}


async def put_cases(settings: Settings, rush: Rush) -> None:
    store = await TinyStore.open(settings.store_folder)
    for case in rush.cases:
        async with store.lease(case.chat_id):
            await store.commit(Step(case))
    await store.close()


async def play(simulator: Simulator, settings: Settings) -> Figures:
    rush = Rush(simulator.world, int(SECONDS / EVERY), WallClock().now())
    simulator.world.state.updates.clear()
    await put_cases(settings, rush)
    async with running(settings, simulator, RunningClock()) as home:
        simulator.api.limits.enforce = True
        began = time.monotonic()
        for line in rush.plan():
            await asyncio.sleep(began + line.at - time.monotonic())
            rush.write(line)
        await asyncio.sleep(EVERY)
        assert await home.app.sender.drain(DRAINED)
    return rush.figures(simulator.api.calls.after(0))


async def rushed(folder: Path, more: dict[str, object]) -> Figures:
    write_content(folder / "content", **{"standards.yml": STANDARDS})
    async with simulated(WallClock()) as simulator:
        return await play(simulator, settings_for(folder, simulator, **more))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("webhook", [False, True], ids=["by polling", "by webhook"])
def test_fifty_cases_in_one_group(
    webhook: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], benchmark: Any
) -> None:
    found: list[Figures] = []
    more = by_webhook() if webhook else {}
    benchmark.pedantic(lambda: found.append(asyncio.run(rushed(tmp_path, more))), rounds=1)
    (figures,) = found
    with capsys.disabled():
        print(f"\n{figures.cases} cases, {figures.written} messages by {'webhook' if webhook else 'polling'}:", end=" ")
        print(
            f"to customers p50 {figures.p50:.0f} ms, p99 {figures.p99:.0f} ms, at most {figures.slowest:.0f} ms;",
            end=" ",
        )
        print(
            f"to the group {figures.lines} lines in {figures.told} messages, at most {figures.busiest} a minute;",
            end=" ",
        )
        print(f"refused {figures.refused}, lost {figures.lost}, out of order {figures.out_of_order}")
    keep(f"group budget by {'webhook' if webhook else 'polling'}", asdict(figures))
    assert (figures.refused, figures.lost, figures.out_of_order) == (0, 0, 0)
    assert figures.p99 <= 1500
    assert figures.busiest <= 20
