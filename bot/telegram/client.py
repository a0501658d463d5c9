"""The bot, as python-telegram-bot's ``Bot`` on our own transport."""

from __future__ import annotations

from telegram import Bot, User
from telegram.error import InvalidToken
from telegram.ext import ExtBot

from bot.core.errors import SettingsError
from bot.telegram.limiter import Limiter
from bot.telegram.raw import Raw
from bot.telegram.request import AiohttpRequest

TELEGRAM_API = "https://api.telegram.org"

WHEN_REFUSED = (
    "Telegram does not know this token. Copy it again from @BotFather (/mybots → your bot → API Token) into "
    "KEEPWORD_TELEGRAM_TOKEN."
)


class TelegramBot(ExtBot[None]):
    """``Bot`` that keeps to the limits (:mod:`bot.telegram.limiter`), with updates as they came: a field of tomorrow's
    Telegram cannot stop today's version.
    """

    __slots__ = ()

    async def raw_updates(self, offset: int | None, *, wait: float, allowed: tuple[str, ...]) -> list[Raw]:
        """Updates from ``offset`` on, waiting up to ``wait`` seconds for the first; those before it are confirmed."""
        data = {"offset": offset, "timeout": int(wait), "limit": 100, "allowed_updates": list(allowed)}
        read_timeout = wait + (self._request[0].read_timeout or 0)
        result = await self._post("getUpdates", data, read_timeout=read_timeout)
        return list(result) if isinstance(result, list) else []


def telegram_bot(token: str, api: str = TELEGRAM_API) -> TelegramBot:
    """A bot that talks to the Bot API at ``api`` (an address without ``/bot``). Use ``async with``, or initialize it.

    Raises SettingsError if there is no token.
    """
    if not token:
        raise SettingsError("There is no token. Get one from @BotFather and set KEEPWORD_TELEGRAM_TOKEN.")
    base = api.rstrip("/")
    return TelegramBot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connection_pool_size=2),
        rate_limiter=Limiter(),
    )


async def identify(bot: Bot) -> User:
    """Open the connections and ask Telegram who we are.

    Raises SettingsError if the token is refused, and python-telegram-bot's NetworkError if Telegram cannot be reached.
    """
    try:
        await bot.initialize()
    except InvalidToken:
        # The original text holds the token: it must not travel on as a cause.
        raise SettingsError(WHEN_REFUSED) from None
    return bot.bot
