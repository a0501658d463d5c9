"""The nouns of the product: conversations, what was understood, promises, and what is to be sent.

Everything here is frozen. Times are aware UTC datetimes, spans are ``timedelta``. A record that the store keeps is
built only from strings, numbers, booleans, datetimes, timedeltas, enums, tuples, ``dict[str, str]`` and other records
of this module, so that every store can write it and read it back unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

NO_INTENT = "none"
"""The intent of a message that is none of those the content files name."""

BOT_NAME = "bot"
"""Who did it, in an event or a promise, when no person did."""

CUSTOMER_NAME = "customer"
"""Who did it, when the customer did."""


class Kind(StrEnum):
    """What sort of message it is, whatever it is about."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    REQUEST = "request"
    SMALLTALK = "smalltalk"
    NONE = "none"


class Severity(StrEnum):
    """How pressing it is to the customer."""

    CALM = "calm"
    UPSET = "upset"
    URGENT = "urgent"


# --- understanding ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that a message may have, with a calibrated probability between 0 and 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Aside:
    """A further intent of the same turn, and the sentence that says it; ``confidence`` as in :class:`Candidate`."""

    sentence: str
    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one turn of a customer means.

    ``intent`` is an id of the content files or :data:`NO_INTENT`. ``confidence`` is the calibrated probability of
    ``intent`` (for ``none``: that it is none of them). ``runners_up`` are the next best intents, best first, never
    including ``intent``; for ``none`` they are the best ones that were turned down. ``slots`` maps a slot's name to
    its normalised value. ``also`` are further intents that sentences of the turn have (a question inside a complaint),
    in the order in which they were written, none of them ``intent``.
    """

    language: str
    intent: str
    kind: Kind
    severity: Severity
    confidence: float
    runners_up: tuple[Candidate, ...] = ()
    slots: dict[str, str] = field(default_factory=dict)
    also: tuple[Aside, ...] = ()


# --- people and messages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes to us. ``language_code`` is what their Telegram says; ``language`` is what they chose, if they did.

    ``follow_ups``: whether we may write to them of our own accord, to ask how it was.
    """

    id: int
    name: str
    username: str | None = None
    language_code: str | None = None
    language: str | None = None
    zone: str | None = None
    follow_ups: bool = True


class Role(StrEnum):
    """What a colleague may do; each role may do all that the ones before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Agent:
    """A colleague who takes chats over, by their Telegram user id."""

    id: int
    name: str
    role: Role = Role.AGENT
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague as the house knows them, by their Telegram user id.

    ``groups`` are the agents' groups they were seen to work in, ``supervises`` those they are a supervisor of.
    ``languages`` are those they serve (empty: not said), ``capacity`` is how many cases they take at a time (None: as
    many as the standards say). ``private``: they have started the bot, so that it may write to them.
    """

    id: int
    name: str
    username: str | None = None
    role: Role = Role.AGENT
    groups: tuple[int, ...] = ()
    supervises: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    away: bool = False
    private: bool = False
    seen_at: datetime | None = None

    @property
    def label(self) -> str:
        """How they are called out: by their username, else by name."""
        return f"@{self.username}" if self.username else self.name


class Author(StrEnum):
    """Who wrote a message of a transcript. A note is an agent's, and never reaches the customer."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    NOTE = "note"


class Media(StrEnum):
    """What a message carries besides, or instead of, text."""

    TEXT = "text"
    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    VIDEO_NOTE = "video note"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    ANIMATION = "animation"
    LOCATION = "location"
    VENUE = "venue"
    CONTACT = "contact"
    POLL = "poll"
    DICE = "dice"
    STORY = "story"
    GAME = "game"
    PAID_MEDIA = "paid media"
    CHECKLIST = "checklist"
    GIVEAWAY = "giveaway"
    INVOICE = "invoice"
    OTHER = "message of an unknown kind"


@dataclass(frozen=True, slots=True)
class Entity:
    """How a part of a text is set: bold, a link… ``offset`` and ``length`` count UTF-16 units, as Telegram's do.

    ``type`` is one of Telegram's; ``user_id`` is whom a mention without a username means.
    """

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    custom_emoji_id: str = ""
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Ref:
    """A message, by the chat that it was written in."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a transcript. ``ref`` is the Telegram message id in the chat it was written in (0: not known yet).

    ``album`` is shared by the pictures of one; ``taken_back`` says that the customer's copy was deleted.
    """

    at: datetime
    author: Author
    text: str
    name: str = ""
    ref: int = 0
    media: Media = Media.TEXT
    album: str | None = None
    taken_back: bool = False


# --- promises --------------------------------------------------------------------------------------------------------


class PromiseState(StrEnum):
    """A promise is open until it ends, once, in one of the other states."""

    OPEN = "open"
    KEPT = "kept"
    MOVED = "moved"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class Way(StrEnum):
    """How a human comes back."""

    HERE = "here"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Promise:
    """That a human comes back to this customer by ``due_at``.

    ``calendar`` and ``team`` are names in the standards; ``reason`` says why it was made (an intent id, ``unknown``,
    ``asked``, ``error``); ``quoted`` is the time as the customer read it. ``moved_from`` is the id of the promise
    that this one replaced. ``ended_by`` names who ended it (an agent, :data:`BOT_NAME` or :data:`CUSTOMER_NAME`).

    ``way`` is how: a call goes to the conversation's slot ``phone``. ``not_before`` is the beginning of a time that the
    customer chose; ``instead_of`` is the id of the promise that they exchanged for this one, which ended as cancelled.
    """

    id: str
    made_at: datetime
    due_at: datetime
    calendar: str
    team: str
    reason: str
    quoted: str
    state: PromiseState = PromiseState.OPEN
    moved_from: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    way: Way = Way.HERE
    not_before: datetime | None = None
    instead_of: str | None = None

    @property
    def counts_from(self) -> datetime:
        """From when on somebody could be at it."""
        return self.not_before or self.made_at


# --- conversations ---------------------------------------------------------------------------------------------------


class Phase(StrEnum):
    """Who has the conversation."""

    BOT = "bot"
    """The bot answers."""
    WAITING = "waiting"
    """A human was promised and nobody has taken it yet."""
    HUMAN = "human"
    """An agent has it: the bot only acknowledges."""
    RESOLVED = "resolved"
    """Closed for good; the customer's next message starts another conversation."""


@dataclass(frozen=True, slots=True)
class Clarification:
    """The one question the bot has open with the customer, in its words. ``options`` are the intents on its buttons."""

    asked_at: datetime
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aftercare:
    """How it went, asked after the case.

    ``wrote_at`` is when we last wrote of our own accord, ``rating`` the stars that the customer gave, 1 to 5.
    ``asked_at`` is when we asked whether it is all right now; ``is_well``: they said that it is.
    """

    wrote_at: datetime | None = None
    rating: int | None = None
    asked_at: datetime | None = None
    is_well: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One case of one customer, from the first message to its resolution.

    ``id`` is ``<chat_id>-<ordinal>``: the customer's first conversation is ``5001-1``. ``pending`` holds the
    customer's messages that have been acknowledged but not yet answered (one thought, still being written);
    ``pending_since`` is when the first of them came. ``failures`` counts turns that the bot could not help with.
    ``topic_id`` and ``card_id`` are the topic and its pinned card in ``agents_chat``; ``lost_topic`` is one that was
    deleted and is being replaced. ``private_album`` is the last album of pictures that an agent sent as a note.
    ``likely`` are the intents that the last turn may have had, best first. ``flooded_at`` is when the customer was last
    told that so many messages are read together. ``unreachable`` says why nothing reaches the customer, where nothing
    does. ``missed`` are the customer's messages that the group could not be shown while something was wrong with it.
    ``assigned`` is who is to take the case, while it waits; ``taken_at`` is when an agent last took it. ``last_agent``
    is who had the customer's case before this one. ``promises`` holds them all, oldest first; at most the last one is
    open. ``steps`` counts commits, and makes ids of what is sent unique.

    ``phone_asked``: the customer was asked which number to call. ``continues`` is the id of a resolved conversation
    that this one takes up again, in the same topic.
    """

    id: str
    chat_id: int
    customer: Customer
    opened_at: datetime
    language: str
    phase: Phase = Phase.BOT
    messages: tuple[Message, ...] = ()
    pending: tuple[Message, ...] = ()
    pending_since: datetime | None = None
    intent: str = NO_INTENT
    kind: Kind = Kind.NONE
    severity: Severity = Severity.CALM
    slots: dict[str, str] = field(default_factory=dict)
    answered: tuple[str, ...] = ()
    failures: int = 0
    clarification: Clarification | None = None
    promises: tuple[Promise, ...] = ()
    agent: Agent | None = None
    agents_chat: int | None = None
    topic_id: int | None = None
    card_id: int | None = None
    lost_topic: int | None = None
    private_album: str | None = None
    resolved_at: datetime | None = None
    steps: int = 0
    flooded_at: datetime | None = None
    assigned: Agent | None = None
    taken_at: datetime | None = None
    last_agent: Agent | None = None
    phone_asked: bool = False
    continues: str | None = None
    after: Aftercare = field(default_factory=Aftercare)
    likely: tuple[str, ...] = ()
    unreachable: str = ""
    missed: tuple[int, ...] = ()

    @property
    def promise(self) -> Promise | None:
        """The promise that is open, if one is."""
        last = self.promises[-1] if self.promises else None
        return last if last and last.state is PromiseState.OPEN else None

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED


# --- what is to be sent ----------------------------------------------------------------------------------------------


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
class Copy:
    """A message of another chat, copied as it is (media, captions, formatting).

    ``answers`` is the message that it replies to, on either side: the copy replies to what stands for it. ``text`` is
    what it says, or its caption; where it is words alone, several that wait are one. Those of one ``album`` go as one.
    """

    from_chat_id: int
    message_id: int
    answers: Ref | None = None
    text: str = ""
    type: Literal["copy"] = "copy"
    entities: tuple[Entity, ...] = ()
    media: Media = Media.TEXT
    album: str | None = None


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
class AnswerCallback:
    """Stop the spinner on a pressed button, with a short word if ``text`` is not empty."""

    callback_id: str
    text: str = ""
    type: Literal["answer_callback"] = "answer_callback"


Content = (
    Text
    | Copy
    | Revise
    | React
    | Retract
    | Edit
    | ClearButtons
    | ShowButtons
    | OpenTopic
    | ReopenTopic
    | Card
    | CloseTopic
    | AnswerCallback
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send, committed together with the state that caused it.

    ``id`` is ``<conversation id>:<step>:<place>``. Rows of one conversation and one destination are sent in order of
    ``(step, place)``, which is the order in which the store hands them out.
    """

    id: str
    conversation_id: str
    chat_id: int
    to: To
    lane: Lane
    content: Content
    at: datetime


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


# --- time and record -------------------------------------------------------------------------------------------------


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


# --- what comes in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A customer wrote to the bot, in private. ``command`` is the word after the slash, if it is one.

    ``reply_to`` is the message of this chat that it answers; ``quoted`` are the words of that one, if the bot wrote it.
    """

    chat_id: int
    message_id: int
    customer: Customer
    text: str
    media: Media = Media.TEXT
    command: str | None = None
    edited: bool = False
    album: str | None = None
    entities: tuple[Entity, ...] = ()
    reply_to: int | None = None
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer pressed one of the bot's buttons."""

    chat_id: int
    message_id: int
    customer: Customer
    callback_id: str
    data: str


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """Someone wrote in the agents' group. ``command`` and ``reply_to`` are as in :class:`CustomerMessage`.

    ``thread_id`` is the topic; None: outside of topics, where ``reply_to`` says which case it is about, if any.
    """

    agents_chat: int
    thread_id: int | None
    message_id: int
    agent: Agent
    text: str
    media: Media = Media.TEXT
    command: str | None = None
    edited: bool = False
    album: str | None = None
    entities: tuple[Entity, ...] = ()
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerReaction:
    """A customer reacted to a message. ``emoji`` is empty where that was taken back, and where it is ``custom``: one of
    their own, which a bot can't give.
    """

    chat_id: int
    message_id: int
    customer: Customer
    emoji: str
    custom: bool = False


@dataclass(frozen=True, slots=True)
class AgentReaction:
    """An agent reacted to a message of the group, as in :class:`CustomerReaction`."""

    agents_chat: int
    message_id: int
    agent: Agent
    emoji: str
    custom: bool = False


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """Someone pressed a button on a card in the agents' group."""

    agents_chat: int
    thread_id: int | None
    message_id: int
    agent: Agent
    callback_id: str
    data: str


@dataclass(frozen=True, slots=True)
class CustomerStanding:
    """A customer blocked the bot (then they are not ``reachable``), or let it in again."""

    chat_id: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """What the bot is in an agents' group has changed. ``missing`` are the rights it lacks, in the Bot API's names."""

    chat_id: int
    present: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupMoved:
    """An agents' group became a supergroup, and has another id."""

    old: int
    new: int


@dataclass(frozen=True, slots=True)
class TopicClosed:
    """A person closed a topic."""

    agents_chat: int
    thread_id: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update that asks nothing of us (a member joined, a topic was renamed, a type unknown to this version)."""

    reason: str


Standing = GroupStanding | GroupMoved
"""What concerns a group as a whole, and no case of its own."""

Incoming = (
    CustomerMessage
    | CustomerChoice
    | CustomerReaction
    | CustomerStanding
    | AgentMessage
    | AgentChoice
    | AgentReaction
    | TopicClosed
    | Standing
    | Ignored
)


@dataclass(frozen=True, slots=True)
class Update:
    """One update of Telegram, as it came: what the store keeps until it is dealt with.

    ``lane`` orders updates: those with the same lane are handled one after another, in order of ``update_id``.
    """

    update_id: int
    lane: str
    received_at: datetime
    raw: Mapping[str, object]
