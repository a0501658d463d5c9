"""What one side does to a message that the other side sees: edits, reactions, and answers to it.

What becomes of it there is decided in :mod:`bot.core.mirror`; the new messages themselves are the story's own.
"""

from __future__ import annotations

from dataclasses import replace

from bot.cases import Cases
from bot.core import blocking, mirror
from bot.core.incoming import AgentReaction, CustomerMessage, CustomerReaction
from bot.core.outgoing import Copy
from bot.ports import Store


class Mirroring:
    """Finds the case that a message belongs to, and commits what the other side is to see. Raises StoreError."""

    def __init__(self, store: Store, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def edited(self, message: CustomerMessage, update_id: int) -> None:
        """A customer edited a message."""
        context = self._cases.context()
        seen = await self._cases.about(message.chat_id, message.message_id)
        async with self._store.lease(message.chat_id) as last:
            conversation = await self._cases.as_it_is(seen, last) if seen else last
            if last is not None and last.customer.blocked:
                await self._cases.commit(blocking.turn_away(last, message, update_id, context))
            elif conversation is not None:
                await self._cases.commit(mirror.customer_edited(conversation, message, update_id, context))
            else:
                await self._store.discard(update_id, "an edit of a message from before our time")

    async def reacted(self, reaction: CustomerReaction | AgentReaction, update_id: int) -> None:
        """Someone reacted to a message."""
        chat_id = reaction.chat_id if isinstance(reaction, CustomerReaction) else reaction.agents_chat
        seen = await self._cases.about(chat_id, reaction.message_id, only_copies=True)
        if seen is None:
            await self._store.discard(update_id, "a reaction to a message that has no counterpart")
            return
        async with self._cases.leased(seen) as conversation:
            if isinstance(reaction, CustomerReaction) and conversation.customer.blocked:
                await self._store.discard(update_id, "a reaction of a customer who is blocked")
                return
            await self._cases.commit(mirror.reacted(conversation, reaction, update_id, self._cases.context()))

    async def without_known_quote(self, message: CustomerMessage) -> CustomerMessage:
        """What answers an agent's words will answer them in the topic too: there is no need to quote them."""
        if not message.quoted or message.reply_to is None:
            return message
        sent = await self._store.counterpart(message.chat_id, message.reply_to)
        return replace(message, quoted="") if sent and isinstance(sent[0].content, Copy) else message
