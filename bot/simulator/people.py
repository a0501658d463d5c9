"""Who is in the simulated Telegram: customers, members of the agents' group, and the bot itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.simulator.wire import JsonObject, without_none


class Part(StrEnum):
    """What part a person plays."""

    CUSTOMER = "customer"
    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    FORMER = "former"
    BOT = "bot"


@dataclass(slots=True)
class Person:
    """A Telegram user. ``started``: has written to the bot in private; ``blocked``: has blocked it since."""

    id: int
    name: str
    part: Part
    username: str | None = None
    language_code: str | None = None
    started: bool = False
    blocked: bool = False
    deleted: bool = False

    @property
    def is_bot(self) -> bool:
        return self.part is Part.BOT

    def as_user(self) -> JsonObject:
        """A ``User`` of the Bot API."""
        first, _, last = self.name.partition(" ")
        return without_none(
            id=self.id,
            is_bot=self.is_bot,
            first_name=first,
            last_name=last or None,
            username=self.username,
            language_code=self.language_code,
        )

    def as_person(self) -> JsonObject:
        """A *Person* of the page."""
        return {
            "id": self.id,
            "name": self.name,
            "username": self.username,
            "language_code": self.language_code,
            "is_bot": self.is_bot,
            "chat_id": self.id if self.part is Part.CUSTOMER else None,
            "role": str(self.part),
            "blocked": self.blocked,
        }
