"""Connections to our listener: plain deliveries are kept and acknowledged, all others are handed on as they are."""

from __future__ import annotations

import asyncio
import hmac
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, cast

from bot.ingress.keeper import Waiting
from bot.ingress.request import Head, HeadReader, UnusualError

LARGEST = 1024 * 1024
"""Bytes of one update that we take."""

LONGEST_SILENCE = 75.0
"""Seconds after which a connection is closed on which nothing was delivered; Telegram opens it again."""

_SECRET = b"x-telegram-bot-api-secret-token"


class Keep(Protocol):
    """Has a body kept, and says so to whoever waits."""

    def __call__(self, body: bytes, waiting: Waiting) -> None: ...


@dataclass(slots=True)
class Desk:
    """What all connections share.

    ``answer_to`` gives the body of the answer to a delivery that was kept. ``hand_over`` is given a connection's file
    descriptor, which it must copy before it returns, and what was read of it and not answered. ``took`` hears the
    seconds from a delivery's arrival to its answer, ``could_not`` bodies that were refused.
    """

    heads: HeadReader
    secret: bytes
    keep: Keep
    answer_to: Callable[[bytes], bytes]
    hand_over: Callable[[int, bytes], None]
    took: Callable[[float], None]
    could_not: Callable[[bytes], None]
    open: set[Connection] = field(default_factory=set)

    def close_idle(self, now: float) -> None:
        """Close connections that have been silent for too long. ``now`` as of ``time.monotonic``."""
        for connection in [each for each in self.open if each.is_idle(now)]:
            connection.close()


class Connection(asyncio.Protocol):
    """One connection, with one delivery at a time under way."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._transport: asyncio.Transport | None = None
        self._descriptor = -1
        self._buffer = b""
        self._head: Head | None = None
        self._waits = False
        self._body = b""
        self._heard_at = time.monotonic()

    def is_idle(self, now: float) -> bool:
        return not self._waits and now - self._heard_at > LONGEST_SILENCE

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # --- what the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by birth
        self._descriptor = transport.get_extra_info("socket").fileno()
        self._desk.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._desk.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._waits:
            self._go_on()
        elif len(self._buffer) > LARGEST:
            self.close()  # nobody who is still owed an answer sends as much

    # --- deliveries

    def _go_on(self) -> None:
        """Take the next delivery, if all of it is here."""
        try:
            head = self._head = self._head or self._read_head()
        except UnusualError:
            self._hand_over()
            return
        if head is not None and len(self._buffer) >= head.size + head.length:
            self._take(head)

    def _read_head(self) -> Head | None:
        head = self._desk.heads.read(self._buffer) if self._buffer else None
        if head is None:
            return None
        if head.length > LARGEST or not hmac.compare_digest(head.headers.get(_SECRET, b""), self._desk.secret):
            raise UnusualError  # refused in words, by the one who has them
        return head

    def _take(self, head: Head) -> None:
        self._heard_at = time.monotonic()
        self._body = self._buffer[head.size : head.size + head.length]
        self._buffer = self._buffer[head.size + head.length :]
        self._waits = True
        self._desk.keep(self._body, self)

    def kept(self) -> None:
        """As :class:`Waiting`."""
        answer = self._desk.answer_to(self._body)
        kind = b"Content-Type: application/json; charset=utf-8\r\n" if answer else b""
        self._respond(b"200 OK", kind, answer)
        self._desk.took(time.monotonic() - self._heard_at)

    def refused(self) -> None:
        """As :class:`Waiting`: Telegram is to deliver it again."""
        self._desk.could_not(self._body)
        self._respond(b"503 Service Unavailable", b"", b"It could not be kept. Deliver it again.")

    def _respond(self, status: bytes, more: bytes, body: bytes) -> None:
        closes = self._head is not None and self._head.closes
        ending = b"Connection: close\r\n" if closes else b""
        self._send(b"HTTP/1.1 %b\r\n%b%bContent-Length: %d\r\n\r\n%b" % (status, more, ending, len(body), body))
        self._waits, self._head, self._body = False, None, b""
        if closes:
            self.close()
        elif self._buffer:
            self._go_on()

    def _send(self, answer: bytes) -> None:
        """Now; what the system doesn't take now, when it does. (The transport would first let us finish all else.)

        The descriptor is the transport's until ``connection_lost``.
        """
        if self._transport is None:
            return
        sent = 0
        if not self._transport.get_write_buffer_size():
            with suppress(OSError):  # it has no room, or is broken: the transport finds out which
                sent = os.write(self._descriptor, answer)
        if sent < len(answer):
            self._transport.write(answer[sent:])

    def _hand_over(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()
            self._desk.hand_over(self._descriptor, self._buffer)
            self._transport.abort()
