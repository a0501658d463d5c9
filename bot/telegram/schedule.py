"""Who is next: queues that keep their order, the most urgent first, each place and the whole within their budgets.

Pure but for what it holds: times are seconds that the caller passes in.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.telegram.budget import Budget

T = TypeVar("T")
Rank = tuple[int, int]
"""Lane and arrival: the lower goes first."""


@dataclass(slots=True)
class _Entry(Generic[T]):
    lane: int
    number: int
    item: T


@dataclass(slots=True)
class _Queue(Generic[T]):
    place: Hashable
    entries: deque[_Entry[T]] = field(default_factory=deque)
    busy: bool = False
    not_before: float = -math.inf

    @property
    def rank(self) -> Rank:
        """As urgent as the most urgent in it, which its head holds up."""
        return min(entry.lane for entry in self.entries), self.entries[0].number


@dataclass(slots=True)
class _Place:
    budget: Budget | None
    paused_until: float = -math.inf
    waiting: list[tuple[Rank, Hashable]] = field(default_factory=list)
    queues: int = 0
    announced: Rank | None = None
    alarm: float = math.inf

    def free_at(self) -> float:
        return max(self.paused_until, self.budget.free_at() if self.budget else -math.inf)

    def rested_at(self) -> float:
        return max(self.paused_until, self.budget.rested_at() if self.budget else -math.inf)


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """The head of a queue, whose turn it is. Its queue stands still until :meth:`Schedule.done` or ``again``."""

    key: Hashable
    place: Hashable
    item: T


class Schedule(Generic[T]):
    """Queues by key. A place is where queues go and what has a budget, such as a chat.

    ``budget_of`` gives a place's budget when it is first needed; None: only the overall budget counts.
    Putting and taking cost O(log n) in the number of queues.
    """

    def __init__(self, overall: Budget, budget_of: Callable[[Hashable], Budget | None]) -> None:
        self._overall = overall
        self._budget_of = budget_of
        self._queues: dict[Hashable, _Queue[T]] = {}
        self._places: dict[Hashable, _Place] = {}
        self._ready: list[tuple[Rank, int, Hashable]] = []
        self._timers: list[tuple[float, int, Hashable, bool]] = []
        self._numbers = itertools.count()
        self._paused_until = -math.inf
        self._size = 0

    def __len__(self) -> int:
        """How many items are waiting or have their turn."""
        return self._size

    def put(self, key: Hashable, place: Hashable, lane: int, item: T, now: float) -> None:
        """Add to the end of a queue."""
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue(place)
            self._place(place).queues += 1
        queue.entries.append(_Entry(lane, next(self._numbers), item))
        self._size += 1
        self._line_up(key, now)

    def tail(self, key: Hashable) -> T | None:
        """The last item of a queue, unless it has its turn or there is none."""
        queue = self._queues.get(key)
        if queue is None or (queue.busy and len(queue.entries) == 1):
            return None
        return queue.entries[-1].item

    def take(self, now: float) -> Turn[T] | None:
        """Whose turn it is now, their budgets spent; None: see :meth:`wait`."""
        self._fire_timers(now)
        if max(self._overall.free_at(), self._paused_until) > now:
            return None
        while self._ready:
            rank, _, name = heapq.heappop(self._ready)
            place = self._places.get(name)
            if place is None or place.announced != rank:
                continue
            place.announced = None
            best = self._best(place)
            if best is None or best[0] != rank or place.free_at() > now:
                self._announce(name, now)
                continue
            return self._hand_out(name, place, best[1], now)
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until :meth:`take` may have something; None: only after another ``put``, ``done`` or ``again``."""
        if self._ready:
            return max(0.0, self._overall.free_at() - now, self._paused_until - now)
        return max(0.0, self._timers[0][0] - now) if self._timers else None

    def done(self, key: Hashable, now: float) -> None:
        """The item whose turn it was is dealt with."""
        queue = self._queues[key]
        queue.entries.popleft()
        queue.busy = False
        self._size -= 1
        if queue.entries:
            self._line_up(key, now)
            return
        del self._queues[key]
        place = self._places[queue.place]
        place.queues -= 1
        if not place.queues:
            self._remind(place.rested_at(), queue.place, is_queue=False)

    def again(self, key: Hashable, at: float, now: float) -> None:
        """The item whose turn it was stays the head of its queue, and has another turn, not before ``at``."""
        queue = self._queues[key]
        queue.busy = False
        queue.not_before = at
        self._line_up(key, now)

    def pause(self, place: Hashable, until: float) -> None:
        """Nothing goes to a place before ``until``."""
        found = self._place(place)
        found.paused_until = max(found.paused_until, until)

    def pause_all(self, until: float) -> None:
        """Nothing goes anywhere before ``until``."""
        self._paused_until = max(self._paused_until, until)

    def _place(self, name: Hashable) -> _Place:
        if name not in self._places:
            self._places[name] = _Place(self._budget_of(name))
        return self._places[name]

    def _line_up(self, key: Hashable, now: float) -> None:
        """Let a queue compete for its place, once it may."""
        queue = self._queues[key]
        if queue.busy:
            return
        if queue.not_before > now:
            self._remind(queue.not_before, key, is_queue=True)
            return
        heapq.heappush(self._places[queue.place].waiting, (queue.rank, key))
        self._announce(queue.place, now)

    def _announce(self, name: Hashable, now: float) -> None:
        """Let a place compete, once its budget allows."""
        place = self._places[name]
        best = self._best(place)
        if best is None:
            return
        free_at = place.free_at()
        if free_at > now:
            if free_at < place.alarm:
                place.alarm = free_at
                self._remind(free_at, name, is_queue=False)
        elif place.announced is None or best[0] < place.announced:
            place.announced = best[0]
            heapq.heappush(self._ready, (best[0], next(self._numbers), name))

    def _best(self, place: _Place) -> tuple[Rank, Hashable] | None:
        """The most urgent queue of a place; entries that no longer hold are dropped on the way."""
        while place.waiting:
            rank, key = place.waiting[0]
            queue = self._queues.get(key)
            if queue is not None and not queue.busy and queue.rank == rank:
                return rank, key
            heapq.heappop(place.waiting)
        return None

    def _hand_out(self, name: Hashable, place: _Place, key: Hashable, now: float) -> Turn[T]:
        heapq.heappop(place.waiting)
        queue = self._queues[key]
        queue.busy = True
        self._overall.spend(now)
        if place.budget:
            place.budget.spend(now)
        self._announce(name, now)
        return Turn(key, name, queue.entries[0].item)

    def _remind(self, at: float, name: Hashable, *, is_queue: bool) -> None:
        heapq.heappush(self._timers, (at, next(self._numbers), name, is_queue))

    def _fire_timers(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            _, _, name, is_queue = heapq.heappop(self._timers)
            if is_queue:
                if name in self._queues:
                    self._line_up(name, now)
            elif name in self._places:
                self._wake_or_forget(name, now)

    def _wake_or_forget(self, name: Hashable, now: float) -> None:
        place = self._places[name]
        place.alarm = math.inf
        if place.queues:
            self._announce(name, now)
        elif place.rested_at() <= now:
            del self._places[name]
