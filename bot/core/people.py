"""Who takes part in a conversation: customers, colleagues, and the bot. All frozen; times are aware UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

BOT_NAME = "bot"
"""Who did it, in an event or a promise, when no person did."""

CUSTOMER_NAME = "customer"
"""Who did it, when the customer did."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes to us. ``language_code`` is what their Telegram says; ``language`` is what they chose, if they did.

    ``follow_ups``: whether we may write to them of our own accord, to ask how it was. ``blocked``: a supervisor has
    said that we read nothing more of theirs.
    """

    id: int
    name: str
    username: str | None = None
    language_code: str | None = None
    language: str | None = None
    zone: str | None = None
    follow_ups: bool = True
    blocked: bool = False


def is_person(chat_id: int | None) -> bool:
    """Whether a chat is a person's private one with the bot: a person's id is positive, a group's negative."""
    return chat_id is not None and chat_id > 0


def crowds(chats: Iterable[int]) -> frozenset[int]:
    """Those of these chats that are groups."""
    return frozenset(chat for chat in chats if not is_person(chat))


class Role(StrEnum):
    """What a colleague may do; each role may do all that the ones before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Agent:
    """A colleague who takes chats over, by their Telegram user id."""

    id: int
    name: str
    role: Role = Role.AGENT
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague as the house knows them, by their Telegram user id.

    ``groups`` are the agents' groups they were seen to work in, ``supervises`` those they are a supervisor of.
    ``languages`` are those they serve (empty: not said), ``capacity`` is how many cases they take at a time (None: as
    many as the standards say). ``private``: they have started the bot, so that it may write to them.
    ``appointed`` are the groups that colleagues made them a supervisor of, whatever they are there in Telegram.
    """

    id: int
    name: str
    username: str | None = None
    role: Role = Role.AGENT
    groups: tuple[int, ...] = ()
    supervises: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    away: bool = False
    private: bool = False
    seen_at: datetime | None = None
    appointed: tuple[int, ...] = ()

    def leads(self, group: int | None) -> bool:
        """Whether they are a supervisor of a group."""
        return group in self.supervises or group in self.appointed

    @property
    def all_groups(self) -> tuple[int, ...]:
        """The groups that they work in or are a supervisor of."""
        return tuple(dict.fromkeys((*self.groups, *self.supervises, *self.appointed)))

    @property
    def is_colleague(self) -> bool:
        """Whether they still belong to us: who has left every group does not."""
        return bool(self.all_groups) or self.role is Role.ADMIN

    @property
    def highest(self) -> Role:
        """The most that they may do in any group."""
        if self.role is Role.ADMIN:
            return Role.ADMIN
        return Role.SUPERVISOR if self.supervises or self.appointed else Role.AGENT

    def role_in(self, group: int | None) -> Role:
        """What they may do in a group."""
        if self.role is Role.ADMIN:
            return Role.ADMIN
        return Role.SUPERVISOR if self.leads(group) else Role.AGENT

    @property
    def label(self) -> str:
        """How they are called out: by their username, else by name."""
        return f"@{self.username}" if self.username else self.name
