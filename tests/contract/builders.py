"""Records for tests of a store: short to write, complete to keep."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.conversation import Conversation
from bot.core.incoming import Update
from bot.core.outgoing import Content, Delivery, Lane, Outgoing, Receipt, Text, To
from bot.core.people import Customer
from bot.core.step import Due, DueKind, Event, Step
from bot.ports import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AGENTS = -1001


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def conversation(chat_id: int = 5001, ordinal: int = 1, **fields: Any) -> Conversation:
    customer = Customer(chat_id, "Ana", language_code="sl")
    return Conversation(f"{chat_id}-{ordinal}", chat_id, customer, NOON, "en", **fields)


def row(of: Conversation, place: int = 0, content: Content | None = None, to: To = To.CUSTOMER) -> Outgoing:
    said = content or Text(f"Words {place} of step {of.steps}")
    return Outgoing(f"{of.id}:{of.steps}:{place}", of.id, of.chat_id, to, Lane.ANSWER, said, NOON)


def sent(outgoing: Outgoing, *message_ids: int, chat_id: int | None = None, thread_id: int | None = None) -> Receipt:
    where = outgoing.chat_id if chat_id is None else chat_id
    return Receipt(outgoing.id, after(1), Delivery.SENT, where, thread_id, message_ids)


def failed(outgoing: Outgoing) -> Receipt:
    return Receipt(outgoing.id, after(1), Delivery.FAILED, error="Ana blocked the bot", problem="CustomerGoneError")


def due(name: str, minutes: float, of: Conversation, kind: DueKind = DueKind.TURN) -> Due:
    return Due(name, after(minutes), kind, of.chat_id, of.id)


def event(of: Conversation, name: str, **facts: str) -> Event:
    return Event(NOON, of.id, name, facts=facts)


def update(update_id: int, text: str = "hello") -> Update:
    return Update(update_id, "customer:5001", NOON, {"update_id": update_id, "message": {"text": text, "n": [1, None]}})


async def commit(store: Store, step: Step) -> None:
    async with store.lease(step.conversation.chat_id):
        await store.commit(step)


async def all_of(events: AsyncIterator[Any], fact: Callable[[Any], Any] = lambda event: event) -> list[Any]:
    return [fact(event) async for event in events]
