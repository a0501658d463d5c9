"""The baseline: python-telegram-bot's ``AIORateLimiter`` with many messages waiting, and an urgent one after them.

Run by a Python that has ``python-telegram-bot[rate-limiter]``: ``stock_urgent.py API WAITING MOST``. Prints the seconds
from asking for the urgent message until it was sent, or ``inf`` where that takes more than ``MOST``.
"""

from __future__ import annotations

import asyncio
import sys
import time

from telegram.ext import AIORateLimiter, ApplicationBuilder

TOKEN = "123456:" + "A" * 35


async def main(api: str, waiting: int, most: float) -> None:
    """Send."""
    application = ApplicationBuilder().token(TOKEN).base_url(f"{api}/bot").rate_limiter(AIORateLimiter()).build()
    async with application:
        bot = application.bot
        backlog = [asyncio.create_task(bot.send_message(chat, "follow-up")) for chat in range(1, waiting + 1)]
        await asyncio.sleep(3)
        began = time.monotonic()
        try:
            async with asyncio.timeout(most):
                await bot.send_message(waiting + 1, "urgent")
            print(time.monotonic() - began)
        except TimeoutError:
            print("inf")
        for task in backlog:
            task.cancel()
        await asyncio.gather(*backlog, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
