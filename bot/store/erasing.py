"""What a customer had erased goes from all files: tables and journal, case files, logs, and what was delivered.

The tables come first, then a compaction, which leaves no older state of them behind and moves the logs to their
archives; those are then written anew. Each part may be done twice, so whoever was interrupted begins again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.core.conversation import Conversation
from bot.core.erasure import erased, erased_event
from bot.store.archive import rewrite_log
from bot.store.casebook import Casebook
from bot.store.cases import Cases, ordinal
from bot.store.deliveries import blank
from bot.store.entries import Raw, pack, unpack
from bot.store.records import CONVERSATION, EVENT
from bot.store.shelves import Shelves
from bot.store.storage import JournalStorage


class Eraser:
    """Erases the resolved conversations of one chat at a time. Nobody else may tidy the store meanwhile."""

    def __init__(self, storage: JournalStorage, shelves: Shelves, casebook: Casebook, cases: Cases) -> None:
        self._storage, self._shelves, self._casebook, self._cases = storage, shelves, casebook, cases

    async def erase(self, chat_id: int, at: datetime) -> dict[str, Conversation]:
        """Erase them, and answer what is left of them, by id. Raises StoreError, OSError."""
        left = {one.id: erased(one, at) for one in await self._casebook.past_of(chat_id)}
        if not left:
            return {}
        with self._storage.transaction() as transaction:
            self._change_tables(left)
        await self._storage.settled(transaction)
        await asyncio.to_thread(self._change_case_files, chat_id, left)
        await self._storage.compact()
        await asyncio.to_thread(self._change_logs, chat_id, left)
        await asyncio.to_thread(blank, self._storage.folder, self._is_done_with)
        return left

    def _change_tables(self, left: Mapping[str, Conversation]) -> None:
        last = max(left.values(), key=lambda one: ordinal(one.id))
        said_last = f"{last.id}:{last.steps}:"  # that it is erased, which may still be on its way
        for key, conversation in left.items():
            if key in self._shelves.conversations:
                self._shelves.conversations.put(key, CONVERSATION.dump(conversation))
            for row in self._shelves.sent_in.find(key):
                self._shelves.sent.drop(row)
            for row in self._shelves.unsent.find(key):
                if not str(row).startswith(said_last):
                    self._shelves.outbox.drop(row)

    def _change_case_files(self, chat_id: int, left: Mapping[str, Conversation]) -> None:
        for key in self._cases.of_chat(chat_id):
            if key in left:
                self._cases.keep(CONVERSATION.dump(left[key]), {})

    def _change_logs(self, chat_id: int, left: Mapping[str, Conversation]) -> None:
        archives = self._storage.folder / "archive"
        rewrite_log(archives, "events", _without_words(left))
        rewrite_log(archives, "aside", _without_updates(chat_id, left))

    def _is_done_with(self, update_id: int) -> bool:
        return update_id in self._shelves.handled


def _without_words(left: Mapping[str, Conversation]) -> Callable[[Raw], Raw]:
    """Changes the record of these conversations."""
    names = [pack({"id": key})[len(b'{"id":') : -1] for key in left]

    def changed(raw: Raw) -> Raw:
        if not any(name in raw for name in names):
            return raw
        event = EVENT.read(raw)
        return pack(EVENT.dump(erased_event(event))) if event.conversation_id in left else raw

    return changed


def _without_updates(chat_id: int, left: Mapping[str, Conversation]) -> Callable[[Raw], Raw]:
    """Changes what was set aside of this chat and its topics: nothing is left of what came, nor of why it was."""
    number = re.compile(rb"(?<!\d)%d(?!\d)" % abs(chat_id))
    lanes = {f"agents:{one.agents_chat}:{one.topic_id or 0}" for one in left.values() if one.agents_chat is not None}

    def changed(raw: Raw) -> Raw:
        aside = unpack(raw)
        concerned = number.search(raw) or aside.get("update", {}).get("lane") in lanes
        return pack(_blank(aside)) if concerned else raw

    return changed


def _blank(aside: dict[str, Any]) -> dict[str, Any]:
    if "update" not in aside:
        return {"text": "", "reason": "erased"}
    return {"update": {**aside["update"], "raw": {}}, "reason": "erased"}
