"""What a store does in the background: resolved conversations go to case files, the journal is compacted."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from bot.core.conversation import Phase
from bot.core.errors import StoreError
from bot.store.casebook import Casebook
from bot.store.cases import Cases
from bot.store.entries import Raw, unpack
from bot.store.leases import Leases
from bot.store.shelves import Shelves
from bot.store.storage import JournalStorage

log = logging.getLogger(__name__)


class Housekeeper:
    """Works whenever it is woken. What it does may fail and is then done later: everything is still in the journal."""

    def __init__(
        self,
        storage: JournalStorage,
        shelves: Shelves,
        casebook: Casebook,
        cases: Cases,
        leases: Leases,
        *,
        keep_cases: int,
    ) -> None:
        self._storage, self._shelves, self._casebook, self._cases = storage, shelves, casebook, cases
        self._leases, self._keep_cases = leases, keep_cases
        self._ready: deque[str] = deque(str(key) for key in shelves.by_phase.find(Phase.RESOLVED.value))
        self._woken = asyncio.Event()
        self._working = asyncio.Lock()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what an earlier run left over."""
        self._task = asyncio.create_task(self._run(), name="keepword store")
        self._woken.set()

    async def stop(self) -> None:
        """Finish what can be finished, and end."""
        self._stopping = True
        self._woken.set()
        if self._task:
            await self._task

    def after_write(self) -> None:
        """Something was written: wake if it is time to compact."""
        if self._storage.worth_compacting():
            self._woken.set()

    def may_close(self, conversation_id: str) -> None:
        """Something ended that may have kept this conversation from its case file."""
        if self._is_over(conversation_id):
            self._ready.append(conversation_id)
            self._woken.set()

    async def tidy(self) -> None:
        """Do now what there is to do. Raises StoreError, OSError."""
        async with self._working:
            for _ in range(len(self._ready)):
                await self._close_case(self._ready.popleft())
            if self._storage.worth_compacting():
                await self._storage.compact()

    def undisturbed(self) -> asyncio.Lock:
        """Held, it keeps the housekeeper from tidying."""
        return self._working

    async def compact(self) -> None:
        """Write a snapshot, however little of the journal is dead. Raises StoreError, OSError."""
        async with self._working:
            await self._storage.compact()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.tidy()
            except (StoreError, OSError):
                log.exception("The store could not be tidied; it goes on, and tries again later")
            if self._stopping and not self._woken.is_set():
                return

    async def _close_case(self, conversation_id: str) -> None:
        raw = self._shelves.conversations.raw(conversation_id)
        if raw is None or not self._is_over(conversation_id):
            return
        try:
            await self._write_case(conversation_id, raw)
        except (StoreError, OSError):
            self._ready.append(conversation_id)
            raise
        if self._shelves.conversations.raw(conversation_id) is raw and self._is_over(conversation_id):
            self._forget(conversation_id)

    async def _write_case(self, conversation_id: str, raw: Raw) -> None:
        rows = {str(key): self._shelves.sent.raw(key) for key in self._shelves.sent_in.find(conversation_id)}
        await self._storage.durable()  # a case file never knows more than the journal
        sent = {key: unpack(row) for key, row in rows.items() if row}
        await asyncio.to_thread(self._cases.keep, unpack(raw), sent)

    def _is_over(self, conversation_id: str) -> bool:
        """In memory, resolved, everything sent, and nobody at it."""
        if conversation_id not in self._shelves.conversations or self._casebook.is_open(conversation_id):
            return False
        chat_id = int(conversation_id.rpartition("-")[0])
        return not self._shelves.unsent.find(conversation_id) and not self._leases.held(chat_id)

    def _forget(self, conversation_id: str) -> None:
        with self._storage.transaction():
            self._shelves.conversations.drop(conversation_id)
            self._shelves.steps.drop(conversation_id)
            self._shelves.recent.put(conversation_id, {})
            for old in self._shelves.recent_order.oldest(beyond=self._keep_cases):
                self._shelves.recent.drop(old)
                for key in self._shelves.sent_in.find(old):
                    self._shelves.sent.drop(key)
