"""What a step and a receipt change in the tables. Nothing here waits: the caller holds the transaction."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from bot.core.conversation import GONE, Conversation
from bot.core.outgoing import Card, Content, Delivery, OpenTopic, Receipt
from bot.core.step import Step
from bot.store.cases import Case
from bot.store.entries import pack, unpack
from bot.store.records import OUTGOING, RECEIPT, STEP
from bot.store.shelves import Shelves
from bot.store.storage import JournalStorage

_PLACE = ("agents_chat", "topic_id", "card_id")
"""Fields of a conversation that receipts set, also while someone has it leased."""


class Stepping:
    """Writes steps and receipts."""

    def __init__(self, storage: JournalStorage, shelves: Shelves, *, keep_updates: int) -> None:
        self._storage, self._shelves, self._keep_updates = storage, shelves, keep_updates
        self._number = shelves.line.last()

    def write_step(self, step: Step, known: Case | None) -> Conversation | None:
        """Write a step; returns the conversation as it is kept. None: it is the same step as the last one.

        ``known`` is the conversation as whoever decided the step knew it; None: it is new to them.
        """
        document = STEP.dump(step)
        digest = hashlib.blake2b(pack(document), digest_size=12).hexdigest()
        if self._is_repeated(step.conversation.id, digest):
            return None
        conversation = self._in_place(step.conversation, known)
        self._revive(conversation.id, known)
        self._shelves.conversations.put(conversation.id, {**document["conversation"], **_place_of(conversation)})
        self._shelves.steps.put(conversation.id, {"digest": digest})
        self._write_rest(step, document)
        return conversation

    def write_receipt(self, receipt: Receipt) -> str | None:
        """Write a receipt; returns the id of its conversation. None: no such row waits."""
        raw = self._shelves.outbox.raw(receipt.outgoing_id)
        if raw is None:
            return None
        document = unpack(raw)["outgoing"]
        row = OUTGOING.load(document)
        self._shelves.outbox.drop(row.id)
        self._shelves.sent.put(row.id, {"outgoing": document, "receipt": RECEIPT.dump(receipt)})
        if receipt.delivery is Delivery.SENT:
            self._note_place(row.conversation_id, row.content, receipt)
        return row.conversation_id

    def _is_repeated(self, conversation_id: str, digest: str) -> bool:
        raw = self._shelves.steps.raw(conversation_id)
        return raw is not None and unpack(raw)["digest"] == digest

    def _in_place(self, conversation: Conversation, known: Case | None) -> Conversation:
        """The conversation with the topic and card that it has by now, which whoever leased it may not know of.

        What a step says to be gone is gone.
        """
        given = _place_of(conversation)
        leased = _place_of(known.conversation) if known else dict.fromkeys(_PLACE)
        raw = self._shelves.conversations.raw(conversation.id)
        stored = unpack(raw) if raw else leased
        kept = {name: stored[name] for name in _PLACE if given[name] in {None, leased[name]}}
        places: dict[str, Any] = {name: None if at == GONE else at for name, at in {**given, **kept}.items()}
        return replace(conversation, **places)

    def _revive(self, conversation_id: str, known: Case | None) -> None:
        """What was sent in a conversation that had a case file is in memory again."""
        for key, row in known.sent.items() if known else ():
            self._shelves.sent.put(key, row)
        self._shelves.recent.drop(conversation_id)

    def _write_rest(self, step: Step, document: dict[str, Any]) -> None:
        for event in document["events"]:
            self._storage.log("events", event)
        for row in document["outbox"]:
            self._write_row(row)
        for key in step.done:
            self._shelves.due.drop(key)
        for row in document["due"]:
            self._shelves.due.put(row["id"], row)
        if step.update_id is not None:
            self._shelves.forget_update(step.update_id, keep=self._keep_updates)

    def _write_row(self, row: dict[str, Any]) -> None:
        if row["id"] not in self._shelves.outbox and row["id"] not in self._shelves.sent:
            self._number += 1
            waiting = {"number": self._number, "delivery": Delivery.PENDING.value, "outgoing": row}
            self._shelves.outbox.put(row["id"], waiting)

    def _note_place(self, conversation_id: str, content: Content, receipt: Receipt) -> None:
        """Set the topic or the card that was made by this send. A new topic begins without a card."""
        raw = self._shelves.conversations.raw(conversation_id)
        if raw is None:
            return
        document = unpack(raw)
        if isinstance(content, OpenTopic) and receipt.thread_id is not None:
            moved = content.again or document["topic_id"] != receipt.thread_id
            document.update(topic_id=receipt.thread_id, agents_chat=receipt.chat_id)
            document["card_id"] = None if moved else document["card_id"]
        elif isinstance(content, Card) and receipt.message_ids:
            document["card_id"] = receipt.message_ids[0]
        self._shelves.conversations.put(conversation_id, document)


def _place_of(conversation: Conversation) -> dict[str, Any]:
    return {name: getattr(conversation, name) for name in _PLACE}
