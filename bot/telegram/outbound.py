"""The one place that talks to people: takes the outbox to them, in order, in time, within Telegram's limits."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable

import structlog
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.core.errors import ChatMovedError, DeliveryError, StoreError
from bot.core.model import Card, Delivery, Lane, Outgoing, Receipt
from bot.ports import Clock, Store
from bot.telegram import delivery, failures
from bot.telegram import job as jobs
from bot.telegram.budget import Budget, Rates
from bot.telegram.carrier import Carrier
from bot.telegram.client import WHEN_REFUSED
from bot.telegram.delivery import Call
from bot.telegram.job import Job
from bot.telegram.ledger import Ledger
from bot.telegram.schedule import Schedule, Turn
from bot.telegram.timer import Timer, backoff

log = structlog.get_logger(__name__)

PARALLEL = 32
"""How many requests may be on their way at once."""

_ACKNOWLEDGE_FOR = 60.0
_TYPING_FOR = 5.0
_QUIET = 10.0
"""Seconds between two lines of the log about one outage."""

_BUSY = 30
"""With more than this many waiting, showing "typing" would only take the room of answers."""


class TelegramSender:
    """Carries the outbox to Telegram (:class:`bot.ports.Sender`).

    Rows of one customer, and of one case, go in order; among the rest the most urgent lane goes first. What came of a
    row is kept as a receipt; of one that failed for good, ``failed`` hears. ``moved`` hears that a group has a new id.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        clock: Clock,
        *,
        failed: Callable[[Outgoing, Receipt], Awaitable[None]],
        moved: Callable[[int, int], None] = lambda old, new: None,
        rates: Rates | None = None,
        timer: Timer | None = None,
    ) -> None:
        self._clock = clock
        self._rates = rates or Rates()
        self._timer = timer or Timer()
        self._carrier = Carrier(bot, store, self._timer, moved)
        self._schedule: Schedule[Job] = Schedule(self._rates.overall.budget(), self._budget_of)
        self._ledger = Ledger(store, self._timer, failed)
        self._flooded: dict[int, float] = {}
        self._quiet_until = -math.inf
        self._woken = asyncio.Event()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._reading = False
        self._slots = asyncio.Semaphore(PARALLEL)
        self._loops: list[asyncio.Task[None]] = []
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def alive(self) -> bool:
        """Whether it is at work: started, and not stopped by an error of our own."""
        return bool(self._loops) and not any(loop.done() for loop in self._loops)

    @property
    def waiting(self) -> int:
        """How many things are waiting to be sent or on their way."""
        return len(self._schedule)

    # life

    async def start(self) -> None:
        """Begin with what an earlier run has left in the outbox."""
        self._loops = [
            asyncio.create_task(self._read_outbox(), name="outbox"),
            asyncio.create_task(self._dispatch(), name="dispatch"),
        ]
        self.wake()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  # how long to go on sending
        """Send what there is, for up to ``timeout`` seconds. False: some of it must wait for the next start."""
        self.wake()
        await self._timer.wait(self._idle, timeout)
        return self._idle.is_set()

    async def stop(self) -> None:
        """Stop at once. What was on its way counts as attempted."""
        tasks = [*self._loops, *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loops.clear()

    # what the flow says

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._idle.clear()
        self._woken.set()

    async def acknowledge(self, chat_id: int, message_id: int) -> None:
        """👀 on a message, and "typing". Returns at once; repeating it does no harm."""
        self._put_unkept(
            ("seen", chat_id, message_id), chat_id, delivery.reaction(chat_id, message_id), _ACKNOWLEDGE_FOR
        )
        await self.typing(chat_id)

    async def typing(self, chat_id: int) -> None:
        """Show "typing", unless there is more important traffic. Returns at once."""
        if len(self._schedule) <= _BUSY:
            self._put_unkept(("typing", chat_id), chat_id, delivery.typing(chat_id), _TYPING_FOR)

    def _put_unkept(self, key: Hashable, chat_id: int, call: Call, seconds: float) -> None:
        now = self._timer.now()
        job = Job(chat_id, calls=(call,), expires_at=now + seconds)
        self._schedule.put(key, ("unkept", chat_id), Lane.ACKNOWLEDGE, job, now)
        self._idle.clear()
        self._changed.set()

    # from the outbox to the schedule

    async def _read_outbox(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            self._reading = True
            try:
                await self._take_new_rows()
            except Exception:  # whatever it was, what is in the outbox must not wait for a restart
                log.exception("the outbox cannot be read, trying again")
                await self._timer.sleep(backoff(1))
                self._woken.set()
            self._reading = False
            self._note_change()

    async def _take_new_rows(self) -> None:
        for place, (row, state) in enumerate(await self._ledger.new_rows()):
            if place % 100 == 99:
                await asyncio.sleep(0)  # thousands of them must not keep everything else from its turn
            if state is Delivery.ATTEMPTED and jobs.is_agents_words(row):
                await self._conclude(row, jobs.unknown(row, self._clock.now()))
            else:
                await self._queue(row)

    async def _queue(self, row: Outgoing) -> None:
        key, place = jobs.address(row)
        now = self._timer.now()
        last = self._schedule.tail(key) if isinstance(row.content, Card) else None
        if last and last.row and last.calls is None and isinstance(last.row.content, Card):
            older, last.row = last.row, row
            await self._conclude(older, jobs.sent(older, self._clock.now()))
            return
        self._schedule.put(key, place, row.lane, Job(row.chat_id, row), now)
        self._changed.set()

    def _budget_of(self, place: Hashable) -> Budget | None:
        return self._rates.of_chat(place) if isinstance(place, int) else None

    # from the schedule to Telegram

    async def _dispatch(self) -> None:
        while True:
            await self._slots.acquire()
            turn = await self._next_turn()
            task = asyncio.create_task(self._try(turn))
            self._sending.add(task)
            task.add_done_callback(self._served)

    async def _next_turn(self) -> Turn[Job]:
        while True:
            self._changed.clear()
            now = self._timer.now()
            turn = self._schedule.take(now)
            if turn is not None:
                return turn
            await self._timer.wait(self._changed, self._schedule.wait(now))

    def _served(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            log.error("what came of a message could not be kept", exc_info=task.exception())
        self._note_change()

    async def _try(self, turn: Turn[Job]) -> None:
        """One request for the job whose turn it is; then it is done, or waits for another turn."""
        job = turn.item
        try:
            await self._carrier.advance(job)
        except RetryAfter as error:
            self._slow_down(turn, error)
        except TelegramError as error:
            await self._after_refusal(turn, error)
        except StoreError as error:
            log.critical("the store cannot be reached while sending, trying again", error=str(error))
            self._later(turn)
        except Exception as error:  # one message that can't be made must not hold up the rest
            log.exception("a message could not be made", outgoing=job.row.id if job.row else None)
            await self._give_up(turn, DeliveryError(f"It could not be sent, for a reason of our own: {error}"))
        else:
            await self._go_on(turn)

    # what comes of it

    async def _go_on(self, turn: Turn[Job]) -> None:
        job = turn.item
        if job.calls:
            self._again(turn)
        elif job.row is None:
            self._leave(turn)
        else:
            await self._conclude(job.row, jobs.sent(job.row, self._clock.now(), job), turn)

    async def _after_refusal(self, turn: Turn[Job], error: TelegramError) -> None:
        job = turn.item
        if self._carrier.go_round(job, error):
            await self._go_on(turn)
            return
        reason = failures.problem(error, job.chat_id)
        if isinstance(reason, ChatMovedError) and self._carrier.follow(job, reason):
            self._again(turn)
        elif reason is not None or job.row is None:
            await self._give_up(turn, reason)
        elif jobs.is_agents_words(job.row) and failures.may_have_arrived(error):
            await self._conclude(job.row, jobs.unknown(job.row, self._clock.now()), turn)
        else:
            self._complain(error)
            self._later(turn)

    async def _give_up(self, turn: Turn[Job], reason: DeliveryError | None) -> None:
        job = turn.item
        if job.row is None or reason is None:
            self._leave(turn)
        else:
            await self._conclude(job.row, jobs.refused(job.row, self._clock.now(), job, reason), turn)

    def _slow_down(self, turn: Turn[Job], error: RetryAfter) -> None:
        """Pause this chat. When other customers are refused meanwhile it is not the chat: pause everything."""
        now = self._timer.now()
        until = now + error._retry_after.total_seconds()  # the public property has two types and warns of one
        self._schedule.pause(turn.place, until)
        everywhere = False
        if turn.item.chat_id > 0:  # a group has a limit of its own, which it reaches easily
            self._flooded = {chat: end for chat, end in self._flooded.items() if end > now}
            self._flooded[turn.item.chat_id] = until
            everywhere = len(self._flooded) > 1
        if everywhere:
            self._schedule.pause_all(until)
        log.warning("Telegram asks to slow down", seconds=until - now, everywhere=everywhere)
        self._again(turn)

    def _complain(self, error: TelegramError) -> None:
        """Say what is wrong, but not for every message that meets it."""
        now = self._timer.now()
        if now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET
        if isinstance(error, InvalidToken):
            log.error(WHEN_REFUSED)
        else:
            log.warning("Telegram cannot be reached, trying again", error=str(error))

    def _again(self, turn: Turn[Job], after: float = 0.0) -> None:
        now = self._timer.now()
        self._schedule.again(turn.key, now + after, now)

    def _later(self, turn: Turn[Job]) -> None:
        self._again(turn, backoff(turn.item.tries))
        turn.item.tries += 1

    def _leave(self, turn: Turn[Job]) -> None:
        self._schedule.done(turn.key, self._timer.now())

    async def _conclude(self, row: Outgoing, receipt: Receipt, turn: Turn[Job] | None = None) -> None:
        """Keep what came of a row; only then may what follows it go."""
        try:
            await self._ledger.conclude(receipt)
        finally:
            if turn is not None:
                self._leave(turn)
        await self._ledger.tell(row, receipt)

    def _note_change(self) -> None:
        self._changed.set()
        busy = len(self._schedule) or self._sending or self._reading or self._woken.is_set()
        if not busy:
            self._idle.set()
