"""All that is kept of a customer, as plain values for a file: what they are given, and what an admin may give them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.conversation import Author, Conversation, Message, Promise
from bot.core.people import Customer
from bot.core.step import Event

Value = str | int | bool | None | dict[str, "Value"] | list["Value"]
"""What JSON can hold."""

FILE_NAME = "my-data.json"


def as_file(conversations: Sequence[Conversation], events: Iterable[Event] | None = None) -> str:
    """What is kept, as JSON that people can read. The last conversation knows best who the customer is.

    With ``events`` it is what the house itself sees: the record, and colleagues' notes among the messages.
    """
    told: dict[str, Value] = {
        "customer": _customer(conversations[-1].customer) if conversations else None,
        "conversations": [_conversation(one, notes=events is not None) for one in conversations],
    }
    if events is not None:
        told["record"] = [_event(event) for event in events]
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _customer(customer: Customer) -> Value:
    return {
        "number": customer.id,
        "name": customer.name,
        "username": customer.username,
        "language_in_telegram": customer.language_code,
        "language_chosen": customer.language,
        "time_zone": customer.zone,
        "may_be_asked_how_it_was": customer.follow_ups,
    }


def _conversation(one: Conversation, *, notes: bool) -> Value:
    lines = [_message(line) for line in (*one.messages, *one.pending) if notes or line.author is not Author.NOTE]
    return {
        "id": one.id,
        "opened_at": _time(one.opened_at),
        "resolved_at": _time(one.resolved_at),
        "erased_at": _time(one.erased_at),
        "language": one.language,
        "about": one.intent,
        "kind": one.kind.value,
        "severity": one.severity.value,
        "came_by_link": one.link or None,
        "details": dict(one.slots),
        "colleague": one.agent.name if one.agent else None,
        "stars": one.after.rating,
        "messages": list(lines),
        "promises": [_promise(promise) for promise in one.promises],
    }


def _message(line: Message) -> Value:
    carried = {"kind": line.media.value} if line.media.value != "text" else {}
    by = {"name": line.name} if line.name else {}
    return {"at": _time(line.at), "from": line.author.value, **by, **carried, "text": line.text}


def _promise(promise: Promise) -> Value:
    return {
        "made_at": _time(promise.made_at),
        "due_at": _time(promise.due_at),
        "said": promise.quoted,
        "way": promise.way.value,
        "state": promise.state.value,
        "ended_at": _time(promise.ended_at),
    }


def _event(event: Event) -> Value:
    return {
        "at": _time(event.at),
        "conversation": event.conversation_id,
        "what": event.name,
        "by": event.by,
        "facts": dict(event.facts),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
