"""Our bot, store and sender in front of a running simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.core.conversation import Conversation
from bot.core.outgoing import Content, Lane, Outgoing, Receipt, To
from bot.core.people import Customer
from bot.core.step import Step
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.telegram.client import TelegramBot, telegram_bot
from bot.telegram.outbound import TelegramSender
from bot.telegram.timer import Timer
from tests.fakes import FakeStore
from tests.integration.simulated import GROUP, MAJA, simulated


class WallClock:
    """The time that it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class HastyTimer(Timer):
    """A timer that does not sit out the pauses between tries."""

    def __init__(self, at_most: float = 0.02) -> None:
        self._at_most = at_most

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, self._at_most))


@dataclass
class Connected:
    """A simulator, and a sender that works against it."""

    simulator: Simulator
    bot: TelegramBot
    store: FakeStore
    sender: TelegramSender
    failures: list[tuple[Outgoing, Receipt]] = field(default_factory=list)
    count: int = 0

    async def put(
        self, content: Content, *, chat: int = MAJA, to: To = To.CUSTOMER, lane: Lane = Lane.ANSWER
    ) -> Outgoing:
        """Commit one row, as the flow would."""
        self.count += 1
        conversation_id = f"{chat}-1"
        target = chat if to is To.CUSTOMER else GROUP
        row = Outgoing(
            f"{conversation_id}:1:{self.count}", conversation_id, target, to, lane, content, WallClock().now()
        )
        fresh = Conversation(conversation_id, chat, Customer(chat, "Maja"), row.at, "en", agents_chat=GROUP)
        known = self.store.conversations.get(conversation_id, fresh)
        await self.store.commit(Step(replace(known), outbox=(row,)))
        self.sender.wake()
        return row

    async def sent(self, timeout: float = 20.0) -> bool:  # noqa: ASYNC109  # how long to wait for it
        return await self.sender.drain(timeout)

    def receipt(self, row: Outgoing) -> Receipt:
        return self.store.receipts[row.id][1]

    def go_wrong(self, *faults: Fault) -> None:
        self.simulator.api.faults.replace(faults)

    def methods(self) -> list[str]:
        return [str(call["method"]) for call in self.simulator.api.calls.after(0)]


@asynccontextmanager
async def connected(timer: Callable[[], Timer] = Timer) -> AsyncIterator[Connected]:
    """A sender at work. Maja, the first customer, has started the bot."""
    async with simulated(WallClock()) as simulator, telegram_bot(simulator.token, simulator.url) as bot:
        simulator.world.send(MAJA, MAJA, "/start")
        store, failures = FakeStore(), []

        async def failed(row: Outgoing, receipt: Receipt) -> None:
            failures.append((row, receipt))

        sender = TelegramSender(bot, store, WallClock(), failed=failed, timer=timer())
        await sender.start()
        try:
            yield Connected(simulator, bot, store, sender, failures)
        finally:
            await sender.stop()
