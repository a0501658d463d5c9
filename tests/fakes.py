"""Stand-ins for the ports: simple, in memory, true to what the ports promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.conversation import GONE, Conversation
from bot.core.erasure import erased, erased_event
from bot.core.errors import StoreError
from bot.core.incoming import Update
from bot.core.outgoing import Card, Copy, Delivery, OpenTopic, Outgoing, Receipt
from bot.core.people import Person
from bot.core.step import Due, Event, Step
from bot.ports import Cursor
from bot.telegram.timer import Timer


class FakeClock:
    """A clock that stands still until it is told."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, span: timedelta) -> None:
        self.at += span


class FakeTimer(Timer):
    """Time that passes only when everyone waits: who wakes first lets the others go first, then moves it on."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[float] = []

    def now(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        if seconds is None:
            await event.wait()
            return
        end = self.seconds + seconds
        self._sleepers.append(end)
        try:
            while not event.is_set() and self.seconds < end:
                await self._let_others_go(event)
                if not event.is_set() and min(self._sleepers) == end:
                    # Half a second at most: what others are doing meanwhile may end in a wait of their own.
                    self.seconds = min(end, self.seconds + 0.5)
        finally:
            self._sleepers.remove(end)

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), seconds)

    async def _let_others_go(self, event: asyncio.Event) -> None:
        for _ in range(50):
            if event.is_set():
                return
            await asyncio.sleep(0)


class FakeStore:
    """``bot.ports.Store`` in dictionaries. ``broken`` makes every call that keeps something fail."""

    def __init__(self) -> None:
        self.broken = False
        self.updates: dict[int, Update] = {}
        self.aside: list[tuple[str, str]] = []
        self.accepted: set[int] = set()
        self.conversations: dict[str, Conversation] = {}
        self.rows: dict[str, tuple[Outgoing, Delivery]] = {}
        self.receipts: dict[str, tuple[Outgoing, Receipt]] = {}
        self.due_rows: dict[str, Due] = {}
        self.colleagues: dict[int, Person] = {}
        self.record: list[Event] = []
        self.attempts: list[str] = []
        self.facts: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    # inbox

    async def accept(self, update: Update) -> bool:
        self._check()
        if update.update_id in self.accepted:
            return False
        self.accepted.add(update.update_id)
        self.updates[update.update_id] = update
        return True

    async def unhandled(self) -> tuple[Update, ...]:
        return tuple(self.updates[key] for key in sorted(self.updates))

    async def discard(self, update_id: int, reason: str) -> None:
        self._check()
        self.updates.pop(update_id, None)

    async def set_aside(self, text: str, reason: str) -> None:
        self._check()
        self.aside.append((text, reason))

    # conversations

    @asynccontextmanager
    async def lease(self, chat_id: int) -> AsyncIterator[Conversation | None]:
        async with self._locks.setdefault(chat_id, asyncio.Lock()):
            own = self._of_chat(chat_id)
            yield own[-1] if own else None

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return self.conversations.get(conversation_id)

    async def conversation_of_topic(self, agents_chat: int, thread_id: int) -> Conversation | None:
        topic = (agents_chat, thread_id)
        found = [c for c in self.conversations.values() if (c.agents_chat, c.topic_id) == topic]
        return max(found, key=lambda c: int(c.id.rpartition("-")[2]), default=None)

    async def open_conversations(self) -> tuple[Conversation, ...]:
        return tuple(c for c in self.conversations.values() if c.is_open)

    async def past_conversations(self, chat_id: int) -> tuple[Conversation, ...]:
        return tuple(c for c in self._of_chat(chat_id) if not c.is_open)

    async def commit(self, step: Step) -> None:
        self._check()
        known = self.conversations.get(step.conversation.id, step.conversation)
        topic_id, card_id = step.conversation.topic_id or known.topic_id, step.conversation.card_id or known.card_id
        places = {"topic_id": topic_id, "card_id": card_id}
        gone = {name: None for name in places if getattr(step.conversation, name) == GONE}
        kept: dict[str, Any] = {**places, **gone}
        self.conversations[known.id] = replace(step.conversation, **kept)
        self.record.extend(step.events)
        for row in step.outbox:
            if row.id not in self.receipts:
                self.rows.setdefault(row.id, (row, Delivery.PENDING))
        for key in step.done:
            self.due_rows.pop(key, None)
        self.due_rows.update({row.id: row for row in step.due})
        if step.update_id is not None:
            self.updates.pop(step.update_id, None)

    async def erase(self, chat_id: int, at: datetime) -> None:
        self._check()
        past = {one.id: erased(one, at) for one in await self.past_conversations(chat_id)}
        self.conversations |= past
        self.record = [erased_event(event) if event.conversation_id in past else event for event in self.record]
        self.rows = {key: row for key, row in self.rows.items() if row[0].conversation_id not in past}

    # colleagues

    async def people(self) -> tuple[Person, ...]:
        return tuple(self.colleagues[key] for key in sorted(self.colleagues))

    async def put_person(self, person: Person) -> None:
        self._check()
        self.colleagues[person.id] = person

    # time

    async def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        rows = sorted(self.due_rows.values(), key=lambda row: row.at)
        return tuple(row for row in rows if row.at <= now)[:limit]

    async def next_due(self) -> datetime | None:
        return min((row.at for row in self.due_rows.values()), default=None)

    # outbox

    async def outbox(self, cursor: Cursor | None = None) -> tuple[tuple[Outgoing, Delivery], ...]:
        self._check()
        for key in self.rows:
            self._numbers.setdefault(key, len(self._numbers) + 1)
        seen = cursor.position if cursor else 0
        if cursor:
            cursor.position = len(self._numbers)
        return tuple(entry for key, entry in self.rows.items() if self._numbers[key] > seen)

    async def attempt(self, outgoing_id: str, *, wait: bool = False) -> None:
        self._check()
        self.attempts.append(outgoing_id)
        self.rows[outgoing_id] = (self.rows[outgoing_id][0], Delivery.ATTEMPTED)

    async def receive(self, receipt: Receipt) -> None:
        self._check()
        row, _ = self.rows.pop(receipt.outgoing_id)
        self.receipts[row.id] = (row, receipt)
        conversation = self.conversations.get(row.conversation_id)
        if conversation is None or receipt.delivery is not Delivery.SENT:
            return
        if isinstance(row.content, OpenTopic) and receipt.thread_id:
            card_id = conversation.card_id if conversation.topic_id == receipt.thread_id else None
            conversation = replace(conversation, topic_id=receipt.thread_id, card_id=card_id)
        if isinstance(row.content, Card) and receipt.message_ids:
            conversation = replace(conversation, card_id=receipt.message_ids[0])
        self.conversations[conversation.id] = conversation

    async def counterpart(self, chat_id: int, message_id: int) -> tuple[Outgoing, Receipt] | None:
        return next(iter(await self.joined(chat_id, message_id)), None)

    async def joined(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        return tuple(
            (row, receipt)
            for row, receipt in self.receipts.values()
            if receipt.chat_id == chat_id and message_id in receipt.message_ids
        )

    async def copies(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        return tuple(
            (row, receipt)
            for row, receipt in self.receipts.values()
            if isinstance(row.content, Copy)
            and receipt.message_ids
            and (row.content.from_chat_id, row.content.message_id) == (chat_id, message_id)
        )

    # what is known of the house

    async def known(self, name: str) -> str | None:
        return self.facts.get(name)

    async def note(self, name: str, value: str | None) -> None:
        self._check()
        self.facts.pop(name, None)
        if value is not None:
            self.facts[name] = value

    # record

    async def append(self, events: Sequence[Event]) -> None:
        self.record.extend(events)

    async def events(self, conversation_id: str | None = None, since: datetime | None = None) -> AsyncIterator[Event]:
        for event in self.record:
            if conversation_id in {None, event.conversation_id} and (since is None or event.at >= since):
                yield event

    async def close(self) -> None:
        return None

    def _of_chat(self, chat_id: int) -> list[Conversation]:
        own = [c for c in self.conversations.values() if c.chat_id == chat_id]
        return sorted(own, key=lambda c: int(c.id.rpartition("-")[2]))

    def _check(self) -> None:
        if self.broken:
            raise StoreError("the disk is full: make room and it goes on")
