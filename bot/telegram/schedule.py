"""Who is next: queues that keep their order, the most urgent first, each place and the whole within their budgets.

Pure but for what it holds: times are seconds that the caller passes in.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.telegram.budget import Budget, Spent
from bot.telegram.rota import Rank, Rota, Shares

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    lane: int
    item: T
    joins: Hashable
    not_before: float = -math.inf
    first: bool = False


@dataclass(slots=True)
class _Queue(Generic[T]):
    """``number`` is from when its head came to be the head, so that queues of one lane take turns."""

    place: Hashable
    number: int
    entries: deque[_Entry[T]] = field(default_factory=deque)
    in_lane: dict[int, int] = field(default_factory=dict)
    busy: bool = False
    lined_up: Rank | None = None
    alarm: float = -math.inf
    spent: tuple[tuple[Budget, Spent], ...] = ()

    @property
    def rank(self) -> Rank:
        """As urgent as the most urgent in it, which its head holds up."""
        return Rank(min(self.in_lane), self.number)

    def add(self, entry: _Entry[T]) -> None:
        """At the end; what is to be ``first`` behind the head if that has its turn, and behind others that were to."""
        place = len(self.entries)
        if entry.first:
            ahead = itertools.islice(self.entries, int(self.busy), None)
            place = int(self.busy) + sum(1 for _ in itertools.takewhile(lambda other: other.first, ahead))
        self.entries.insert(place, entry)
        self.in_lane[entry.lane] = self.in_lane.get(entry.lane, 0) + 1

    def drop_head(self) -> _Entry[T]:
        head = self.entries.popleft()
        self.in_lane[head.lane] -= 1
        if not self.in_lane[head.lane]:
            del self.in_lane[head.lane]
        return head


@dataclass(slots=True)
class _Place:
    budget: Budget | None
    waiting: Rota
    paused_until: float = -math.inf
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

    ``budget_of`` gives a place's budget when it is first needed; None: only the overall budget counts. Of the places,
    and of the queues in a place, the most urgent goes first, but for the ``shares`` of lanes that are less urgent;
    within a lane they take turns. ``weight_of`` says for
    how many an item counts in the budgets. Putting and taking cost O(log n) in the number of queues.
    """

    def __init__(
        self,
        overall: Budget,
        budget_of: Callable[[Hashable], Budget | None],
        shares: Shares | None = None,
        weight_of: Callable[[T], int] = lambda item: 1,
    ) -> None:
        self._overall = overall
        self._budget_of = budget_of
        self._weight_of = weight_of
        self._shares: Mapping[int, float] = shares or {}
        self._queues: dict[Hashable, _Queue[T]] = {}
        self._places: dict[Hashable, _Place] = {}
        self._ready = Rota(self._is_announced, self._shares)
        self._timers: list[tuple[float, int, Hashable, bool]] = []
        self._numbers = itertools.count()
        self._paused_until = -math.inf
        self._size = 0

    def __len__(self) -> int:
        """How many items are waiting or have their turn."""
        return self._size

    def put(
        self,
        key: Hashable,
        place: Hashable,
        lane: int,
        item: T,
        now: float,
        *,
        joins: Hashable = None,
        not_before: float = -math.inf,
        first: bool = False,
    ) -> None:
        """Add to the end of a queue. Items in a row that ``joins`` the same, if not None, are one turn of it.

        It goes ``not_before`` a time, and those behind it go after it. ``first``: before all that waits, and behind
        what was put first already.
        """
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue(place, next(self._numbers))
            self._place(place).queues += 1
        queue.add(_Entry(lane, item, joins, not_before, first))
        self._size += 1
        self._line_up(key, now)

    def tail(self, key: Hashable) -> T | None:
        """The last item of a queue, unless it has its turn or there is none."""
        queue = self._queues.get(key)
        if queue is None or (queue.busy and len(queue.entries) == 1):
            return None
        return queue.entries[-1].item

    def length(self, key: Hashable) -> int:
        """How many items of a queue are waiting or have their turn."""
        queue = self._queues.get(key)
        return len(queue.entries) if queue else 0

    def is_held_up(self, place: Hashable, now: float) -> bool:
        """Whether nothing may go to a place just now."""
        known = self._places.get(place)
        return self._paused_until > now or (known is not None and known.free_at() > now)

    def take(self, now: float) -> Turn[T] | None:
        """Whose turn it is now, their budgets spent; None: see :meth:`wait`."""
        self._fire_timers(now)
        if max(self._overall.free_at(), self._paused_until) > now:
            return None
        while (ready := self._ready.next()) is not None:
            rank, name = ready
            place = self._places[name]
            if place.free_at() <= now:
                self._ready.served(rank)
                return self._hand_out(name, place, now)
            place.announced = None
            self._announce(name, now)
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until :meth:`take` may have something; None: only after another ``put``, ``done`` or ``again``."""
        if self._ready.first() is not None:
            return max(0.0, self._overall.free_at() - now, self._paused_until - now)
        return max(0.0, self._timers[0][0] - now) if self._timers else None

    def done(self, key: Hashable, now: float, *, went: bool = True) -> None:
        """The item whose turn it was is dealt with. ``went`` is False where nothing was sent for it."""
        queue = self._queues[key]
        self._settle(queue, now, went=went)
        served = queue.drop_head()
        self._size -= 1
        if queue.entries:
            if served.joins is None or queue.entries[0].joins != served.joins:
                queue.number = next(self._numbers)
            self._line_up(key, now)
            return
        del self._queues[key]
        place = self._places[queue.place]
        place.queues -= 1
        if not place.queues:
            self._remind(place.rested_at(), queue.place, is_queue=False)

    def again(self, key: Hashable, at: float, now: float, *, went: bool = True) -> None:
        """The item whose turn it was stays the head of its queue, and has another turn, not before ``at``."""
        queue = self._queues[key]
        self._settle(queue, now, went=went)
        queue.entries[0].not_before = at
        self._line_up(key, now)

    def pause(self, place: Hashable, until: float) -> None:
        """Nothing goes to a place before ``until``."""
        found = self._place(place)
        found.paused_until = max(found.paused_until, until)

    def pause_all(self, until: float) -> None:
        """Nothing goes anywhere before ``until``."""
        self._paused_until = max(self._paused_until, until)

    def go_on(self) -> None:
        """A pause of everything is over before its time."""
        self._paused_until = -math.inf

    def _place(self, name: Hashable) -> _Place:
        if name not in self._places:
            self._places[name] = _Place(self._budget_of(name), Rota(self._is_lined_up, self._shares))
        return self._places[name]

    def _is_announced(self, rank: Rank, name: Hashable) -> bool:
        place = self._places.get(name)
        return place is not None and place.announced == rank

    def _is_lined_up(self, rank: Rank, key: Hashable) -> bool:
        queue = self._queues.get(key)
        return queue is not None and queue.lined_up == rank

    def _line_up(self, key: Hashable, now: float) -> None:
        """Let a queue compete for its place, once it may."""
        queue = self._queues[key]
        if queue.busy:
            return
        not_before = queue.entries[0].not_before
        if not_before > now:
            if queue.alarm != not_before:
                queue.alarm = not_before
                self._remind(not_before, key, is_queue=True)
            return
        if queue.lined_up != queue.rank:
            queue.lined_up = queue.rank
            self._places[queue.place].waiting.add(queue.rank, key)
        self._announce(queue.place, now)

    def _announce(self, name: Hashable, now: float) -> None:
        """Let a place compete, as urgently as the most urgent that waits for it, once its budget allows."""
        place = self._places[name]
        best = place.waiting.first()
        if best is None:
            return
        free_at = place.free_at()
        if free_at > now:
            if free_at < place.alarm:
                place.alarm = free_at
                self._remind(free_at, name, is_queue=False)
        elif place.announced is None or best[0] < place.announced:
            place.announced = best[0]
            self._ready.add(best[0], name)

    def _hand_out(self, name: Hashable, place: _Place, now: float) -> Turn[T]:
        found = place.waiting.next()
        assert found is not None
        rank, key = found
        place.waiting.served(rank)
        queue = self._queues[key]
        queue.busy, queue.lined_up = True, None
        place.announced = None
        budgets = (self._overall, place.budget) if place.budget else (self._overall,)
        item = queue.entries[0].item
        weight = self._weight_of(item)
        queue.spent = tuple((budget, budget.spend(now)) for budget in budgets for _ in range(weight))
        self._announce(name, now)
        return Turn(key, name, item)

    def _settle(self, queue: _Queue[T], now: float, *, went: bool) -> None:
        """What was spent on a turn that is over now."""
        for budget, spent in queue.spent:
            if went:
                budget.settle(spent, now)
            else:
                budget.refund(spent)
        queue.busy, queue.spent = False, ()
        self._announce(queue.place, now)

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
