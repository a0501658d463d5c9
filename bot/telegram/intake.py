"""From the outbox to the schedule: who goes with whom, and what is not worth sending any more."""

from __future__ import annotations

from collections.abc import Hashable

from bot.core.outgoing import (
    Card,
    CloseTopic,
    Content,
    Copy,
    Lane,
    LeaveTopic,
    OpenTopic,
    Outgoing,
    RenameTopic,
    ReopenTopic,
)
from bot.telegram.budget import Budget, Rates
from bot.telegram.call import Call
from bot.telegram.job import Job, address, messages_of, step_of
from bot.telegram.merging import are_album, may_join
from bot.telegram.schedule import Schedule
from bot.telegram.timer import Timer

_REPLACED = (Card, RenameTopic)
"""Of these only the newest of a case counts."""

_MILESTONES = (OpenTopic, CloseTopic, ReopenTopic, LeaveTopic)

MANY = 30
"""With more than this many waiting we are flooded: a second's worth of what may be sent in all."""

QUIET = 5
"""With more than this many waiting, showing "typing" would only take the room of what is to be said."""

PRESSED = 2 / 3
"""With this part of all that may be sent in use, a customer's acknowledgements make room for what is said."""

APART = 6.0
"""Seconds between two acknowledgements of one customer while there is so much to send: the last stands for those before
it. Fifty who write every three seconds, and are answered as often, would else need more than may be sent."""

IN_LINE = 3
"""With so many messages waiting for one customer or one case, further words join the last: a short burst may pass."""

GATHER_ALBUM = 0.7
"""Seconds for which the first picture of an album waits for the others: Telegram tells of each by itself."""

SHARES: dict[int, float] = {
    Lane.PROMISE: 0.25,
    Lane.ANSWER: 0.2,
    Lane.AGENT: 0.15,
    Lane.CARD: 0.1,
    Lane.SMALLTALK: 0.05,
    Lane.FOLLOW_UP: 0.05,
}
"""What part of all that is sent a lane has at least while something waits in it. The rest is for the most urgent."""


class Intake:
    """Puts things into a schedule.

    A card or a title that waits is replaced by a newer one of its case. Pictures of an album become one again.
    Words that wait become one message while nothing may go to
    their chat, others wait before them there, or we are flooded.
    """

    def __init__(self, rates: Rates, timer: Timer) -> None:
        self._rates = rates
        self._timer = timer
        self._newest: dict[tuple[str, type[Content]], Job] = {}
        self._seen: dict[int, float] = {}
        self._overall = rates.overall.budget()
        self.schedule: Schedule[Job] = Schedule(self._overall, self._budget_of, SHARES, weight_of=messages_of)

    @property
    def is_flooded(self) -> bool:
        """Whether so many wait that words should be joined rather than wait each by itself."""
        return len(self.schedule) > MANY

    @property
    def is_quiet(self) -> bool:
        """Whether there is room for what is merely nice."""
        return len(self.schedule) <= QUIET

    @property
    def is_pressed(self) -> bool:
        """Whether so much is being sent that what may be said more seldom should be."""
        return self._overall.used(self._timer.now()) >= PRESSED

    def put(self, row: Outgoing) -> Outgoing | None:
        """Have a row sent. Answers an older one that need not be sent any more."""
        key, place = address(row)
        if isinstance(row.content, _REPLACED) and (older := self._replaced(row)):
            return older
        if isinstance(row.content, _MILESTONES) and not row.first:  # what comes after it belongs after it
            for kind in _REPLACED:
                self._newest.pop((row.conversation_id, kind), None)
        if row.first or not self._join(key, place, row):
            job = Job(row.chat_id, (row,), since=self._timer.now())
            if isinstance(row.content, _REPLACED):
                self._newest[row.conversation_id, type(row.content)] = job
            now = self._timer.now()
            hold = now + GATHER_ALBUM if isinstance(row.content, Copy) and row.content.album else now
            self.schedule.put(key, place, row.lane, job, now, joins=step_of(row), not_before=hold, first=row.first)
        return None

    def put_seen(self, chat_id: int, call: Call, seconds: float) -> None:
        """Have a message acknowledged. Under a flood the last of a customer's stands for those before it."""
        key, now, pressed = ("seen", chat_id), self._timer.now(), self.is_pressed
        last = self.schedule.tail(key)
        if last is not None and not last.begun and (self.is_flooded or pressed):
            last.calls, last.expires_at = (call,), now + seconds
            return
        hold = self._apart(chat_id, now) if pressed else now
        self._note_seen(chat_id, hold)
        job = self.unkept(chat_id, call, seconds)
        self.schedule.put(key, ("unkept", chat_id), Lane.ACKNOWLEDGE, job, now, not_before=hold)

    def _apart(self, chat_id: int, now: float) -> float:
        """When this customer's next acknowledgement may go, so long after the last."""
        return max(now, self._seen.get(chat_id, now - APART) + APART)

    def _note_seen(self, chat_id: int, at: float) -> None:
        """Remember an acknowledgement for as long as it matters."""
        self._seen.pop(chat_id, None)
        self._seen[chat_id] = at
        while self._seen[oldest := next(iter(self._seen))] < at - 2 * APART:
            del self._seen[oldest]

    def put_aside(self, key: Hashable, place: Hashable, lane: Lane, job: Job) -> None:
        """Have something done that is not in the outbox."""
        self.schedule.put(key, place, lane, job, self._timer.now())

    def unkept(self, chat_id: int, call: Call, seconds: float | None = None) -> Job:
        """Something that is not in the outbox, and not worth doing after so many seconds."""
        expires_at = None if seconds is None else self._timer.now() + seconds
        return Job(chat_id, calls=(call,), expires_at=expires_at)

    def begin(self, job: Job) -> None:
        """A job has its first turn: nothing may join it, or take its place, any more."""
        job.begun = True
        for row in job.rows:
            key = row.conversation_id, type(row.content)
            if self._newest.get(key) is job:
                del self._newest[key]

    def _replaced(self, row: Outgoing) -> Outgoing | None:
        waiting = self._newest.get((row.conversation_id, type(row.content)))
        if waiting is None or waiting.chat_id != row.chat_id:
            return None
        (older,) = waiting.rows
        waiting.rows = (row,)
        return older

    def _join(self, key: Hashable, place: Hashable, row: Outgoing) -> bool:
        last = self.schedule.tail(key)
        if last is None or last.begun or not last.rows:
            return False
        if not are_album((*last.rows, row)) and not self._joins_in_need(key, place, last.rows, row):
            return False
        last.rows = (*last.rows, row)
        return True

    def _joins_in_need(self, key: Hashable, place: Hashable, rows: tuple[Outgoing, ...], row: Outgoing) -> bool:
        in_line = self.schedule.length(key) >= IN_LINE
        in_need = in_line or self.is_flooded or self.schedule.is_held_up(place, self._timer.now())
        return in_need and may_join(rows, row)

    def _budget_of(self, place: Hashable) -> Budget | None:
        return self._rates.of_chat(place) if isinstance(place, int) else None
