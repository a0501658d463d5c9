"""The menu that Telegram shows beside the text field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

log = structlog.get_logger(__name__)

CUSTOMER_COMMANDS = ("start", "help", "human", "status", "time", "call", "cancel", "stop")
"""What a customer may ask for with a slash."""

AGENT_COMMANDS = (
    "claim",
    "resolve",
    "back",
    "called",
    "delete",
    "snooze",
    "unsnooze",
    "transfer",
    "assign",
    "away",
    "block",
    "unblock",
)
"""What an agent may ask for in a topic."""


async def show_commands(
    bot: Bot,
    customers: Mapping[str, str],
    agents: Mapping[str, str],
    agents_chats: Iterable[int] = (),
    language: str | None = None,
) -> None:
    """Fill the menus: ``customers`` and ``agents`` map each command to its description.

    ``language`` (ISO 639-1) limits this to people whose Telegram is in it. A menu that can't be set is logged: nothing
    else depends on it.
    """
    scopes = [(customers, BotCommandScopeAllPrivateChats())]
    both = [*scopes, *((agents, BotCommandScopeChat(chat)) for chat in agents_chats)]
    for descriptions, scope in both:
        commands = [BotCommand(command, text) for command, text in descriptions.items()]
        try:
            await bot.set_my_commands(commands, scope=scope, language_code=language)
        except TelegramError as error:
            log.warning("the menu of commands could not be set", error=str(error))
