"""The tables in memory and their journal behind them: a TinyDB storage that writes changes, not everything.

Memory holds each document as the line of JSON that the journal has: small, and never a live dict in someone's hands.
A change is seen at once by whoever decides next, and is durable when its transaction is. If the disk refuses, all
changes that are not durable yet are taken back, the last one first.

Used from one thread: that of the event loop it was opened with or, without a loop, its only one.
"""

from __future__ import annotations

import asyncio
import queue
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

from bot.core.errors import StoreError
from bot.store.archive import archive_logs
from bot.store.disk import make_folder, remove_left_over, written_aside
from bot.store.entries import Key, Raw, del_line, log_line, pack, put_line, unpack
from bot.store.journal import Journal, segment_path
from bot.store.replay import numbered, read_folder, repair, snapshot_path, write_snapshot
from bot.store.rows import Rows

_WORTH_COMPACTING = 4 << 20
"""Below this size of the journal, in bytes, a compaction is not worth its writes."""


class Transaction:
    """Changes that become durable together or not at all."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.undo: list[tuple[Rows, Key, Raw | None]] = []
        self.number = 0
        self.settled = False
        self.error: OSError | None = None
        self.waiting: list[asyncio.Future[None]] = []

    def take_back(self) -> None:
        """Put everything back as it was."""
        for rows, key, old in reversed(self.undo):
            rows.set(key, old)

    def end(self, error: OSError | None) -> None:
        """It is on disk, or (an error) was taken back; wake those who wait for it."""
        self.settled, self.error = True, error
        self.undo.clear()
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(None)


class JournalStorage(Storage):
    """A folder of journal and snapshot as a TinyDB storage.

    ``TinyDB(folder, storage=JournalStorage, table_class=…)`` with a running event loop returns from a write at once
    (:meth:`durable` waits for the disk); without one, every write returns when it is on disk.
    """

    def __init__(self, folder: str | Path, *, fsync: bool = True, look_only: bool = False) -> None:
        """Read the folder; unless ``look_only``, repair it and start its journal. Raises StoreError."""
        self.folder = Path(folder)
        self._journals = self.folder / "journal"
        if not look_only:
            make_folder(self._journals)
        contents = read_folder(self._journals)
        self._rows = {name: Rows(documents) for name, documents in contents.tables.items()}
        self._numbers = contents.numbers
        self._written = contents.written
        self._pending: deque[Transaction] = deque()
        self._current: Transaction | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: queue.SimpleQueue[tuple[int, OSError | None]] = queue.SimpleQueue()
        self._journal: Journal | None = None
        if look_only:
            return
        if contents.torn:
            repair(contents.torn)
        for place in (self._journals, self.folder / "archive"):
            remove_left_over(place)
        self._remove_before(numbered(self._journals, "snapshot"))
        try:
            self._journal = Journal(self._journals, contents.segment, fsync=fsync, settled=self._tell)
        except OSError as error:
            raise self._refusal(error) from error

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on, writes return at once and are settled on this loop."""
        self._loop = loop

    # --- transactions

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Collects changes; they are journalled as one at the end, or taken back where an error comes out."""
        if self._current is not None:
            yield self._current
            return
        if self._journal is None:
            raise StoreError("this store was opened to look only; nothing can be written")
        transaction = self._current = Transaction()
        try:
            yield transaction
            if transaction.lines:
                self._submit(self._journal, transaction)
            else:
                transaction.settled = True
        except BaseException:
            transaction.take_back()
            raise
        finally:
            self._current = None
        if self._loop is None:
            self._wait(transaction)

    def rows(self, name: str) -> Rows:
        """The documents of a table, as they are kept."""
        if name not in self._rows:
            self._rows[name] = Rows({})
        return self._rows[name]

    def change(self, name: str, key: Key, document: Mapping[str, Any] | None) -> None:
        """Put a document in place of the one with this id, or (None) remove it: in the open transaction or its own."""
        with self.transaction() as transaction:
            rows = self.rows(name)
            raw = None if document is None else pack(document)
            old = rows.set(key, raw, document)
            if old == raw:
                return
            transaction.undo.append((rows, key, old))
            transaction.lines.append(del_line(name, key) if raw is None else put_line(name, key, raw))

    def log(self, name: str, document: Mapping[str, Any]) -> None:
        """Add a line to a log, which is kept on disk and not in memory."""
        with self.transaction() as transaction:
            number = self._numbers.get(name, 0) + 1
            self._numbers[name] = number
            transaction.lines.append(log_line(name, number, pack(document)))

    async def durable(self) -> None:
        """Wait until all that was changed so far is on disk. Raises StoreError if it was taken back instead."""
        if self._pending:
            await self.settled(self._pending[-1])

    async def settled(self, transaction: Transaction) -> None:
        """Wait until a transaction is on disk. Raises StoreError if it was taken back instead."""
        if not transaction.settled:
            waiting = asyncio.get_running_loop().create_future()
            transaction.waiting.append(waiting)
            await waiting
        if transaction.error:
            raise self._refusal(transaction.error) from transaction.error

    def _submit(self, journal: Journal, transaction: Transaction) -> None:
        payload = b"".join(transaction.lines)
        transaction.number = journal.append(payload)
        transaction.lines.clear()
        self._pending.append(transaction)
        self._written += len(payload)

    def _wait(self, transaction: Transaction) -> None:
        while not transaction.settled:
            self._settle(*self._news.get())
        if transaction.error:
            raise self._refusal(transaction.error) from transaction.error

    def _tell(self, number: int, error: OSError | None) -> None:
        """On the journal's thread: pass the news on to the thread that owns the tables."""
        if self._loop is None:
            self._news.put((number, error))
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, number, error)

    def _settle(self, number: int, error: OSError | None) -> None:
        if error and self._journal:
            self._journal.resume()
            for transaction in reversed(self._pending):
                transaction.take_back()
        while self._pending and (error or self._pending[0].number <= number):
            self._pending.popleft().end(error)

    def _refusal(self, error: OSError) -> StoreError:
        return StoreError(
            f"{self.folder} cannot be written ({error.strerror or error}); nothing of this was kept. "
            "Make room on the disk, or make the folder writable"
        )

    # --- compaction

    def worth_compacting(self) -> bool:
        """Whether more was journalled since the last snapshot than what is alive: as much of it is dead."""
        return self._written > max(sum(rows.size for rows in self._rows.values()), _WORTH_COMPACTING)

    async def compact(self) -> None:
        """Write a snapshot in the background while the journal goes on in its next file; then drop what it replaces.

        Raises StoreError, or OSError: then the old files are all still there, and in force.
        """
        assert self._journal is not None
        tables = {name: dict(rows.raws) for name, rows in self._rows.items()}
        numbers = dict(self._numbers)
        rotation = Transaction()
        rotation.number = self._journal.rotate()
        self._pending.append(rotation)
        replaced = self._written
        await self.settled(rotation)
        self._written -= replaced
        await asyncio.to_thread(self._replace_by_snapshot, self._journal.number, tables, numbers)

    def _replace_by_snapshot(self, number: int, tables: dict[str, dict[Key, Raw]], numbers: dict[str, int]) -> None:
        archive_logs(self._journals, self.folder / "archive", before=number)
        with written_aside(snapshot_path(self._journals, number)) as descriptor:
            write_snapshot(descriptor, tables, numbers)
        self._remove_before([number])

    def _remove_before(self, snapshots: list[int]) -> None:
        """Remove the files that the last snapshot replaces."""
        for number in numbered(self._journals, "journal"):
            if snapshots and number < snapshots[-1]:
                segment_path(self._journals, number).unlink()
        for number in numbered(self._journals, "snapshot"):
            if number < snapshots[-1]:
                snapshot_path(self._journals, number).unlink()

    # --- what TinyDB itself asks of a storage

    def read(self) -> dict[str, dict[str, Any]]:
        """Every table in full, as copies."""
        return {
            name: {str(key): unpack(raw) for key, raw in rows.raws.items()}
            for name, rows in self._rows.items()
            if rows.raws
        }

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make the tables what ``data`` says; only differences are journalled."""
        with self.transaction():
            for name, rows in self._rows.items():
                for key in [key for key in rows.raws if str(key) not in data.get(name, {})]:
                    self.change(name, key, None)
            for name, documents in data.items():
                keys = {str(key): key for key in self.rows(name).raws}
                for text, document in documents.items():
                    self.change(name, keys.get(text, int(text) if text.isdecimal() else text), document)

    def close(self) -> None:
        """Write what waits, and let go of the files. Blocks until done."""
        if self._journal:
            self._journal.close()
