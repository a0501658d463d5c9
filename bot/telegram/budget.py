"""How fast Telegram lets us send, and what is left of it now. Times are seconds on one steady clock."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass


class Budget:
    """At most ``limit`` in any ``span`` seconds, evenly spread but for ``burst`` at once after a rest.

    The spreading is GCRA (ITU-T I.371), which alone would let a burst through on top of the limit; a window stops that.
    """

    def __init__(self, limit: int, span: float, burst: int) -> None:
        self._interval = span / limit
        self._slack = self._interval * (burst - 1)
        self._span = span
        self._full_at = -math.inf
        self._sent: deque[float] = deque(maxlen=limit)

    def free_at(self) -> float:
        """When the next one may go; a time that is past means now."""
        full = len(self._sent) == self._sent.maxlen
        return max(self._full_at - self._slack, self._sent[0] + self._span if full else -math.inf)

    def spend(self, now: float) -> None:
        """One goes now."""
        self._full_at = max(self._full_at, now) + self._interval
        self._sent.append(now)

    def rested_at(self) -> float:
        """From when on nothing of what was sent matters any more."""
        return max(self._full_at, self._sent[-1] + self._span if self._sent else -math.inf)


@dataclass(frozen=True, slots=True)
class Rate:
    """The size of a budget, as in :class:`Budget`."""

    limit: int
    span: float
    burst: int

    def budget(self) -> Budget:
        return Budget(self.limit, self.span, self.burst)


@dataclass(frozen=True, slots=True)
class Rates:
    """What Telegram allows: 30 a second in all, one a second in a private chat (short bursts pass), 20 a minute in a
    group. A little is left unused, and in all there is no burst, since what leaves evenly does not arrive evenly.

    Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    overall: Rate = Rate(29, 1.0, 1)
    private: Rate = Rate(60, 60.0, 3)
    group: Rate = Rate(20, 61.0, 8)

    def of_chat(self, chat_id: int) -> Budget:
        """A fresh budget for a chat; groups have negative ids."""
        return (self.private if chat_id > 0 else self.group).budget()
