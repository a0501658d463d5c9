"""Which message on one side stands for which on the other: the message map, read both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.conversation import Author, Conversation, Ref
from bot.core.errors import CounterpartGoneError
from bot.core.outgoing import Copy, Outgoing, React, Retract, Revise, Text
from bot.ports import Store
from bot.telegram.call import Place
from bot.telegram.merging import joined
from bot.telegram.sending import labelled

_GONE = "On the other side there is nothing that stands for this message, or it was sent too long ago."


class Counterparts:
    """Finds, as a row is about to go, the messages that it answers or changes: those before it have gone by then."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, ref: Ref, chat_id: int) -> tuple[int, ...]:
        """The messages of a chat that stand for one of another chat, or that it stands for; none where none does."""
        if ref.chat_id == chat_id:
            return (ref.message_id,)
        copies = await self._store.copies(ref.chat_id, ref.message_id)
        here = [receipt.message_ids for _, receipt in copies if receipt.chat_id == chat_id]
        if here:
            return here[-1]
        sent = await self._store.counterpart(ref.chat_id, ref.message_id)
        content = sent[0].content if sent else None
        if isinstance(content, Copy) and content.from_chat_id == chat_id:
            return (content.message_id,)
        return ()

    async def placed(self, row: Outgoing, place: Place) -> Place:
        """The place with what a row answers or changes there. Raises CounterpartGoneError where that is not there."""
        content = row.content
        if isinstance(content, Copy) and content.answers is not None:
            found = await self.of(content.answers, place.chat_id)
            return replace(place, reply_to=found[0]) if found else place
        if not isinstance(content, Revise | React | Retract):
            return place
        found = await self.of(content.of, place.chat_id)
        if not found:
            raise CounterpartGoneError(_GONE)
        return replace(place, targets=found)

    async def revised(self, content: Revise, place: Place, conversation: Conversation | None) -> Revise:
        """New words for a message that was joined from several hold the words of all of them, as they are now; for one
        that has a label, they have it too."""
        rows = await self._store.joined(place.chat_id, place.targets[0])
        together = [row for row, _ in rows if isinstance(row.content, Copy)]
        if len(together) < 2 or conversation is None:
            return _labelled(together, content)
        lines = (*conversation.messages, *conversation.pending)
        now = {line.ref: line.text for line in lines if line.author is Author.CUSTOMER}
        renewed = [replace(row, content=_renewed(row.content, content, now)) for row in together]
        whole = joined(renewed)
        assert isinstance(whole, Text)
        return replace(content, text=whole.text, entities=whole.entities)


def _labelled(rows: Sequence[Outgoing], content: Revise) -> Revise:
    first = rows[0].content if rows else None
    if not isinstance(first, Copy) or not first.label:
        return content
    said = labelled(replace(first, text=content.text, entities=content.entities))
    return replace(content, text=said.text, entities=said.entities)


def _renewed(copy: object, change: Revise, now: dict[int, str]) -> Copy:
    assert isinstance(copy, Copy)
    if copy.message_id == change.of.message_id:
        return replace(copy, text=change.text, entities=change.entities)
    text = now.get(copy.message_id, copy.text)
    return replace(copy, text=text, entities=copy.entities if text == copy.text else ())
