"""Puts on record how soon messages are acknowledged: a line a minute, whatever came in it."""

from __future__ import annotations

import asyncio

import structlog

from bot.core import promptness
from bot.core.errors import StoreError
from bot.core.step import Event
from bot.ports import Clock, Store

log = structlog.get_logger(__name__)

EVERY = 60.0
"""Seconds that one line stands for."""


class Tally:
    """Hears of each acknowledgement, and writes the line. What was heard since the last one is lost by a crash."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._heard: list[float] = []

    def acknowledged(self, seconds: float) -> None:
        """One took so long, from its arrival until the acknowledgement left."""
        self._heard.append(seconds)

    async def run(self) -> None:
        """Write a line each minute in which there is something to write."""
        while True:
            await asyncio.sleep(EVERY)
            await self.close()

    async def close(self) -> None:
        """Write what is left; where that can't be kept, it is told and goes into the next line."""
        try:
            await self.write()
        except StoreError:
            log.exception("how soon messages were acknowledged could not be kept")

    async def write(self) -> None:
        """Write the line now. Raises StoreError: then it is in the next one."""
        heard, self._heard = self._heard, []
        if not heard:
            return
        line = Event(self._clock.now(), "", promptness.ACKNOWLEDGED, facts=promptness.counted(heard))
        try:
            await self._store.append((line,))
        except StoreError:
            self._heard = heard + self._heard
            raise
