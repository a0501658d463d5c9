"""The one place that talks to people: takes the outbox to them, in order, in time, within Telegram's limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar

import structlog
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.core.business import Through, is_business
from bot.core.errors import ChatMovedError, DeliveryError, StoreError, TopicGoneError
from bot.core.outgoing import Delivery, Lane, Outgoing, Receipt, Text, To
from bot.ports import Clock, Store
from bot.telegram import delivery, failures
from bot.telegram import job as jobs
from bot.telegram.budget import Rates
from bot.telegram.call import Call, Made, Place
from bot.telegram.carrier import Carrier
from bot.telegram.intake import Intake
from bot.telegram.job import Job
from bot.telegram.ledger import Ledger
from bot.telegram.limiter import Answer, Ask, Limiter
from bot.telegram.pauses import Pauses
from bot.telegram.schedule import Turn
from bot.telegram.timer import Timer
from bot.telegram.typist import Typist

log = structlog.get_logger(__name__)

T = TypeVar("T")

PARALLEL = 32
"""How many requests may be on their way at once."""

CROWDED = 120.0
"""Seconds that something may wait for its turn in a group, before that group is said to have too much to do."""

_ACKNOWLEDGE_FOR = 60.0
_TYPING_FOR = 5.0


class TelegramSender:
    """Carries the outbox to Telegram (:class:`bot.ports.Sender`).

    Rows of one customer, and of one case, go in order; among the rest the most urgent lane goes first. What came of a
    row is kept as a receipt; of one that failed for good, ``failed`` hears. ``moved`` hears that a group has a new id,
    ``crowded`` that more is to be told to a group than may be, ``nearly_full`` that a group has had nearly as many
    messages as it may, ``acknowledged`` in how many seconds a message was.
    Whatever else is asked of the bot meanwhile waits for its turn here too.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        clock: Clock,
        *,
        failed: Callable[[Outgoing, Receipt], Awaitable[None]],
        moved: Callable[[int, int], None] = lambda old, new: None,
        crowded: Callable[[int], None] = lambda group: None,
        nearly_full: Callable[[int], None] = lambda group: None,
        rates: Rates | None = None,
        timer: Timer | None = None,
        acknowledged: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._clock = clock
        self._timer = timer or Timer()
        self._limiter = _limiter_of(bot)
        self._crowded = crowded
        self._acknowledged = acknowledged
        self._carrier = Carrier(bot, store, self._timer, moved, nearly_full)
        self._intake = Intake(rates or Rates(), self._timer)
        self._schedule = self._intake.schedule
        self._pauses = Pauses(self._schedule, self._timer)
        self._ledger = Ledger(store, self._timer, failed)
        self._typist = Typist(self._timer, self._show_typing)
        self._numbers = count()
        self._asked: set[asyncio.Future[Any]] = set()
        self._woken = asyncio.Event()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._reading = False
        self._taking = asyncio.Lock()
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
            asyncio.create_task(self._typist.run(), name="typist"),
        ]
        if self._limiter is not None:
            self._limiter.through = self._ask
        self.wake()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  # how long to go on sending
        """Send what there is, for up to ``timeout`` seconds. False: some of it must wait for the next start."""
        self.wake()
        await self._timer.wait(self._idle, timeout)
        return self._idle.is_set()

    async def stop(self) -> None:
        """Stop at once. What was on its way counts as attempted."""
        if self._limiter is not None:
            self._limiter.through = None
        tasks = [*self._loops, *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loops.clear()
        for answer in self._asked:
            if not answer.done():
                answer.set_exception(NetworkError("we are stopping"))

    # what the flow says

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._idle.clear()
        self._woken.set()

    async def acknowledge(self, chat_id: int, message_id: int, through: Through | None = None) -> None:
        """👀 on a message, or that it was read, and "typing". Returns at once; repeating it does no harm."""
        call = delivery.read(message_id, through) if through else delivery.reaction(chat_id, message_id)
        self._intake.put_seen(chat_id, self._timed(call), _ACKNOWLEDGE_FOR)
        self._note_work()
        await self.typing(chat_id, through)

    def _timed(self, call: Call) -> Call:
        """The same, telling how long it took from now on."""
        began = self._timer.now()

        async def run(bot: Bot) -> Made:
            made = await call.run(bot)
            self._acknowledged(self._timer.now() - began)
            return made

        return Call(run)

    async def typing(self, chat_id: int, through: Through | None = None) -> None:
        """Show "typing", unless there is more important traffic. Returns at once."""
        if self._intake.is_quiet:
            self._put_typing(chat_id, through)

    def _show_typing(self, chat_id: int) -> None:
        """Words of an agent wait for this customer: show it, unless that would only make them wait longer."""
        if not self._intake.is_pressed and not is_business(chat_id):  # whose connection that is, is not known here
            self._put_typing(chat_id)

    def _put_typing(self, chat_id: int, through: Through | None = None) -> None:
        job = self._intake.unkept(chat_id, delivery.typing(chat_id, through), _TYPING_FOR)
        self._intake.put_aside(("typing", chat_id), ("unkept", chat_id), Lane.ACKNOWLEDGE, job)
        self._note_work()

    async def tell(self, chat_id: int, content: Text, thread_id: int | None = None) -> None:
        """Say something that belongs to no case and is not kept. Returns at once; a refusal is logged."""
        job = Job(chat_id, calls=delivery.calls(content, Place(chat_id, thread_id)))
        job.refused = lambda error: log.warning("an answer could not be given", chat=chat_id, error=str(error))
        self._intake.put_aside(("told", next(self._numbers)), chat_id, Lane.AGENT, job)
        self._note_work()

    async def beside(self, chat_id: int, do: Callable[[Bot], Awaitable[T]]) -> T:
        """Make one call after all that is more urgent, counted in a chat's budget; what it gives. Raises what it
        raises."""
        return await self._in_turn(do, chat_id, Lane.FOLLOW_UP)

    async def _ask(self, chat_id: int | None, ask: Ask) -> Answer:
        """Make a call that is not in the outbox, when its turn comes. Raises what Telegram says against it."""
        # These are few, and others wait for them: without `deleteWebhook` no update comes in.
        return await self._in_turn(lambda _bot: ask(), chat_id, Lane.ANSWER if chat_id else Lane.ACKNOWLEDGE)

    async def _in_turn(self, ask: Callable[[Bot], Awaitable[T]], chat_id: int | None, lane: Lane) -> T:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run(bot: Bot) -> Made:
            given = await ask(bot)
            if not answer.done():
                answer.set_result(given)
            return Made()

        job = self._intake.unkept(chat_id or 0, Call(run))
        job.refused = lambda error: None if answer.done() else answer.set_exception(error)
        key = ("asked", next(self._numbers))
        self._intake.put_aside(key, chat_id or key, lane, job)
        self._note_work()
        self._asked.add(answer)
        try:
            return await answer
        finally:
            self._asked.discard(answer)

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
                await self._timer.sleep(self._timer.backoff(1))
                self._woken.set()
            self._reading = False
            self._note_change()

    async def _take_new_rows(self) -> None:
        async with self._taking:
            await self._take_each_new_row()

    async def _take_each_new_row(self) -> None:
        for place, (row, state) in enumerate(await self._ledger.new_rows()):
            if place % 100 == 99:
                await asyncio.sleep(0)  # thousands of them must not keep everything else from its turn
            if state is Delivery.ATTEMPTED and jobs.is_agents_words(row):
                await self._conclude(row, jobs.unknown(row, self._clock.now()))
            elif (older := self._intake.put(row)) is not None:
                await self._conclude(older, jobs.sent(older, self._clock.now()))
            else:
                self._typist.expect(row)
            self._changed.set()

    # from the schedule to Telegram

    async def _dispatch(self) -> None:
        while True:
            await self._slots.acquire()
            turn = await self._next_turn()
            self._intake.begin(turn.item)
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
        try:
            self._notice_crowd(turn)
            went = await self._carrier.advance(turn.item)
        except RetryAfter as error:
            self._pauses.reached()
            self._pauses.slow_down(turn, error)
            self._again(turn)
        except TelegramError as error:
            await self._after_refusal(turn, error)
        except DeliveryError as error:
            await self._give_up(turn, error, went=False)
        except StoreError as error:
            log.critical("the store cannot be reached while sending, trying again", error=str(error))
            self._later(turn, went=False)
        except Exception as error:  # one message that can't be made must not hold up the rest
            log.exception("a message could not be made", outgoing=[row.id for row in turn.item.rows])
            await self._give_up(turn, DeliveryError(f"It could not be sent, for a reason of our own: {error}"))
        else:
            if went:
                self._pauses.reached()
            await self._go_on(turn, went=went)

    def _notice_crowd(self, turn: Turn[Job]) -> None:
        """A group in which what is said waits for minutes, while its budget is used up, has too much to do."""
        job, now = turn.item, self._timer.now()
        late = job.since is not None and now - job.since > CROWDED
        if late and job.chat_id < 0 and self._schedule.is_held_up(turn.place, now):
            self._crowded(job.chat_id)

    # what comes of it

    async def _go_on(self, turn: Turn[Job], *, went: bool = True) -> None:
        job = turn.item
        if not job.calls and job.later:
            self._go_on_later(turn)
        if job.calls:
            self._again(turn, went=went)
            return
        now = self._clock.now()
        await self._settle(turn, [(row, jobs.sent(row, now, job)) for row in job.rows], went=went)

    def _go_on_later(self, turn: Turn[Job]) -> None:
        """What may wait does so only where others wait for the same place."""
        job = turn.item
        calls, job.later = job.later, ()
        if not self._schedule.is_held_up(turn.place, self._timer.now()):
            job.calls = calls
            return
        for call in calls:
            key = ("later", next(self._numbers))
            self._intake.put_aside(key, turn.place, Lane.FOLLOW_UP, self._intake.unkept(job.chat_id, call))

    async def _after_refusal(self, turn: Turn[Job], error: TelegramError) -> None:
        job = turn.item
        if self._carrier.go_round(job, error):
            await self._go_on(turn)
            return
        to_us = bool(job.rows) and job.rows[0].to in (To.CASE, To.TEAM)
        reason = failures.problem(error, job.chat_id, to_us=to_us)
        if isinstance(reason, ChatMovedError) and self._carrier.follow(job, reason):
            self._again(turn)
        elif not job.rows:
            if job.refused is not None:
                job.refused(error)
            self._leave(turn)
        elif reason is not None:
            await self._give_up(turn, reason)
        elif jobs.is_agents_words(job.rows[0]) and failures.may_have_arrived(error):
            await self._settle(turn, [(row, jobs.unknown(row, self._clock.now())) for row in job.rows])
        elif self._pauses.complain(error):
            self._again(turn)
        else:
            self._later(turn)

    async def _give_up(self, turn: Turn[Job], reason: DeliveryError, *, went: bool = True) -> None:
        job, now = turn.item, self._clock.now()
        outcome = [(row, jobs.refused(row, now, job, reason)) for row in job.rows]
        if isinstance(reason, TopicGoneError):
            await self._settle_in_place(turn, outcome, went=went)
        else:
            await self._settle(turn, outcome, went=went)

    def _again(self, turn: Turn[Job], after: float = 0.0, *, went: bool = True) -> None:
        now = self._timer.now()
        self._schedule.again(turn.key, now + after, now, went=went)

    def _later(self, turn: Turn[Job], *, went: bool = True) -> None:
        self._again(turn, self._timer.backoff(turn.item.tries), went=went)
        turn.item.tries += 1

    def _leave(self, turn: Turn[Job], *, went: bool = True) -> None:
        self._schedule.done(turn.key, self._timer.now(), went=went)

    async def _settle(self, turn: Turn[Job], outcome: list[tuple[Outgoing, Receipt]], *, went: bool = True) -> None:
        """Keep what came of a job's rows; only then may what follows them go."""
        try:
            for _, receipt in outcome:
                await self._ledger.conclude(receipt)
        finally:
            self._leave(turn, went=went)
        for row, receipt in outcome:
            self._typist.is_done(row)
            await self._ledger.tell(row, receipt)

    async def _settle_in_place(
        self, turn: Turn[Job], outcome: list[tuple[Outgoing, Receipt]], *, went: bool = True
    ) -> None:
        """As :meth:`_settle`, but what follows the rows waits also for what is to go in their place."""
        try:
            for row, receipt in outcome:
                await self._conclude(row, receipt)
            await self._take_new_rows()
        finally:
            self._leave(turn, went=went)

    async def _conclude(self, row: Outgoing, receipt: Receipt) -> None:
        """Keep what came of a row that had no turn."""
        await self._ledger.conclude(receipt)
        await self._ledger.tell(row, receipt)

    def _note_work(self) -> None:
        self._idle.clear()
        self._changed.set()

    def _note_change(self) -> None:
        self._changed.set()
        busy = len(self._schedule) or self._sending or self._reading or self._woken.is_set()
        if not busy:
            self._idle.set()


def _limiter_of(bot: Bot) -> Limiter | None:
    limiter = getattr(bot, "rate_limiter", None)
    return limiter if isinstance(limiter, Limiter) else None
