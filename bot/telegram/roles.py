"""Who is who in the agents' groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog
from telegram import Bot, User
from telegram.error import TelegramError

from bot.core.people import Person, Role, is_person

log = structlog.get_logger(__name__)


class Roles:
    """Every member is an agent, a group's administrators are supervisors, and ``admins`` are admins everywhere."""

    def __init__(self, admins: Collection[int] = ()) -> None:
        self._admins = frozenset(admins)
        self._administrators: dict[int, dict[int, Person]] = {}

    def __call__(self, agents_chat: int, user_id: int) -> Role:
        """The role of a user in a group, as of the last refresh."""
        if user_id in self._admins:
            return Role.ADMIN
        if is_person(agents_chat) or user_id in self._administrators.get(agents_chat, ()):
            return Role.SUPERVISOR
        return Role.AGENT

    async def refresh(self, bot: Bot, agents_chats: Iterable[int]) -> None:
        """Ask Telegram who the administrators are. Where it does not say, what was known stays."""
        for chat in agents_chats:
            if is_person(chat):
                continue  # who works alone has nobody above
            try:
                members = await bot.get_chat_administrators(chat)
            except TelegramError as error:
                log.warning("the administrators of a group are not known", chat=chat, error=str(error))
            else:
                people = [member.user for member in members if not member.user.is_bot]
                self._administrators[chat] = {user.id: self._person(user, chat) for user in people}

    def supervisors(self) -> list[Person]:
        """The administrators of all groups, as of the last refresh; once for each group."""
        return [person for people in self._administrators.values() for person in people.values()]

    def _person(self, user: User, chat: int) -> Person:
        role = Role.ADMIN if user.id in self._admins else Role.SUPERVISOR
        return Person(user.id, user.full_name, user.username, role, (), (chat,))
