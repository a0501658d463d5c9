"""A Bot API that answers at once, in a process of its own: ``python -m tests.benchmarks.load.stand_in [SECONDS]``.

It prints its port, and ends when its standard input does. Every method succeeds, ``SECONDS`` after it was called. When
the first reaction to a message arrived, by the clock that all processes of a machine share, is told at ``/arrivals``.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from itertools import count
from typing import cast

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_MESSAGE = re.compile(rb"message_id\W{1,6}(\d+)")
_ME = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}

_last_id = count(10_000_000)


def _result(method: bytes) -> object:
    if method == b"getme":
        return _ME
    if method in {b"sendmessage", b"editmessagetext"}:
        chat = {"id": 1, "type": "private", "first_name": "Ana"}
        return {"message_id": next(_last_id), "date": 1_760_000_000, "chat": chat, "from": _ME, "text": "…"}
    if method in {b"getchatadministrators", b"getupdates"}:
        return []
    return True


class StandIn(asyncio.Protocol):
    """One connection. ``arrivals`` maps a message's id to when the first reaction to it arrived."""

    def __init__(self, arrivals: dict[int, float], delay: float) -> None:
        self._arrivals, self._delay = arrivals, delay
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none by birth
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._buffer, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            path = self._buffer.split(b" ", 2)[1]
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._serve(path, body, now)

    def _serve(self, path: bytes, body: bytes, now: float) -> None:
        method = path.rpartition(b"/")[2].lower()
        if method == b"arrivals":
            self._answer(json.dumps(self._arrivals).encode())
            return
        if method == b"setmessagereaction" and (found := _MESSAGE.search(body)):
            self._arrivals.setdefault(int(found[1]), now)
        answer = json.dumps({"ok": True, "result": _result(method)}).encode()
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def serve(delay: float) -> None:
    """Serve on a free port of this machine until standard input ends."""
    arrivals: dict[int, float] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: StandIn(arrivals, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    import uvloop

    from bot.slices import ask_for_turns

    ask_for_turns()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
