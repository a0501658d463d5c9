"""Who is who in the agents' groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.core.model import Role

log = structlog.get_logger(__name__)


class Roles:
    """Every member is an agent, a group's administrators are supervisors, and ``admins`` are admins everywhere."""

    def __init__(self, admins: Collection[int] = ()) -> None:
        self._admins = frozenset(admins)
        self._administrators: dict[int, frozenset[int]] = {}

    def __call__(self, agents_chat: int, user_id: int) -> Role:
        """The role of a user in a group, as of the last refresh."""
        if user_id in self._admins:
            return Role.ADMIN
        if user_id in self._administrators.get(agents_chat, ()):
            return Role.SUPERVISOR
        return Role.AGENT

    async def refresh(self, bot: Bot, agents_chats: Iterable[int]) -> None:
        """Ask Telegram who the administrators are. Where it does not say, what was known stays."""
        for chat in agents_chats:
            try:
                members = await bot.get_chat_administrators(chat)
            except TelegramError as error:
                log.warning("the administrators of a group are not known", chat=chat, error=str(error))
            else:
                self._administrators[chat] = frozenset(member.user.id for member in members)
