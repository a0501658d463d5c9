"""Which tables there are, what stands in them, and how it is found.

=============  ====================  ===================================================================
table          id                    document
=============  ====================  ===================================================================
conversations  conversation id       the conversation; only open ones and those resolved a moment ago
steps          conversation id       the digest of its last step, by which a repetition is known
updates        update id             an update that no step has dealt with
handled        update id             nothing: that it was dealt with
due            its own               the due row
outbox         its own               the row, how far it has come, and its number in the order of commits
sent           that of the outbox    the row and what came of it
people         user id               a colleague
facts          its name              what is known of the house as a whole
recent         conversation id       nothing: it has a case file, and its ``sent`` rows are still here
=============  ====================  ===================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tinydb import TinyDB
from tinydb.table import Table

from bot.store.entries import Key
from bot.store.indexes import Arrivals, Index, Line, Lookup, Schedule
from bot.store.storage import JournalStorage
from bot.store.tables import KeptTable


class KeptDB(TinyDB):
    """TinyDB over tables in memory and a journal."""

    table_class: type[Table] = KeptTable


class Shelves:
    """All tables of a store, with the indexes that follow them."""

    def __init__(self, storage: JournalStorage) -> None:
        self.db = KeptDB(storage=lambda: storage)
        self.by_chat, self.by_phase = Lookup.of_fields("chat_id"), Lookup.of_fields("phase")
        self.by_topic = Lookup.of_fields("agents_chat", "topic_id")
        self.conversations = self._table("conversations", str, self.by_chat, self.by_phase, self.by_topic)
        self.steps = self._table("steps", str)
        self.updates = self._table("updates", int)
        self.handled_order = Arrivals()
        self.handled = self._table("handled", int, self.handled_order)
        self.schedule = Schedule()
        self.due = self._table("due", str, self.schedule)
        self.line, self.unsent = Line(), Lookup(_conversation_of)
        self.outbox = self._table("outbox", str, self.line, self.unsent)
        self.by_message, self.by_source = Lookup(_messages_of), Lookup(_source_of)
        self.sent_in = Lookup(_conversation_of)
        self.sent = self._table("sent", str, self.by_message, self.by_source, self.sent_in)
        self.facts = self._table("facts", str)
        self.people = self._table("people", int)
        self.recent_order = Arrivals()
        self.recent = self._table("recent", str, self.recent_order)

    def _table(self, name: str, key: type[Key], *indexes: Index) -> KeptTable:
        table = self.db.table(name, key=key, indexes=indexes)
        assert isinstance(table, KeptTable)
        return table

    def forget_update(self, update_id: int, keep: int) -> None:
        """An update was dealt with. Of those before it, ``keep`` are remembered."""
        self.updates.drop(update_id)
        self.handled.put(update_id, {})
        for key in self.handled_order.oldest(beyond=keep):
            self.handled.drop(key)


def _conversation_of(row: Mapping[str, Any]) -> Iterator[tuple[str]]:
    yield (row["outgoing"]["conversation_id"],)


def _messages_of(row: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    return ((row["receipt"]["chat_id"], message_id) for message_id in row["receipt"]["message_ids"])


def _source_of(row: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """The message that was copied, if it is there."""
    content = row["outgoing"]["content"]
    if content["type"] == "copy" and row["receipt"]["message_ids"]:
        yield content["from_chat_id"], content["message_id"]
