"""Delivers updates to a webhook at a steady rate, however fast it answers (an open loop), and notes the times.

All times are of the clock that the processes of a machine share, in seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

FIRST_CHAT = 500_000
CONNECTIONS = 100
"""How many we allow Telegram to open to us."""

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
SENTENCES = (
    "Where is my order? It was to be here on Monday.",
    "Hello",
    "The lamp I received is broken, I want my money back",
    "When do you open on Saturday?",
    "I need an invoice for my company please",
    "Can I talk to a human?",
    "Thank you, that was quick",
    "How do I change the delivery address",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook, and what customers write to it in turn."""

    port: int
    path: str
    secret: str
    sentences: tuple[str, ...] = SENTENCES

    def request(self, serial: int, chats: int) -> bytes:
        """The delivery of update ``serial``: a customer's message, whose id is the same number."""
        body = json.dumps(
            _update(serial, FIRST_CHAT + serial % chats, self.sentences[serial % len(self.sentences)])
        ).encode()
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {self.secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def _update(serial: int, chat: int, text: str) -> dict[str, object]:
    person = {"id": chat, "first_name": "Ana", "last_name": "Novak", "username": f"ana{chat}"}
    message = {
        "message_id": serial,
        "from": {**person, "is_bot": False, "language_code": "en"},
        "chat": {**person, "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    return {"update_id": serial, "message": message}


@dataclass(slots=True)
class Deliveries:
    """What came of updates, by their number: when each was sent, answered 200, and acknowledged in that answer."""

    sent: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    acknowledged: dict[int, float] = field(default_factory=dict)

    @property
    def unanswered(self) -> list[int]:
        """Those that Telegram would deliver again."""
        return [serial for serial in self.sent if serial not in self.answered]

    def note(self, serial: int, now: float, status: bytes, body: bytes) -> None:
        """An answer has come."""
        if status == b"200":
            self.answered[serial] = now
            if b'"setMessageReaction"' in body:
                self.acknowledged[serial] = now


class _Connection(asyncio.Protocol):
    """Kept open; carries one delivery at a time. ``idle`` hears when it can carry another."""

    def __init__(self, deliveries: Deliveries, idle: Callable[[_Connection], None]) -> None:
        self._deliveries, self._idle = deliveries, idle
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._serial = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none by birth
        self._transport = cast("asyncio.Transport", transport)

    def post(self, serial: int, request: bytes) -> None:
        assert self._transport is not None
        self._serial = serial
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._buffer, 0, end)
        if len(self._buffer) < end + 4 + (int(length[1]) if length else 0):
            return
        self._deliveries.note(self._serial, now, self._buffer[9:12], self._buffer[end + 4 :])
        self._buffer = b""
        self._idle(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Generator:
    """Connections to one webhook. ``async with`` it, then :meth:`deliver`."""

    def __init__(self, target: Target, chats: int, connections: int = CONNECTIONS) -> None:
        self._target, self._chats, self._connections = target, chats, connections
        self.deliveries = Deliveries()
        self._all: list[_Connection] = []
        self._free: deque[_Connection] = deque()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._quiet = asyncio.Event()

    async def __aenter__(self) -> Generator:
        loop = asyncio.get_running_loop()
        for _ in range(self._connections):
            _, connection = await loop.create_connection(
                lambda: _Connection(self.deliveries, self._idle), "127.0.0.1", self._target.port
            )
            self._all.append(connection)
        self._free.extend(self._all)
        return self

    async def __aexit__(self, *error: object) -> None:
        for connection in self._all:
            connection.close()

    async def deliver(self, serials: Iterable[int], rate: float) -> None:
        """Send so many a second. What finds all connections busy waits; its time counts from when it was to go."""
        started = time.monotonic()
        for place, serial in enumerate(serials):
            early = started + place / rate - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            elif place % 64 == 0:
                await asyncio.sleep(0)
            request = self._target.request(serial, self._chats)
            self.deliveries.sent[serial] = time.monotonic()
            self._waiting.append((serial, request))
            self._post_waiting()

    async def settle(self, seconds: float) -> None:
        """Wait until all are answered, or for so long."""
        self._quiet.clear()
        if len(self._free) == self._connections:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._quiet.wait()

    def _idle(self, connection: _Connection) -> None:
        self._free.append(connection)
        self._post_waiting()
        if len(self._free) == self._connections:
            self._quiet.set()

    def _post_waiting(self) -> None:
        while self._waiting and self._free:
            self._free.popleft().post(*self._waiting.popleft())
