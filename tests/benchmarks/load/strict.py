"""A Bot API that enforces Telegram's limits, in a process of its own: ``python -m tests.benchmarks.load.strict``.

It prints its port, and ends when its standard input does. Calls take ``SECONDS`` (the first argument, 0 by default).
What was called, and whether it was refused, is told at ``/log``, by the clock that all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiohttp import web

from bot.simulator.errors import ApiError
from bot.simulator.limits import Limits
from bot.simulator.methods import weight

ROOT = Path(__file__).parents[3]
_ME = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


@dataclass(frozen=True, slots=True)
class Called:
    """A call: ``at`` is a time of the shared clock in seconds, ``text`` what it says, if it is a message."""

    at: float
    method: str
    chat_id: int
    refused: bool
    text: str


class StrictApi:
    """Answers every method as Telegram would when all is well, or 429 where a limit is reached."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._limits = Limits(lambda: datetime.now(UTC))
        self._limits.enforce = True
        self._log: list[Called] = []
        self._ids = count(10_000_000)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/log", self.log)
        app.router.add_post(r"/bot{token:[^/]+}/{method}", self.call)
        return app

    async def log(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(called) for called in self._log])

    async def call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = await request.post()
        chat_id, text = int(str(form.get("chat_id", 0))), str(form.get("text", ""))
        counts = weight(method)
        try:
            if counts != "none" and chat_id:
                self._limits.spend(chat_id, 1, counts == "message" or (counts == "edit" and chat_id < 0))
        except ApiError as error:
            self._log.append(Called(time.monotonic(), method, chat_id, True, text))
            return web.json_response(error.answer(), status=error.code)
        self._log.append(Called(time.monotonic(), method, chat_id, False, text))
        if self._delay:
            await asyncio.sleep(self._delay)
        return web.json_response({"ok": True, "result": self._result(method.lower(), chat_id, text)})

    def _result(self, method: str, chat_id: int, text: str) -> object:
        match method:
            case "getme":
                return _ME
            case "sendmessage" | "editmessagetext":
                chat = {"id": chat_id, "type": "private", "first_name": "Ana"}
                return {"message_id": next(self._ids), "date": 1_760_000_000, "chat": chat, "from": _ME, "text": text}
            case "copymessage":
                return {"message_id": next(self._ids)}
            case "createforumtopic":
                return {"message_thread_id": next(self._ids), "name": "x", "icon_color": 7322096}
            case "getchatadministrators" | "getupdates":
                return []
            case _:
                return True


async def serve(delay: float) -> None:
    """Serve on a free port of this machine until standard input ends."""
    runner = web.AppRunner(StrictApi(delay).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@contextmanager
def strict_api(delay: float = 0.0) -> Iterator[str]:
    """One that runs; gives its address."""
    words = [sys.executable, "-m", "tests.benchmarks.load.strict", str(delay)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def log_of(api: str) -> list[Called]:
    """What was called so far."""
    with urllib.request.urlopen(f"{api}/log", timeout=60) as answer:
        return [Called(**called) for called in json.load(answer)]


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
