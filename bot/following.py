"""Makes good edits of the content files live, and tells of bad ones: then the old content stays."""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.core.errors import KeepwordError
from bot.files.live import LiveContent
from bot.files.load import Loaded
from bot.metrics import Metrics
from bot.publishing import Publishing
from bot.shelf import Shelf

log = structlog.get_logger(__name__)


class Following:
    """Follows the files in ``folder``."""

    def __init__(self, folder: Path, shelf: Shelf, publishing: Publishing, metrics: Metrics) -> None:
        self._folder, self._shelf, self._publishing, self._metrics = folder, shelf, publishing, metrics

    async def follow(self, live: str) -> None:
        """Take up whatever differs from the version ``live``, until cancelled."""
        async for loaded in LiveContent(self._folder).watch(live):
            await self._take_up(loaded)

    async def keep(self, loaded: Loaded) -> None:
        """Keep a copy of what went live; without one, the bot works all the same."""
        try:
            await self._publishing.keep(loaded)
        except OSError:
            log.exception("this version of the content could not be copied")

    async def _take_up(self, loaded: Loaded) -> None:
        self._metrics.content.set(len(loaded.problems))
        if loaded.catalogue is None:
            for problem in loaded.problems:
                log.error("content refused, the old one stays", problem=str(problem))
            return
        try:
            await self._shelf.put(loaded.catalogue)
        except KeepwordError:
            log.exception("content refused, the old one stays")
        else:
            await self.keep(loaded)
            log.info("content is live", version=loaded.catalogue.version)
