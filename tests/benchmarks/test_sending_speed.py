"""How long an urgent message takes from its commit to Telegram's door while 10,000 others wait: ``make bench``.

The baseline is python-telegram-bot's ``AIORateLimiter`` with as many waiting, sending to a Bot API that enforces the
limits (``BENCH_LIMITER_PYTHON`` has it installed; else it is installed aside).

The store is the real one, with its disk; Telegram answers at once; the limits are those that Telegram has. So what is
measured is our part: the commit, reading the outbox, the turn in the schedule and the wait for the budget of all.
"""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram.request import RequestData

from bot.core.outgoing import Lane, Outgoing, Receipt
from bot.core.step import Step
from bot.store.tiny import TinyStore
from bot.telegram.outbound import TelegramSender
from tests.benchmarks.figures import keep
from tests.benchmarks.load import stock_urgent
from tests.benchmarks.load.processes import stock_python
from tests.benchmarks.load.strict import log_of, strict_api
from tests.contract.builders import commit, conversation, row
from tests.fake_telegram import FakeTelegram
from tests.fakes import FakeClock

URGENT_FROM = 10_000_000
"""Chats from this id on get the urgent messages."""


MOST = 0.1
"""Seconds that an urgent message may take."""

PATIENCE = 25.0
"""Seconds that we wait for the baseline."""


class TimedTelegram(FakeTelegram):
    """Notes when each chat was first written to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: dict[int, float] = {}

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *rest: Any, **more: Any
    ) -> tuple[int, bytes]:
        if request_data and "chat_id" in request_data.parameters:
            self.reached.setdefault(int(str(request_data.parameters["chat_id"])), time.perf_counter())
        return await super().do_request(url, method, request_data, *rest, **more)


async def put(store: TinyStore, chat_id: int, lane: Lane) -> None:
    talk = conversation(chat_id)
    await commit(store, Step(talk, outbox=(replace(row(talk), lane=lane),)))


async def untold(_row: Outgoing, _receipt: Receipt) -> None:
    """Nobody is told of failures: there are none."""


@asynccontextmanager
async def backlog(folder: Path, waiting: int) -> AsyncIterator[tuple[TinyStore, TimedTelegram, TelegramSender]]:
    """A sender that has just been started on an outbox with so many follow-ups in it."""
    store, telegram = await TinyStore.open(folder), TimedTelegram()
    await asyncio.gather(*(put(store, chat_id, Lane.FOLLOW_UP) for chat_id in range(1, waiting + 1)))
    sender = TelegramSender(telegram.bot(), store, FakeClock(), failed=untold)
    await sender.start()
    try:
        yield store, telegram, sender
    finally:
        await sender.stop()
        await store.close()


async def reach(telegram: TimedTelegram, chat_id: int) -> float:
    """When an urgent message was taken to Telegram."""
    while chat_id not in telegram.reached:  # noqa: ASYNC110  # looking costs less than being told, 10,000 times
        await asyncio.sleep(0.0005)
    return telegram.reached[chat_id]


async def measure(folder: Path, waiting: int, count: int) -> tuple[float, list[float]]:
    """Seconds to read the backlog, and from the commit of each urgent message to the request that carries it."""
    taken = []
    async with backlog(folder, waiting) as (store, telegram, sender):
        began = time.perf_counter()
        while sender.waiting < waiting - 50:  # noqa: ASYNC110  # the sender tells nobody
            await asyncio.sleep(0.001)
        read = time.perf_counter() - began
        for chat_id in range(URGENT_FROM, URGENT_FROM + count):
            began = time.perf_counter()
            await put(store, chat_id, Lane.ANSWER)
            sender.wake()
            taken.append(await reach(telegram, chat_id) - began)
            await asyncio.sleep(0.05)
        assert sender.waiting > 0.9 * waiting
    return read, sorted(taken)


def baseline(folder: Path) -> list[float] | None:
    """Seconds that each urgent message takes with python-telegram-bot's own limiter, infinite beyond
    :data:`PATIENCE`; None: it can't be had."""
    given = os.environ.get("BENCH_LIMITER_PYTHON")
    python = Path(given) if given else stock_python(folder, "rate-limiter")
    if python is None:
        return None
    with strict_api() as api:
        words = [str(python), stock_urgent.__file__, api, "10000", str(PATIENCE)]
        ran = subprocess.run(words, check=True, capture_output=True, text=True, timeout=PATIENCE + 120)
        refused = sum(called.refused for called in log_of(api))
    sys.stdout.write(f"\nAIORateLimiter: {refused} refused with 429\n")
    return sorted(float(line) for line in ran.stdout.split())


def said(seconds: float) -> str:
    """In milliseconds."""
    return f"more than {1000 * PATIENCE:.0f}" if math.isinf(seconds) else f"{1000 * seconds:.1f}"


@pytest.mark.timeout(600)
def test_an_urgent_message_behind_a_backlog_of_10_000(benchmark: Any, tmp_path: Path) -> None:
    folders = (tmp_path / str(number) for number in range(10))
    runs = []
    benchmark.pedantic(lambda: runs.append(asyncio.run(measure(next(folders), 10_000, 100))), rounds=1)
    (read, taken), *_ = runs
    figures = {"read_backlog": read, "median": taken[50], "p99": taken[98], "worst": taken[-1]}
    in_ms: dict[str, Any] = {name: round(1000 * seconds, 1) for name, seconds in figures.items()}
    theirs = baseline(tmp_path / "stock")
    if theirs is not None:
        in_ms["AIORateLimiter"] = {"median": said(theirs[len(theirs) // 2]), "worst": said(theirs[-1])}
    benchmark.extra_info["ms"] = in_ms
    sys.stdout.write(f"\nmilliseconds: {in_ms}\n")
    keep("urgent behind 10,000", in_ms)
    assert taken[98] <= MOST
