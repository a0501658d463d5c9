"""The baseline: python-telegram-bot's ``AIORateLimiter`` with many messages waiting, and urgent ones after them.

Run by a Python that has ``python-telegram-bot[rate-limiter]``: ``stock_urgent.py API WAITING MOST``. Prints for each
urgent message the seconds from asking for it until it was sent, or ``inf`` where that takes more than ``MOST``.
"""

from __future__ import annotations

import asyncio
import sys
import time

from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ApplicationBuilder

TOKEN = "123456:" + "A" * 35


URGENT = 20
"""How many are urgent, one each half second."""


async def main(api: str, waiting: int, most: float) -> None:
    """Send. What is refused with 429 is tried once more, or the limiter would drop it."""
    limiter = AIORateLimiter(max_retries=1)
    application = ApplicationBuilder().token(TOKEN).base_url(f"{api}/bot").rate_limiter(limiter).build()
    async with application:
        send = application.bot.send_message

        async def urgent(chat: int) -> float:
            began = time.monotonic()
            try:
                async with asyncio.timeout(most):
                    await send(chat, "urgent")
            except (TimeoutError, TelegramError):
                return float("inf")
            return time.monotonic() - began

        backlog = [asyncio.create_task(send(chat, "follow-up")) for chat in range(1, waiting + 1)]
        await asyncio.sleep(3)
        pressing = []
        for number in range(URGENT):
            pressing.append(asyncio.create_task(urgent(waiting + 1 + number)))
            await asyncio.sleep(0.5)
        for seconds in await asyncio.gather(*pressing):
            print(seconds)
        for task in backlog:
            task.cancel()
        await asyncio.gather(*backlog, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
