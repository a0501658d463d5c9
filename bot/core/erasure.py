"""What is left of a conversation, and of its record, once a customer had their data erased: figures, and no person.

What may stay is listed, and all else goes: a field or a fact that somebody adds one day is erased until it is found
here. The ids of conversations stay, as the key of what is left; they hold the number of the customer's chat.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.conversation import Conversation
from bot.core.people import Customer
from bot.core.step import Event

KEPT_FACTS = frozenset(
    {
        "act", "also", "answered", "because", "confidence", "conversations", "due_at", "expected_pace",
        "expected_taken", "helped", "instead_of", "intent", "kind", "language", "late_seconds", "media", "moved_from",
        "not_before", "options", "promise", "reason", "severity", "since", "stars", "team", "way", "well",
    }
)  # fmt: skip
"""Facts of the record that are codes, numbers and times of our own: what the report counts."""

OUR_PEOPLE = "agent"
"""A fact that names a colleague."""


_KEPT_FIELDS = (
    "id", "chat_id", "opened_at", "language", "phase", "intent", "kind", "severity", "answered", "failures", "agent",
    "agents_chat", "topic_id", "card_id", "lost_topic", "resolved_at", "steps", "assigned", "taken_at", "last_agent",
    "continues", "after", "likely", "through",
)  # fmt: skip
"""What a conversation keeps: what it was about, how it went, which colleagues had it, and where its topic is."""


def erased(conversation: Conversation, at: datetime) -> Conversation:
    """The conversation without the customer and without a word. Their wish not to be asked how it was stays, and that
    they are blocked.
    """
    who = conversation.customer
    kept: dict[str, Any] = {name: getattr(conversation, name) for name in _KEPT_FIELDS}
    return Conversation(
        **kept,
        customer=Customer(who.id, "", follow_ups=who.follow_ups, blocked=who.blocked),
        promises=tuple(replace(promise, quoted="") for promise in conversation.promises),
        erased_at=conversation.erased_at or at,
    )


def erased_event(event: Event) -> Event:
    """The line of the record with only those facts that may stay."""
    kept = {name: value for name, value in event.facts.items() if name in KEPT_FACTS or name == OUR_PEOPLE}
    return replace(event, facts=kept)
