"""Keeps deliveries on disk, in groups: what comes while the disk is busy shares the next write.

There is no thread for it: whomever this process could serve while the disk is at it would wait for the next write all
the same, and to hand a delivery to a thread and hear back from it takes as long as the write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from bot.store.deliveries import FILE_SIZE, Place, record
from bot.store.journal import Segments
from bot.store.replay import numbered

log = structlog.get_logger(__name__)

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
        self._group: list[tuple[bytes, Waiting]] = []
        self._is_full = False
        self._segments = Segments(folder, first, fsync=fsync)

    def keep(self, body: bytes, waiting: Waiting) -> None:
        """Have a delivery kept; ``waiting`` is told when it is durable, or that it can't be."""
        if self._is_full:
            waiting.refused()
            return
        self._group.append((record(body, time.time_ns() // 1000), waiting))
        if len(self._group) == 1:
            self._loop.call_soon(self._commit)  # after all that has been read by now

    def close(self) -> None:
        """Keep what was given, tell so, and let go of the files."""
        self._is_full = True  # whoever comes now is refused, and delivered to the next one
        self._commit()
        self._segments.close()

    def _commit(self) -> None:
        """Make durable all that came together; what comes meanwhile waits in its connections, for the next time."""
        group, self._group = self._group, []
        if not group:
            return
        try:
            self._segments.write([content for content, _ in group])
        except OSError as error:
            log.error("deliveries cannot be written", error=str(error))  # noqa: TRY400 - a full disk is no riddle
            for _, waiting in group:
                waiting.refused()
            return
        place = Place(self._segments.number, self._segments.good)
        for _, waiting in group:
            waiting.kept()
        self._news(place, len(group))
        if place.offset > FILE_SIZE:
            self._begin_next_file()

    def _begin_next_file(self) -> None:
        try:
            self._segments.rotate()
        except OSError as error:
            log.error("no new file can be begun for deliveries", error=str(error))  # noqa: TRY400 - the old one goes on
        self._measure()

    def _measure(self) -> None:
        self._is_full = len(numbered(self._folder, "journal")) >= MOST_FILES
        if self._is_full:
            self._loop.call_later(LOOK_AGAIN, self._measure)
