"""Updates that we ask Telegram for: confirmed only when they have been kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.core.errors import SettingsError, StoreError
from bot.core.incoming import Update
from bot.ports import Clock
from bot.telegram.client import WHEN_REFUSED, TelegramBot
from bot.telegram.raw import Raw, number
from bot.telegram.reading import ALLOWED_UPDATES, update_from
from bot.telegram.timer import Timer, backoff
from bot.telegram.webhook import Aside

log = structlog.get_logger(__name__)

_CONFLICT = (
    "Telegram gives updates to one reader at a time, and there is another: stop the other process that runs with this "
    "token (or the webhook that it set), or give this one a token of its own."
)


class Polling:
    """Asks for updates and hands each to ``receive``, begun in order; what is none goes to ``aside``.

    Telegram forgets an update once a later one is asked for; that happens only after these have returned for all of a
    batch. They raise StoreError where they can't keep one: the batch then comes again.
    """

    def __init__(
        self,
        bot: TelegramBot,
        receive: Callable[[Update], Awaitable[object]],
        aside: Aside,
        clock: Clock,
        *,
        wait: float = 30.0,
        timer: Timer | None = None,
    ) -> None:
        self._bot = bot
        self._receive = receive
        self._aside = aside
        self._clock = clock
        self._wait = wait
        self._timer = timer or Timer()
        self._offset: int | None = None
        self._webhook_is_off = False

    async def run(self) -> None:
        """Poll until cancelled. Raises SettingsError if the token is refused; anything else is tried again."""
        tries = 0
        while True:
            pause = await self._round(tries)
            tries = 0 if pause is None else tries + 1
            if pause is not None:
                await self._timer.sleep(pause)

    async def _round(self, tries: int) -> float | None:
        """One request and its batch. None: go on; otherwise seconds to wait before trying again."""
        try:
            await self._turn_webhook_off()
            batch = await self._bot.raw_updates(self._offset, wait=self._wait, allowed=ALLOWED_UPDATES)
            await self._take(batch)
        except InvalidToken:
            raise SettingsError(WHEN_REFUSED) from None
        except RetryAfter as error:
            return error._retry_after.total_seconds()  # the public property has two types and warns of one
        except Conflict as error:
            log.warning(_CONFLICT, telegram=str(error))
        except TelegramError as error:
            log.warning("Telegram cannot be reached, trying again", error=str(error))
        except StoreError as error:
            log.critical("an update could not be kept; it will be asked for again", error=str(error))
        else:
            return None
        return backoff(tries, longest=30.0)

    async def _turn_webhook_off(self) -> None:
        """While a webhook is set there is no polling; what it has not delivered yet comes to us."""
        if not self._webhook_is_off:
            await self._bot.delete_webhook(drop_pending_updates=False)
            self._webhook_is_off = True

    async def _take(self, batch: Sequence[Raw]) -> None:
        """Have all of a batch kept, and only then confirm it; together, since they can share a write to the disk."""
        took = await asyncio.gather(*(self._one(raw) for raw in batch), return_exceptions=True)
        for outcome in took:
            if isinstance(outcome, BaseException):
                raise outcome
        last = max((number(raw, "update_id") or 0 for raw in batch), default=0)
        if last:
            self._offset = max(self._offset or 0, last + 1)

    async def _one(self, raw: Raw) -> None:
        update = update_from(raw, self._clock.now())
        if update is None:
            await self._aside(json.dumps(raw).encode(), "no update_id")
        else:
            await self._receive(update)
