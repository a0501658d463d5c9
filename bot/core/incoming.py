"""What comes in: an update as Telegram sent it, and what it says. All frozen; times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.business import Account, Through
from bot.core.conversation import Entity, Media
from bot.core.people import Agent, Customer, Role


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A customer wrote to the bot, in private. ``command`` is the word after the slash, if it is one.

    ``reply_to`` is the message of this chat that it answers; ``quoted`` are the words of that one, if the bot wrote it.
    ``through`` is the chat of a business account, if it was written there; only then ``carries`` says what it carries
    (see :class:`~bot.core.outgoing.Copy`).
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
    through: Through | None = None
    carries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer pressed one of the bot's buttons."""

    chat_id: int
    message_id: int
    customer: Customer
    callback_id: str
    data: str
    through: Through | None = None


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
    carries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnerMessage:
    """The owner of a business account wrote to a customer themself. ``chat_id`` and ``through`` are as in
    :class:`CustomerMessage`."""

    chat_id: int
    message_id: int
    through: Through
    customer: Customer
    owner: Agent
    text: str
    media: Media = Media.TEXT
    edited: bool = False
    album: str | None = None
    entities: tuple[Entity, ...] = ()
    carries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages of a business account's chat were deleted, by one side or the other."""

    chat_id: int
    message_ids: tuple[int, ...]
    through: Through


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """A business account was connected, or what the bot may do in its chats has changed."""

    account: Account


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
    """Someone pressed a button in the agents' group.

    ``answers`` is what the message with the button answers, if anything, and ``answered`` the words of that one.
    """

    agents_chat: int
    thread_id: int | None
    message_id: int
    agent: Agent
    callback_id: str
    data: str
    answers: int | None = None
    answered: str = ""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that Telegram keeps, as it was named; ``size`` in bytes, where it is told."""

    file_id: str
    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class AdminMessage:
    """An admin asks the bot in private about the content (``command``, with all that was written in ``text``), or sends
    a file of it (``text`` is its caption).
    """

    chat_id: int
    message_id: int
    admin: Customer
    text: str
    command: str | None = None
    file: SentFile | None = None


@dataclass(frozen=True, slots=True)
class AdminChoice:
    """An admin pressed a button below what the bot said about the content."""

    chat_id: int
    message_id: int
    admin: Customer
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
class MemberStanding:
    """What somebody is in an agents' group has changed. ``role`` None: they don't belong to it any more."""

    agents_chat: int
    agent: Agent
    role: Role | None


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


Standing = GroupStanding | GroupMoved | AccountStanding
"""What concerns a group, or a business account, as a whole, and no case of its own."""

Incoming = (
    CustomerMessage
    | CustomerChoice
    | CustomerReaction
    | CustomerStanding
    | AgentMessage
    | AgentChoice
    | AgentReaction
    | AdminMessage
    | AdminChoice
    | TopicClosed
    | OwnerMessage
    | Deleted
    | MemberStanding
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
