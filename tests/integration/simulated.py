"""A running simulator for tests, and python-telegram-bot pointed at it.

::

    async with simulated() as simulator, bot_of(simulator) as bot:
        simulator.world.send(5001, 5001, "hello")
        ...
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from telegram import Bot
from telegram.request import HTTPXRequest

from bot.ports import Clock
from bot.simulator.server import Simulator
from bot.simulator.webhook import Backoff, backoff

# python-telegram-bot gives spans as ``timedelta`` when asked to, and warns about bare seconds otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "true")

MAJA = 5001
ANA = 7001
BEN = 7002
GROUP = -1001000000001


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self._now = at or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The time that was set, an aware UTC datetime."""
        return self._now

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span


@asynccontextmanager
async def simulated(clock: Clock | None = None, webhook_backoff: Backoff = backoff) -> AsyncIterator[Simulator]:
    """A simulator on a free port of 127.0.0.1, stopped at the end."""
    simulator = Simulator(clock, webhook_backoff)
    await simulator.start("127.0.0.1", 0)
    try:
        yield simulator
    finally:
        await simulator.stop()


@asynccontextmanager
async def bot_of(simulator: Simulator) -> AsyncIterator[Bot]:
    """A python-telegram-bot Bot that speaks to the simulator over HTTP."""
    without_certificates = {"verify": False}  # there is no TLS here, and reading all certificates takes long
    bot = Bot(
        simulator.token,
        base_url=f"{simulator.url}/bot",
        base_file_url=f"{simulator.url}/file/bot",
        request=HTTPXRequest(httpx_kwargs=without_certificates),
        get_updates_request=HTTPXRequest(httpx_kwargs=without_certificates),
    )
    async with bot:
        yield bot


def at(thing: object, path: str) -> object:
    """What is at a dotted path in an answer of python-telegram-bot, where nearly everything may be None."""
    for name in path.split("."):
        assert thing is not None, f"there is nothing at {path}: {name} has no owner"
        thing = getattr(thing, name)
    return thing


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Let others run until it is so, for what no event tells of. Raises TimeoutError after ``seconds``."""
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.001)
