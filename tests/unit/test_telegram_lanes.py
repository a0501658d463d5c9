"""Inbound lanes: order within a conversation, none of them held up by another, bounded memory."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

from bot.core.incoming import Update
from bot.telegram.lanes import InboundLanes


def update(number: int, lane: str) -> Update:
    return Update(number, lane, datetime(2026, 1, 1, tzinfo=UTC), {})


class Recorder:
    """A handler that can be held back, lane by lane."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.failed: list[int] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def handle(self, item: Update) -> None:
        if item.lane in self.gates:
            await self.gates[item.lane].wait()
        self.handled.append(item.update_id)
        if item.update_id == 13:
            raise RuntimeError("unlucky")

    def note(self, item: Update, _error: Exception) -> None:
        self.failed.append(item.update_id)


async def test_a_lane_keeps_its_order_and_does_not_hold_up_another() -> None:
    recorder = Recorder()
    recorder.gates["slow"] = asyncio.Event()
    lanes = InboundLanes(recorder.handle, recorder.note)
    for number, lane in ((1, "slow"), (2, "slow"), (3, "fast"), (4, "fast")):
        await lanes.put(update(number, lane))
    for _ in range(10):
        await asyncio.sleep(0)
    assert recorder.handled == [3, 4]
    recorder.gates["slow"].set()
    assert await lanes.close()
    assert recorder.handled == [3, 4, 1, 2]
    assert lanes.held == 0


async def test_an_error_does_not_stop_its_lane() -> None:
    recorder = Recorder()
    lanes = InboundLanes(recorder.handle, recorder.note)
    for number in (12, 13, 14):
        await lanes.put(update(number, "a"))
    assert await lanes.close()
    assert recorder.handled == [12, 13, 14]
    assert recorder.failed == [13]


async def test_lanes_start_one_in_each_round_of_the_loop() -> None:
    recorder = Recorder()
    lanes = InboundLanes(recorder.handle, recorder.note)
    for number in range(1, 6):
        await lanes.put(update(number, str(number)))
    handled = [0]
    while handled[-1] < 5:
        await asyncio.sleep(0)
        handled.append(len(recorder.handled))
    assert recorder.handled == [1, 2, 3, 4, 5]
    assert all(after - before <= 1 for before, after in pairwise(handled))
    assert await lanes.close()


async def test_when_full_it_makes_the_sender_wait() -> None:
    recorder = Recorder()
    recorder.gates["a"] = asyncio.Event()
    lanes = InboundLanes(recorder.handle, recorder.note, limit=2)
    await lanes.put(update(1, "a"))
    await lanes.put(update(2, "a"))
    third = asyncio.create_task(lanes.put(update(3, "b")))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not third.done()
    recorder.gates["a"].set()
    await third
    assert await lanes.close()
    assert recorder.handled == [1, 2, 3]


async def test_closing_cuts_off_what_takes_too_long_and_takes_no_more() -> None:
    recorder = Recorder()
    recorder.gates["a"] = asyncio.Event()
    lanes = InboundLanes(recorder.handle, recorder.note, limit=1)
    await lanes.put(update(1, "a"))
    waiting = asyncio.create_task(lanes.put(update(2, "b")))
    assert not await lanes.close(timeout=0)
    await waiting
    await lanes.put(update(3, "c"))
    assert recorder.handled == []
