"""Promises: by when a human comes back, and how that ends.

A promise is made for the standard of its kind, or for an honest forecast of the wait if that is longer, counted in
open time of the team's calendar and rounded up to a time that people say. It falls due in open time (or as the
calendar closes), and it ends exactly once: kept, moved, broken or cancelled. All instants are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.content import ALWAYS, Calendar, Standards
from bot.core.conversation import Promise, PromiseState, Way
from bot.core.errors import CalendarError, PromiseError
from bot.core.hours import add_open_time, is_open, next_open, open_time_between, zone_named
from bot.core.people import BOT_NAME, CUSTOMER_NAME
from bot.core.understanding import Kind, Severity

_GRAINS = tuple(timedelta(minutes=minutes) for minutes in (30, 15, 10, 5, 1))
"""What people round clock times to, coarsest first; each divides the hour."""

_HOUR = timedelta(hours=1)
_RISK_SHARE = 0.1
_LATEST_RISK = timedelta(seconds=1)
_EARLIEST_RISK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Quote:
    """A promise, and what explains its time.

    ``closed``: closing hours put it off, since we are closed now, or since closing leaves no time for it within the
    standards' ``never_beyond``; then ``reopens_at`` says when we are open again. ``busy``: the forecast of the wait is
    longer than the standard.
    """

    promise: Promise
    closed: bool = False
    reopens_at: datetime | None = None
    busy: bool = False


def standard_for(
    standards: Standards, *, kind: Kind, severity: Severity, within: timedelta | None, team: str | None
) -> tuple[timedelta, str]:
    """The open time within which a human comes back, and the name of the calendar that it is counted on.

    ``within`` is the intent's own span and goes before that of its kind; what is urgent never takes longer than the
    standards' ``urgent``. A team that isn't known, or ``None``, has the promises' calendar.
    """
    promises = standards.promises
    span = promises.standard(kind) if within is None else within
    if severity is Severity.URGENT:
        span = min(span, promises.urgent)
    known = standards.teams.get(team or standards.default_team)
    return span, known.calendar if known else promises.calendar


def calendar_named(standards: Standards, name: str) -> Calendar:
    """The calendar of this name; ``always`` needs no declaring.

    A promise may outlive the calendar it was made on: a name that isn't in the standards (any more) gives the
    promises' own. Raises CalendarError if that is missing too.
    """
    for known in (name, standards.promises.calendar):
        if known in standards.calendars:
            return standards.calendars[known]
        if known == ALWAYS:
            return Calendar(ALWAYS, standards.zone, always=True)
    raise CalendarError(f"there is no calendar {name!r}: declare it under `calendars` in standards.yml")


def make(
    standards: Standards,
    *,
    id: str,
    kind: Kind,
    severity: Severity,
    within: timedelta | None,
    team: str | None,
    reason: str,
    now: datetime,
    forecast: timedelta | None = None,
) -> Quote:
    """Promise a human by a time. ``forecast`` is the open time that the wait is likely to take at most.

    Its ``quoted`` is empty: who knows the customer's language and zone puts it into words. Raises CalendarError if
    the team's calendar never opens.
    """
    span, name = standard_for(standards, kind=kind, severity=severity, within=within, team=team)
    promise = Promise(
        id=id,
        made_at=now,
        due_at=now,
        calendar=name,
        team=team or standards.default_team,
        reason=reason,
        quoted="",
    )
    return _timed(promise, standards, span, forecast)


def move(
    promise: Promise, standards: Standards, now: datetime, *, id: str, forecast: timedelta | None = None
) -> tuple[Promise, Promise]:
    """Give the customer a new time before the old one passes: the promise as it ended, and its successor, not quoted.

    The successor, with ``id``, is given as much open time as the promise had, from ``now`` on, or as ``forecast``
    says, and is rounded and bounded as by :func:`make`. Raises PromiseError if the promise has ended.
    """
    ended = _ended(promise, PromiseState.MOVED, now, BOT_NAME)
    span = _open_span(promise, calendar_named(standards, promise.calendar))
    successor = replace(promise, id=id, made_at=now, quoted="", moved_from=promise.id, not_before=None, instead_of=None)
    return ended, _timed(successor, standards, span, forecast).promise


def exchange(
    promise: Promise,
    now: datetime,
    *,
    id: str,
    way: Way | None = None,
    window: tuple[datetime, datetime] | None = None,
) -> tuple[Promise, Promise]:
    """The customer would rather have it another way, or at a time of their own choice, ``window``, from and to.

    The promise ends as cancelled, by the customer: we moved nothing. Its successor, with ``id`` and not quoted, is due
    when the window ends. Raises PromiseError if the promise has ended.
    """
    ended = cancel(promise, now, CUSTOMER_NAME)
    start, end = window or (promise.not_before, promise.due_at)
    successor = replace(
        promise,
        id=id,
        made_at=now,
        due_at=end,
        quoted="",
        way=way or promise.way,
        not_before=start,
        moved_from=None if window else promise.moved_from,
        instead_of=promise.id,
    )
    return ended, successor


def keep(promise: Promise, now: datetime, by: str) -> Promise:
    """A human came back: ``by`` names who. After ``due_at`` that doesn't keep it any more: then it ends as broken.

    Raises PromiseError if it has ended.
    """
    return _ended(promise, PromiseState.KEPT if now <= promise.due_at else PromiseState.BROKEN, now, by)


def break_(promise: Promise, now: datetime, by: str = BOT_NAME) -> Promise:
    """The time passed and nobody came back. Raises PromiseError if it has ended."""
    return _ended(promise, PromiseState.BROKEN, now, by)


def cancel(promise: Promise, now: datetime, by: str) -> Promise:
    """The customer needs no human any more; ``by`` names who said so. Raises PromiseError if it has ended."""
    return _ended(promise, PromiseState.CANCELLED, now, by)


def stand_again(promise: Promise) -> Promise:
    """What was taken for keeping it never reached the customer: it stands as if it had not ended.

    Raises PromiseError if it was not kept.
    """
    if promise.state is not PromiseState.KEPT:
        raise PromiseError(f"promise {promise.id} can't stand again: it is {promise.state}, and was never kept")
    return replace(promise, state=PromiseState.OPEN, ended_at=None, ended_by=None)


def remind_times(promise: Promise, standards: Standards) -> tuple[datetime, ...]:
    """When the team is nudged: at the standards' shares of the open time, all between made and due, increasing.

    A mark that falls on closing time waits for the opening, since nobody is there to be nudged. A time that the
    customer chose is counted from its beginning, which is a mark too.
    """
    calendar = calendar_named(standards, promise.calendar)
    span, start = _open_span(promise, calendar), promise.counts_from
    marks = {_when_open(calendar, start, span * share) for share in standards.promises.remind_at if share > 0}
    marks |= {start} if promise.not_before else set()
    return tuple(sorted(mark for mark in marks if promise.made_at < mark < promise.due_at))


def at_risk_time(promise: Promise, standards: Standards) -> datetime:
    """When the promise is about to break unless someone acts: with a tenth of its open time left.

    That is 1 second at least and 15 minutes at most. When it begins if the whole promise is shorter.
    """
    calendar = calendar_named(standards, promise.calendar)
    span = _open_span(promise, calendar)
    left = min(max(span * _RISK_SHARE, _LATEST_RISK), _EARLIEST_RISK)
    return _when_open(calendar, promise.counts_from, span - left) if span > left else promise.counts_from


# --- the time ---------------------------------------------------------------------------------------------------------


def _timed(promise: Promise, standards: Standards, standard: timedelta, forecast: timedelta | None) -> Quote:
    """``promise``, due after the later of ``standard`` and ``forecast`` from ``made_at``, with its explanation."""
    rules, now = standards.promises, promise.made_at
    calendar = calendar_named(standards, promise.calendar)
    span = max(standard, (forecast or timedelta(0)) * (1 + rules.margin))
    exact = add_open_time(calendar, now, span)
    latest = _latest(calendar, now, rules.never_beyond, exact)
    due = latest if exact > latest else _spoken(calendar, exact, span, rules.round_to, latest)
    closed_now = not is_open(calendar, now)
    closed = closed_now or due > now + rules.never_beyond
    reopens = next_open(calendar, now if closed_now else now + rules.never_beyond) if closed else None
    return Quote(replace(promise, due_at=due), closed=closed, reopens_at=reopens, busy=span > standard)


def _latest(calendar: Calendar, now: datetime, never_beyond: timedelta, exact: datetime) -> datetime:
    """The last time that may be promised where ``exact`` would be right.

    ``never_beyond`` is wall-clock time. Closing stops that clock: it runs from the first opening, and where it runs
    out while we are closed it runs again from the next opening.
    """
    latest = next_open(calendar, now) + never_beyond
    while exact > latest and not is_open(calendar, latest):
        latest = next_open(calendar, latest) + never_beyond
    return latest


def _spoken(calendar: Calendar, due: datetime, span: timedelta, round_to: timedelta, latest: datetime) -> datetime:
    """``due`` rounded up to a clock time that people say, or as it is where rounding would leave open time.

    The grain is never more than a quarter of the span, so that short promises stay short.
    """
    grain = next((grain for grain in _GRAINS if grain <= min(round_to, span / 4)), None)
    if grain is None:
        return due
    local = due.astimezone(zone_named(calendar.zone))
    past_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    rounded = due + (_HOUR - past_hour) % grain
    still_open = open_time_between(calendar, due, rounded) == rounded - due
    return rounded if still_open and rounded <= latest else due


def _open_span(promise: Promise, calendar: Calendar) -> timedelta:
    return open_time_between(calendar, promise.counts_from, promise.due_at)


def _when_open(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    return next_open(calendar, add_open_time(calendar, start, span))


# --- the end ----------------------------------------------------------------------------------------------------------


def _ended(promise: Promise, state: PromiseState, now: datetime, by: str) -> Promise:
    if promise.state is not PromiseState.OPEN:
        raise PromiseError(f"promise {promise.id} can't become {state}: it was {promise.state} at {promise.ended_at}")
    return replace(promise, state=state, ended_at=now, ended_by=by)
