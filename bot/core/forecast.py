"""How long a customer is likely to wait for a colleague, at a quantile high enough that it can be promised.

Cases are taken by their deadline. A case that ``n`` cases go before is reached once ``n + 1`` have been taken, which
takes about ``(n + 1) × handling ÷ on duty`` of open time: the queue-length estimator of R. Ibrahim and W. Whitt,
"Real-time delay estimation based on delay history", Manufacturing & Service Operations Management 11 (2009). The wait
strays from that by a multiple of the square root of the number taken, as sums do. Which multiple nine in ten, or 95 in
a hundred, stay below is learnt from what was expected and what came of it; those who wait longer than expected at this
moment count too, and so do the delays of those who entered service last.

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


@dataclass(frozen=True, slots=True)
class Load:
    """A team's queue at one moment.

    ``places`` are the deadlines of the waiting cases as the queue is ordered, increasing. ``pace`` is the open time
    between one case taken and the next while others wait: handling time ÷ agents on duty. ``surprise`` is the
    high quantile, learnt, of :meth:`Expectation.surprise_of`.
    """

    places: Sequence[datetime]
    pace: timedelta
    surprise: float

    def expected(self, taken: int) -> timedelta:
        return Expectation(taken, self.pace).wait(self.surprise)


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


def high_quantile(surprises: Sequence[float], share: float) -> float:
    """The value that ``share`` of ``surprises`` don't exceed, not below 0: nobody is promised less than the mean.

    The rank is that of split conformal prediction, ⌈(n + 1) × share⌉ (V. Vovk et al., "Algorithmic Learning in a Random
    World", 2005): with few samples it is the largest.
    """
    ordered = sorted(surprises)
    rank = min(math.ceil((len(ordered) + 1) * share), len(ordered))
    return max(0.0, ordered[rank - 1]) if ordered else 0.0
