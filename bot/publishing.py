"""Makes content live that the bot writes itself: checked, kept, written whole, and learnt before anyone is told."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from bot.core.editing import NowLive
from bot.core.errors import EditError, KeepwordError
from bot.files import changes, versions
from bot.files.folder import Snapshot, take_snapshot
from bot.files.load import Loaded, good, load_snapshot
from bot.files.placing import stays_inside
from bot.ports import Clock
from bot.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the content is, and where what the bot keeps about it is."""

    content: Path
    data: Path

    @property
    def versions(self) -> Path:
        """The versions that were live."""
        return self.data / "content"

    @property
    def submissions(self) -> Path:
        """What admins have sent."""
        return self.data / "submissions"


class Publishing:
    """The content folder, the versions that were live, and the shelf, changed together."""

    def __init__(self, folders: Folders, shelf: Shelf, clock: Clock) -> None:
        self.folders, self._shelf, self._clock = folders, shelf, clock
        self._keeping = asyncio.Lock()
        self._authors: dict[str, str] = {}

    async def files(self) -> Snapshot:
        """The files as they are now."""
        return await asyncio.to_thread(take_snapshot, self.folders.content)

    async def keep(self, loaded: Loaded) -> None:
        """Keep a copy of what went live, and who made it so. Raises OSError."""
        async with self._keeping:
            by = self._authors.pop(loaded.version, "")
            await asyncio.to_thread(versions.keep, loaded, self.folders.versions, self._clock.now(), by)

    async def make_live(self, now: Snapshot, target: Snapshot, by: str, place: str = "") -> NowLive:
        """Write ``target`` over the files, which are ``now``; returns once it is live.

        Raises ContentError for what is not right, and UnderstandingError if it can't be learnt: then all is as before.
        """
        if place and not stays_inside(self.folders.content, place):
            raise EditError("admin_no_place", path=place)
        loaded = await asyncio.to_thread(load_snapshot, target)
        catalogue = good(loaded)
        told = await asyncio.to_thread(self.told, now, target)
        aside = await asyncio.to_thread(self._put_aside, now, target)
        await self._write(now, target)
        self._authors[catalogue.version] = by
        try:
            await self._shelf.trained()
            await self._shelf.put(catalogue)
        except KeepwordError:
            self._authors.pop(catalogue.version, None)
            await asyncio.to_thread(versions.restore, now, self.folders.content)
            raise
        await self.keep(loaded)
        return NowLive(catalogue.version, told, aside=aside)

    async def _write(self, now: Snapshot, target: Snapshot) -> None:
        try:
            await asyncio.to_thread(versions.restore, target, self.folders.content)
        except OSError as error:
            with contextlib.suppress(OSError):  # as far as it goes: it may be that nothing can be written at all
                await asyncio.to_thread(versions.restore, now, self.folders.content)
            raise EditError("admin_not_written", folder=self.folders.content, error=error.strerror) from error

    def told(self, now: Snapshot, target: Snapshot) -> tuple[str, ...]:
        """What ``target`` changes, in words: of what is live, as far as that is known, else of the files."""
        live = versions.live(self.folders.versions)
        return changes.in_words(live.snapshot if live else now, target)

    def _put_aside(self, now: Snapshot, target: Snapshot) -> str:
        """Edits in the files that were never live exist nowhere else: where a copy is; empty: there are none."""
        lost = [name for name, content in now.files.items() if target.files.get(name) != content]
        if not lost or versions.is_kept(now.version, self.folders.versions):
            return ""
        return str(versions.put_aside(now, self.folders.versions, self._clock.now()))
