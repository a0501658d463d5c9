"""Our colleagues: met where they work, kept in the store, known to whoever decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core import roster
from bot.core.conversation import Conversation
from bot.core.people import Agent, Person
from bot.core.roster import Roster
from bot.ports import Clock, Store


class Staff:
    """Keeps the roster as it is in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.roster = Roster()
        self._changed: set[str] | None = set()
        """Conversations that have changed since we started, until all have been counted."""

    async def know_everyone(self) -> None:
        """Read from the store who our colleagues are: before anything is decided. Raises StoreError."""
        self.roster = Roster(await self._store.people())

    async def count_cases(self) -> None:
        """Find out what each has in hand; beside all else, for there may be many cases. Raises StoreError."""
        for conversation in await self._store.open_conversations():
            if self._changed is not None and conversation.id not in self._changed:
                self.roster.note(conversation, conversation.opened_at)
        self._changed = None

    def note(self, conversation: Conversation) -> None:
        """A conversation has changed."""
        self.roster.note(conversation, self._clock.now())
        if self._changed is not None:
            self._changed.add(conversation.id)

    async def know(self, person: Person) -> Person:
        """News of a colleague: kept, if it is any. Raises StoreError."""
        if person != self.roster.person(person.id):
            await self._store.put_person(person)
            self.roster.know(person)
        return person

    async def meet(self, people: Iterable[Person]) -> None:
        """Telegram has told who supervises which group. Raises StoreError."""
        for found in people:
            known = self.roster.person(found.id) or await self._met_before(found)
            supervises = tuple(dict.fromkeys((*known.supervises, *found.supervises)))
            username = found.username or known.username
            await self.know(replace(known, name=found.name, username=username, role=found.role, supervises=supervises))

    async def see(self, agent: Agent, group: int) -> Person | None:
        """Someone works in a group; None: it is the group itself, behind which an administrator hides.

        The chat of this person must not be leased. Raises StoreError.
        """
        if agent.id <= 0:
            return None
        known = self.roster.person(agent.id) or await self._met_before(Person(agent.id, agent.name))
        return await self.know(roster.seen(known, agent, group, self._clock.now()))

    async def _met_before(self, person: Person) -> Person:
        """Whoever has written to the bot before can be written to in private."""
        async with self._store.lease(person.id) as last:
            return replace(person, private=last is not None)
