"""Where the world comes in over HTTP: our listener, behind the front door where Telegram delivers updates to us."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from bot.ingress.gate import Gate, Take, possible, take_until
from bot.ingress.messages import Charge, News
from bot.settings import Settings, cannot_listen, host_and_port
from bot.store.deliveries import FOLDER, DeliveryReader, Place

_LARGEST = 2 * 1024 * 1024
"""Bytes of a request that any route takes."""

_WAITING = 1024
"""Connections that the system holds until they are taken."""


class Door:
    """Serves routes, and has plain deliveries of updates kept and acknowledged by a process of its own."""

    def __init__(self, settings: Settings, heard: Callable[[News], None]) -> None:
        """``heard`` is told what the listening process says of deliveries."""
        self._settings, self._heard = settings, heard
        self._gate: Gate | None = None
        self.address = ""

    @property
    def deliveries(self) -> Path:
        """The folder of what was delivered and not yet taken over."""
        return self._settings.store_folder / FOLDER

    async def open(self, routes: Iterable[web.RouteDef], charge: Charge | None, undo: AsyncExitStack) -> None:
        """Serve; with a ``charge`` through the listening process, where the system allows it.

        ``undo`` learns how to close. Raises SettingsError: the address is not to be had; StoreError.
        """
        listening = await self._listening()
        undo.callback(listening.close)
        app = web.Application(client_max_size=_LARGEST)
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        undo.push_async_callback(runner.cleanup)
        host, port = listening.getsockname()[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        if charge is None or not possible:
            await web.SockSite(runner, listening).start()
            return
        assert runner.server is not None
        self._gate = Gate(listening, charge, runner.server, self._heard)
        undo.push_async_callback(self._gate.stop)
        await self._gate.start()

    async def _listening(self) -> socket.socket:
        host, port = host_and_port(self._settings.listen)
        try:
            (family, _, _, _, address), *_ = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
            return socket.create_server(address[:2], family=family, backlog=_WAITING)
        except OSError as error:
            raise cannot_listen("We", "LISTEN", self._settings.listen, error) from error

    async def take_what_is_left(self, take: Take) -> None:
        """Have taken over what was kept in an earlier life, whichever way updates come now."""
        if self._gate is not None:
            await self._gate.take_what_is_left(take)
        elif self.deliveries.is_dir():
            reader = DeliveryReader(self.deliveries)
            await take_until(reader, Place(reader.following, 0), take)

    async def run(self, take: Take) -> None:
        """Have taken over what is kept, until cancelled."""
        if self._gate is not None:
            await self._gate.run(take)
