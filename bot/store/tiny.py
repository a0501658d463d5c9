"""The embedded store: TinyDB's tables in memory, a journal behind them, case files for what is over.

Reads as the port does: inbox, conversations, time, outbox, record. Where things are on disk: ``docs/store.md``.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.table import Table

from bot.core.errors import StoreError
from bot.core.model import (
    Card,
    Content,
    Conversation,
    Delivery,
    Due,
    Event,
    OpenTopic,
    Outgoing,
    Phase,
    Receipt,
    Step,
    Update,
)
from bot.store.archive import log_entries
from bot.store.cases import Case, Cases, ordinal
from bot.store.disk import FolderLock, make_folder
from bot.store.entries import Key, pack, unpack
from bot.store.indexes import Arrivals, Line, Lookup, Schedule
from bot.store.leases import Lease, Leases
from bot.store.records import CONVERSATION, EVENT, OUTGOING, RECEIPT, STEP, UPDATE
from bot.store.storage import JournalStorage
from bot.store.tables import KeptTable

log = logging.getLogger(__name__)

_PLACE = ("agents_chat", "topic_id", "card_id")
"""Fields of a conversation that receipts set, also while someone has it leased."""

_EVENTS_AT_ONCE = 500


class KeptDB(TinyDB):
    """TinyDB over the store's folder."""

    table_class: type[Table] = KeptTable


class TinyStore:
    """Implements :class:`bot.ports.Store` in a folder that one process owns."""

    def __init__(
        self, storage: JournalStorage, lock: FolderLock | None, *, fsync: bool, keep_updates: int, keep_cases: int
    ) -> None:
        """Use :meth:`open` or :meth:`peek`."""
        self._storage, self._lock = storage, lock
        self._keep_updates, self._keep_cases = keep_updates, keep_cases
        self._cases = Cases(storage.folder, fsync=fsync)
        self._leases = Leases()
        self._define_tables()
        self._number = self._line.last()
        self._ready: deque[str] = deque(str(key) for key in self._phases.find(Phase.RESOLVED.value))
        self._untidy = asyncio.Event()
        self._tidying = asyncio.Lock()
        self._closed = False
        self._housekeeper: asyncio.Task[None] | None = None

    def _define_tables(self) -> None:
        self.db = KeptDB(storage=lambda: self._storage)
        self._chats, self._topics = Lookup.of_fields("chat_id"), Lookup.of_fields("agents_chat", "topic_id")
        self._phases = Lookup.of_fields("phase")
        self._conversations = self._table("conversations", str, self._chats, self._topics, self._phases)
        self._steps = self._table("steps", str)
        self._updates = self._table("updates", int)
        self._handled_order = Arrivals()
        self._handled = self._table("handled", int, self._handled_order)
        self._schedule = Schedule()
        self._due = self._table("due", str, self._schedule)
        self._line, self._unsent = Line(), Lookup(lambda row: ((row["outgoing"]["conversation_id"],),))
        self._outbox = self._table("outbox", str, self._line, self._unsent)
        self._sent_messages, self._sent_in = (
            Lookup(_message_ids),
            Lookup(lambda row: ((row["outgoing"]["conversation_id"],),)),
        )
        self._sent = self._table("sent", str, self._sent_messages, self._sent_in)
        self._recent_order = Arrivals()
        self._recent = self._table("recent", str, self._recent_order)

    def _table(self, name: str, key: type[Key], *indexes: Any) -> KeptTable:
        table = self.db.table(name, key=key, indexes=indexes)
        assert isinstance(table, KeptTable)
        return table

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
        place = Path(folder)

        def load() -> tuple[FolderLock, JournalStorage]:
            make_folder(place)
            lock = FolderLock(place)
            try:
                return lock, JournalStorage(place, fsync=fsync)
            except BaseException:
                lock.release()
                raise

        lock, storage = await asyncio.to_thread(load)
        storage.attach(asyncio.get_running_loop())
        store = cls(storage, lock, fsync=fsync, keep_updates=keep_updates, keep_cases=keep_cases)
        store._housekeeper = asyncio.create_task(store._keep_house(), name="keepword store")
        store._untidy.set()
        return store

    @classmethod
    async def peek(cls, folder: str | Path) -> TinyStore:
        """Look at a folder as it is now, also while a bot runs in it; nothing is written. Raises StoreError."""
        place = Path(folder)
        if not (place / "journal").is_dir():
            raise StoreError(f"{place} holds no store; name the folder in KEEPWORD_STORE, or start `keepword run` once")
        storage = await asyncio.to_thread(JournalStorage, place, look_only=True)
        return cls(storage, None, fsync=False, keep_updates=0, keep_cases=0)

    async def close(self) -> None:
        """Finish writing and let go of the files. Closing twice does no harm."""
        if self._closed or self._lock is None:
            return
        self._closed = True
        self._untidy.set()
        if self._housekeeper:
            await self._housekeeper
        await asyncio.to_thread(self._storage.close)
        self._lock.release()

    # --- inbox

    async def accept(self, update: Update) -> bool:
        """Keep an update until a step deals with it. False: this ``update_id`` was accepted before."""
        if update.update_id in self._updates or update.update_id in self._handled:
            await self._storage.durable()  # the first one may be on its way to the disk still
            return False
        with self._storage.transaction() as transaction:
            self._updates.put(update.update_id, UPDATE.dump(update))
        await self._settle(transaction)
        return True

    async def unhandled(self) -> tuple[Update, ...]:
        """Accepted updates that no step has dealt with, by ``update_id``: what a restart must take up."""
        updates = [UPDATE.read(raw) for raw in self._updates.raws()]
        await self._storage.durable()
        return tuple(sorted(updates, key=lambda update: update.update_id))

    async def discard(self, update_id: int, reason: str) -> None:
        """Nothing is to be done about this update: it is set aside, in a log of its own, with the reason."""
        raw = self._updates.raw(update_id)
        if raw is None:
            return
        with self._storage.transaction() as transaction:
            self._storage.log("aside", {"update": unpack(raw), "reason": reason})
            self._forget_update(update_id)
        await self._settle(transaction)

    def _forget_update(self, update_id: int) -> None:
        self._updates.drop(update_id)
        self._handled.put(update_id, {})
        for key in self._handled_order.oldest(beyond=self._keep_updates):
            self._handled.drop(key)

    # --- conversations

    @asynccontextmanager
    async def lease(self, chat_id: int) -> AsyncIterator[Conversation | None]:
        """The last conversation of this customer's chat, exclusively: others who want it wait. None: never wrote."""
        try:
            async with self._leases.hold(chat_id) as lease:
                lease.case = await self._last_case(chat_id)
                yield lease.case.conversation if lease.case else None
        finally:
            for key in self._chats.find(chat_id):
                self._case_may_close(str(key))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """As it is now, to look at; no lease is taken. Resolved ones included."""
        case = await self._case(conversation_id)
        return case.conversation if case else None

    async def conversation_of_topic(self, agents_chat: int, thread_id: int) -> Conversation | None:
        """The conversation that has this topic, to look at; if several had it, the last."""
        found = self._topics.find(agents_chat, thread_id)
        known = str(found[-1]) if found else await asyncio.to_thread(self._cases.of_topic, agents_chat, thread_id)
        return await self.conversation(known) if known else None

    async def open_conversations(self) -> tuple[Conversation, ...]:
        """All that are not resolved, in no promised order, to look at."""
        keys = [key for phase in Phase if phase is not Phase.RESOLVED for key in self._phases.find(phase.value)]
        raws = [raw for key in keys if (raw := self._conversations.raw(key))]
        return tuple([CONVERSATION.read(raw) async for raw in _with_pauses(raws)])

    async def past_conversations(self, chat_id: int) -> tuple[Conversation, ...]:
        """The resolved ones of a chat, oldest first."""
        here = {str(key) for key in self._chats.find(chat_id)}
        closed = await asyncio.to_thread(self._cases.of_chat, chat_id)
        found = [await self.conversation(key) for key in sorted(here.union(closed), key=ordinal)]
        return tuple(conversation for conversation in found if conversation and not conversation.is_open)

    async def _last_case(self, chat_id: int) -> Case | None:
        ids = {str(key) for key in self._chats.find(chat_id)}
        if not any(self._is_open(key) for key in ids):
            ids.update(await asyncio.to_thread(self._cases.of_chat, chat_id))
        return await self._case(max(ids, key=ordinal)) if ids else None

    async def _case(self, conversation_id: str) -> Case | None:
        raw = self._conversations.raw(conversation_id)
        if raw is not None:
            return Case(CONVERSATION.read(raw), {})
        return await asyncio.to_thread(self._cases.read, conversation_id)

    def _is_open(self, conversation_id: str) -> bool:
        raw = self._conversations.raw(conversation_id)
        return raw is not None and unpack(raw)["phase"] != Phase.RESOLVED

    # --- committing a step

    async def commit(self, step: Step) -> None:
        """Keep everything in ``step`` at once, or nothing of it. The chat must be leased by the caller.

        Outbox rows with an id that was committed before are ignored, so committing a step twice does no harm. What
        receipts have set (topic, card, agents' chat) stays, unless the step itself changes it to something else.
        """
        lease = self._lease_of(step.conversation)
        document = STEP.dump(step)
        digest = hashlib.blake2b(pack(document), digest_size=12).hexdigest()
        if self._is_repeated(step.conversation.id, digest):
            await self._storage.durable()
            return
        conversation = self._in_place(step.conversation, lease)
        with self._storage.transaction() as transaction:
            self._revive(conversation.id, lease)
            places = {name: getattr(conversation, name) for name in _PLACE}
            self._conversations.put(conversation.id, {**document["conversation"], **places})
            self._steps.put(conversation.id, {"digest": digest})
            self._keep_rest(step, document)
        await self._settle(transaction)
        lease.case = Case(conversation, {})
        if not conversation.is_open:
            self._case_may_close(conversation.id)

    def _lease_of(self, conversation: Conversation) -> Lease:
        if conversation.id != f"{conversation.chat_id}-{ordinal(conversation.id)}":
            raise StoreError(f"conversation {conversation.id} does not belong to chat {conversation.chat_id}")
        lease = self._leases.held(conversation.chat_id)
        if lease is None:
            raise StoreError(f"chat {conversation.chat_id} must be leased to commit a step of it")
        return lease

    def _is_repeated(self, conversation_id: str, digest: str) -> bool:
        raw = self._steps.raw(conversation_id)
        return raw is not None and unpack(raw)["digest"] == digest

    def _in_place(self, conversation: Conversation, lease: Lease) -> Conversation:
        """The conversation with the topic and card that it has by now, which whoever leased it may not know of."""
        leased = lease.case.conversation if lease.case and lease.case.conversation.id == conversation.id else None
        raw = self._conversations.raw(conversation.id)
        stored = CONVERSATION.read(raw) if raw else leased
        if stored is None:
            return conversation
        kept = {
            name: getattr(stored, name)
            for name in _PLACE
            if getattr(conversation, name) is None or (leased and getattr(conversation, name) == getattr(leased, name))
        }
        return replace(conversation, **kept)

    def _revive(self, conversation_id: str, lease: Lease) -> None:
        """What was sent in a conversation that had a case file is in memory again."""
        if lease.case and lease.case.conversation.id == conversation_id:
            for key, row in lease.case.sent.items():
                self._sent.put(key, row)
            self._recent.drop(conversation_id)

    def _keep_rest(self, step: Step, document: dict[str, Any]) -> None:
        for event in document["events"]:
            self._storage.log("events", event)
        for row in document["outbox"]:
            if row["id"] not in self._outbox and row["id"] not in self._sent:
                self._number += 1
                self._outbox.put(row["id"], {"number": self._number, "delivery": Delivery.PENDING, "outgoing": row})
        for key in step.done:
            self._due.drop(key)
        for row in document["due"]:
            self._due.put(row["id"], row)
        if step.update_id is not None:
            self._forget_update(step.update_id)

    # --- time

    async def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        """Rows due at or before ``now``, earliest first. They stay until a step lists them in ``done``."""
        return self._schedule.until(now, limit)

    async def next_due(self) -> datetime | None:
        """When the earliest row falls due; None: there is none."""
        return self._schedule.first()

    # --- outbox

    async def outbox(self) -> tuple[tuple[Outgoing, Delivery], ...]:
        """Rows not yet sent nor failed, in the order of commits; ATTEMPTED: a send began and its end is unknown."""
        rows = tuple(self._line.rows())
        await self._storage.durable()  # nothing leaves the house before it is on disk
        return rows

    async def attempt(self, outgoing_id: str) -> None:
        """A send is about to begin. Kept in order with everything else, but not waited for."""
        raw = self._outbox.raw(outgoing_id)
        if raw is not None:
            self._outbox.put(outgoing_id, {**unpack(raw), "delivery": Delivery.ATTEMPTED})

    async def receive(self, receipt: Receipt) -> None:
        """Keep what came of a send: the row leaves the outbox, and its message ids enter the message map."""
        if receipt.delivery not in {Delivery.SENT, Delivery.FAILED}:
            raise StoreError(f"a receipt says that {receipt.outgoing_id} was sent or failed, not {receipt.delivery}")
        raw = self._outbox.raw(receipt.outgoing_id)
        if raw is None:
            await self._storage.durable()
            return
        row = OUTGOING.load(unpack(raw)["outgoing"])
        with self._storage.transaction() as transaction:
            self._outbox.drop(row.id)
            self._sent.put(row.id, {"outgoing": OUTGOING.dump(row), "receipt": RECEIPT.dump(receipt)})
            if receipt.delivery is Delivery.SENT:
                self._note_place(row.conversation_id, row.content, receipt)
        await self._settle(transaction)
        self._case_may_close(row.conversation_id)

    def _note_place(self, conversation_id: str, content: Content, receipt: Receipt) -> None:
        """Set the topic or the card that was made by this send. A new topic begins without a card."""
        raw = self._conversations.raw(conversation_id)
        if raw is None:
            return
        document = unpack(raw)
        if isinstance(content, OpenTopic) and receipt.thread_id is not None:
            moved = document["topic_id"] not in {None, receipt.thread_id}
            document.update(topic_id=receipt.thread_id, agents_chat=receipt.chat_id)
            document["card_id"] = None if moved else document["card_id"]
        elif isinstance(content, Card) and document["card_id"] is None and receipt.message_ids:
            document["card_id"] = receipt.message_ids[0]
        self._conversations.put(conversation_id, document)

    async def counterpart(self, chat_id: int, message_id: int) -> tuple[Outgoing, Receipt] | None:
        """What we sent as this message, from the message map; None: not one of ours, or of a case long closed."""
        found = self._sent_messages.find(chat_id, message_id)
        if not found:
            return None
        row = unpack(self._sent.raw(found[0]) or b"")
        return OUTGOING.load(row["outgoing"]), RECEIPT.load(row["receipt"])

    # --- record

    async def events(self, conversation_id: str | None = None) -> AsyncIterator[Event]:
        """The record, oldest first; of one conversation, or of all."""
        await self._storage.durable()
        folder = self._storage.folder
        found = _events_of(conversation_id, log_entries(folder / "journal", folder / "archive", "events"))
        while batch := await asyncio.to_thread(lambda: list(islice(found, _EVENTS_AT_ONCE))):
            for event in batch:
                yield event

    # --- housekeeping

    async def tidy(self) -> None:
        """Move what is over to case files, and compact the journal if it is due. Raises StoreError, OSError."""
        async with self._tidying:
            for _ in range(len(self._ready)):
                await self._close_case(self._ready.popleft())
            if self._storage.worth_compacting():
                await self._storage.compact()

    async def compact(self) -> None:
        """Write a snapshot now, however little of the journal is dead. Raises StoreError, OSError."""
        async with self._tidying:
            await self._storage.compact()

    async def _keep_house(self) -> None:
        while True:
            await self._untidy.wait()
            self._untidy.clear()
            try:
                await self.tidy()
            except (StoreError, OSError):
                log.exception("The store could not be tidied; it goes on, and tries again later")
            if self._closed:
                return

    async def _close_case(self, conversation_id: str) -> None:
        raw = self._conversations.raw(conversation_id)
        if raw is None or not self._is_over(conversation_id):
            return
        sent = {str(key): unpack(self._sent.raw(key) or b"") for key in self._sent_in.find(conversation_id)}
        await self._storage.durable()
        try:
            await asyncio.to_thread(self._cases.keep, unpack(raw), sent)
        except OSError:
            self._ready.append(conversation_id)
            raise
        if self._conversations.raw(conversation_id) is raw and self._is_over(conversation_id):
            self._forget_case(conversation_id)

    def _is_over(self, conversation_id: str) -> bool:
        """Resolved, everything sent, and nobody at it."""
        chat_id = int(conversation_id.rpartition("-")[0])
        busy = self._unsent.find(conversation_id) or self._leases.held(chat_id)
        return not busy and not self._is_open(conversation_id)

    def _forget_case(self, conversation_id: str) -> None:
        with self._storage.transaction():
            self._conversations.drop(conversation_id)
            self._steps.drop(conversation_id)
            self._recent.put(conversation_id, {})
            for old in self._recent_order.oldest(beyond=self._keep_cases):
                self._recent.drop(old)
                for key in self._sent_in.find(old):
                    self._sent.drop(key)

    def _case_may_close(self, conversation_id: str) -> None:
        if conversation_id in self._conversations and self._is_over(conversation_id):
            self._ready.append(conversation_id)
            self._untidy.set()

    async def _settle(self, transaction: Any) -> None:
        await self._storage.settled(transaction)
        if self._storage.worth_compacting():
            self._untidy.set()


def _message_ids(row: Any) -> Iterator[tuple[int, int]]:
    return ((row["receipt"]["chat_id"], message_id) for message_id in row["receipt"]["message_ids"])


def _events_of(conversation_id: str | None, entries: Any) -> Iterator[Event]:
    wanted = b"" if conversation_id is None else pack({"id": conversation_id})[5:-1]
    events = (EVENT.read(entry.raw) for entry in entries if wanted in entry.raw)
    return (event for event in events if conversation_id in {None, event.conversation_id})


async def _with_pauses(raws: list[bytes]) -> AsyncIterator[bytes]:
    """Lets others run between hundreds of documents."""
    for count, raw in enumerate(raws, 1):
        yield raw
        if count % 100 == 0:
            await asyncio.sleep(0)
