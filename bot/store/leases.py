"""One at a time for each customer's chat; chats know nothing of one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.store.cases import Case


@dataclass(slots=True, eq=False)
class Lease:
    """Who works on a chat. ``known``: its conversations as this lease found or last committed them, by id."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0
    known: dict[str, Case] = field(default_factory=dict)


class Leases:
    """The leases of all chats; one that nobody holds or waits for takes no memory."""

    def __init__(self) -> None:
        self._leases: dict[int, Lease] = {}

    @asynccontextmanager
    async def hold(self, chat_id: int) -> AsyncIterator[Lease]:
        """Wait for this chat, first come first served, and have it until the end of the block."""
        lease = self._leases.setdefault(chat_id, Lease())
        lease.wanted += 1
        try:
            async with lease.lock:
                lease.known.clear()
                yield lease
        finally:
            lease.wanted -= 1
            if not lease.wanted:
                del self._leases[chat_id]

    def held(self, chat_id: int) -> Lease | None:
        """The lease of this chat, if someone holds it."""
        lease = self._leases.get(chat_id)
        return lease if lease and lease.lock.locked() else None
