"""Our colleagues: met where they work, kept in the store, known to whoever decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.core import roster
from bot.core.conversation import Conversation
from bot.core.incoming import AgentChoice, AgentMessage, AgentReaction, Ignored, MemberStanding
from bot.core.people import Agent, Customer, Person, Role
from bot.core.roster import Roster
from bot.ports import Clock, Members, Store

Said = AgentMessage | AgentChoice | AgentReaction
"""What somebody does in an agents' group."""


class EveryoneBelongs:
    """Whoever writes in a group is a member of it, where nothing better is known."""

    async def role(self, agents_chat: int, user_id: int) -> Role | None:
        """They are an agent."""
        return Role.AGENT

    def is_admin(self, user_id: int) -> bool:
        """Nobody is."""
        return False

    def note(self, agents_chat: int, person: Person, role: Role | None) -> None:
        """That changes nothing."""


Met = Callable[[Person, Person | None], None]
"""Hears what is known of a colleague from now on, and what was before."""


class Staff:
    """Keeps the roster as it is in the store. ``met`` hears of news of a colleague."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        members: Members | None = None,
        met: Met = lambda person, before: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._members = members or EveryoneBelongs()
        self._met = met
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
        before = self.roster.person(person.id)
        if person != before:
            await self._store.put_person(person)
            self.roster.know(person)
            self._met(person, before)
        return person

    async def in_private(self, customer: Customer) -> Person | None:
        """The colleague who writes to the bot in private; None: it is a customer. Raises StoreError."""
        known = self.roster.person(customer.id)
        if known is None and self._members.is_admin(customer.id):
            known = Person(customer.id, customer.name, customer.username, Role.ADMIN)
        return None if known is None else await self.know(replace(known, private=True))

    async def meet(self, people: Iterable[Person]) -> None:
        """Telegram has told who supervises which group, and who does so no more. Raises StoreError."""
        people = list(people)
        for group in {group for found in people for group in found.supervises}:
            still = {found.id for found in people if group in found.supervises}
            for person in self.roster.of(group):
                if group in person.supervises and person.id not in still and person.role is not Role.ADMIN:
                    await self.know(roster.without_lead(person, group))
        for found in people:
            known = self.roster.person(found.id) or await self._met_before(found)
            supervises = tuple(dict.fromkeys((*known.supervises, *found.supervises)))
            username = found.username or known.username
            await self.know(replace(known, name=found.name, username=username, role=found.role, supervises=supervises))

    async def admit(self, said: Said) -> Said | Ignored:
        """Who does something in a group, with the rights that they have there by the store.

        Of whom the store does not know, or has not heard for long, Telegram is asked. Who hides behind the group's
        name is one of its administrators: Telegram lets nobody else. Raises StoreError, and KeepwordError where
        Telegram can't tell.
        """
        agent, group = said.agent, said.agents_chat
        if agent.id <= 0:
            return said
        known = self.roster.person(agent.id)
        if not roster.belongs(known, group, self._clock.now()):
            role = await self._members.role(group, agent.id)
            if role is None:
                await self.stands(MemberStanding(group, agent, None))
                return Ignored("done by somebody who does not belong to the agents' group")
            agent = replace(agent, role=max(agent.role, role, key=list(Role).index))
        person = await self.see(agent, group)
        return said if person is None else replace(said, agent=replace(agent, role=person.role_in(group)))

    async def stands(self, standing: MemberStanding) -> None:
        """Telegram says what somebody is in a group now. Raises StoreError."""
        known, agent = self.roster.person(standing.agent.id), standing.agent
        self._members.note(standing.agents_chat, known or Person(agent.id, agent.name, agent.username), standing.role)
        if known is not None:
            await self.know(roster.stands(known, standing.agents_chat, standing.role))

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
