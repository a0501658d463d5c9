"""Cases as the story needs them: found by what was written or pressed, held while it is decided, changed by a step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.core import blocking
from bot.core.content import Catalogue
from bot.core.conversation import Conversation
from bot.core.draft import Context, Groups
from bot.core.outgoing import Copy, LeaveTopic
from bot.core.sharing import Loads
from bot.core.step import Event, Step
from bot.core.workload import Workload
from bot.ports import Clock, Library, Sender, Store
from bot.staff import Staff
from bot.waiting import Waiting


class Cases:
    """The way to the cases in the store, and what the record of all of them teaches about our pace.

    ``committed`` is called after every step. ``active`` is which case each agent who works alone is at, by their chat.
    All methods that wait raise StoreError.
    """

    def __init__(
        self,
        *,
        store: Store,
        sender: Sender,
        library: Library,
        clock: Clock,
        groups: Groups,
        staff: Staff,
        committed: Callable[[Step], None],
    ) -> None:
        self._store = store
        self._sender = sender
        self._library = library
        self._clock = clock
        self._groups = groups
        self._staff = staff
        self._committed = committed
        self.waiting = Waiting(store)
        self._workload = Workload()
        self.active: dict[int, str] = {}
        self._loads = Loads()
        self._since_start: list[Event] | None = []
        self.blocked: set[int] = set()
        """Chats of customers who are known to be blocked, of those who did anything since we started."""

    def context(self, catalogue: Catalogue | None = None) -> Context:
        """What a decision may know just now; by ``catalogue``, where it is not to be the one that is live."""
        catalogue = catalogue or self._library.current().catalogue
        return Context(
            self._clock.now(),
            catalogue,
            self._groups,
            self._workload,
            self._staff.roster,
            self._loads,
            self.active,
        )

    def group_moved(self, old: int | None, new: int) -> None:
        """An agents' group has another id from now on; ``old`` None: there was none."""
        self._groups = self._groups.moved(old, new)

    def group_is_full(self, chat: int) -> None:
        """An agents' group takes no further topic, or soon won't."""
        self._loads.is_full(chat, self._clock.now())

    async def count(self) -> None:
        """Know how many cases each group has. Raises StoreError."""
        for conversation in await self._store.open_conversations():
            self._loads.note(conversation)

    async def about(self, chat_id: int, message_id: int, *, only_copies: bool = False) -> Conversation | None:
        """The conversation in which this message was passed on, or which we wrote it in (as a copy)."""
        sent = await self._store.copies(chat_id, message_id) or await self._store.joined(chat_id, message_id)
        rows = [row for row, _ in sent if isinstance(row.content, Copy) or not only_copies]
        return await self._store.conversation(rows[-1].conversation_id) if rows else None

    @asynccontextmanager
    async def leased(self, seen: Conversation) -> AsyncIterator[Conversation]:
        """A conversation that was looked at, exclusively, as it is now."""
        async with self._store.lease(seen.chat_id) as last:
            yield await self.as_it_is(seen, last)

    @asynccontextmanager
    async def leased_for(self, seen: Conversation, command: str) -> AsyncIterator[Conversation]:
        """As :meth:`leased`; the customer's last one, where an agent asks for what concerns the customer as such."""
        async with self._store.lease(seen.chat_id) as last:
            whole = last is not None and blocking.handles(command)
            yield last if last is not None and whole else await self.as_it_is(seen, last)

    async def as_it_is(self, seen: Conversation, last: Conversation | None) -> Conversation:
        """A conversation that was looked at, as it is now; ``last`` is the last one of its chat, which is leased."""
        if last is not None and last.id == seen.id:
            return last
        return await self._store.conversation(seen.id) or seen

    async def commit(self, step: Step) -> None:
        """Keep all that a decision changes, and have it known to those who go by it."""
        await self._store.commit(step)
        await self._note_left(step)
        self._hear(step.events)
        self._staff.note(step.conversation)
        self._note_blocked(step)
        self._loads.note(step.conversation)
        self.waiting.note(step.conversation)
        if step.outbox:
            self._sender.wake()
        self._committed(step)

    async def left(self, agents_chat: int, thread_id: int | None) -> Conversation | None:
        """The case that once had this topic, and goes on in another group."""
        name = await self._store.known(_left(agents_chat, thread_id))
        return await self._store.conversation(name) if name else None

    async def _note_left(self, step: Step) -> None:
        for row in step.outbox:
            if isinstance(row.content, LeaveTopic) and row.content.topic_id is not None:
                await self._store.note(_left(row.chat_id, row.content.topic_id), step.conversation.id)

    def _note_blocked(self, step: Step) -> None:
        """An older conversation may know nothing of it: only taking it back ends it."""
        if step.conversation.customer.blocked:
            self.blocked.add(step.conversation.chat_id)
        elif any(event.name == "unblocked" for event in step.events):
            self.blocked.discard(step.conversation.chat_id)

    async def recall(self, since: datetime) -> None:
        """Learn from the record since then how much there is to do, and how fast it was done; beside all else."""
        standards = self._library.current().catalogue.standards
        past = Workload()
        async for event in self._store.events(since=since):
            past.hear(event, standards)
        self._workload, heard, self._since_start = past, self._since_start or [], None
        self._hear(heard)

    def _hear(self, events: Iterable[Event]) -> None:
        standards = self._library.current().catalogue.standards
        for event in events:
            self._workload.hear(event, standards)
            if self._since_start is not None:
                self._since_start.append(event)


def _left(agents_chat: int, thread_id: int | None) -> str:
    return f"left:{agents_chat}:{thread_id}"
