"""The main process's side of the front door: starts it, takes over what it kept, and what it was not made for."""

from __future__ import annotations

import asyncio
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import structlog

from bot.core.errors import StoreError
from bot.ingress.messages import CONNECTION, LARGEST_MESSAGE, NEWS, READY, Charge, News, pair
from bot.processes import ended, same_code
from bot.store.deliveries import Delivery, DeliveryReader, Place
from bot.store.disk import make_folder

log = structlog.get_logger(__name__)

START = 60.0
"""Seconds that the listening process has to start: the one before may still have to end."""

STOP = 10.0
RETRY = 1.0
"""Seconds until what could not be taken over is tried again, and until a process that ended is replaced."""

Take = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes deliveries over: they are in the store when it returns. Raises StoreError; then they come again."""

possible = hasattr(socket, "SOCK_SEQPACKET") and sys.platform == "linux"
"""Whether this system has what two processes need to share a front door."""


class Gate:
    """A listening process, and what it has kept. ``heard`` is told its news, ``connect`` makes protocols for others."""

    def __init__(
        self,
        listening: socket.socket,
        charge: Charge,
        connect: Callable[[], asyncio.Protocol],
        heard: Callable[[News], None],
    ) -> None:
        self._listening, self._charge, self._connect, self._heard = listening, charge, connect, heard
        self._end: socket.socket | None = None
        self._process: Process | None = None
        self._ready = asyncio.Event()
        self._first = 0
        self._until = Place(0, 0)
        self._changed = asyncio.Event()
        self._joining: set[asyncio.Task[None]] = set()
        make_folder(Path(charge.folder))
        self._reader = DeliveryReader(Path(charge.folder))

    async def start(self) -> None:
        """Open. What was kept before is there to be taken when it returns. Raises StoreError."""
        ours, theirs = pair()
        ours.setblocking(False)
        self._first = self._reader.following
        ours.send(replace(self._charge, first=self._first).dump())
        self._ready.clear()
        self._end = ours
        asyncio.get_running_loop().add_reader(ours, self._read, ours)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot.ingress.process", str(theirs.fileno()), str(self._listening.fileno())),
                pass_fds=(theirs.fileno(), self._listening.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                env=same_code(),
                start_new_session=True,  # a Ctrl-C is for the main process: it hangs up when it has stopped
            )
        await self._until_ready(self._process)
        self._until = Place(self._first, 0)
        self._changed.set()

    async def _until_ready(self, process: Process) -> None:
        ready, over = asyncio.create_task(self._ready.wait()), asyncio.create_task(process.wait())
        await asyncio.wait((ready, over), timeout=START, return_when=asyncio.FIRST_COMPLETED)
        for task in (ready, over):
            task.cancel()
        if not self._ready.is_set():
            await self.stop()
            raise StoreError(
                f"the listening process did not start; look above for why, and whether {self._charge.folder} can be "
                "written and no other Keepword uses it"
            )

    async def take_what_is_left(self, take: Take) -> None:
        """Take over what was kept before the start."""
        await take_until(self._reader, Place(self._first, 0), take)

    async def run(self, take: Take) -> None:
        """Take over what is kept, until cancelled; a listening process that ends is replaced."""
        await asyncio.gather(self._follow(take), self._watch())

    async def _follow(self, take: Take) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await take_until(self._reader, self._until, take)

    async def stop(self) -> None:
        """Hang up, and wait until the listening process has kept and answered what was under way."""
        process, end = self._process, self._end
        self._process = self._end = None
        if end is not None:
            asyncio.get_running_loop().remove_reader(end)
            end.close()
        if process is not None and process.returncode is None:
            await ended(process, STOP)

    async def _watch(self) -> None:
        while (process := self._process) is not None:
            code = await process.wait()
            if self._process is None:
                return
            log.error("the listening process ended; another one takes its place", code=code)
            await self.stop()
            await asyncio.sleep(RETRY)
            await self.start()

    # --- what the listening process says

    def _read(self, end: socket.socket) -> None:
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(end, LARGEST_MESSAGE, 1)
            except BlockingIOError:
                return
            if not message:
                asyncio.get_running_loop().remove_reader(end)
                return
            self._hear(message, descriptors)

    def _hear(self, message: bytes, descriptors: list[int]) -> None:
        kind = message[:1]
        if kind == READY:
            self._ready.set()
        elif kind == NEWS:
            news = News.read(message)
            self._until = max(self._until, news.place)
            self._changed.set()
            self._heard(news)
        elif kind == CONNECTION:
            for descriptor in descriptors:
                task = asyncio.create_task(self._join(socket.socket(fileno=descriptor), message[1:]))
                self._joining.add(task)
                task.add_done_callback(self._joining.discard)

    async def _join(self, connection: socket.socket, content: bytes) -> None:
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: _Handed(self._connect, content), connection
            )
        except OSError as error:
            log.debug("a connection was gone before it was taken over", error=str(error))


class _Handed(asyncio.Protocol):
    """Gives a connection to the protocol that it is for, and what was read of it before."""

    def __init__(self, connect: Callable[[], asyncio.Protocol], content: bytes) -> None:
        self._connect, self._content = connect, content

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        protocol = self._connect()
        cast("asyncio.Transport", transport).set_protocol(protocol)
        protocol.connection_made(transport)
        if self._content:
            protocol.data_received(self._content)


async def take_until(reader: DeliveryReader, until: Place, take: Take) -> None:
    """Take over what is before ``until``, however often the store refuses it."""
    while True:
        found, place = reader.take(until)
        if found:
            await _take_at_last(found, take)
        if reader.go_on(place):
            await asyncio.to_thread(reader.remove_done)
        if not found:
            return


async def _take_at_last(found: Sequence[Delivery], take: Take) -> None:
    while True:
        try:
            await take(found)
        except StoreError as error:
            log.critical("what was delivered could not be taken over; it is tried again", error=str(error))
            await asyncio.sleep(RETRY)
        else:
            return
