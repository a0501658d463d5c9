"""Several groups of one team share its cases: a new one goes where there is most room.

A group takes 20 messages a minute, however many cases are in it. Who has the fewest open cases has the most room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.conversation import Conversation

AVOIDED = timedelta(days=1)
"""For so long a full group gets no further cases: someone may have made room by then."""


class Loads:
    """How many open cases each group has, and which are full; known from what is decided, as it is decided."""

    def __init__(self) -> None:
        self._group_of: dict[str, int] = {}
        self._cases: Counter[int] = Counter()
        self._full_at: dict[int, datetime] = {}

    def note(self, conversation: Conversation) -> None:
        """A conversation has changed."""
        before = self._group_of.pop(conversation.id, None)
        if before is not None:
            self._cases[before] -= 1
        if conversation.is_open and conversation.agents_chat is not None:
            self._group_of[conversation.id] = conversation.agents_chat
            self._cases[conversation.agents_chat] += 1

    def is_full(self, chat: int, at: datetime) -> None:
        """A group takes no further topic, or soon won't."""
        self._full_at[chat] = at

    def cases(self, chat: int) -> int:
        """How many open cases a group has."""
        return self._cases[chat]

    def roomiest(self, chats: Sequence[int], now: datetime) -> int | None:
        """The group for a new case: not a full one if there is another, with the fewest open cases; of several the one
        that is named first. None: there is no group.
        """
        places = range(len(chats))
        best = min(places, key=lambda at: (self._avoids(chats[at], now), self._cases[chats[at]], at), default=None)
        return None if best is None else chats[best]

    def _avoids(self, chat: int, now: datetime) -> bool:
        full_at = self._full_at.get(chat)
        return full_at is not None and now - full_at < AVOIDED
