"""Finds conversations, whether they are in memory still or in a case file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.core.conversation import Conversation, Phase
from bot.store.cases import Case, Cases, ordinal
from bot.store.entries import Raw
from bot.store.records import CONVERSATION
from bot.store.shelves import Shelves

_AT_ONCE = 100
"""How many conversations are read before others may run."""


class Casebook:
    """All conversations there ever were."""

    def __init__(self, shelves: Shelves, cases: Cases) -> None:
        self._shelves, self._cases = shelves, cases

    async def find(self, conversation_id: str) -> Case | None:
        """A conversation by its id. ``sent`` has what was sent in it if that is not in memory."""
        raw = self._shelves.conversations.raw(conversation_id)
        if raw is not None:
            return Case(CONVERSATION.read(raw), {})
        return await asyncio.to_thread(self._cases.read, conversation_id)

    async def last_of(self, chat_id: int) -> Case | None:
        """The last conversation of a chat. An open one is always the last."""
        ids = self._here(chat_id)
        if not any(self.is_open(key) for key in ids):
            ids.update(await asyncio.to_thread(self._cases.of_chat, chat_id))
        return await self.find(max(ids, key=ordinal)) if ids else None

    async def past_of(self, chat_id: int) -> tuple[Conversation, ...]:
        """The resolved ones of a chat, oldest first."""
        ids = self._here(chat_id)
        ids.update(await asyncio.to_thread(self._cases.of_chat, chat_id))
        found = [await self.find(key) for key in sorted(ids, key=ordinal)]
        return tuple(case.conversation for case in found if case and not case.conversation.is_open)

    async def of_topic(self, agents_chat: int, thread_id: int) -> Case | None:
        """The conversation that has this topic; if several had it, the last: one may take another up again."""
        here = self._shelves.by_topic.find(agents_chat, thread_id)
        if here:
            return await self.find(max(map(str, here), key=ordinal))
        past = await asyncio.to_thread(self._cases.of_topic, agents_chat, thread_id)
        return await self.find(past) if past else None

    async def all_open(self) -> tuple[Conversation, ...]:
        """All that are not resolved, as of now; others run between hundreds of them."""
        phases = [phase.value for phase in Phase if phase is not Phase.RESOLVED]
        keys = [key for phase in phases for key in self._shelves.by_phase.find(phase)]
        raws = [raw for key in keys if (raw := self._shelves.conversations.raw(key))]
        return tuple([CONVERSATION.read(raw) async for raw in _with_pauses(raws)])

    def is_open(self, conversation_id: str) -> bool:
        """Whether it is in memory and not resolved."""
        return self._shelves.by_phase.values_of(conversation_id) not in {(), ((Phase.RESOLVED.value,),)}

    def _here(self, chat_id: int) -> set[str]:
        return {str(key) for key in self._shelves.by_chat.find(chat_id)}


async def _with_pauses(raws: list[Raw]) -> AsyncIterator[Raw]:
    for count, raw in enumerate(raws, 1):
        yield raw
        if count % _AT_ONCE == 0:
            await asyncio.sleep(0)
