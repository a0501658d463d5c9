"""What a decision changes: the state, the record, the outbox, and the times to watch, all in one step.

Records like those of :mod:`bot.core.conversation`: frozen, and made of what every store can write and read back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.conversation import Conversation
from bot.core.outgoing import Outgoing
from bot.core.people import BOT_NAME


class DueKind(StrEnum):
    """What is to happen when a row falls due."""

    TURN = "turn"
    """The customer has paused: answer what is pending."""
    REMIND = "remind"
    """A mark of the promise has passed: nudge the team."""
    AT_RISK = "at_risk"
    """The promise is about to break: tell the customer a new time, and a supervisor."""
    PROMISE = "promise"
    """The promise falls due: kept already, or broken."""
    ASSIGN = "assign"
    """We have opened: give the case to someone."""
    ANSWER = "answer"
    """The customer waits for words of the colleague who has the case, and has had none in time."""
    SURVEY = "survey"
    """Ask the customer how it was."""
    FOLLOW_UP = "follow_up"
    """Ask the customer whether it is all right now."""
    SNOOZE = "snooze"
    """A case has rested for as long as an agent wanted: call them."""
    ARCHIVE = "archive"
    """The case was resolved so long ago that its topic may go."""
    ERASE = "erase"
    """The customer wants all that we keep of them erased."""
    IDLE = "idle"
    """Nobody has said anything to the bot for long: the conversation is over."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do at a time. ``id`` is unique: setting a row with an id that exists replaces it."""

    id: str
    at: datetime
    kind: DueKind
    chat_id: int
    conversation_id: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the record: what happened, when, in which conversation, by whom. Never changed, never deleted."""

    at: datetime
    conversation_id: str
    name: str
    by: str = BOT_NAME
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """All that one decision changes, made durable together or not at all.

    ``update_id`` is the update that this step has dealt with, ``done`` the ids of due rows that it has dealt with
    (or that no longer apply); rows in ``due`` are set after those in ``done`` were removed.
    """

    conversation: Conversation
    events: tuple[Event, ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    due: tuple[Due, ...] = ()
    done: tuple[str, ...] = ()
    update_id: int | None = None
