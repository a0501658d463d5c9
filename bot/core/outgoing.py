"""What is to be sent: its contents, the rows of the outbox that carry them, and what came of each.

Records like those of :mod:`bot.core.conversation`: frozen, and made of what every store can write and read back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

from bot.core.conversation import Entity, Media, Ref


class Lane(IntEnum):
    """How urgent a message of ours is; lower goes first."""

    ACKNOWLEDGE = 0
    PROMISE = 1
    ANSWER = 2
    AGENT = 3
    CARD = 4
    SMALLTALK = 5
    FOLLOW_UP = 6


class To(StrEnum):
    """Where it goes: the customer's chat, the case's topic in the agents' group, that group outside topics, or a
    colleague in private.
    """

    CUSTOMER = "customer"
    CASE = "case"
    TEAM = "team"
    COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. ``data`` comes back when it is pressed: 64 bytes at most (Telegram's limit)."""

    label: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Someone who is called out where ``label`` stands in a text."""

    user_id: int
    label: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words. Longer than 4096 UTF-16 units (Telegram's limit) they are sent in parts, and lose their ``entities``.

    Who is in ``mentions`` is notified, if all of it is one part.
    ``share_contact`` is the label of a button in place of the phone's keyboard, by which the customer shares their
    number; ``hide_keyboard`` takes it away. With either there are no buttons under the message: Telegram has one or the
    other.
    """

    text: str
    keyboard: Keyboard = ()
    reply_to: int | None = None
    share_contact: str = ""
    hide_keyboard: bool = False
    mentions: tuple[Mention, ...] = ()
    type: Literal["text"] = "text"
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of words, sent as a document in UTF-8. Telegram takes 50 MB."""

    name: str
    text: str
    caption: str = ""
    type: Literal["text_file"] = "text_file"


@dataclass(frozen=True, slots=True)
class Copy:
    """A message of another chat, copied as it is (media, captions, formatting).

    ``answers`` is the message that it replies to, on either side: the copy replies to what stands for it. ``text`` is
    what it says, or its caption; where it is words alone, several that wait are one. Those of one ``album`` go as one.
    ``label`` stands before the words, where it must be said whose they are. ``carries`` is what the message carries,
    for where Telegram copies nothing (into or out of a business account's chat) and it is sent anew: the ``file_id``,
    the ``latitude`` and ``longitude`` of a place with the ``title`` and ``address`` of a venue, or a contact's
    ``phone_number`` and ``first_name``.
    ``spoken``: the ``text`` itself goes, and stands for the message, which only asked for it.
    """

    from_chat_id: int
    message_id: int
    answers: Ref | None = None
    text: str = ""
    type: Literal["copy"] = "copy"
    entities: tuple[Entity, ...] = ()
    media: Media = Media.TEXT
    album: str | None = None
    spoken: bool = False
    label: str = ""
    carries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for a message that was sent before; without a keyboard, its buttons go."""

    message_id: int
    text: str
    keyboard: Keyboard = ()
    type: Literal["edit"] = "edit"


@dataclass(frozen=True, slots=True)
class Revise:
    """New words, or a new caption where ``media`` is not text, for what stands on this side for the message ``of``."""

    of: Ref
    text: str
    entities: tuple[Entity, ...] = ()
    media: Media = Media.TEXT
    type: Literal["revise"] = "revise"


@dataclass(frozen=True, slots=True)
class React:
    """A reaction to what stands on this side for the message ``of``; an empty ``emoji`` takes it back."""

    of: Ref
    emoji: str
    type: Literal["react"] = "react"


@dataclass(frozen=True, slots=True)
class Retract:
    """Delete what stands on this side for the message ``of``."""

    of: Ref
    type: Literal["retract"] = "retract"


@dataclass(frozen=True, slots=True)
class ClearButtons:
    """Take the buttons off a message, leaving its words."""

    message_id: int
    type: Literal["clear_buttons"] = "clear_buttons"


@dataclass(frozen=True, slots=True)
class ShowButtons:
    """Put other buttons under a message that was sent before, leaving its words."""

    message_id: int
    keyboard: Keyboard
    type: Literal["show_buttons"] = "show_buttons"


@dataclass(frozen=True, slots=True)
class OpenTopic:
    """Make the conversation's topic in the agents' group. Does nothing where it has one already, unless ``again``."""

    title: str
    again: bool = False
    type: Literal["open_topic"] = "open_topic"


@dataclass(frozen=True, slots=True)
class Card:
    """The conversation's card: posted and pinned the first time, edited from then on. Plain text."""

    text: str
    keyboard: Keyboard = ()
    type: Literal["card"] = "card"


@dataclass(frozen=True, slots=True)
class CloseTopic:
    """Close the conversation's topic, renamed to ``title``."""

    title: str
    type: Literal["close_topic"] = "close_topic"


@dataclass(frozen=True, slots=True)
class ReopenTopic:
    """Open the conversation's topic again, renamed to ``title``."""

    title: str
    type: Literal["reopen_topic"] = "reopen_topic"


@dataclass(frozen=True, slots=True)
class RenameTopic:
    """Another title for the conversation's topic. One that waits gives way to a newer one."""

    title: str
    type: Literal["rename_topic"] = "rename_topic"


@dataclass(frozen=True, slots=True)
class LeaveTopic:
    """The conversation goes on elsewhere: say so in the topic that it had, rename that, and close it.

    The topic is named here, since by the time that this goes the conversation has another. ``card_id`` is the card
    whose buttons go.
    """

    topic_id: int | None
    card_id: int | None
    text: str
    title: str
    type: Literal["leave_topic"] = "leave_topic"


@dataclass(frozen=True, slots=True)
class DeleteTopic:
    """Delete a topic that a conversation had, with all that is in it."""

    topic_id: int
    type: Literal["delete_topic"] = "delete_topic"


@dataclass(frozen=True, slots=True)
class AnswerCallback:
    """Stop the spinner on a pressed button, with a short word if ``text`` is not empty."""

    callback_id: str
    text: str = ""
    type: Literal["answer_callback"] = "answer_callback"


@dataclass(frozen=True, slots=True)
class Typing:
    """Show "typing" for a few seconds, after all that goes before it."""

    type: Literal["typing"] = "typing"


Content = (
    Text
    | TextFile
    | Copy
    | Revise
    | React
    | Retract
    | Edit
    | ClearButtons
    | ShowButtons
    | OpenTopic
    | ReopenTopic
    | RenameTopic
    | LeaveTopic
    | DeleteTopic
    | Card
    | CloseTopic
    | AnswerCallback
    | Typing
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send, committed together with the state that caused it.

    ``id`` is ``<conversation id>:<step>:<place>``. Rows of one conversation and one destination are sent in order of
    ``(step, place)``, which is the order in which the store hands them out; those that are ``first`` go before all that
    waits there, in that order among themselves: they stand for what was to go long ago.
    """

    id: str
    conversation_id: str
    chat_id: int
    to: To
    lane: Lane
    content: Content
    at: datetime
    first: bool = False


class Delivery(StrEnum):
    """How far a row of the outbox has come."""

    PENDING = "pending"
    ATTEMPTED = "attempted"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of sending ``outgoing_id``.

    Sent: where it went and, if it is a message, its ids (``message_ids``: one, or one for each part of a long text;
    empty for what makes no message). For :class:`OpenTopic`, ``thread_id`` is the new topic. Failed: ``error`` says
    why in words that an agent understands, and ``problem`` is the name of the error's class.
    """

    outgoing_id: str
    at: datetime
    delivery: Delivery
    chat_id: int = 0
    thread_id: int | None = None
    message_ids: tuple[int, ...] = ()
    error: str = ""
    problem: str = ""
