"""Who is who in the agents' groups."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace

import structlog
from telegram import Bot, User
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.core.errors import DeliveryError
from bot.core.people import Person, Role, is_person
from bot.telegram.reading import role_of_member

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

    def is_admin(self, user_id: int) -> bool:
        """Whether the settings name them an admin."""
        return user_id in self._admins

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

    def note(self, chat: int, person: Person, role: Role | None) -> None:
        """Telegram has told what somebody is in a group now."""
        administrators = self._administrators.setdefault(chat, {})
        administrators.pop(person.id, None)
        if role is not None and role is not Role.AGENT:
            role = Role.ADMIN if person.id in self._admins else role
            administrators[person.id] = replace(person, role=role, groups=(), supervises=(chat,))

    def _person(self, user: User, chat: int) -> Person:
        role = Role.ADMIN if user.id in self._admins else Role.SUPERVISOR
        return Person(user.id, user.full_name, user.username, role, (), (chat,))


class Members:
    """Asks Telegram who belongs to a group (:class:`bot.ports.Members`), once where several want to know it at once."""

    def __init__(self, bot: Bot, roles: Roles) -> None:
        self._bot = bot
        self._roles = roles
        self._asked: dict[tuple[int, int], asyncio.Task[Role | None]] = {}

    async def role(self, agents_chat: int, user_id: int) -> Role | None:
        """What this user is in a group now; None: they don't belong to it, or Telegram knows no such member.

        Who works alone belongs to their own chat, and nobody else does. Raises DeliveryError where Telegram can't be
        asked just now.
        """
        if is_person(agents_chat):
            return self._roles(agents_chat, user_id) if user_id == agents_chat else None
        question = agents_chat, user_id
        if question not in self._asked:
            self._asked[question] = asyncio.create_task(self._ask(agents_chat, user_id), name="membership")
            self._asked[question].add_done_callback(lambda _: self._asked.pop(question, None))
        return await asyncio.shield(self._asked[question])  # whoever gives up leaves the others their answer

    async def _ask(self, agents_chat: int, user_id: int) -> Role | None:
        try:
            member = await self._bot.get_chat_member(agents_chat, user_id)
        except (BadRequest, Forbidden) as error:
            log.info("somebody who wrote in a group is no member of it", group=agents_chat, error=str(error))
            return None
        except TelegramError as error:
            raise DeliveryError(f"Telegram could not say who belongs to the group ({error}). Try again.") from error
        role = role_of_member(member.to_dict())
        return None if role is None else max(role, self._roles(agents_chat, user_id), key=list(Role).index)

    def is_admin(self, user_id: int) -> bool:
        """Whether the settings name them an admin."""
        return self._roles.is_admin(user_id)

    def note(self, agents_chat: int, person: Person, role: Role | None) -> None:
        """Telegram has told it by itself."""
        self._roles.note(agents_chat, person, role)
