"""Shows a customer "typing" while words of an agent wait to reach them.

Telegram tells no bot that a person is typing. The nearest thing that is true: somebody has written, and it is not here
yet, because a file is being passed on, pictures are gathered to an album, or much is waiting before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.core.outgoing import Outgoing
from bot.telegram.job import is_agents_words
from bot.telegram.timer import Timer

AFTER = 0.5
"""Seconds that words may be on their way before it is shown: most have arrived by then."""

AGAIN = 4.5
"""Seconds until it is shown again: Telegram shows it for five."""


class Typist:
    """Knows for whom words are waiting; ``show`` is asked for each of them from time to time, while it lasts."""

    def __init__(self, timer: Timer, show: Callable[[int], None]) -> None:
        self._timer = timer
        self._show = show
        self._waiting: dict[int, set[str]] = {}
        self._next: dict[int, float] = {}
        self._woken = asyncio.Event()

    def expect(self, row: Outgoing) -> None:
        """Something is to be sent: of interest where these are an agent's words."""
        if not is_agents_words(row):
            return
        self._waiting.setdefault(row.chat_id, set()).add(row.id)
        self._next.setdefault(row.chat_id, self._timer.now() + AFTER)
        self._woken.set()

    def is_done(self, row: Outgoing) -> None:
        """It went, or never will."""
        waiting = self._waiting.get(row.chat_id, set())
        waiting.discard(row.id)
        if not waiting:
            self._waiting.pop(row.chat_id, None)
            self._next.pop(row.chat_id, None)

    async def run(self) -> None:
        """Show it where it is time to, for ever."""
        while True:
            self._woken.clear()
            now = self._timer.now()
            for chat_id in [chat_id for chat_id, at in self._next.items() if at <= now]:
                self._show(chat_id)
                self._next[chat_id] = now + AGAIN
            first = min(self._next.values(), default=None)
            await self._timer.wait(self._woken, None if first is None else first - now)
