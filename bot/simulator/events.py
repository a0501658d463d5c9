"""What the page and tests are told as it happens: a bounded history, and a way to wait for more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.simulator.wire import JsonObject

HISTORY = 4096
"""How many events are kept for a page that reconnects."""

Render = Callable[[], JsonObject]


class Events:
    """Numbered events, newest kept. They are rendered when read, so that nobody pays for what nobody watches."""

    def __init__(self, history: int = HISTORY) -> None:
        self._history = history
        self._ring: list[tuple[str, Render] | None] = [None] * history
        self._changed = asyncio.Event()
        self.last_id = 0

    def publish(self, type: str, render: Render) -> None:
        """Add an event; ``render`` gives its fields besides ``id`` and ``type``."""
        self.last_id += 1
        self._ring[self.last_id % self._history] = (type, render)
        self._changed.set()
        self._changed = asyncio.Event()

    def since(self, event_id: int) -> list[JsonObject] | None:
        """Events after ``event_id``, oldest first. None: some of them are no longer kept, or never were."""
        if not 0 <= self.last_id - event_id <= self._history:
            return None
        return [self._rendered(number) for number in range(event_id + 1, self.last_id + 1)]

    def _rendered(self, number: int) -> JsonObject:
        entry = self._ring[number % self._history]
        assert entry is not None, "an id between the first kept and the last is always kept"
        kind, render = entry
        return {"id": number, "type": kind, **render()}

    async def changed(self) -> None:
        """Wait until another event is published."""
        await self._changed.wait()
