"""A connection to our listener: an answer arrives whole, whatever the system takes of it at once."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bot.ingress.keeper import Waiting
from bot.ingress.listener import Connection, Desk
from bot.ingress.request import HeadReader

SECRET = "s3cret"
PATH = "/telegram/webhook"
REQUEST = f"POST {PATH} HTTP/1.1\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: %d\r\n\r\n%s"


def desk(answer_bytes: int) -> Desk:
    """Keeps everything at once; its answers are the deliveries over and over, up to this length."""

    def keep(body: bytes, waiting: Waiting) -> None:
        waiting.kept()

    def answer_to(body: bytes) -> bytes:
        return (body * answer_bytes)[:answer_bytes]

    def nothing(*_: object) -> None:
        """Nobody asks."""

    return Desk(HeadReader(PATH), SECRET.encode(), keep, answer_to, nothing, nothing, nothing)


@pytest.mark.parametrize("answer_bytes", [2, 3_000_000])
async def test_answers_arrive_whole_and_in_order_however_little_fits_at_once(answer_bytes: int) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await asyncio.get_running_loop().create_connection(lambda: Connection(desk(answer_bytes)), sock=ours)
    reader, writer = await asyncio.open_connection(sock=theirs, limit=2**16)
    bodies = ["one", "four", "seven", "eleven"]
    writer.write("".join(REQUEST % (len(body), body) for body in bodies).encode())
    async with asyncio.timeout(20):
        for body in bodies:
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert f"Content-Length: {answer_bytes}\r\n".encode() in head
            assert await reader.readexactly(answer_bytes) == (body.encode() * answer_bytes)[:answer_bytes]
    writer.close()
