"""How long a customer is likely to wait for a colleague, at a quantile high enough that it can be promised.

Cases are taken by their deadline. A case that ``n`` cases go before is reached once ``n + 1`` have been taken, which
takes about ``(n + 1) × handling ÷ on duty`` of open time: the queue-length estimator of R. Ibrahim and W. Whitt,
"Real-time delay estimation based on delay history", Manufacturing & Service Operations Management 11 (2009). The wait
strays from that by a multiple of the square root of the number taken, as sums do. Which multiple 95 in a hundred stay
below is learnt from what was expected and what came of it, for short queues and long ones apart; the delays of those
who entered service last are among them, and so are those who wait longer than expected at this moment. Nobody is
forecast to wait less beyond what is expected than the last ones to enter service (:class:`bot.core.workload.Workload`).

A time is only worth promising if it breaks no promise that was made before. So the newcomer's place is not where the
standard alone would put them: it is behind everyone whose promise would not survive one more case ahead of it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.content import Calendar
from bot.core.hours import open_time_between

ENOUGH = 20
"""Cases that must have been taken before anything is forecast: until then the standard is promised."""

ENOUGH_OF_A_SIZE = 60
"""Samples that a high quantile is taken of, where there are as many."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was expected of one case's wait: ``taken`` cases, itself included, each ``pace`` of open time apart."""

    taken: int
    pace: timedelta

    def wait(self, surprise: float) -> timedelta:
        """The open time that the wait stays below, if it strays by at most ``surprise``."""
        return self.pace * max(0.0, self.taken + surprise * math.sqrt(self.taken))

    def surprise_of(self, waited: timedelta) -> float:
        """By which multiple a wait of this much open time strayed."""
        return (waited / self.pace - self.taken) / math.sqrt(self.taken)


SIZES = 16


def size_of(taken: int) -> int:
    """Queues of one, two to three, four to seven… cases are of one size each."""
    return min(taken.bit_length(), SIZES) - 1


@dataclass(frozen=True, slots=True)
class Load:
    """A team's queue at one moment.

    ``places`` are the deadlines of the waiting cases as the queue is ordered, increasing. ``pace`` is the open time
    between one case taken and the next while others wait: handling time ÷ agents on duty. ``surprises`` has the high
    quantile, learnt, of :meth:`Expectation.surprise_of` by the size (:func:`size_of`) of what was expected.
    """

    places: Sequence[datetime]
    pace: timedelta
    surprises: Sequence[float]

    def expected(self, taken: int) -> timedelta:
        """The open time until so many cases have been taken, with high probability."""
        return Expectation(taken, self.pace).wait(self.surprises[size_of(taken)])


@dataclass(frozen=True, slots=True)
class Forecast:
    """``wait``: the open time that may honestly be promised. ``expectation``: what it was made from."""

    wait: timedelta
    expectation: Expectation


def forecast(load: Load, calendar: Calendar, now: datetime, place: datetime, *, urgent: bool = False) -> Forecast:
    """The wait of a newcomer whose deadline would be ``place`` by the standard alone.

    What is ``urgent`` goes to its place whomever that delays: those get a new time if need be.
    """
    ahead = bisect_right(load.places, place)
    if not urgent:
        ahead = max(ahead, _behind_the_tight(load, calendar, now, ahead))
    wait = load.expected(ahead + 1)
    if ahead:
        wait = max(wait, open_time_between(calendar, now, load.places[ahead - 1]))
    return Forecast(wait, Expectation(ahead + 1, load.pace))


def _behind_the_tight(load: Load, calendar: Calendar, now: datetime, first: int) -> int:
    """The first position from ``first`` on behind which every promise would survive one more case before it."""
    for position in range(len(load.places) - 1, first - 1, -1):
        left = open_time_between(calendar, now, load.places[position])
        if left < load.expected(position + 2):
            return position + 1
    return first


def learnt(samples: Sequence[tuple[int, float]], share: float) -> tuple[float, ...]:
    """The high quantile of surprises for each size, from samples of (size, surprise).

    A size with few samples of its own borrows those of the sizes nearest to it.
    """
    by_size: list[list[float]] = [[] for _ in range(SIZES)]
    for size, surprise in samples:
        by_size[size].append(surprise)
    return tuple(high_quantile(_near(by_size, size), share) for size in range(SIZES))


def _near(by_size: Sequence[Sequence[float]], size: int) -> list[float]:
    found = list(by_size[size])
    for distance in range(1, SIZES):
        if len(found) >= ENOUGH_OF_A_SIZE:
            break
        for other in (size - distance, size + distance):
            if 0 <= other < SIZES:
                found.extend(by_size[other])
    return found


def high_quantile(surprises: Sequence[float], share: float) -> float:
    """The value that ``share`` of ``surprises`` don't exceed, not below 0: nobody is promised less than the mean.

    The rank is that of split conformal prediction, ⌈(n + 1) × share⌉ (V. Vovk et al., "Algorithmic Learning in a Random
    World", 2005): with few samples it is the largest.
    """
    ordered = sorted(surprises)
    rank = min(math.ceil((len(ordered) + 1) * share), len(ordered))
    return max(0.0, ordered[rank - 1]) if ordered else 0.0
