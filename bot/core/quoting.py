"""Which time to promise: the standard, or an honest forecast of the wait where that is longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import promise
from bot.core.content import Standards
from bot.core.conversation import Promise
from bot.core.forecast import Expectation, forecast
from bot.core.priority import HEAD_START
from bot.core.promise import Quote
from bot.core.understanding import Kind, Severity
from bot.core.workload import Workload


@dataclass(frozen=True, slots=True)
class Wish:
    """What a promise is to be made for. ``within`` is the intent's own standard, if it has one."""

    kind: Kind
    severity: Severity
    within: timedelta | None
    team: str
    reason: str


@dataclass(frozen=True, slots=True)
class Honest:
    """A time that may be promised. ``expectation``: what was expected of the wait; None: too little is known."""

    quote: Quote
    expectation: Expectation | None = None


def honest(
    wish: Wish, standards: Standards, workload: Workload, now: datetime, *, id: str, away: Collection[int] = ()
) -> Honest:
    """The promise for ``wish``, as :func:`bot.core.promise.make` has it, never below what is forecast.

    ``away`` are the colleagues, by id, who are not there.
    """

    def quoted(wait: timedelta | None) -> Quote:
        return promise.make(
            standards,
            id=id,
            kind=wish.kind,
            severity=wish.severity,
            within=wish.within,
            team=wish.team,
            reason=wish.reason,
            now=now,
            forecast=wait,
        )

    by_standard = quoted(None)
    calendar = promise.calendar_named(standards, by_standard.promise.calendar)
    load = workload.load(wish.team, calendar, now, standards, away)
    if load is None:
        return Honest(by_standard)
    place = by_standard.promise.due_at - HEAD_START[wish.severity]
    found = forecast(load, calendar, now, place, urgent=wish.severity is Severity.URGENT)
    return Honest(quoted(found.wait), found.expectation)


def wait_now(
    standing: Promise, standards: Standards, workload: Workload, now: datetime, away: Collection[int] = ()
) -> timedelta | None:
    """The wait that is still to be expected for a case whose promise is about to break: hardly anyone is before it."""
    calendar = promise.calendar_named(standards, standing.calendar)
    load = workload.load(standing.team, calendar, now, standards, away)
    return None if load is None else forecast(load, calendar, now, standing.due_at, urgent=True).wait
