"""Updates that Telegram delivers: kept first, then acknowledged in the answer itself."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from aiohttp import web
from telegram import Bot

from bot.core.errors import SettingsError, StoreError
from bot.core.model import Update
from bot.ports import Clock
from bot.telegram.delivery import EYES
from bot.telegram.reading import ALLOWED_UPDATES, update_from

PATH = "/telegram/webhook"
"""Where we serve it, whatever the public address is."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header
LARGEST = 1024 * 1024
"""Bytes of one update that we take."""

log = structlog.get_logger(__name__)


class Seen(Protocol):
    """A customer's message to acknowledge."""

    @property
    def chat_id(self) -> int: ...

    @property
    def message_id(self) -> int: ...


Receive = Callable[[Update], Awaitable[Seen | None]]
"""Keeps an update, seen before or not, and says which message to acknowledge, if any. Raises StoreError if it can't."""


def _report(body: bytes, why: str) -> None:
    log.warning("a delivery that is no update was set aside", why=why, size=len(body))


class Webhook:
    """Serves :data:`PATH`. Only deliveries that carry ``secret`` are Telegram's.

    Answers 2xx to what was kept or can never be, 503 where the store failed, so that Telegram delivers again. What is
    no update goes to ``aside``, with the reason.
    """

    def __init__(
        self, secret: str, receive: Receive, clock: Clock, aside: Callable[[bytes, str], None] = _report
    ) -> None:
        if not secret:
            raise SettingsError("Webhooks need a secret: set KEEPWORD_WEBHOOK_SECRET to a long random word.")
        self._secret = secret.encode()
        self._receive = receive
        self._clock = clock
        self._aside = aside

    def routes(self) -> list[web.RouteDef]:
        """To be added to the listener."""
        return [web.post(PATH, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """One delivery."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401, text="This is not the secret that we gave to Telegram.")
        body = await _body(request)
        if body is None:
            return web.Response(status=413, text="An update is never this large.")
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._aside(body, f"not JSON: {error}")
            return web.Response(status=400, text="This is not JSON.")
        update = update_from(raw, self._clock.now())
        if update is None:
            self._aside(body, "no update_id")
            return web.Response()
        return await self._keep(update)

    async def _keep(self, update: Update) -> web.Response:
        try:
            seen = await self._receive(update)
        except StoreError as error:
            log.critical(
                "an update could not be kept; Telegram will deliver it again",
                update_id=update.update_id,
                error=str(error),
            )
            return web.Response(status=503, text="It could not be kept. Deliver it again.")
        return web.Response() if seen is None else _acknowledgement(seen)


def _acknowledgement(seen: Seen) -> web.Response:
    """Telegram carries out one method that the answer names: no second round trip."""
    return web.json_response(
        {
            "method": "setMessageReaction",
            "chat_id": seen.chat_id,
            "message_id": seen.message_id,
            "reaction": [{"type": "emoji", "emoji": EYES}],
        }
    )


async def _body(request: web.Request) -> bytes | None:
    """The body; None if it is too large, and then it is not read to the end."""
    if (request.content_length or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


async def point_here(bot: Bot, url: str, secret: str) -> None:
    """Have Telegram deliver updates to ``url``, those that are pending too.

    Raises python-telegram-bot's errors: BadRequest says what Telegram dislikes about the address.
    """
    await bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, max_connections=100)
