"""Has things done when they fall due."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.core.step import Due, DueKind, Step
from bot.ports import Clock, Store

LONGEST_NAP = timedelta(seconds=1)
"""Looking again at least this often, a clock that was set forward makes nothing later than this."""

IN_LINE = 500
"""How many rows are put in order at a time when more is due than can be started at once."""

AT_ONCE = 10
"""How many rows are started in one go: more would keep those waiting who write just now."""

TURNS_AT_ONCE = 2
"""How many of them are turns, which take longest: a hundred a second, three times what Telegram lets us send. The event
loop was late by up to 50 ms where all of them might be."""

SIDE_BY_SIDE = 64
"""How many conversations are dealt with at a time. Messages are understood one after the other, so that more would only
wait elsewhere, and be looked past here each time."""

WHILE_RINGING = timedelta(milliseconds=20)
"""How often to look while something is being dealt with. To look at each end and each commit instead would cost, the
more is under way, the more each time."""

AFTER_TROUBLE = timedelta(seconds=1)

Order = Callable[[Sequence[Due]], Awaitable[Sequence[Due]]]
"""Puts rows that are all due in the order in which they should ring."""

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


async def as_they_come(rows: Sequence[Due]) -> Sequence[Due]:
    """By the time they fell due."""
    return rows


class Timer:
    """Calls ``ring`` for every row that falls due: rows of one conversation in order, conversations side by side.

    Where several are due at once, as after we were down, ``order`` says what goes first.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ring: Callable[[Due], Awaitable[None]],
        failed: Callable[[Exception], None],
        order: Order = as_they_come,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ring = ring
        self._failed = failed
        self._order = order
        self._line: deque[Due] = deque()
        self._wake = asyncio.Event()
        self._next_look = _END_OF_TIME
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="timer")

    @property
    def alive(self) -> bool:
        """Whether it is at work."""
        return self._task is not None and not self._task.done()

    def committed(self, step: Step) -> None:
        """A step may have set an earlier time: then look again."""
        if any(row.at < self._next_look for row in step.due):
            self._wake.set()

    def look_again(self) -> None:
        """The clock was set: something may have fallen due."""
        self._wake.set()

    async def stop(self, seconds: float) -> None:
        """Start nothing more, and give what is under way so long to finish; else it is due again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        ringing = list(self._ringing.values())
        if ringing:
            _, late = await asyncio.wait(ringing, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            self._next_look = _END_OF_TIME
            try:
                await self._start_due()
                nap = await self._until_next()
            except Exception as error:  # whatever it is, promises must go on being watched
                self._failed(error)
                nap = AFTER_TROUBLE
            if nap > timedelta(0):
                await self._sleep(nap)

    async def _sleep(self, nap: timedelta) -> None:
        self._next_look = self._clock.now() + nap
        try:
            async with asyncio.timeout(nap.total_seconds()):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _start_due(self) -> None:
        """Start what is due, one row of a conversation at a time."""
        room = min(AT_ONCE, SIDE_BY_SIDE - len(self._ringing))
        if room <= 0:
            return
        turns, put_off = 0, list[Due]()
        for due in self._from_line(room) or await self._fresh(room):
            if due.conversation_id in self._ringing:
                continue
            turns += due.kind is DueKind.TURN
            if due.kind is DueKind.TURN and turns > TURNS_AT_ONCE:
                put_off.append(due)
            else:
                self._ringing[due.conversation_id] = asyncio.create_task(self._do(due))
        if self._line:
            self._line.extendleft(reversed(put_off))  # without a line, they are found again

    async def _fresh(self, room: int) -> Sequence[Due]:
        """What is due and not in line. If it is more than there is room for, it stands in line from now on."""
        rows = await self._due_beside_ringing(room + 1)
        if len(rows) <= room:
            return await self._order(rows) if len(rows) > 1 else rows
        self._line.extend(await self._order(await self._due_beside_ringing(IN_LINE)))
        return self._from_line(room)

    def _from_line(self, room: int) -> Sequence[Due]:
        """The next ones in line, past those whose conversation is being dealt with."""
        taken: list[Due] = []
        busy, left = set(self._ringing), deque[Due]()
        while self._line and len(taken) < room:
            row = self._line.popleft()
            if row.conversation_id in busy:
                left.append(row)
            else:
                busy.add(row.conversation_id)
                taken.append(row)
        self._line.extendleft(reversed(left))
        return taken

    async def _due_beside_ringing(self, wanted: int) -> Sequence[Due]:
        """The first rows that are due in conversations that are not being dealt with: those have rows here as well."""
        now, many = self._clock.now(), wanted + len(self._ringing)
        while True:
            rows = await self._store.due(now, many)
            fresh = [row for row in rows if row.conversation_id not in self._ringing]
            if fresh or len(rows) < many:
                return fresh[:wanted]
            many *= 4

    async def _do(self, due: Due) -> None:
        try:
            await self._ring(due)
        except Exception as error:  # one conversation's trouble must not stop the clock of the others
            self._failed(error)
            await asyncio.sleep(AFTER_TROUBLE.total_seconds())
        finally:
            del self._ringing[due.conversation_id]

    async def _until_next(self) -> timedelta:
        """How long until something may be to do."""
        if self._ringing or self._line:
            return WHILE_RINGING
        now = self._clock.now()
        for row in await self._store.due(now + LONGEST_NAP, 1):
            return max(row.at - now, timedelta(0))
        return LONGEST_NAP
