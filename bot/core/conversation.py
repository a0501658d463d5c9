"""The nouns of the product: conversations, their messages, and the promises made in them.

Everything here is frozen. Times are aware UTC datetimes, spans are ``timedelta``. A record that the store keeps is
built only from strings, numbers, booleans, datetimes, timedeltas, enums, tuples, ``dict[str, str]`` and other such
records, so that every store can write it and read it back unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.business import Through
from bot.core.people import Agent, Customer, is_person
from bot.core.understanding import NO_INTENT, Kind, Severity

# --- messages ---------------------------------------------------------------------------------------------------------


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

    ``album`` is shared by the pictures of one; ``taken_back`` says that the customer's copy was deleted. ``carries`` is
    what it carries, where it can't be copied (see :class:`~bot.core.outgoing.Copy`). ``undelivered``: Telegram refused
    it for good.

    What the owner of a business account wrote in the customer's chat is an agent's, with a ``ref`` below zero.
    """

    at: datetime
    author: Author
    text: str
    name: str = ""
    ref: int = 0
    media: Media = Media.TEXT
    album: str | None = None
    taken_back: bool = False
    carries: dict[str, str] = field(default_factory=dict)
    undelivered: bool = False

    @property
    def is_answer(self) -> bool:
        """Whether these are a colleague's words that the customer has, as far as we know."""
        return self.author is Author.AGENT and not self.undelivered

    @property
    def is_agents(self) -> bool:
        """Whether a colleague wrote it, to the customer or as a note."""
        return self.author in (Author.AGENT, Author.NOTE)


@dataclass(frozen=True, slots=True)
class Unsent:
    """An agent's words that did not reach the customer, or of which that isn't known; ``id`` names them in the case.

    They were a copy of ``message_id`` in ``from_chat_id``; without one, only words. The rest is as in a copy.
    """

    id: str
    text: str = ""
    entities: tuple[Entity, ...] = ()
    from_chat_id: int = 0
    message_id: int = 0
    media: Media = Media.TEXT
    album: str | None = None
    answers: Ref | None = None
    carries: dict[str, str] = field(default_factory=dict)


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
class Snooze:
    """An agent lets a case rest: since ``at``, until ``until`` or until the customer writes."""

    until: datetime
    at: datetime
    by: Agent


@dataclass(frozen=True, slots=True)
class Passed:
    """The last time that a case was passed on, by ``by``: to ``team``. ``reason`` is what they said of it."""

    at: datetime
    by: Agent
    team: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is remembered of a case of the same customer that is over: ``agent`` is the name of who solved it."""

    id: str
    ended_at: datetime
    intent: str
    agent: str = ""
    agents_chat: int | None = None
    topic_id: int | None = None


GONE = 0
"""In a step, in place of a topic or a card: the conversation has none any more. (None says that none is known.)"""


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
    does. ``missed`` are the customer's messages that the group could not be shown while something was wrong with it,
    ``unsent`` are agents' words that the customer didn't get and that may be sent again.
    ``assigned`` is who is to take the case, while it waits; ``taken_at`` is when an agent last took it. ``last_agent``
    is who had the customer's case before this one. ``promises`` holds them all, oldest first; at most the last one is
    open. ``steps`` counts commits, and makes ids of what is sent unique.

    ``tags`` are what colleagues have put on the case, in their order.

    ``phone_asked``: the customer was asked which number to call. ``continues`` is the id of a resolved conversation
    that this one takes up again, in the same topic. ``snoozed``: it rests. ``passed`` is when it was last passed on to
    another team. ``through`` is the chat of a business account, if it is held there. ``titled`` is the title that its
    topic was last given. ``earlier`` are the customer's last cases before this one, oldest first. ``link`` is what the
    link said by which the customer came.
    ``erased_at`` is when it was stripped of the customer and of all that was said: figures are left.
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
    snoozed: Snooze | None = None
    passed: Passed | None = None
    titled: str = ""
    earlier: tuple[Earlier, ...] = ()
    unsent: tuple[Unsent, ...] = ()
    tags: tuple[str, ...] = ()
    link: str = ""
    erased_at: datetime | None = None
    through: Through | None = None

    @property
    def promise(self) -> Promise | None:
        """The promise that is open, if one is."""
        last = self.promises[-1] if self.promises else None
        return last if last and last.state is PromiseState.OPEN else None

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED

    @property
    def with_owner(self) -> bool:
        """Whether the owner of a business account has taken it over in their own chat, and no colleague knows of it."""
        return self.through is not None and self.phase is Phase.HUMAN and self.agents_chat is None

    @property
    def with_lone_agent(self) -> bool:
        """Whether it came to one agent's private chat with the bot, in place of a group."""
        return is_person(self.agents_chat)
