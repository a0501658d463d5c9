"""Who works alone: an admin who has started the bot, where the settings name no agents' group."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from telegram import Bot
from telegram.error import TelegramError

from bot.core.incoming import Update
from bot.core.people import is_person
from bot.telegram.raw import number, part


async def first_reached(bot: Bot, admins: Iterable[int]) -> int | None:
    """The first of these people whom the bot may write to; None: nobody has started it."""
    for admin in admins:
        try:
            await bot.get_chat(admin)
        except TelegramError:
            continue
        return admin
    return None


def writes_in_private(update: Update, people: Collection[int]) -> int | None:
    """Which of these people has written to the bot in their private chat, or pressed a button there, if one has.

    Groups among them are passed over.
    """
    message = part(update.raw, "message") or part(part(update.raw, "callback_query"), "message")
    chat_id = number(part(message, "chat"), "id")
    return chat_id if is_person(chat_id) and chat_id in people else None
