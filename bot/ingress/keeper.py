"""Keeps deliveries on disk, in groups: what comes while the disk is busy shares the next write."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bot.store.deliveries import FILE_SIZE, Place, record
from bot.store.journal import Journal
from bot.store.replay import numbered

MOST_FILES = 32
"""So many files may wait to be taken over (256 MB); more is refused, and Telegram keeps it for us."""

LOOK_AGAIN = 1.0
"""Seconds until we look whether files have been taken over."""


class Waiting(Protocol):
    """Someone who wants to know what became of a delivery. Called once, on the event loop."""

    def kept(self) -> None:
        """It is on disk."""

    def refused(self) -> None:
        """It could not be kept: the disk is full or broken, or too much waits."""


class Keeper:
    """Appends to the files of a folder from number ``first`` on. ``news`` hears of each group that became durable."""

    def __init__(self, folder: Path, first: int, news: Callable[[Place, int], None], *, fsync: bool = True) -> None:
        """``news`` is given the place up to which all is durable, and how many deliveries the group had.

        Raises OSError.
        """
        self._loop = asyncio.get_running_loop()
        self._folder, self._news = folder, news
        self._pending: deque[tuple[int, Waiting | None]] = deque()
        self._file = first
        self._is_full = False
        self._journal = Journal(folder, first, fsync=fsync, settled=self._tell)

    def keep(self, body: bytes, waiting: Waiting) -> None:
        """Have a delivery kept; ``waiting`` is told when it is durable, or that it can't be."""
        if self._is_full:
            waiting.refused()
            return
        number = self._journal.append(record(body, time.time_ns() // 1000))
        self._pending.append((number, waiting))

    def close(self) -> None:
        """Write what is under way, and let go of the files. Blocks until done; nobody is told any more."""
        self._journal.close()

    def _tell(self, number: int, error: OSError | None) -> None:
        """On the writer's thread."""
        place = Place(self._journal.number, self._journal.good)
        self._loop.call_soon_threadsafe(self._settle, number, place, error)

    def _settle(self, number: int, place: Place, error: OSError | None) -> None:
        if error is not None:
            self._journal.resume()  # also forgets what is queued: all who wait are told
        settled = 0
        while self._pending and (error or self._pending[0][0] <= number):
            _, waiting = self._pending.popleft()
            if waiting is not None:
                settled += 1
                waiting.refused() if error else waiting.kept()
        if not error:
            self._news(place, settled)
            self._begin_next_file(place)

    def _begin_next_file(self, place: Place) -> None:
        if place.number == self._file and place.offset > FILE_SIZE:
            self._file += 1
            self._pending.append((self._journal.rotate(), None))
            self._measure()

    def _measure(self) -> None:
        self._is_full = len(numbered(self._folder, "journal")) >= MOST_FILES
        if self._is_full:
            self._loop.call_later(LOOK_AGAIN, self._measure)
