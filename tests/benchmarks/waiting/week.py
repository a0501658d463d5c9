"""A week at a help desk: customers arrive, are promised a time, and are taken by agents in the order of the queue.

A discrete-event simulation around the real core: it promises by :mod:`bot.core.quoting`, learns by
:mod:`bot.core.workload`, and its agents take whom :mod:`bot.core.priority` puts first.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import Protocol

from bot.core import hours, promise
from bot.core.content import Calendar, PromiseStandards, Standards, Team, Window
from bot.core.forecast import Expectation
from bot.core.priority import HEAD_START
from bot.core.quoting import Wish, honest
from bot.core.step import Event
from bot.core.understanding import Kind, Severity
from bot.core.workload import Workload

MINUTE = timedelta(minutes=1)
OFFICE = Calendar(
    "office",
    "Europe/Ljubljana",
    (*(Window(day, time(8), time(18)) for day in range(5)), Window(5, time(9), time(13))),
)
MONDAY = datetime(2026, 2, 1, 23, tzinfo=UTC)
"""Midnight in Ljubljana, of the first of three weeks. The last one counts: the first two are there to learn from."""

WEEKS = 3
_WEEK = timedelta(days=7)
COUNTED_FROM = MONDAY + (WEEKS - 1) * _WEEK
OUTAGE = (COUNTED_FROM + timedelta(days=2, hours=10), COUNTED_FROM + timedelta(days=2, hours=11, minutes=30))
"""Wednesday morning: five times as many write as usual."""

_BY_HOUR = (0.1,) * 7 + (0.5, 1, 1.1, 1, 1.2, 2.2, 2, 1.1, 1, 1, 1, 0.8, 0.7, 0.6, 0.5, 0.3, 0.2)
"""How many write in each hour of the day, as multiples of :attr:`Week.per_hour`: most at lunchtime."""

_ON_DUTY = {8: 3, 9: 5, 10: 5, 11: 5, 12: 4, 13: 4, 14: 5, 15: 5, 16: 5, 17: 3}
_AT_WEEKENDS = 3
_MOST = 8
"""Whoever can helps out when the queue is :data:`_LONG`, until it is :data:`_SHORT` again."""
_LONG, _SHORT = 60, 5


@dataclass(frozen=True, slots=True)
class Week:
    """What varies: how many write in a usual hour, how long a case takes (log-normal, with this variation)."""

    seed: int
    per_hour: float = 12.5
    handling: timedelta = timedelta(minutes=10)
    variation: float = 1.0


def standards() -> Standards:
    """Those of a busy chat desk, met when all goes well: 20 minutes for questions, 15 for complaints, 10 if urgent."""
    spans = {"question": 20 * MINUTE, "complaint": 15 * MINUTE, "request": 15 * MINUTE}
    promises = PromiseStandards(spans, 10 * MINUTE, "office", margin=0.05)
    teams = {"support": Team("support", "office")}
    return Standards(("en",), OFFICE.zone, {"office": OFFICE}, promises, teams, "support")


@dataclass(slots=True)
class Case:
    """One customer's wait."""

    id: str
    at: datetime
    kind: Kind
    severity: Severity
    due: datetime = MONDAY
    expectation: Expectation | None = None
    taken: datetime | None = None
    moved: bool = False

    @property
    def place(self) -> datetime:
        return self.due - HEAD_START[self.severity]


@dataclass(slots=True)
class Desk:
    """What a quote may be made from: the queue, and what happened so far."""

    standards: Standards
    workload: Workload = field(default_factory=Workload)
    queue: list[Case] = field(default_factory=list)
    waits: list[timedelta] = field(default_factory=list)
    handled: list[timedelta] = field(default_factory=list)
    on_duty: int = 1


class Quoter(Protocol):
    """Sets ``case.due``."""

    def __call__(self, case: Case, desk: Desk) -> None: ...


def _by_standard(case: Case, desk: Desk, wait: timedelta | None = None) -> None:
    case.due = promise.make(
        desk.standards,
        id=case.id,
        kind=case.kind,
        severity=case.severity,
        within=None,
        team="support",
        reason="",
        now=case.at,
        forecast=wait,
    ).promise.due_at


def fixed(case: Case, desk: Desk) -> None:
    """The standard, whatever the queue: what most help desks do."""
    _by_standard(case, desk)


def last_to_enter(case: Case, desk: Desk) -> None:
    """The delay of the last customer to enter service, if that is longer than the standard."""
    _by_standard(case, desk, desk.waits[-1] if desk.waits else None)


def mean_based(case: Case, desk: Desk) -> None:
    """Queue length × mean handling time ÷ agents on duty, if that is longer than the standard."""
    mean = sum(desk.handled, timedelta(0)) / len(desk.handled) if desk.handled else timedelta(0)
    _by_standard(case, desk, mean * (len(desk.queue) + 1) / desk.on_duty)


def ours(case: Case, desk: Desk) -> None:
    """What Keepword promises."""
    wish = Wish(case.kind, case.severity, None, "support", "")
    found = honest(wish, desk.standards, desk.workload, case.at, id=case.id)
    case.due, case.expectation = found.quote.promise.due_at, found.expectation


QUOTERS: dict[str, Quoter] = {
    "fixed standard": fixed,
    "mean-based": mean_based,
    "last to enter": last_to_enter,
    "keepword": ours,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the week that counts. ``ratio``: quoted ÷ actual wait, by the clock as the customer sees it, median."""

    cases: int
    kept: float
    ratio: float
    open_ratio: float
    """The same in open time only."""
    waited: timedelta
    """In open time, median."""
    longest: timedelta
    """In open time, of 95 in a hundred."""
    waits: tuple[tuple[datetime, float, float], ...]
    """When a customer wrote, and the hours of open time they were promised and had to wait."""


def arrivals(week: Week) -> list[Case]:
    """Three weeks of customers, Poisson by the hour."""
    chance = random.Random(week.seed)
    busiest = week.per_hour * max(_BY_HOUR) * 5
    found: list[Case] = []
    at = MONDAY
    while at < MONDAY + WEEKS * _WEEK:
        at += timedelta(hours=chance.expovariate(busiest))
        local = at.astimezone(hours.zone_named(OFFICE.zone))
        rate = week.per_hour * _BY_HOUR[local.hour] * (0.45 if local.weekday() >= 5 else 1)
        rate *= 5 if OUTAGE[0] <= at < OUTAGE[1] else 1
        if chance.random() < rate / busiest:
            kind = chance.choices((Kind.QUESTION, Kind.COMPLAINT, Kind.REQUEST), (45, 35, 20))[0]
            severity = Severity.URGENT if chance.random() < 0.06 else Severity.CALM
            found.append(Case(f"{len(found) + 1}-1", at, kind, severity))
    return found


def simulate(week: Week, quote: Quoter) -> Outcome:
    """Let the weeks pass."""
    return _Simulation(week, quote).run()


class _Simulation:
    def __init__(self, week: Week, quote: Quoter) -> None:
        self._quote = quote
        self._chance = random.Random(week.seed + 1000)
        spread = math.sqrt(math.log(1 + week.variation**2))
        mean = math.log(week.handling / MINUTE) - spread**2 / 2
        self._handling: Callable[[], timedelta] = lambda: MINUTE * self._chance.lognormvariate(mean, spread)
        self._cases = arrivals(week)
        self._desk = Desk(standards())
        self._busy: set[int] = set()
        self._all_hands = False
        self._events: list[tuple[datetime, int, int]] = []

    def run(self) -> Outcome:
        end = MONDAY + WEEKS * _WEEK + timedelta(days=3)
        for number, case in enumerate(self._cases):
            heapq.heappush(self._events, (case.at, -1, number))
        look = MONDAY
        while look < end:
            heapq.heappush(self._events, (look, -2, 0))
            look += timedelta(minutes=15)
        while self._events:
            now, agent, number = heapq.heappop(self._events)
            if agent == -1:
                self._arrive(self._cases[number])
            elif agent >= 0:
                self._busy.discard(agent)
            self._move(now)
            self._take(now)
        return self._outcome()

    def _arrive(self, case: Case) -> None:
        self._desk.on_duty = self._on_duty(hours.next_open(OFFICE, case.at))
        self._quote(case, self._desk)
        self._desk.queue.append(case)
        self._hear_promise(case)

    def _hear_promise(self, case: Case) -> None:
        facts = {"team": "support", "due_at": case.due.isoformat(), "severity": case.severity.value}
        if case.expectation is not None:
            facts["expected_taken"] = str(case.expectation.taken)
            facts["expected_pace"] = str(case.expectation.pace.total_seconds())
        self._desk.workload.hear(Event(case.at, case.id, "promised", facts=facts), self._desk.standards)

    def _move(self, now: datetime) -> None:
        """A promise that can't be kept is moved once, which counts as not kept; the case keeps its place."""
        for case in self._desk.queue:
            case.moved |= now > case.due

    def _take(self, now: datetime) -> None:
        queue = self._desk.queue
        while queue and len(self._busy) < self._on_duty(now):
            case = min(queue, key=lambda case: (case.place, case.at))
            queue.remove(case)
            agent = next(free for free in range(_MOST) if free not in self._busy)
            spent = self._handling()
            case.taken = now + min(MINUTE, spent / 2)
            self._busy.add(agent)
            heapq.heappush(self._events, (now + spent, agent, 0))
            self._desk.waits.append(hours.open_time_between(OFFICE, case.at, now))
            self._desk.handled.append(spent)
            self._desk.workload.hear(Event(now, case.id, "claimed", by=f"Agent {agent}"), self._desk.standards)

    def _on_duty(self, now: datetime) -> int:
        if not hours.is_open(OFFICE, now):
            return 0
        local = now.astimezone(hours.zone_named(OFFICE.zone))
        usual = _AT_WEEKENDS if local.weekday() >= 5 else _ON_DUTY[local.hour]
        if len(self._desk.queue) > _LONG or len(self._desk.queue) <= _SHORT:
            self._all_hands = len(self._desk.queue) > _LONG
        return _MOST if self._all_hands else usual

    def _outcome(self) -> Outcome:
        counted = [case for case in self._cases if case.at >= COUNTED_FROM and case.taken is not None]
        in_open_time = [
            (
                case.at,
                hours.open_time_between(OFFICE, case.at, case.due) / timedelta(hours=1),
                hours.open_time_between(OFFICE, case.at, _taken(case)) / timedelta(hours=1),
            )
            for case in counted
        ]
        waits = sorted(waited for _, _, waited in in_open_time)
        return Outcome(
            cases=len(counted),
            kept=sum(_taken(case) <= case.due for case in counted) / len(counted),
            ratio=median((case.due - case.at) / (_taken(case) - case.at) for case in counted),
            open_ratio=median(quoted / max(waited, 1 / 60) for _, quoted, waited in in_open_time),
            waited=timedelta(hours=median(waits)),
            longest=timedelta(hours=waits[int(0.95 * len(waits))]),
            waits=tuple(in_open_time),
        )


def _taken(case: Case) -> datetime:
    assert case.taken is not None
    return case.taken
