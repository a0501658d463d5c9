"""One thing to send, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime

from telegram.error import TelegramError

from bot.core.errors import DeliveryError, UnsendableError
from bot.core.outgoing import AnswerCallback, Copy, Delivery, Lane, Outgoing, Receipt, Text, To
from bot.core.resending import UNKNOWN_DELIVERY
from bot.telegram.call import Call
from bot.telegram.failures import ALBUM_INCOMPLETE, UNKNOWN_DELIVERY_TEXT


@dataclass(slots=True)
class Job:
    """Something to send, and how far it has come.

    ``rows`` are what it carries: several where they are one message or album, none for what is not kept (a reaction,
    "typing"). ``calls`` are those still to make, None before the first try; ``later`` are some that may follow when
    nothing more urgent waits. ``begun`` is set with the first turn: from then on nothing may join. ``album`` are the
    messages of one, each that of a row. ``card_id`` is the case's card, if there is one already; ``expires_at`` is when
    it stops being worth it, ``since`` when it began to wait. ``refused`` hears why it was not done, if someone waits.
    """

    chat_id: int
    rows: tuple[Outgoing, ...] = ()
    calls: tuple[Call, ...] | None = None
    later: tuple[Call, ...] = ()
    begun: bool = False
    thread_id: int | None = None
    message_ids: list[int] = field(default_factory=list)
    album: tuple[int, ...] = ()
    card_id: int | None = None
    tries: int = 0
    since: float | None = None
    expires_at: float | None = None
    refused: Callable[[TelegramError], None] | None = None


def is_agents_words(row: Outgoing) -> bool:
    """Whether repeating it could put words into an agent's mouth twice."""
    return row.to is To.CUSTOMER and row.lane is Lane.AGENT and isinstance(row.content, Text | Copy)


def address(row: Outgoing) -> tuple[Hashable, Hashable]:
    """The queue of a row and the place it goes to. A button's answer is neither ordered nor counted in its chat."""
    if isinstance(row.content, AnswerCallback):
        return ("callback", row.id), ("unkept", row.chat_id)
    if row.to is To.CASE:
        return ("case", row.conversation_id), row.chat_id
    return (row.to.value, row.chat_id), row.chat_id


def step_of(row: Outgoing) -> str:
    """The step that a row was committed with."""
    return row.id.rpartition(":")[0]


def messages_of(job: Job) -> int:
    """How many messages it makes at once: those of an album are each counted."""
    first = job.rows[0].content if job.rows else None
    return len(job.rows) if isinstance(first, Copy) and first.album else 1


def sent(row: Outgoing, at: datetime, job: Job | None = None) -> Receipt:
    """It went; without a job, because a newer one took its place."""
    if job is None:
        return Receipt(row.id, at, Delivery.SENT, row.chat_id)
    if not job.album:
        return Receipt(row.id, at, Delivery.SENT, job.chat_id, job.thread_id, tuple(job.message_ids))
    place = job.rows.index(row)
    if place >= len(job.album):
        return refused(row, at, job, UnsendableError(ALBUM_INCOMPLETE))
    return Receipt(row.id, at, Delivery.SENT, job.chat_id, job.thread_id, (job.album[place],))


def refused(row: Outgoing, at: datetime, job: Job, reason: DeliveryError) -> Receipt:
    """It will never go. Parts that went before are on the receipt."""
    return Receipt(
        outgoing_id=row.id,
        at=at,
        delivery=Delivery.FAILED,
        chat_id=job.chat_id,
        thread_id=job.thread_id,
        message_ids=tuple(job.message_ids),
        error=str(reason),
        problem=type(reason).__name__,
    )


def unknown(row: Outgoing, at: datetime) -> Receipt:
    """It may have gone, and must not go twice."""
    return Receipt(row.id, at, Delivery.FAILED, row.chat_id, error=UNKNOWN_DELIVERY_TEXT, problem=UNKNOWN_DELIVERY)
