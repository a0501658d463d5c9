"""The listening process itself: started by the :mod:`gate`, and gone with it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.core.incoming import CustomerMessage
from bot.ingress.keeper import Keeper
from bot.ingress.listener import Connection, Desk
from bot.ingress.messages import CONNECTION, LARGEST_MESSAGE, READY, Charge, News, Refused
from bot.ingress.request import HeadReader
from bot.logs import set_up
from bot.slices import ask_for_turns
from bot.store.deliveries import DeliveryLock, Place
from bot.telegram.delivered import NoUpdateError, glimpse, json_of, update_from_json
from bot.telegram.reaction import acknowledgement
from bot.telegram.reading import TelegramChannel

NEWS_EVERY = 0.005
"""Seconds between news: to take over in groups costs the main process less."""

SWEEP = 15.0
"""Seconds between looks for connections that have fallen silent."""

_MOST_REFUSED = 100
"""So many chats are named in one piece of news."""

_NOT_ASKED = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)


class Mouth:
    """Sends messages to the main process, in order, however slow it is to read."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._unsent: deque[tuple[bytes, int | None]] = deque()
        self._loop = asyncio.get_running_loop()

    def say(self, message: bytes, descriptor: int | None = None) -> None:
        """Send a message, and a copy of a file descriptor along with it."""
        self._unsent.append((message, None if descriptor is None else os.dup(descriptor)))
        if len(self._unsent) == 1:
            self._send()

    @property
    def is_silent(self) -> bool:
        return not self._unsent

    def _send(self) -> None:
        self._loop.remove_writer(self._end)
        while self._unsent:
            message, descriptor = self._unsent[0]
            try:
                socket.send_fds(self._end, [message], [] if descriptor is None else [descriptor])
            except BlockingIOError:
                self._loop.add_writer(self._end, self._send)
                return
            except OSError:
                log.warning("the main process does not listen")
            self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)


class Reporter:
    """Tells the main process what became durable, and what did not, a few times in a while rather than each time."""

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self._place = Place(0, 0)
        self._took: list[float] = []
        self._refused: list[Refused] = []
        self._is_on_its_way = False

    def durable(self, place: Place) -> None:
        self._place = place
        self._soon()

    def took(self, seconds: float) -> None:
        self._took.append(seconds)

    def refused(self, message: CustomerMessage) -> None:
        connection_id = message.through.connection_id if message.through else None
        if len(self._refused) < _MOST_REFUSED:
            self._refused.append((message.chat_id, message.customer.language_code, connection_id))
        self._soon()

    def _soon(self) -> None:
        if not self._is_on_its_way:
            self._is_on_its_way = True
            asyncio.get_running_loop().call_later(NEWS_EVERY, self._tell)

    def _tell(self) -> None:
        self._is_on_its_way = False
        if not self._mouth.is_silent:
            self._soon()
            return
        self._mouth.say(News(self._place, tuple(self._took), tuple(self._refused)).dump())
        self._took.clear()
        self._refused.clear()


class Reading:
    """What an update asks of us before anything is understood."""

    def __init__(self, charge: Charge) -> None:
        self._channel = TelegramChannel(frozenset(charge.agents_chats), charge.bot_id, charge.bot_username)

    def customers_message(self, body: bytes) -> CustomerMessage | None:
        """The message to acknowledge, if it is one. When it came plays no part here."""
        try:
            return self._read(json_of(body))
        except NoUpdateError:
            return None

    def answer_to(self, body: bytes) -> bytes:
        try:
            raw = json_of(body)
            seen = glimpse(raw, self._channel.agents_chats) or self._read(raw)
        except NoUpdateError:
            return b""
        return b"" if seen is None else acknowledgement(seen)

    def _read(self, raw: object) -> CustomerMessage | None:
        said = self._channel.read(update_from_json(raw, _NOT_ASKED))
        return said if isinstance(said, CustomerMessage) and not said.edited else None


async def serve(end: socket.socket, listening: socket.socket, charge: Charge) -> None:
    """Keep and acknowledge until the main process hangs up."""
    loop = asyncio.get_running_loop()
    mouth = Mouth(end)
    reporter = Reporter(mouth)
    reading = Reading(charge)
    keeper = Keeper(Path(charge.folder), charge.first, lambda place, _: reporter.durable(place), fsync=charge.fsync)

    def could_not(body: bytes) -> None:
        log.critical("an update could not be kept; Telegram will deliver it again")
        message = reading.customers_message(body)
        if message is not None:
            reporter.refused(message)

    desk = Desk(
        HeadReader(charge.path),
        charge.secret.encode(),
        keeper.keep,
        reading.answer_to,
        lambda descriptor, content: mouth.say(CONNECTION + content, descriptor),
        reporter.took,
        could_not,
    )
    server = await loop.create_server(lambda: Connection(desk), sock=listening)
    mouth.say(READY)
    gc.collect()
    gc.freeze()
    await _until_hung_up(end, desk)
    server.close()
    keeper.close()
    for connection in list(desk.open):
        connection.close()
    await asyncio.sleep(0)


async def _until_hung_up(end: socket.socket, desk: Desk) -> None:
    hung_up = asyncio.Event()
    asyncio.get_running_loop().add_reader(end, hung_up.set)
    while not hung_up.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SWEEP):
                await hung_up.wait()
        desk.close_idle(time.monotonic())
    asyncio.get_running_loop().remove_reader(end)


def _lock(folder: Path) -> DeliveryLock:
    """The one before us may still be at its last delivery."""
    until = time.monotonic() + 30.0
    while True:
        try:
            return DeliveryLock(folder)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def main() -> None:
    """``process END LISTENING``: the file descriptors of the socket to the main process, and of the listener."""
    ask_for_turns()
    end, listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    charge = Charge.read(end.recv(LARGEST_MESSAGE))
    set_up(charge.log)
    lock = _lock(Path(charge.folder))
    end.setblocking(False)
    listening.setblocking(False)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(end, listening, charge))
    lock.release()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415  # it is not on every system

    return uvloop.new_event_loop


if __name__ == "__main__":
    main()
