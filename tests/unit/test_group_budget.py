"""Fifty cases in one group, all written in at once: Telegram's budget holds, nobody waits, nothing is lost.

The flow, the sender and the simulator's Bot API with its limits, joined without HTTP, on a time of their own. The same
over real HTTP is ``tests/benchmarks/test_group_budget.py``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.core.draft import Groups
from bot.core.incoming import Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.step import Step
from bot.flow import Flow
from bot.simulator.api import Api
from bot.simulator.world import World
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.reading import ALLOWED_UPDATES, TelegramChannel, lane_of
from tests.benchmarks.load.trials import quantile
from tests.catalogues import MONDAY
from tests.fakes import FakeStore, FakeTimer
from tests.integration.simulated import GROUP
from tests.rush import Rush
from tests.straight import Shelf, Straight

ROUNDS = 20
"""A minute of it."""


@dataclass
class TimerClock:
    """The time of day that a timer has come to."""

    timer: FakeTimer

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.timer.seconds)


class Hall:
    """Flow, sender and Bot API in which a rush happens."""

    def __init__(self) -> None:
        self.timer = FakeTimer()
        self.clock = TimerClock(self.timer)
        world, self.store = World(self.clock), FakeStore()
        self.rush = Rush(world, ROUNDS, MONDAY)
        self.failures: list[Receipt] = []
        self.crowded: list[int] = []
        self.acknowledged: list[float] = []
        self.api = Api(world.state)
        self.api.limits.enforce = True
        bot = TelegramBot(world.state.token, request=Straight(self.api), get_updates_request=Straight(self.api))
        self.sender = TelegramSender(
            bot,
            self.store,
            self.clock,
            failed=self._failed,
            crowded=self.crowded.append,
            timer=self.timer,
            acknowledged=self.acknowledged.append,
        )
        self.flow = Flow(
            store=self.store,
            sender=self.sender,
            library=Shelf(),
            channel=TelegramChannel({GROUP}, world.state.bot.id, "bot"),
            clock=self.clock,
            groups=Groups(GROUP),
        )
        world.state.updates.allow(ALLOWED_UPDATES)

    async def _failed(self, row: Outgoing, receipt: Receipt) -> None:
        self.failures.append(receipt)
        await self.flow.on_failure(row, receipt)

    async def run(self, *, acknowledge: bool) -> None:
        self.rush.world.state.updates.clear()
        for case in self.rush.cases:
            await self.store.commit(Step(case))
        await self.sender.start()
        for line in self.rush.plan():
            await self.timer.sleep(line.at - self.timer.seconds)
            self.rush.write(line)
            await self._hear(acknowledge=acknowledge)
        assert await self.sender.drain(3600)
        await self.sender.stop()

    async def _hear(self, *, acknowledge: bool) -> None:
        updates = self.rush.world.state.updates
        for update in updates.pending():
            raw = update.as_json()
            kept = Update(update.update_id, lane_of(raw), self.clock.now(), raw)
            _, seen = await self.flow.receive(kept)
            if seen is not None and acknowledge:
                await self.sender.acknowledge(seen.chat_id, seen.message_id)
            await self.flow.on_update(kept)
            updates.remove(update.update_id)


@pytest.mark.parametrize("acknowledge", [True, False], ids=["by polling", "by webhook"])
def test_fifty_cases_in_one_group_are_told_within_its_budget_and_their_customers_do_not_wait(
    acknowledge: bool,
) -> None:
    """By webhook the answer to a delivery acknowledges it, and takes nothing of what may be sent."""
    hall = Hall()
    asyncio.run(hall.run(acknowledge=acknowledge))
    figures = hall.rush.figures(hall.api.calls.after(0))
    assert (figures.refused, figures.lost, figures.out_of_order, hall.failures) == (0, 0, 0, [])
    assert figures.p99 <= 1500
    assert figures.busiest <= 20
    assert figures.told < figures.lines / 5
    assert hall.rush.joined_for_customers() == 0
    assert set(hall.crowded) == {GROUP}
    if acknowledge:
        assert quantile(sorted(hall.acknowledged), 1.0) <= 7


def test_every_customers_last_message_is_acknowledged_however_much_there_is_to_send() -> None:
    hall = Hall()
    asyncio.run(hall.run(acknowledge=True))
    for case in hall.rush.cases:
        last = [m for m in hall.rush.world.state.chats[case.chat_id].messages.values() if m.text.startswith("c")][-1]
        assert ("👀",) in last.reactions.values()
