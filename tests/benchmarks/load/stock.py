"""The baseline: python-telegram-bot as its documentation has it, with its own webhook server and one handler.

Run by a Python that has ``python-telegram-bot[webhooks]``: ``stock.py API PORT``. The handler reacts to a message,
which is the least that shows a customer that it was seen (an echo would cost the baseline more).
"""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

TOKEN = "123456:" + "A" * 35
SECRET = "bench"


async def react(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """👀"""
    if update.message is not None:
        await update.message.set_reaction("👀")


def main(api: str, port: int) -> None:
    """Serve until told to stop."""
    application = ApplicationBuilder().token(TOKEN).base_url(f"{api}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, react))
    application.run_webhook(
        "127.0.0.1", port, "webhook", webhook_url=f"http://127.0.0.1:{port}/webhook", secret_token=SECRET
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
