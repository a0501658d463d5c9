"""Telegram's limits on what a bot sends: in all, to one person, to one group."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.simulator.errors import too_many_requests


class Window:
    """At most ``limit`` within any span of ``span``."""

    def __init__(self, limit: int, span: timedelta) -> None:
        self._limit = limit
        self._span = span
        self._taken: deque[datetime] = deque()

    def wait(self, now: datetime, cost: int = 1) -> timedelta:
        """How long until ``cost`` more fit; zero or less: they fit now."""
        while self._taken and self._taken[0] <= now - self._span:
            self._taken.popleft()
        surplus = len(self._taken) + cost - self._limit
        if surplus <= 0:
            return timedelta()
        return self._taken[min(surplus, len(self._taken)) - 1] + self._span - now if self._taken else self._span

    def take(self, now: datetime, cost: int = 1) -> None:
        """Count ``cost`` as sent now."""
        self._taken.extend([now] * cost)


class Pace:
    """A steady rate, one each ``interval``, of which ``burst`` may come at once after a rest."""

    def __init__(self, interval: timedelta, burst: int) -> None:
        self._interval = interval
        self._slack = interval * (burst - 1)
        self._full_at: datetime | None = None

    def wait(self, now: datetime, cost: int = 1) -> timedelta:
        """How long until it may be; zero or less: now. An album (``cost`` above 1) counts afterwards."""
        return timedelta() if self._full_at is None else self._full_at - self._slack - now

    def take(self, now: datetime, cost: int = 1) -> None:
        """Count ``cost`` as sent now."""
        start = now if self._full_at is None else max(now, self._full_at)
        self._full_at = start + self._interval * cost


Budget = Window | Pace


class Limits:
    """The limits that Telegram documents, off until ``enforce`` is set.

    30 messages a second in all, one a second in a private chat (five may come at once after a rest), 20 a minute in a
    group. Source: Telegram's FAQ for bots, "My bot is hitting limits".
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.clear()

    def clear(self) -> None:
        """Off, and nothing sent yet."""
        self.enforce = False
        self._overall = Window(30, timedelta(seconds=1))
        self._chats: dict[int, Budget] = {}

    def spend(self, chat_id: int, cost: int = 1, in_chat: bool = True) -> None:
        """Count a call that sends ``cost`` messages. 429 where that is too many; then nothing is counted.

        ``in_chat`` is false for what counts in all but not in its chat, such as a reaction.
        """
        if not self.enforce or cost == 0:
            return
        now = self._now()
        budgets: list[Budget] = [self._overall, *([self._of(chat_id)] if in_chat else [])]
        wait = max(budget.wait(now, cost) for budget in budgets)
        if wait > timedelta():
            raise too_many_requests(max(1, math.ceil(wait.total_seconds())))
        for budget in budgets:
            budget.take(now, cost)

    def _of(self, chat_id: int) -> Budget:
        if chat_id not in self._chats:
            group = chat_id < 0
            self._chats[chat_id] = Window(20, timedelta(minutes=1)) if group else Pace(timedelta(seconds=1), 5)
        return self._chats[chat_id]
