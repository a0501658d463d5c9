"""Takes one job one request further, to where its case lives now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.core.conversation import Conversation
from bot.core.errors import ChatMovedError
from bot.core.outgoing import Card, Copy, Outgoing, Revise, Text, To
from bot.ports import Store
from bot.telegram import delivery
from bot.telegram.age import is_nearly_full
from bot.telegram.call import Call, Made, Place
from bot.telegram.counterparts import Counterparts
from bot.telegram.job import Job, is_agents_words
from bot.telegram.limiter import turn_taken
from bot.telegram.merging import joined
from bot.telegram.timer import Timer

log = structlog.get_logger(__name__)


class Carrier:
    """Makes the requests of jobs. Knows which groups have moved, and which cards took the place of deleted ones."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        timer: Timer,
        moved: Callable[[int, int], None],
        nearly_full: Callable[[int], None] = lambda group: None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._timer = timer
        self._tell_moved = moved
        self._tell_nearly_full = nearly_full
        self._counterparts = Counterparts(store)
        self._moved: dict[int, int] = {}
        # The store knows a case's first card; here is the one that was posted since someone deleted that.
        self._cards: dict[tuple[str, int], int] = {}

    async def advance(self, job: Job) -> bool:
        """Make the next request of a job; with none left it is done. False: there was none to make.

        Raises python-telegram-bot's errors. Nothing was sent where it raises DeliveryError (it can't be made) or
        StoreError (the attempt could not be noted).
        """
        expired = job.expires_at is not None and self._timer.now() > job.expires_at
        if job.calls is None and job.rows:
            await self._begin(job)
        if not job.calls or expired:
            job.calls = ()
            return False
        with turn_taken():
            made = await job.calls[0].run(self._bot)
        self._note(job, job.calls[0], made)
        job.calls = job.calls[1:]
        return True

    def _note(self, job: Job, call: Call, made: Made) -> None:
        job.tries = 0
        job.thread_id = made.thread_id or job.thread_id
        if made.message_id is not None:
            job.message_ids.append(made.message_id)
            self._note_card(job, made.message_id)
            if is_nearly_full(job.chat_id, made.message_id):
                self._tell_nearly_full(job.chat_id)
        job.album = made.album or job.album
        if call.later is not None:
            job.later = (*job.later, call.later(made))

    def go_round(self, job: Job, error: TelegramError) -> bool:
        """Go on another way after a refusal. False: there is none."""
        instead = job.calls[0].instead(error) if job.calls else None
        if instead is None:
            return False
        job.calls = (*instead, *(job.calls or ())[1:])
        return True

    def follow(self, job: Job, moved: ChatMovedError) -> bool:
        """Begin a job anew where its group has gone. False: it is there already."""
        old, new = job.chat_id, moved.new_chat_id
        if not job.rows or old == new:
            return False
        if self._moved.get(old) != new:
            self._moved[old] = new
            log.error("the agents' group has moved", problem=str(moved))
            self._tell_moved(old, new)
        job.calls = None
        return True

    async def _begin(self, job: Job) -> None:
        """Find out where it goes, now that all before it has gone."""
        row = job.rows[0]
        job.chat_id = self._moved.get(row.chat_id, row.chat_id)
        conversation = await self._store.conversation(row.conversation_id)
        place = self._case(job, row, conversation) if row.to is To.CASE else Place(job.chat_id)
        job.thread_id = place.thread_id
        place = await self._counterparts.placed(row, place)
        if row.to is To.CUSTOMER and conversation is not None and (through := conversation.through) is not None:
            place = replace(place, chat_id=through.chat_id, business=through.connection_id)
        content = joined(job.rows)
        if isinstance(content, Revise):
            content = await self._counterparts.revised(content, replace(place, chat_id=job.chat_id), conversation)
        calls = delivery.calls(content, place)
        if calls:
            for each in job.rows:
                await self._store.attempt(each.id, wait=is_agents_words(each))
        job.calls = calls

    def _case(self, job: Job, row: Outgoing, conversation: Conversation | None) -> Place:
        if conversation is None:
            return Place(job.chat_id)
        job.card_id = conversation.card_id
        card_id = self._cards.get((conversation.id, conversation.card_id or 0), conversation.card_id)
        # Without topics all cases share one chat: what belongs to one answers its card.
        hangs_on_card = conversation.topic_id is None and isinstance(row.content, Text | Copy)
        return Place(job.chat_id, conversation.topic_id, card_id, card_id if hangs_on_card else None)

    def _note_card(self, job: Job, message_id: int) -> None:
        if job.rows and job.card_id and isinstance(job.rows[0].content, Card):
            self._cards[job.rows[0].conversation_id, job.card_id] = message_id
