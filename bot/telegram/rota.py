"""Whose turn it is among many: the most urgent first, each lane in turn, and no lane kept waiting for ever."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Rank(NamedTuple):
    """Lane and number: the lower goes first."""

    lane: int
    number: int


Shares = Mapping[int, float]
"""What part of all turns a lane gets at least while it waits, however many wait in lanes before it: below 1 in all."""


@dataclass(slots=True)
class Rota:
    """Names with ranks, of which ``holds`` says whether they still hold: those that don't are passed over.

    The lane that is before all others gets what the shares of the others leave.
    """

    holds: Callable[[Rank, Hashable], bool]
    shares: Shares
    _lanes: dict[int, list[tuple[int, Hashable]]] = field(default_factory=dict)
    _owed: dict[int, float] = field(default_factory=dict)

    def add(self, rank: Rank, name: Hashable) -> None:
        """Let a name wait with a rank, besides others that it may have."""
        heapq.heappush(self._lanes.setdefault(rank.lane, []), (rank.number, name))

    def first(self) -> tuple[Rank, Hashable] | None:
        """The most urgent."""
        return self._head(min(self._lanes)) if self._waiting() else None

    def next(self) -> tuple[Rank, Hashable] | None:
        """Whose turn it is: the most urgent, or one of a lane that is owed a turn."""
        waiting = self._waiting()
        if not waiting:
            return None
        owed = [lane for lane in waiting[1:] if self._owed.get(lane, 0.0) >= 1.0]
        return self._head(owed[0] if owed else waiting[0])

    def served(self, rank: Rank) -> None:
        """The one with this rank, which was next, has had its turn: it waits no more."""
        heapq.heappop(self._lanes[rank.lane])
        waiting = {*self._waiting(), rank.lane}
        owed = {lane: self._owed.get(lane, 0.0) + self.shares.get(lane, 0.0) for lane in waiting}
        owed[rank.lane] = max(0.0, owed[rank.lane] - 1.0)
        self._owed = {lane: min(2.0, turns) for lane, turns in owed.items()}

    def _waiting(self) -> list[int]:
        """The lanes in which someone waits, the most urgent first."""
        for lane in list(self._lanes):
            heap = self._lanes[lane]
            while heap and not self.holds(Rank(lane, heap[0][0]), heap[0][1]):
                heapq.heappop(heap)
            if not heap:
                del self._lanes[lane]
        return sorted(self._lanes)

    def _head(self, lane: int) -> tuple[Rank, Hashable]:
        number, name = self._lanes[lane][0]
        return Rank(lane, number), name
