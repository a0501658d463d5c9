"""Updates that Telegram delivers: kept first, then acknowledged in the answer itself."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from telegram import Bot

from bot.core.errors import SettingsError, StoreError
from bot.core.incoming import Update
from bot.ports import Clock
from bot.telegram.delivered import NoUpdateError, update_of
from bot.telegram.reaction import Seen, acknowledgement
from bot.telegram.reading import ALLOWED_UPDATES

PATH = "/telegram/webhook"
"""Where we serve it, whatever the public address is."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header
LARGEST = 1024 * 1024
"""Bytes of one update that we take."""

log = structlog.get_logger(__name__)


Receive = Callable[[Update], Awaitable[Seen | None]]
"""Keeps an update, seen before or not, and says which message to acknowledge, if any. Raises StoreError if it can't."""


Aside = Callable[[bytes, str], Awaitable[None]]
"""Keeps what is no update, with the reason. Raises StoreError."""


class Webhook:
    """Serves :data:`PATH`. Only deliveries that carry ``secret`` are Telegram's.

    Answers 2xx to what was kept, 503 where the store failed, so that Telegram delivers again. What is no update goes
    to ``aside``, with the reason: it would not become one by being delivered again.
    """

    def __init__(self, secret: str, receive: Receive, aside: Aside, clock: Clock) -> None:
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
            seen = await self._keep(body)
        except StoreError as error:
            log.critical("an update could not be kept; Telegram will deliver it again", error=str(error))
            return web.Response(status=503, text="It could not be kept. Deliver it again.")
        return web.Response() if seen is None else _answer(seen)

    async def _keep(self, body: bytes) -> Seen | None:
        try:
            update = update_of(body, self._clock.now())
        except NoUpdateError as error:
            await self._aside(body, str(error))
            return None
        return await self._receive(update)


def _answer(seen: Seen) -> web.Response:
    return web.Response(body=acknowledgement(seen), content_type="application/json", charset="utf-8")


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
