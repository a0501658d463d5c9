"""While nothing can be kept, customers hear it from us directly: nothing else could be promised."""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.core import words
from bot.ports import Library

MOST_TOLD = 1000
"""More customers than this are not told in one outage: Telegram's limits are for when it is over."""

log = structlog.get_logger(__name__)


class Outage:
    """Tells each customer once, until something could be kept again. Not through the outbox, which can't be kept."""

    def __init__(self, bot: Bot, library: Library) -> None:
        self._bot, self._library = bot, library
        self._told: set[int] = set()
        self._telling: set[asyncio.Task[None]] = set()

    def not_kept(self, chat_id: int, language_code: str | None, connection_id: str | None = None) -> None:
        """A message of this customer's could not be kept; Telegram has it still. ``language_code`` as in Telegram.

        ``connection_id`` is that to the business account in whose chat they wrote.
        """
        if chat_id in self._told or len(self._told) >= MOST_TOLD:
            return
        self._told.add(chat_id)
        task = asyncio.create_task(self._say(chat_id, self._words(language_code), connection_id), name="outage")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def is_over(self) -> None:
        """Something was kept."""
        self._told.clear()

    async def close(self) -> None:
        """Tell nobody any more."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _words(self, language_code: str | None) -> str:
        catalogue = self._library.current().catalogue
        spoken = (language_code or "").partition("-")[0].lower()
        known = spoken in catalogue.standards.languages
        return words.render(catalogue, spoken if known else catalogue.standards.default_language, "not_kept")

    async def _say(self, chat_id: int, text: str, connection_id: str | None) -> None:
        try:
            await self._bot.send_message(chat_id, text, business_connection_id=connection_id)
        except TelegramError as error:
            log.warning("a customer could not be told that we have trouble", error=str(error))
