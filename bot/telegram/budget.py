"""How fast Telegram lets us send, and what is left of it now. Times are seconds on one steady clock."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter


@dataclass(slots=True, eq=False)
class Spent:
    """One request that a budget has let go. ``by`` is when Telegram has counted it at the latest."""

    by: float


_BY = attrgetter("by")


class Budget:
    """At most ``limit`` arrive in any ``span`` seconds, evenly spread but for ``burst`` at once after a rest.

    The spreading is GCRA (ITU-T I.371), which alone would let a burst through on top of the limit; a window stops that.
    What leaves evenly does not arrive evenly: a request is counted by Telegram at some time between its leaving and its
    answer, so that its place in the window is free ``span`` after the answer, or ``span + late`` after it left where
    the answer takes longer than ``late``. As long as no request is on its way for longer, no window of Telegram's holds
    more than the limit, however much they jitter.
    """

    def __init__(self, limit: int, span: float, burst: int, late: float = 0.0) -> None:
        self._limit = limit
        self._interval = span / limit
        self._slack = self._interval * (burst - 1)
        self._span = span
        self._late = late
        self._full_at = -math.inf
        self._sent: list[Spent] = []

    def free_at(self) -> float:
        """When the next one may go; a time that is past means now."""
        paced = self._full_at - self._slack
        if len(self._sent) < self._limit:
            return paced
        return max(paced, self._first_counted().by + self._span)

    def spend(self, now: float) -> Spent:
        """One goes now."""
        self._full_at = max(self._full_at, now) + self._interval
        if len(self._sent) == self._limit:
            self._sent.remove(self._first_counted())
        spent = Spent(now + self._late)
        self._sent.append(spent)
        return spent

    def settle(self, spent: Spent, now: float) -> None:
        """It was answered: Telegram has counted it by now."""
        spent.by = min(spent.by, now)

    def refund(self, spent: Spent) -> None:
        """It did not go after all."""
        if spent in self._sent:
            self._sent.remove(spent)
            self._full_at -= self._interval

    def used(self, now: float) -> float:
        """What part of the limit the last span has taken."""
        return sum(spent.by > now - self._span for spent in self._sent) / self._limit

    def _first_counted(self) -> Spent:
        return min(self._sent, key=_BY)

    def rested_at(self) -> float:
        """From when on nothing of what was sent matters any more."""
        counted = max((spent.by for spent in self._sent), default=-math.inf)
        return max(self._full_at, counted + self._span)


@dataclass(frozen=True, slots=True)
class Rate:
    """The size of a budget, as in :class:`Budget`."""

    limit: int
    span: float
    burst: int
    late: float = 0.0

    def budget(self) -> Budget:
        return Budget(self.limit, self.span, self.burst, self.late)


@dataclass(frozen=True, slots=True)
class Rates:
    """What Telegram allows: 30 a second in all, one a second in a private chat (short bursts pass), 20 a minute in a
    group, where edits and the making of topics count too.

    In all a request is reckoned to arrive within half a second, our own delays included: to wait longer for slow
    answers would cost the pace of all others. In a chat it may take as long as we wait for an answer.
    Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    overall: Rate = Rate(30, 1.0, 3, late=0.5)
    private: Rate = Rate(60, 60.0, 3, late=10.0)
    group: Rate = Rate(20, 60.0, 10, late=10.0)

    def of_chat(self, chat_id: int) -> Budget:
        """A fresh budget for a chat; groups have negative ids."""
        return (self.private if chat_id > 0 else self.group).budget()
