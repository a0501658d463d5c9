"""What the listening process and the main one tell each other: whole messages over a pair of Unix sockets."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass

from bot.store.deliveries import Place

LARGEST_MESSAGE = 512 * 1024
"""Bytes; more than is read of a connection at once, which goes along with it."""

READY, NEWS, CONNECTION = b"R", b"N", b"C"
"""The first byte of what the listening process says."""


Refused = tuple[int, str | None, str | None]
"""A customer whose message could not be kept: chat, language, connection to a business account."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the listening process is to do; the first message to it, and the only one."""

    folder: str
    first: int
    path: str
    secret: str
    agents_chats: list[int]
    bot_id: int
    bot_username: str
    log: str
    fsync: bool = True

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, message: bytes) -> Charge:
        return cls(**json.loads(message))


@dataclass(frozen=True, slots=True)
class News:
    """All before ``place`` is durable. ``took``: seconds of acknowledgements since the last news.

    ``refused``: the chats and languages of customers whose messages could not be kept, and the connection to the
    business account in whose chat they wrote, if it was one.
    """

    place: Place
    took: tuple[float, ...] = ()
    refused: tuple[Refused, ...] = ()

    def dump(self) -> bytes:
        return NEWS + json.dumps([self.place.number, self.place.offset, self.took, self.refused]).encode()

    @classmethod
    def read(cls, message: bytes) -> News:
        number, offset, took, refused = json.loads(message[1:])
        return cls(
            Place(number, offset),
            tuple(took),
            tuple((chat, language, connection) for chat, language, connection in refused),
        )


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends. Raises OSError where the system has no such sockets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, LARGEST_MESSAGE)
    return ours, theirs
