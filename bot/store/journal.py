"""The journal: what is to be kept is appended to a file by one thread, which makes a whole group durable at once.

While the disk is busy with one group, the next one gathers; so a hundred commits at the same moment cost one
``fdatasync`` instead of a hundred, and a single one waits for nobody.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.core.errors import StoreError
from bot.store.disk import PRIVATE_FILE, sync_folder, write_all
from bot.store.frames import frame

log = logging.getLogger(__name__)

Settled = Callable[[int, OSError | None], None]
"""Told by the writer's thread: all up to this entry is durable, or the write failed."""

_ROTATE = b""
"""Stands in the queue for "go on in a new file"; a payload is never empty."""


def segment_path(folder: Path, number: int) -> Path:
    """Where the journal's file of this number is."""
    return folder / f"journal-{number:08d}"


class Segments:
    """The numbered files: appends whole groups, each durable or not there at all. Blocks while the disk is at it."""

    def __init__(self, folder: Path, number: int, *, fsync: bool) -> None:
        """Go on in the file of this number, which has been repaired, or start it. Raises OSError."""
        self._folder, self._fsync = folder, fsync
        self.number = number
        """The file that is written to; of it, ``good`` bytes are durable."""
        self._descriptor = self._open(number)
        self.good = os.fstat(self._descriptor).st_size
        self._torn = False

    def write(self, payloads: Sequence[bytes]) -> None:
        """Append one group. Raises OSError: then nothing of it stays."""
        if self._torn:
            self._cut()
        content = frame(b"".join(payloads))
        try:
            write_all(self._descriptor, content)
            if self._fsync:
                os.fdatasync(self._descriptor)
        except OSError:
            self._torn = True
            self._cut()
            raise
        self.good += len(content)

    def rotate(self) -> None:
        """Go on in the next file. Raises OSError."""
        if self._torn:
            self._cut()
        following = self._open(self.number + 1)
        if self._fsync:
            os.fsync(self._descriptor)
        os.close(self._descriptor)
        self._descriptor, self.good = following, 0
        self.number += 1

    def close(self) -> None:
        os.close(self._descriptor)

    def _cut(self) -> None:
        """Take off what a failed write left behind, so that what follows stands behind good frames only.

        All since the last good sync goes, also pages that the kernel gave up on: a later sync never vouches for them.
        """
        os.ftruncate(self._descriptor, self.good)
        if self._fsync:
            os.fsync(self._descriptor)
        self._torn = False

    def _open(self, number: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(segment_path(self._folder, number), flags, PRIVATE_FILE)
        if self._fsync:
            sync_folder(self._folder)
        return descriptor


class Journal:
    """Appends groups of entries to numbered files, in the order in which they were given.

    After a failure nothing more is written until :meth:`resume`: entries given meanwhile may build on what was lost.
    """

    def __init__(self, folder: Path, number: int, *, fsync: bool, settled: Settled) -> None:
        """Go on in the file of this number, which has been repaired, or start it. Raises OSError."""
        self._segments, self._settled = Segments(folder, number, fsync=fsync), settled
        self._queue: deque[bytes] = deque()
        self._given = 0
        self._taken = 0
        self._changed = threading.Condition()
        self._failed = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="keepword journal", daemon=True)
        self._thread.start()

    @property
    def number(self) -> int:
        """The file that is written to; of it, :attr:`good` bytes are durable. Both are the writer's to look at."""
        return self._segments.number

    @property
    def good(self) -> int:
        return self._segments.good

    # --- given by the owner's thread

    def append(self, payload: bytes) -> int:
        """Queue whole lines, to be durable together; gives the entry's number. Raises StoreError after close."""
        return self._give(payload)

    def rotate(self) -> int:
        """Queue a change to the next file: what is appended from now on is not in the files before it."""
        return self._give(_ROTATE)

    def resume(self) -> None:
        """After a failure: forget what is queued, and write again."""
        with self._changed:
            self._taken += len(self._queue)
            self._queue.clear()
            self._failed = False
            self._changed.notify()

    def close(self) -> None:
        """Write what is queued, and let go of the file. Blocks until done."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._segments.close()

    def _give(self, payload: bytes) -> int:
        with self._changed:
            if self._closing:
                raise StoreError("the store is closed; open it again to write")
            self._queue.append(payload)
            self._given += 1
            self._changed.notify()
            return self._given

    # --- the writer's thread

    def _run(self) -> None:
        while group := self._next_group():
            try:
                if group[0] is _ROTATE:
                    self._segments.rotate()
                else:
                    self._segments.write(group)
            except OSError as error:
                log.error("The journal cannot be written: %s", error)  # noqa: TRY400 - a full disk is no riddle
                self._failed = True
                self._settled(self._taken, error)
            else:
                self._settled(self._taken, None)

    def _next_group(self) -> list[bytes]:
        """All that waits, up to a change of file; empty: there will be nothing more."""
        with self._changed:
            while (self._failed or not self._queue) and not self._closing:
                self._changed.wait()
            if self._failed or not self._queue:
                return []
            group = [self._queue.popleft()]
            while group[0] is not _ROTATE and self._queue and self._queue[0] is not _ROTATE:
                group.append(self._queue.popleft())
            self._taken += len(group)
            return group
