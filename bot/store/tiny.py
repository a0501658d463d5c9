"""The embedded store: TinyDB's tables in memory, a journal behind them, case files for what is over.

Reads as the port does: inbox, conversations, time, outbox, record. Where things are on disk: ``docs/store.md``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tinydb import TinyDB

from bot.core.conversation import Conversation
from bot.core.errors import StoreError
from bot.core.incoming import Update
from bot.core.outgoing import Delivery, Outgoing, Receipt
from bot.core.people import Person
from bot.core.step import Due, Event, Step
from bot.ports import Cursor
from bot.store.archive import log_entries
from bot.store.casebook import Casebook
from bot.store.cases import Case, Cases, ordinal
from bot.store.disk import FolderLock, make_folder
from bot.store.entries import Entry, Key, pack, unpack
from bot.store.erasing import Eraser
from bot.store.housekeeping import Housekeeper
from bot.store.leases import Lease, Leases
from bot.store.records import EVENT, OUTGOING, PERSON, RECEIPT, UPDATE
from bot.store.shelves import Shelves
from bot.store.stepping import Stepping
from bot.store.storage import JournalStorage, Transaction

_EVENTS_AT_ONCE = 500


class TinyStore:
    """Implements :class:`bot.ports.Store` in a folder that one process owns."""

    def __init__(
        self,
        storage: JournalStorage,
        lock: FolderLock | None = None,
        *,
        fsync: bool = True,
        keep_updates: int = 0,
        keep_cases: int = 0,
    ) -> None:
        """Use :meth:`open` or :meth:`peek`."""
        self._storage, self._lock, self._keep_updates = storage, lock, keep_updates
        self._shelves = Shelves(storage)
        self._leases = Leases()
        cases = Cases(storage.folder, fsync=fsync)
        self._casebook = Casebook(self._shelves, cases)
        self._stepping = Stepping(storage, self._shelves, keep_updates=keep_updates)
        self._eraser = Eraser(storage, self._shelves, self._casebook, cases)
        self._housekeeper = Housekeeper(
            storage, self._shelves, self._casebook, cases, self._leases, keep_cases=keep_cases
        )

    # --- opening and closing

    @classmethod
    async def open(
        cls, folder: str | Path, *, fsync: bool = True, keep_updates: int = 100_000, keep_cases: int = 2_000
    ) -> TinyStore:
        """Take a folder (made where it is missing), repair it after a crash and start.

        ``fsync=False`` leaves it to the operating system when to write: what was kept survives the end of the process,
        not of the machine. ``keep_updates``: how many ids of handled updates are remembered. ``keep_cases``: of how
        many conversations that have a case file the message map is kept in memory. Raises StoreLockedError,
        StoreDamagedError, StoreError.
        """
        storage, lock = await asyncio.to_thread(_take, Path(folder), fsync=fsync)
        storage.attach(asyncio.get_running_loop())
        store = cls(storage, lock, fsync=fsync, keep_updates=keep_updates, keep_cases=keep_cases)
        store._housekeeper.start()
        return store

    @classmethod
    async def peek(cls, folder: str | Path) -> TinyStore:
        """Look at a folder as it is now, also while a bot runs in it; nothing is written. Raises StoreError."""
        if not (Path(folder) / "journal").is_dir():
            raise StoreError(
                f"{folder} holds no store; name its folder in KEEPWORD_STORE, or start `keepword run` once"
            )
        return cls(await asyncio.to_thread(JournalStorage, Path(folder), look_only=True))

    async def close(self) -> None:
        """Finish writing and let go of the files. Closing twice does no harm."""
        lock, self._lock = self._lock, None
        if lock is None:
            return
        await self._housekeeper.stop()
        await asyncio.to_thread(self._storage.close)
        lock.release()

    @property
    def db(self) -> TinyDB:
        """The tables, for TinyDB's own queries: ``store.db.table("due").search(where("kind") == "promise")``."""
        return self._shelves.db

    # --- inbox

    async def accept(self, update: Update) -> bool:
        """Keep an update until a step deals with it. False: this ``update_id`` was accepted before."""
        if update.update_id in self._shelves.updates or update.update_id in self._shelves.handled:
            await self._storage.durable()  # the first one may still be on its way to the disk
            return False
        with self._storage.transaction() as transaction:
            self._shelves.updates.put(update.update_id, UPDATE.dump(update))
        await self._settle(transaction)
        return True

    async def unhandled(self) -> tuple[Update, ...]:
        """Accepted updates that no step has dealt with, by ``update_id``: what a restart must take up."""
        updates = [UPDATE.read(raw) for raw in self._shelves.updates.raws()]
        await self._storage.durable()
        return tuple(sorted(updates, key=lambda update: update.update_id))

    async def discard(self, update_id: int, reason: str) -> None:
        """Nothing is to be done about this update: it is set aside, in a log of its own, with the reason."""
        raw = self._shelves.updates.raw(update_id)
        if raw is None:
            return
        with self._storage.transaction() as transaction:
            self._storage.log("aside", {"update": unpack(raw), "reason": reason})
            self._shelves.forget_update(update_id, keep=self._keep_updates)
        await self._settle(transaction)

    async def set_aside(self, text: str, reason: str) -> None:
        """Keep what was delivered and is no update, in the same log."""
        with self._storage.transaction() as transaction:
            self._storage.log("aside", {"text": text, "reason": reason})
        await self._settle(transaction)

    # --- conversations

    @asynccontextmanager
    async def lease(self, chat_id: int) -> AsyncIterator[Conversation | None]:
        """The last conversation of this customer's chat, exclusively: others who want it wait. None: never wrote."""
        try:
            async with self._leases.hold(chat_id) as lease:
                case = await self._casebook.last_of(chat_id)
                if case is not None:
                    lease.known[case.conversation.id] = case
                yield _conversation_of(case)
        finally:
            for key in self._shelves.by_chat.find(chat_id):
                self._housekeeper.may_close(str(key))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """As it is now, to look at; no lease is taken. Resolved ones included."""
        return _conversation_of(await self._casebook.find(conversation_id))

    async def conversation_of_topic(self, agents_chat: int, thread_id: int) -> Conversation | None:
        """The conversation that has this topic, to look at; if several had it, the last."""
        return _conversation_of(await self._casebook.of_topic(agents_chat, thread_id))

    async def open_conversations(self) -> tuple[Conversation, ...]:
        """All that are not resolved, in no promised order, to look at."""
        return await self._casebook.all_open()

    async def past_conversations(self, chat_id: int) -> tuple[Conversation, ...]:
        """The resolved ones of a chat, oldest first."""
        return await self._casebook.past_of(chat_id)

    async def commit(self, step: Step) -> None:
        """Keep everything in ``step`` at once, or nothing of it. The chat must be leased by the caller.

        Outbox rows with an id that was committed before are ignored, so committing a step twice does no harm. What
        receipts have set (topic, card, agents' chat) stays, unless the step itself changes it to something else.
        """
        lease = self._lease_of(step.conversation)
        known = await self._known(step.conversation.id, lease)
        with self._storage.transaction() as transaction:
            conversation = self._stepping.write_step(step, known)
        if conversation is None:
            await self._storage.durable()
            return
        await self._settle(transaction)
        lease.known[conversation.id] = Case(conversation, {})

    async def erase(self, chat_id: int, at: datetime) -> None:
        """Keep of this chat's resolved conversations, and of their record, only what may stay. The chat must be leased.

        When it returns, nothing else of it is on disk. Doing it twice does no harm.
        """
        lease = self._leases.held(chat_id)
        if lease is None:
            raise StoreError(f"chat {chat_id} must be leased to erase what is kept of it")
        async with self._housekeeper.undisturbed():
            try:
                left = await self._eraser.erase(chat_id, at)
            except OSError as error:
                raise StoreError(
                    f"{self._storage.folder} cannot be written ({error.strerror}), so not all is erased; make room on "
                    "the disk, or make the folder writable"
                ) from error
        lease.known.update({key: Case(conversation, {}) for key, conversation in left.items()})

    async def _known(self, conversation_id: str, lease: Lease) -> Case | None:
        """The conversation before a step; an older one than the chat's last may have to be fetched from its file."""
        known = lease.known.get(conversation_id)
        if known or conversation_id in self._shelves.conversations:
            return known
        is_older = any(ordinal(conversation_id) < ordinal(other) for other in lease.known)
        return await self._casebook.find(conversation_id) if is_older else None

    def _lease_of(self, conversation: Conversation) -> Lease:
        if conversation.id != f"{conversation.chat_id}-{ordinal(conversation.id)}":
            raise StoreError(f"conversation {conversation.id} does not belong to chat {conversation.chat_id}")
        lease = self._leases.held(conversation.chat_id)
        if lease is None:
            raise StoreError(f"chat {conversation.chat_id} must be leased to commit a step of it")
        return lease

    # --- colleagues

    async def people(self) -> tuple[Person, ...]:
        """All colleagues we have met, by their id."""
        found = [PERSON.read(raw) for raw in self._shelves.people.raws()]
        return tuple(sorted(found, key=lambda person: person.id))

    async def put_person(self, person: Person) -> None:
        """Keep what we know of a colleague, in place of what we knew."""
        with self._storage.transaction() as transaction:
            self._shelves.people.put(person.id, PERSON.dump(person))
        await self._settle(transaction)

    # --- time

    async def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        """Rows due at or before ``now``, earliest first. They stay until a step lists them in ``done``."""
        return self._shelves.schedule.until(now, limit)

    async def next_due(self) -> datetime | None:
        """When the earliest row falls due; None: there is none."""
        return self._shelves.schedule.first()

    # --- outbox

    async def outbox(self, cursor: Cursor | None = None) -> tuple[tuple[Outgoing, Delivery], ...]:
        """Rows not yet sent nor failed, in the order of commits; ATTEMPTED: a send began and its end is unknown.

        With a cursor only those committed since it was last read with; where it raises, the cursor stays.
        """
        found = self._shelves.line.behind(cursor.position if cursor else 0)
        await self._storage.durable()  # nothing leaves the house before it is on disk
        if cursor and found:
            cursor.position = found[-1][0]
        return tuple((row, delivery) for _, row, delivery in found)

    async def attempt(self, outgoing_id: str, *, wait: bool = False) -> None:
        """A send is about to begin. Kept in order with everything else, but only waited for with ``wait``."""
        raw = self._shelves.outbox.raw(outgoing_id)
        if raw is not None:
            self._shelves.outbox.put(outgoing_id, {**unpack(raw), "delivery": Delivery.ATTEMPTED.value})
        if wait:
            await self._storage.durable()

    async def receive(self, receipt: Receipt) -> None:
        """Keep what came of a send: the row leaves the outbox, and its message ids enter the message map."""
        if receipt.delivery not in {Delivery.SENT, Delivery.FAILED}:
            raise StoreError(f"a receipt says that {receipt.outgoing_id} was sent or failed, not {receipt.delivery}")
        with self._storage.transaction() as transaction:
            conversation_id = self._stepping.write_receipt(receipt)
        if conversation_id is None:
            await self._storage.durable()
            return
        await self._settle(transaction)
        self._housekeeper.may_close(conversation_id)

    async def counterpart(self, chat_id: int, message_id: int) -> tuple[Outgoing, Receipt] | None:
        """What we sent as this message, from the message map; None: not one of ours, or of a case long closed."""
        return next(iter(await self.joined(chat_id, message_id)), None)

    async def joined(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        """All that we sent as this one message, in order: several rows where words were joined."""
        return self._sent(self._shelves.by_message.find(chat_id, message_id))

    async def copies(self, chat_id: int, message_id: int) -> tuple[tuple[Outgoing, Receipt], ...]:
        """Where this message was copied to, oldest first: the message map the other way round."""
        return self._sent(self._shelves.by_source.find(chat_id, message_id))

    def _sent(self, keys: tuple[Key, ...]) -> tuple[tuple[Outgoing, Receipt], ...]:
        rows = [unpack(raw) for key in keys if (raw := self._shelves.sent.raw(key))]
        return tuple((OUTGOING.load(row["outgoing"]), RECEIPT.load(row["receipt"])) for row in rows)

    # --- what is known of the house

    async def known(self, name: str) -> str | None:
        """A fact that was noted under this name; None: there is none."""
        raw = self._shelves.facts.raw(name)
        return None if raw is None else str(unpack(raw)["value"])

    async def note(self, name: str, value: str | None) -> None:
        """Keep a fact in place of the one with this name; None: it is none any more."""
        with self._storage.transaction() as transaction:
            if value is None:
                self._shelves.facts.drop(name)
            else:
                self._shelves.facts.put(name, {"value": value})
        await self._settle(transaction)

    # --- record

    async def append(self, events: Sequence[Event]) -> None:
        """Add lines to the record that belong to no step."""
        with self._storage.transaction() as transaction:
            for event in events:
                self._storage.log("events", EVENT.dump(event))
        await self._settle(transaction)

    async def events(self, conversation_id: str | None = None, since: datetime | None = None) -> AsyncIterator[Event]:
        """The record, oldest first; of one conversation, or of all; what happened at ``since`` or later."""
        await self._storage.durable()
        found = _events_of(conversation_id, since, self._storage.folder)
        while batch := await asyncio.to_thread(lambda: list(islice(found, _EVENTS_AT_ONCE))):
            for event in batch:
                yield event

    async def aside(self) -> AsyncIterator[dict[str, Any]]:
        """What was set aside, oldest first: an ``update`` or other ``text``, and the ``reason``."""
        await self._storage.durable()
        found = log_entries(self._storage.folder / "journal", self._storage.folder / "archive", "aside")
        while batch := await asyncio.to_thread(lambda: list(islice(found, _EVENTS_AT_ONCE))):
            for entry in batch:
                yield unpack(entry.raw)

    # --- housekeeping

    async def tidy(self) -> None:
        """Do now what is done in the background: case files; compaction if it is due. Raises StoreError, OSError."""
        await self._housekeeper.tidy()

    async def compact(self) -> None:
        """Write a snapshot now, however little of the journal is dead. Raises StoreError, OSError."""
        await self._housekeeper.compact()

    async def _settle(self, transaction: Transaction) -> None:
        await self._storage.settled(transaction)
        self._housekeeper.after_write()


def _take(folder: Path, *, fsync: bool) -> tuple[JournalStorage, FolderLock]:
    make_folder(folder)
    lock = FolderLock(folder)
    try:
        return JournalStorage(folder, fsync=fsync), lock
    except BaseException:
        lock.release()
        raise


def _conversation_of(case: Case | None) -> Conversation | None:
    return case.conversation if case else None


def _events_of(conversation_id: str | None, since: datetime | None, folder: Path) -> Iterator[Event]:
    entries: Iterator[Entry] = log_entries(folder / "journal", folder / "archive", "events", since)
    if conversation_id is not None:
        name = pack({"id": conversation_id})[len(b'{"id":') : -1]  # as it stands in the line: most need not be read
        entries = (entry for entry in entries if name in entry.raw)
    events = (EVENT.read(entry.raw) for entry in entries)
    wanted = (event for event in events if conversation_id in {None, event.conversation_id})
    return wanted if since is None else (event for event in wanted if event.at >= since)
