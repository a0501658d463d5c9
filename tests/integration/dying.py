"""Senders that are killed at a moment of their work: ``python -m tests.integration.dying``.

Each line of standard input, ``API TOKEN STORE MOMENT``, is one life, in a process of its own. ``MOMENT`` is one of
:data:`MOMENTS`, or ``never``: then it sends what there is and ends. Only messages count, not the making of topics. What
was not delivered is told on standard output, ``problem NAME`` a line, and then ``end CODE``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import structlog

from bot.core.outgoing import Outgoing, Receipt
from bot.store.tiny import TinyStore
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.request import AiohttpRequest
from tests.integration.telegram_house import WallClock

MOMENTS = (
    "before the attempt is noted",
    "before it is sent",
    "before Telegram's answer is read",
    "before the receipt is kept",
    "after the receipt is kept",
)


class Dying:
    """Kills this process at one moment, as a power cut would but for the kernel's memory."""

    def __init__(self, moment: str) -> None:
        self._moment = moment

    def at(self, moment: str) -> None:
        if moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def store(self, store: TinyStore) -> TinyStore:
        attempt, receive = store.attempt, store.receive

        async def attempting(outgoing_id: str, *, wait: bool = False) -> None:
            self.at("before the attempt is noted")
            await attempt(outgoing_id, wait=wait)

        async def receiving(receipt: Receipt) -> None:
            self.at("before the receipt is kept")
            await receive(receipt)
            self.at("after the receipt is kept")

        store.attempt = attempting  # type: ignore[method-assign]  # a store that meets its end
        store.receive = receiving  # type: ignore[method-assign]
        return store

    def request(self) -> AiohttpRequest:
        at = self.at

        class Request(AiohttpRequest):
            async def do_request(self, url: str, method: str, *rest: Any, **more: Any) -> tuple[int, bytes]:
                counts = url.endswith(("sendMessage", "copyMessage"))
                if counts:
                    at("before it is sent")
                answer = await super().do_request(url, method, *rest, **more)
                if counts:
                    at("before Telegram's answer is read")
                return answer

        return Request()


async def main(api: str, token: str, folder: Path, moment: str) -> None:
    """Send what is in the outbox."""
    dying = Dying(moment)
    store = dying.store(await TinyStore.open(folder))

    async def failed(_row: Outgoing, receipt: Receipt) -> None:
        print("problem", receipt.problem, flush=True)

    request = dying.request()
    async with TelegramBot(token, base_url=f"{api}/bot", request=request, get_updates_request=request) as bot:
        sender = TelegramSender(bot, store, WallClock(), failed=failed)
        await sender.start()
        await sender.drain(30)
        await sender.stop()
    await store.close()


def live(line: str) -> int:
    """One life; what its process ended with, as :attr:`subprocess.Popen.returncode`. What was imported is shared."""
    child = os.fork()
    if child == 0:
        api, token, folder, moment = line.rstrip("\n").split(" ", 3)
        asyncio.run(main(api, token, Path(folder), moment))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for life in sys.stdin:
        print("end", live(life), flush=True)
