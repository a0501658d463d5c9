"""The walls of the house, as Protocols: all that the flow knows of the world outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the process that understands needs none of them, and is ready the sooner
    from bot.core.business import Through
    from bot.core.content import Catalogue
    from bot.core.conversation import Conversation
    from bot.core.editing import Condition, Fetched, Findings, Lived, NowLive, Preview, Submission
    from bot.core.incoming import Incoming, SentFile, Update
    from bot.core.outgoing import Delivery, Outgoing, Receipt, Text
    from bot.core.people import Person, Role
    from bot.core.proposals import Proposal
    from bot.core.step import Due, Event, Step
    from bot.core.understanding import Understanding


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time now, an aware UTC datetime."""
        ...


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known besides the words: the language that a customer chose, used before, and set in Telegram.

    ``today`` is their date, so that "tomorrow" can be understood.
    """

    chosen: str | None = None
    so_far: str | None = None
    telegram: str | None = None
    today: date | None = None


class Understander(Protocol):
    """Makes sense of words."""

    async def understand(self, text: str, hints: Hints) -> Understanding:
        """What ``text`` means. Any text at all gets an answer; a meaningless one is of intent ``none``.

        Runs off the event loop. Raises UnderstandingError only if the pipeline itself is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The content that is live and the pipeline trained on it: always swapped together."""

    catalogue: Catalogue
    understander: Understander


class Library(Protocol):
    """Holds the knowledge that is live."""

    def current(self) -> Knowledge:
        """The last good content. Take it once for a decision: it may be another one a moment later."""
        ...


class Sender(Protocol):
    """Carries what is in the outbox to people. Never raises: what came of it is committed as receipts."""

    async def acknowledge(self, chat_id: int, message_id: int, through: Through | None = None) -> None:
        """Show the customer that this message was seen (👀 and "typing"); not kept, repeating it does no harm.

        ``through`` is the business account's chat that it was written in: there it is marked as read.
        """
        ...

    async def typing(self, chat_id: int, through: Through | None = None) -> None:
        """Show the customer that an answer is on its way; not kept."""
        ...

    async def tell(self, chat_id: int, content: Text, thread_id: int | None = None) -> None:
        """Say something that belongs to no case, in a topic of a group or outside of all; not kept."""
        ...

    def wake(self) -> None:
        """There is something new in the outbox."""
        ...


class Members(Protocol):
    """Knows who belongs to the agents' groups, by asking where it is known."""

    async def role(self, agents_chat: int, user_id: int) -> Role | None:
        """What this user is in a group now; None: they don't belong to it. Raises KeepwordError: that can't be told."""
        ...

    def is_admin(self, user_id: int) -> bool:
        """Whether the settings name them an admin."""
        ...

    def note(self, agents_chat: int, person: Person, role: Role | None) -> None:
        """This is what they are now."""
        ...


class Workbench(Protocol):
    """Where admins edit the content. Nothing here holds up the event loop, and nothing but :meth:`approve`,
    :meth:`undo`, :meth:`go_back` and :meth:`learn` changes what is live.

    Asked again after a crash, each does what was left to do. Raises EditError where something can't be done,
    ContentError for files that are wrong, and other KeepwordErrors that say why.
    """

    async def condition(self) -> Condition:
        """How the content is."""
        ...

    async def history(self) -> tuple[Lived, ...]:
        """When which content went live, the newest first."""
        ...

    async def fetch(self, name: str, admin: int) -> Fetched:
        """The file of this path or name as it is now, noting that this admin has it.

        Raises EditError, with the ``places`` that it may be where there are several.
        """
        ...

    async def submit(self, file: SentFile, caption: str, admin: int, by: str) -> Submission:
        """Take a file that was sent. Where it is not clear which one it is, the submission says which it may be."""
        ...

    async def put_at(self, submission_id: str, place: str, admin: int) -> Submission:
        """It is this file."""
        ...

    async def look_over(self, submission_id: str) -> Findings:
        """Check a submission, without anything going live."""
        ...

    async def rehearse(self, submission_id: str) -> Preview:
        """Try a submission on what customers wrote lately and on check sentences; takes as long as training does."""
        ...

    async def approve(self, submission_id: str, by: str) -> NowLive | None:
        """Make a submission live. None: its file has changed since it was looked over."""
        ...

    async def discard(self, submission_id: str) -> Submission:
        """Put a submission away."""
        ...

    async def undo(self, submission_id: str, by: str) -> NowLive:
        """Have the file again that a submission took the place of."""
        ...

    async def earlier(self, version: str | None) -> Lived:
        """What going back to this version (None: to what was live before) would change."""
        ...

    async def go_back(self, version: str, by: str) -> NowLive:
        """Make this version live again."""
        ...

    async def proposals(self) -> tuple[Proposal, ...]:
        """Examples that colleagues propose and nobody has decided about."""
        ...

    async def learn(self, key: str, intent: str | None, by: str) -> NowLive:
        """Make a proposal an example, of another ``intent`` if one is given."""
        ...

    async def reject(self, key: str, *, rejected: bool = True) -> None:
        """Put a proposal away, or take it up again."""
        ...


class Channel(Protocol):
    """Reads raw updates: pure, given the settings (which chat is the agents', who are the admins)."""

    def read(self, update: Update) -> Incoming:
        """What an update says, in our own terms. Anything strange is ``Ignored``, never an error."""
        ...


@dataclass(slots=True)
class Cursor:
    """How far someone has read the outbox; a new one stands before all that waits. Moved by the store alone."""

    position: int = 0


class Store(Protocol):
    """Keeps everything. What a coroutine here promised to keep is on disk (or committed) when it returns.

    Raises StoreError where it can't keep or read; then nothing of the call has happened.
    """

    # inbox

    async def accept(self, update: Update) -> bool:
        """Keep an update until a step deals with it. False: this ``update_id`` was accepted before."""
        ...

    async def unhandled(self) -> tuple[Update, ...]:
        """Accepted updates that no step has dealt with, by ``update_id``: what a restart must take up."""
        ...

    async def discard(self, update_id: int, reason: str) -> None:
        """Nothing is to be done about this update (or nothing can be: then it is set aside, with the reason)."""
        ...

    async def set_aside(self, text: str, reason: str) -> None:
        """Keep what was delivered and is no update, for a person to look at."""
        ...

    # conversations

    def lease(self, chat_id: int) -> AbstractAsyncContextManager[Conversation | None]:
        """The last conversation of a customer's chat, exclusively: others who want it wait. None: never wrote."""
        ...

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """As it is now, to look at; no lease is taken. Resolved ones included."""
        ...

    async def conversation_of_topic(self, agents_chat: int, thread_id: int) -> Conversation | None:
        """The conversation that has this topic, to look at."""
        ...

    async def open_conversations(self) -> tuple[Conversation, ...]:
        """All that are not resolved, in no promised order, to look at."""
        ...

    async def past_conversations(self, chat_id: int) -> tuple[Conversation, ...]:
        """The resolved ones of a chat, oldest first."""
        ...

    async def commit(self, step: Step) -> None:
        """Keep everything in ``step`` at once, or nothing of it. The chat must be leased by the caller.

        Outbox rows with an id that was committed before are ignored, so committing a step twice does no harm.
        """
        ...

    async def erase(self, chat_id: int, at: datetime) -> None:
        """Keep of the resolved conversations of this chat, which the caller has leased, and of their record, only what
        :mod:`bot.core.erasure` leaves. When it returns, nothing else of it is on disk. Doing it twice does no harm.
        """
        ...

    # colleagues

    async def people(self) -> tuple[Person, ...]:
        """All colleagues we have met, by their id."""
        ...

    async def put_person(self, person: Person) -> None:
        """Keep what we know of a colleague, in place of what we knew."""
        ...

    # time

    async def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        """Rows due at or before ``now``, earliest first. They stay until a step lists them in ``done``."""
        ...

    async def next_due(self) -> datetime | None:
        """When the earliest row falls due; None: there is none."""
        ...

    # outbox

    async def outbox(self, cursor: Cursor | None = None) -> tuple[tuple[Outgoing, Delivery], ...]:
        """Rows not yet sent nor failed, in the order of commits; ATTEMPTED: a send began and its end is unknown.

        With a cursor only those committed since it was last read with, at a cost that does not grow with those that
        wait; where it raises, the cursor stays. A cursor is good until the store is closed.
        """
        ...

    async def attempt(self, outgoing_id: str, *, wait: bool = False) -> None:
        """A send is about to begin. Kept in order with everything else; waited for only with ``wait``, as is needed for
        what must not go twice.
        """
        ...

    async def receive(self, receipt: Receipt) -> None:
        """Keep what came of a send: the row leaves the outbox, and its message ids enter the message map."""
        ...

    async def counterpart(self, chat_id: int, message_id: int) -> tuple[Outgoing, Receipt] | None:
        """What we sent as this message, from the message map; None: not one of ours."""
        ...

    async def joined(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        """All that we sent as this one message, in order: several rows where words were joined."""
        ...

    async def copies(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        """Where this message was copied to, oldest first: the message map the other way round."""
        ...

    # what is known of the house

    async def known(self, name: str) -> str | None:
        """A fact that was noted under this name; None: there is none."""
        ...

    async def note(self, name: str, value: str | None) -> None:
        """Keep a fact in place of the one with this name; None: it is none any more."""
        ...

    # record

    async def append(self, events: Sequence[Event]) -> None:
        """Add lines to the record that belong to no step."""
        ...

    def events(self, conversation_id: str | None = None, since: datetime | None = None) -> AsyncIterator[Event]:
        """The record, oldest first; of one conversation, or of all; what happened at ``since`` or later."""
        ...

    async def close(self) -> None:
        """Finish writing and let go of the files."""
        ...
