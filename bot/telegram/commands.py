"""The menu that Telegram shows beside the text field: to each what they may ask for, where they may ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
)
from telegram.error import TelegramError

from bot.core.people import is_person

log = structlog.get_logger(__name__)

Descriptions = Mapping[str, str]
"""Each command, and what it does."""


@dataclass(frozen=True, slots=True)
class Menus:
    """The menus of customers, of the members of the groups, of their administrators, and of colleagues in their own
    chats with the bot, by user id."""

    customers: Descriptions
    agents: Descriptions
    supervisors: Descriptions
    private: Mapping[int, Descriptions]


async def show_commands(bot: Bot, menus: Menus, agents_chats: Iterable[int] = (), language: str | None = None) -> None:
    """Fill the menus.

    ``language`` (ISO 639-1) limits this to people whose Telegram is in it. A menu that can't be set is logged: nothing
    else depends on it.
    """
    scopes: list[tuple[Descriptions, BotCommandScope]] = [(menus.customers, BotCommandScopeAllPrivateChats())]
    for chat in agents_chats:
        scopes.append((menus.agents, BotCommandScopeChat(chat)))
        if not is_person(chat):
            scopes.append((menus.supervisors, BotCommandScopeChatAdministrators(chat)))
    scopes += [(descriptions, BotCommandScopeChat(person)) for person, descriptions in menus.private.items()]
    for descriptions, scope in scopes:
        await _set(bot, descriptions, scope, language)


async def show_own(bot: Bot, person: int, descriptions: Descriptions | None) -> None:
    """Fill the menu of one colleague's own chat with the bot; None: they have that of a customer again."""
    scope = BotCommandScopeChat(person)
    if descriptions is not None:
        await _set(bot, descriptions, scope, None)
        return
    try:
        await bot.delete_my_commands(scope)
    except TelegramError as error:
        log.warning("a menu of commands could not be taken away", error=str(error))


async def _set(bot: Bot, descriptions: Descriptions, scope: BotCommandScope, language: str | None) -> None:
    commands = [BotCommand(command, text) for command, text in descriptions.items()]
    try:
        await bot.set_my_commands(commands, scope=scope, language_code=language)
    except TelegramError as error:
        log.warning("the menu of commands could not be set", scope=scope.type, error=str(error))
