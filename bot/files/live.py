"""Notices when the content files change, and reads them again once they have come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path, PurePath

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from bot.files.folder import Snapshot, content_folders, take_snapshot
from bot.files.links import REQUIRED, Required
from bot.files.load import Loaded, load_snapshot

SETTLE = timedelta(milliseconds=300)
"""Files that have not changed for this long are taken as finished: editors write in several steps."""

LOOK_AGAIN = timedelta(seconds=2)
"""How often the files are read even though nothing was noticed: some mounted folders tell nothing."""


class LiveContent:
    """Watches a content folder.

    Each folder that holds content is watched by itself, not all that is below the content folder: that may be a whole
    project with data written at every moment. ``force_polling`` looks instead of waiting to be told (for mounted
    folders); it is what happens by itself where the system has no watches left.
    """

    def __init__(
        self,
        folder: Path,
        *,
        required: Required = REQUIRED,
        settle: timedelta = SETTLE,
        look_again: timedelta = LOOK_AGAIN,
        force_polling: bool | None = None,
    ) -> None:
        self._folder = folder
        self._required = required
        self._settle = settle.total_seconds()
        self._look_again = look_again.total_seconds()
        self._force_polling = force_polling

    async def watch(self, since: str) -> AsyncGenerator[Loaded, None]:
        """Each new version of the files, right or wrong, beginning with what differs from the version ``since``.

        Never the same version twice in a row. While there are no files at all, nothing: they are on their way.
        Ends only by being closed or cancelled.
        """
        version = since
        async with aclosing(self._stirrings()) as stirrings:
            async for _ in stirrings:
                loaded = await self._settled(version)
                if loaded is not None:
                    version = loaded.version
                    yield loaded

    async def _settled(self, known: str) -> Loaded | None:
        """The files once they rest, if they are not those of the version ``known``. They are read meanwhile, as they
        were first: mostly they are at rest already.
        """
        first = snapshot = await asyncio.to_thread(take_snapshot, self._folder)
        if not first.files or first.version == known:
            return None
        reading = asyncio.create_task(self._read(first))
        try:
            while snapshot.files and snapshot.version != known:
                await asyncio.sleep(self._settle)
                again = await asyncio.to_thread(take_snapshot, self._folder)
                if again.version == snapshot.version:
                    return await (reading if again.version == first.version else self._read(again))
                snapshot = again
        finally:
            reading.cancel()
        return None

    async def _read(self, snapshot: Snapshot) -> Loaded:
        return await asyncio.to_thread(load_snapshot, snapshot, required=self._required)

    async def _stirrings(self) -> AsyncGenerator[None, None]:
        """Yields when something may have changed: at the beginning, when told, and every ``look_again``."""
        while True:
            folders = await asyncio.to_thread(_identities, self._folder)
            yield
            try:
                async with aclosing(self._changes(list(folders))) as changes:
                    async for _ in changes:
                        yield
                        if await asyncio.to_thread(_identities, self._folder) != folders:
                            break
            except FileNotFoundError:
                await asyncio.sleep(self._settle)
            except (OSError, WatchfilesRustInternalError):
                # No watches left, or a file system that has none: look instead, and never give up.
                self._force_polling = True
                await asyncio.sleep(self._look_again)

    async def _changes(self, folders: list[Path]) -> AsyncGenerator[None, None]:
        if not folders:
            await asyncio.sleep(self._look_again)
            yield
            return
        told = awatch(
            *folders,
            recursive=False,
            watch_filter=_may_be_content,
            step=50,
            debounce=max(50, int(self._settle * 1000)),
            rust_timeout=max(50, int(self._look_again * 1000)),
            yield_on_timeout=True,
            force_polling=self._force_polling,
            poll_delay_ms=max(50, int(self._settle * 1000)),
        )
        async with aclosing(told) as changes:
            async for _ in changes:
                yield


def _identities(folder: Path) -> dict[Path, int]:
    """The folders that hold content, each with its number on the disk: a folder made anew is another one."""
    found = {}
    for path in content_folders(folder):
        try:
            found[path] = path.stat().st_ino
        except OSError:
            continue
    return found


def _may_be_content(_: Change, path: str) -> bool:
    """A YAML file, or a folder."""
    return PurePath(path).suffix.lower() in (".yml", ".yaml", "")
