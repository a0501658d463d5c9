"""The line to Telegram: the real one, or the simulator; updates asked for, or delivered to us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import web
from telegram import User
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.core.draft import Groups
from bot.core.errors import SettingsError
from bot.core.incoming import Update
from bot.flow import Seen
from bot.ingress.messages import Charge
from bot.ports import Clock
from bot.settings import TELEGRAM, Settings, cannot_listen, host_and_port
from bot.simulator.server import Simulator
from bot.telegram.client import TelegramBot, identify, telegram_bot
from bot.telegram.polling import Polling
from bot.telegram.webhook import PATH, Aside, Webhook, point_here

log = structlog.get_logger(__name__)

SECRET_OF_THE_SIMULATOR = "simulated"  # noqa: S105  # it never leaves this machine
RETRY = 5.0
"""Seconds between attempts to reach Telegram."""

Receive = Callable[[Update], Awaitable[Seen | None]]


class Line:
    """Where updates come from and messages go. :meth:`open` first; ``bot``, ``me`` and ``groups`` are there then."""

    bot: TelegramBot
    me: User

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.simulator: Simulator | None = None
        self.groups: Groups = settings.groups

    async def open(self) -> None:
        """Start the simulator where there is no token, and find out who we are.

        A Telegram that can't be reached is tried again for ever. Raises SettingsError if the token is refused or the
        simulator's address is taken.
        """
        token = self._settings.telegram_token
        if token is None:
            self.simulator = await self._start_simulator()
            if not self.groups.all:
                self.groups = Groups(self.simulator.agents_chat)
            self.bot = telegram_bot(self.simulator.token, self.simulator.url)
        else:
            self.bot = telegram_bot(token.get_secret_value(), self._settings.telegram_api or TELEGRAM)
        try:
            self.me = await self._identify()
        except BaseException:
            await self.close()
            raise

    async def _start_simulator(self) -> Simulator:
        host, port = host_and_port(self._settings.simulator)
        simulator = Simulator()
        try:
            await simulator.start(host, port)
        except OSError as error:
            raise cannot_listen("The simulator", "SIMULATOR", self._settings.simulator, error) from error
        return simulator

    async def _identify(self) -> User:
        while True:
            try:
                return await identify(self.bot)
            except NetworkError as error:
                log.warning("Telegram cannot be reached, trying again", error=str(error), seconds=RETRY)
                await asyncio.sleep(RETRY)

    def webhook(self, receive: Receive, aside: Aside) -> list[web.RouteDef]:
        """What to serve so that updates can be delivered; nothing when we ask for them."""
        if self._settings.mode != "webhook":
            return []
        return Webhook(self._secret, receive, aside, self._clock).routes()

    def charge(self, folder: Path) -> Charge | None:
        """What the listening process is to do so that updates are kept in ``folder``; None when we ask for them."""
        if self._settings.mode != "webhook":
            return None
        return Charge(
            folder=str(folder.absolute()),
            first=0,
            path=PATH,
            secret=self._secret,
            agents_chats=sorted(self.groups.all),
            bot_id=self.me.id,
            bot_username=self.me.username or "",
            log=self._settings.log,
        )

    async def run(self, asked_for: Receive, aside: Aside, listening: str) -> None:
        """Have updates come until cancelled: ask for them, or have them delivered. ``listening`` is our own address."""
        if self._settings.mode == "polling":
            await Polling(self.bot, asked_for, aside, self._clock).run()
        await self._point_here(self._settings.webhook_url or f"{listening}{PATH}")
        await asyncio.Event().wait()

    async def _point_here(self, url: str) -> None:
        while True:
            try:
                await point_here(self.bot, url, self._secret)
            except BadRequest as error:
                raise SettingsError(f"Telegram does not take KEEPWORD_WEBHOOK_URL ({url}): {error}") from error
            except (NetworkError, RetryAfter) as error:
                log.warning("Telegram cannot be reached, trying again", error=str(error), seconds=RETRY)
                await asyncio.sleep(RETRY)
            else:
                return

    @property
    def _secret(self) -> str:
        secret = self._settings.webhook_secret
        return secret.get_secret_value() if secret else SECRET_OF_THE_SIMULATOR

    async def close(self) -> None:
        """Hang up."""
        await self.bot.shutdown()
        if self.simulator is not None:
            await self.simulator.stop()
