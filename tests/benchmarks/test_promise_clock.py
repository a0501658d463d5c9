"""The promises' clock with 100,000 open: finding what is due, a thousand at once, and how late: ``make bench``.

``BENCH_PROMISES`` (100,000) is how many are open; each has a conversation and four due rows.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast

import pytest

from bot.core.business import Through
from bot.core.content import ALWAYS, Calendar
from bot.core.conversation import Author, Conversation, Message, Phase, Promise
from bot.core.draft import Groups
from bot.core.outgoing import Text
from bot.core.step import Due, DueKind, Step
from bot.flow import Flow
from bot.ports import Channel, Knowledge, Library, Understander
from bot.store.disk import PRIVATE_FILE
from bot.store.entries import Key, Raw, pack
from bot.store.records import CONVERSATION, DUE
from bot.store.replay import snapshot_path, write_snapshot
from bot.store.tiny import TinyStore
from bot.timer import Timer
from tests.benchmarks.figures import keep
from tests.catalogues import catalogue
from tests.contract.builders import conversation

OPEN = int(os.environ.get("BENCH_PROMISES", "100000"))
AT_ONCE, TICKS = 1000, 7
FIND_MS, TICK_MS, LATE_S = 1.0, 200.0, 1.0
GROUP = -1001000000001


def waiting(chat_id: int, due_at: datetime, now: datetime) -> Conversation:
    """Somebody who complained and was promised a colleague."""
    promise = Promise(
        f"{chat_id}-1/1", now - timedelta(hours=1), due_at, "office", "support", "item_damaged", "by 16:30 today"
    )
    said = tuple(Message(now, Author.CUSTOMER, f"Message {n} about my order", "Ana", n) for n in range(4))
    return replace(
        conversation(chat_id, messages=said),
        phase=Phase.WAITING,
        promises=(promise,),
        agents_chat=GROUP,
        topic_id=chat_id,
    )


def rows(case: Conversation) -> list[Due]:
    """The promise's four: two reminders, the last moment to move it, and its time."""
    promise = case.promises[-1]
    span = promise.due_at - promise.made_at
    marks = [(DueKind.REMIND, "remind:{}:0", 0.5), (DueKind.REMIND, "remind:{}:1", 0.8)]
    kinds = [*marks, (DueKind.AT_RISK, "at_risk:{}", 0.9), (DueKind.PROMISE, "promise:{}", 1.0)]
    return [
        Due(name.format(promise.id), promise.made_at + span * share, kind, case.chat_id, case.id, promise.id)
        for kind, name, share in kinds
    ]


def fill(folder: Path, now: datetime) -> None:
    """A store with so many open promises that fall due in the days to come, as a compaction leaves it."""
    tables: dict[str, dict[Key, Raw]] = {"conversations": {}, "due": {}}
    for number in range(OPEN):
        case = waiting(1_000_000 + number, now + timedelta(days=2, seconds=number), now)
        case = replace(case, promises=(replace(case.promises[0], made_at=now),))
        tables["conversations"][case.id] = pack(CONVERSATION.dump(case))
        tables["due"] |= {row.id: pack(DUE.dump(row)) for row in rows(case)}
    (folder / "journal").mkdir(parents=True)
    descriptor = os.open(snapshot_path(folder / "journal", 2), os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    write_snapshot(descriptor, tables, {"events": 1})
    os.close(descriptor)


class Quiet:
    """Everything else that the flow asks for: a sender that sends nothing, a library with the small catalogue."""

    def __init__(self) -> None:
        always = {"office": Calendar("office", "UTC", always=True), ALWAYS: Calendar(ALWAYS, "UTC", always=True)}
        self._knowledge = Knowledge(catalogue(calendars=always), cast("Understander", None))

    def current(self) -> Knowledge:
        return self._knowledge

    def wake(self) -> None:
        return None

    async def acknowledge(self, chat_id: int, message_id: int, through: Through | None = None) -> None:
        return None

    async def typing(self, chat_id: int, through: Through | None = None) -> None:
        return None

    async def tell(self, chat_id: int, content: Text, thread_id: int | None = None) -> None:
        return None

    def now(self) -> datetime:
        return datetime.now(UTC)


class Heard:
    """What has been committed: when each promise was on record as broken."""

    def __init__(self) -> None:
        self.broken: dict[str, datetime] = {}
        self.timer: Timer | None = None
        self._awaited = 0
        self._there = asyncio.Event()

    def __call__(self, step: Step) -> None:
        if any(event.name == "broken" for event in step.events):
            self.broken.setdefault(step.conversation.id, datetime.now(UTC))
            if len(self.broken) >= self._awaited:
                self._there.set()
        if self.timer is not None:
            self.timer.committed(step)

    async def until(self, count: int) -> None:
        """Wait until so many are broken."""
        self._awaited = count
        self._there.clear()
        async with asyncio.timeout(120):
            while len(self.broken) < count:
                await self._there.wait()


@dataclass(slots=True)
class Bench:
    """A store with many open promises, and the flow and the timer over it."""

    store: TinyStore
    flow: Flow
    timer: Timer
    heard: Heard
    failures: list[Exception]

    async def promise(self, numbers: range, due_at: datetime) -> None:
        """These customers too are promised somebody by ``due_at``: only that row, reminders aside."""

        async def one(chat_id: int) -> None:
            case = waiting(chat_id, due_at, datetime.now(UTC))
            async with self.store.lease(chat_id):
                await self.store.commit(Step(case, due=(rows(case)[-1],)))

        await asyncio.gather(*(one(chat_id) for chat_id in numbers))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Bench]:
    fill(folder, datetime.now(UTC))
    store = await TinyStore.open(folder)
    quiet, heard, failures = Quiet(), Heard(), list[Exception]()
    flow = Flow(
        store=store,
        sender=quiet,
        library=cast("Library", quiet),
        channel=cast("Channel", None),
        clock=quiet,
        groups=Groups(GROUP),
        committed=heard,
        failed=failures.append,
    )
    timer = Timer(store, quiet, flow.on_due, failures.append, flow.in_order)
    await flow.know_everyone()
    await flow.count_cases()
    gc.collect()
    gc.freeze()  # as the app does when it has started
    try:
        heard.timer = timer
        yield Bench(store, flow, timer, heard, failures)
    finally:
        gc.unfreeze()
        await timer.stop(5.0)
        await store.close()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    one = asyncio.new_event_loop()
    yield one
    one.run_until_complete(one.shutdown_default_executor())
    one.close()


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(median(values), 3), "p99": round(quantiles(values, n=100)[-1], 3)}


async def _found(bench: Bench) -> list[float]:
    """Milliseconds of asking when the next row is due, and which they are, one after the other."""
    taken = []
    for _ in range(1000):
        began = time.perf_counter()
        await bench.store.next_due()
        assert await bench.store.due(datetime.now(UTC), 100) == ()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


async def _tick(bench: Bench) -> dict[str, float]:
    """A thousand rows are due: milliseconds of the loop's time to find them and put them in order (the median of
    some times), how long others wait for the loop meanwhile, and seconds until all have been dealt with."""
    await bench.promise(range(1, AT_ONCE + 1), datetime.now(UTC) - timedelta(seconds=1))
    taken, pauses = [], []
    for _ in range(TICKS):
        waiting_for_loop = asyncio.create_task(_longest_pause())
        await asyncio.sleep(0)
        began = time.thread_time()
        found = await bench.store.due(datetime.now(UTC), AT_ONCE)
        await bench.flow.in_order(found)
        taken.append(time.thread_time() - began)
        assert len(found) == AT_ONCE
        waiting_for_loop.cancel()
        pauses.append(await waiting_for_loop)
    began = time.perf_counter()
    bench.timer.start()
    await bench.heard.until(AT_ONCE)
    return {
        "tick_ms": round(1000 * median(taken), 1),
        "slowest_tick_ms": round(1000 * max(taken), 1),
        "longest_pause_ms": round(1000 * median(pauses), 1),
        "all_dealt_with_s": round(time.perf_counter() - began, 2),
    }


async def _longest_pause() -> float:
    """How long others had to wait for the loop, at most, until cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return longest


async def _lateness(bench: Bench) -> list[float]:
    """Seconds between a promise's time and its breaking being on disk, for a thousand that fall due in ten seconds."""
    bench.heard.broken.clear()
    start = datetime.now(UTC) + timedelta(seconds=15)
    due_at = {}
    for number in range(AT_ONCE):
        chat_id = 10_000 + number
        at = start + timedelta(seconds=10 * number / AT_ONCE)
        await bench.promise(range(chat_id, chat_id + 1), at)
        due_at[f"{chat_id}-1"] = at
    assert datetime.now(UTC) < start, "it took longer to promise than there was time"
    await bench.heard.until(AT_ONCE)
    return [(bench.heard.broken[name] - at).total_seconds() for name, at in due_at.items()]


@pytest.mark.timeout(1200)
def test_the_clock_of_100_000_open_promises(
    benchmark: Any, tmp_path: Path, loop: asyncio.AbstractEventLoop, capsys: pytest.CaptureFixture[str]
) -> None:
    figures: dict[str, Any] = {"open": OPEN}

    async def measure() -> None:
        async with opened(tmp_path / "data") as bench:
            figures["look_up_ms"] = spread(await _found(bench))
            figures["due_at_once"] = await _tick(bench)
            figures["late_s"] = spread(await _lateness(bench))
            assert bench.failures == []

    benchmark.pedantic(lambda: loop.run_until_complete(measure()), rounds=1)
    with capsys.disabled():
        print(f"\nthe promises' clock: {figures}", flush=True)
    keep("promise_clock", figures)
    assert figures["look_up_ms"]["median"] <= FIND_MS
    assert figures["due_at_once"]["tick_ms"] <= TICK_MS
    assert figures["late_s"]["p99"] <= LATE_S
