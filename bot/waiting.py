"""Which cases wait for a human or have one: known by their ids, so that the queue is read without reading all else."""

from __future__ import annotations

from collections.abc import Container

from bot.core.conversation import Conversation, Phase
from bot.ports import Store

_OURS = (Phase.WAITING, Phase.HUMAN)


class Waiting:
    """Follows the cases as they change; after a start it learns of those from before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._groups: dict[str, int | None] = {}
        self._changed: set[str] | None = set()
        """Conversations that have changed since we started, until all have been learnt of."""

    def note(self, conversation: Conversation) -> None:
        """A conversation is now as it is."""
        if self._changed is not None:
            self._changed.add(conversation.id)
        self._put(conversation)

    async def learn(self) -> None:
        """Learn of the cases from before; beside all else, for there may be many. Raises StoreError."""
        for conversation in await self._store.open_conversations():
            if self._changed is not None and conversation.id not in self._changed:
                self._put(conversation)
        self._changed = None

    async def cases(self, groups: Container[int | None] | None = None) -> list[Conversation]:
        """Those of these groups, or all of them, as they are now; in no promised order. Raises StoreError."""
        if self._changed is not None:
            await self.learn()
        ids = [key for key, group in self._groups.items() if groups is None or group in groups]
        found = [await self._store.conversation(key) for key in ids]
        return [each for each in found if each is not None]

    def _put(self, conversation: Conversation) -> None:
        if conversation.phase in _OURS:
            self._groups[conversation.id] = conversation.agents_chat
        else:
            self._groups.pop(conversation.id, None)
