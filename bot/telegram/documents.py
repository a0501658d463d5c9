"""Files that people sent, fetched from Telegram."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.core.errors import EditError
from bot.core.incoming import SentFile
from bot.telegram.timer import Timer

log = structlog.get_logger(__name__)

TRIES = 3
PATIENCE = 20.0
"""Seconds that a file may take to arrive."""


class Documents:
    """Fetches what Telegram keeps."""

    def __init__(self, bot: Bot, timer: Timer | None = None) -> None:
        self._bot = bot
        self._timer = timer or Timer()

    async def fetch(self, file: SentFile, limit: int) -> bytes:
        """What a file holds. Tries a few times; raises EditError where it can't be had, or has more bytes than that."""
        if file.size is not None and file.size > limit:
            raise EditError("admin_too_large", limit=limit // 1_000_000)
        for tries in range(1, TRIES + 1):
            try:
                return await self._fetched(file, limit)
            except (BadRequest, Forbidden, InvalidToken) as error:
                raise EditError("admin_not_fetched", error=str(error)) from error
            except TelegramError as error:
                log.warning("a file could not be fetched", error=str(error), tries=tries)
                if tries == TRIES:
                    raise EditError("admin_not_fetched", error=str(error)) from error
                await self._timer.sleep(self._timer.backoff(tries))
        raise AssertionError("the last try either returns or raises")

    async def _fetched(self, file: SentFile, limit: int) -> bytes:
        found = await self._bot.get_file(file.file_id)
        if found.file_size is not None and found.file_size > limit:
            raise EditError("admin_too_large", limit=limit // 1_000_000)
        return bytes(await found.download_as_bytearray(read_timeout=PATIENCE))
