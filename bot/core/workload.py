"""What each team has to do, and how it has fared: kept up to date from the record, line by line.

Nothing here is stored: the same lines, heard again after a restart, give the same picture.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from bot.core.content import Calendar, Standards
from bot.core.forecast import ENOUGH, Expectation, Load, learnt, size_of
from bot.core.hours import add_open_time, open_time_between
from bot.core.people import BOT_NAME
from bot.core.priority import HEAD_START
from bot.core.promise import calendar_named
from bot.core.step import Event
from bot.core.understanding import Severity

REMEMBERED = 1000
"""How many cases taken are learnt from: some days of a busy team, some weeks of a quiet one."""

ON_DUTY_WITHIN = timedelta(hours=2)
"""Who has written to a customer, or claimed a case, within this open time is reckoned to be there."""

LAST = 3
"""How many of those who entered service last are looked at: the median of three is not led astray by one."""

_TAKEN = frozenset({"claimed", "agent_wrote", "called"})
_LEFT = frozenset({"resolved", "cancelled", "handed_back"})
_IN_BRACKETS = re.compile(r"\((\d+)\)$")
_WATCHED = 200
"""Of how many waiting cases it is watched whether they wait longer than was expected."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    conversation: str
    since: datetime
    place: datetime
    expectation: Expectation | None


@dataclass(slots=True)
class _Team:
    """One team's queue and its recent past."""

    waiting: dict[str, _Waiting] = field(default_factory=dict)
    places: list[tuple[datetime, str]] = field(default_factory=list)
    busy: deque[timedelta] = field(default_factory=lambda: deque(maxlen=REMEMBERED // 5))
    """Open time of one agent for each case that was taken while others waited."""
    surprises: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """Size and surprise of what was expected, as it turned out."""
    seen: dict[str, datetime] = field(default_factory=dict)
    """When each agent last did something, by who they are in the record."""
    last_taken: datetime | None = None


class Workload:
    """All teams' work. :meth:`hear` every line of the record, in order; then ask for a team's :meth:`load`."""

    def __init__(self) -> None:
        self._teams: dict[str, _Team] = {}
        self._team_of: dict[str, str] = {}

    def hear(self, event: Event, standards: Standards) -> None:
        """Take in one line of the record. Lines that say nothing of work change nothing."""
        if event.name == "promised":
            self._promised(event, standards)
        elif event.name == "handed_on":
            self._handed_on(event)
        elif event.name in _TAKEN:
            self._taken(event, standards)
        elif event.name in _LEFT:
            self._leave(event.conversation_id)

    def load(
        self, team: str, calendar: Calendar, now: datetime, standards: Standards, away: Collection[int] = ()
    ) -> Load | None:
        """The team's queue now, without colleagues who are ``away``; None: too little is known of how fast it works.

        Nobody is reckoned to wait less beyond what is expected than the last ones who entered service did: should work
        go slower than it used to, the newcomer is told so at once.
        """
        known = self._teams.get(team)
        if known is None or len(known.busy) < ENOUGH:
            return None
        handling = sum(known.busy, timedelta(0)) / len(known.busy)
        samples = [*known.surprises, *self._overdue(known, calendar, now)]
        usual = learnt(samples, standards.promises.confidence)
        last = median(surprise for _, surprise in list(known.surprises)[-LAST:]) if known.surprises else 0.0
        return Load(
            places=[place for place, _ in known.places],
            pace=handling / self.on_duty(team, calendar, now, standards, away),
            surprises=[max(surprise, last) for surprise in usual],
        )

    def on_duty(
        self, team: str, calendar: Calendar, now: datetime, standards: Standards, away: Collection[int] = ()
    ) -> int:
        """How many colleagues take the team's cases now: as the standards say, else as many as were seen lately.

        Those who are ``away`` (by id) are not there, however lately they were seen. At least one is reckoned with.
        """
        named = standards.teams.get(team)
        if named is not None and named.on_duty is not None:
            return named.on_duty
        known = self._teams.get(team)
        if known is None or not known.seen:
            return 1
        latest = max(known.seen.values())
        then = now if now <= add_open_time(calendar, latest, ON_DUTY_WITHIN) else latest
        here = (who for who, at in known.seen.items() if add_open_time(calendar, at, ON_DUTY_WITHIN) >= then)
        return max(1, sum(_id_of(who) not in away for who in here))

    def waiting(self, team: str) -> int:
        """How many customers wait for the team."""
        known = self._teams.get(team)
        return len(known.waiting) if known else 0

    # --- one line of the record

    def _promised(self, event: Event, standards: Standards) -> None:
        facts = event.facts
        before = self._find(event.conversation_id)
        self._leave(event.conversation_id)
        team = facts["team"]
        severity = Severity(facts.get("severity", Severity.CALM.value))
        place = datetime.fromisoformat(facts["due_at"]) - HEAD_START[severity]
        waiting = _Waiting(
            event.conversation_id,
            since=before.since if before else event.at,
            place=place,
            expectation=before.expectation if before else _expectation(facts),
        )
        self._join(team, waiting)

    def _join(self, team: str, waiting: _Waiting) -> None:
        known = self._teams.setdefault(team, _Team())
        known.waiting[waiting.conversation] = waiting
        insort(known.places, (waiting.place, waiting.conversation))
        self._team_of[waiting.conversation] = team

    def _handed_on(self, event: Event) -> None:
        """It waits in another team's queue, at the place that its time gives it there."""
        waiting = self._find(event.conversation_id)
        if waiting is None:
            return
        self._leave(event.conversation_id)
        self._join(event.facts["team"], waiting)

    def _taken(self, event: Event, standards: Standards) -> None:
        if event.by == BOT_NAME:
            return
        team = self._team_of.get(event.conversation_id)
        waiting = self._find(event.conversation_id)
        if team is None or waiting is None:
            return
        known = self._teams[team]
        calendar = calendar_named(standards, standards.teams[team].calendar if team in standards.teams else "")
        known.seen[event.by] = event.at
        if waiting.expectation is not None:
            waited = open_time_between(calendar, waiting.since, event.at)
            known.surprises.append((size_of(waiting.expectation.taken), waiting.expectation.surprise_of(waited)))
        if known.last_taken is not None and waiting.since < known.last_taken:
            between = open_time_between(calendar, known.last_taken, event.at)
            known.busy.append(between * self.on_duty(team, calendar, event.at, standards))
        known.last_taken = event.at
        self._leave(event.conversation_id)

    def _find(self, conversation_id: str) -> _Waiting | None:
        team = self._team_of.get(conversation_id)
        return self._teams[team].waiting.get(conversation_id) if team else None

    def _leave(self, conversation_id: str) -> None:
        waiting = self._find(conversation_id)
        team = self._team_of.pop(conversation_id, None)
        if waiting is None or team is None:
            return
        known = self._teams[team]
        del known.waiting[conversation_id]
        at = bisect_left(known.places, (waiting.place, conversation_id))
        del known.places[at]

    @staticmethod
    def _overdue(known: _Team, calendar: Calendar, now: datetime) -> list[tuple[int, float]]:
        """The surprises of those who wait longer than was expected, as they stand now."""
        found = []
        for waiting in list(known.waiting.values())[:_WATCHED]:
            if waiting.expectation is not None:
                surprise = waiting.expectation.surprise_of(open_time_between(calendar, waiting.since, now))
                if surprise > 0:
                    found.append((size_of(waiting.expectation.taken), surprise))
        return found


def _id_of(who: str) -> int | None:
    """The user id in what the record calls a colleague: "Ana Kos (7001)"."""
    found = _IN_BRACKETS.search(who)
    return int(found[1]) if found else None


def _expectation(facts: Mapping[str, str]) -> Expectation | None:
    if "expected_taken" not in facts:
        return None
    return Expectation(int(facts["expected_taken"]), timedelta(seconds=float(facts["expected_pace"])))
