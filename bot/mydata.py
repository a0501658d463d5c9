"""What a customer may ask about all that we keep of them: to see it, to have it, to have it erased.

What is said is decided in :mod:`bot.core.mydata`, what is left in :mod:`bot.core.erasure`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.cases import Cases
from bot.core import arrival, asked, mydata
from bot.core.conversation import Conversation
from bot.core.draft import Context
from bot.core.incoming import CustomerChoice, CustomerMessage
from bot.core.step import Due, Step
from bot.ports import Store


class MyData:
    """Gathers a customer's conversations, and has them erased. All methods raise StoreError."""

    def __init__(self, store: Store, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def asked(self, conversation: Conversation, message: CustomerMessage, update_id: int) -> None:
        """The customer wants to know what we keep; their chat is leased."""
        past = await self._past(conversation)
        context = self._cases.context()
        step = asked.command(conversation, message, update_id, context, lambda draft: mydata.tell(draft, past))
        await self._cases.commit(step)

    async def chose(self, choice: CustomerChoice, update_id: int) -> None:
        """The customer pressed a button below what we said about it."""
        context = self._cases.context()
        async with self._store.lease(choice.chat_id) as last:
            conversation = last or arrival.fresh(choice.chat_id, choice.customer, None, context)
            past = await self._past(conversation)
            await self._cases.commit(mydata.choose(conversation, choice, past, update_id, context))

    async def erase(self, due: Due) -> None:
        """Erase what a customer wanted erased."""
        async with self._store.lease(due.chat_id):
            await carry_out(due, self._store, self._cases.commit, self._cases.context())

    async def _past(self, conversation: Conversation) -> list[Conversation]:
        """The customer's other conversations, oldest first."""
        return [one for one in await self._store.past_conversations(conversation.chat_id) if one.id != conversation.id]


async def carry_out(due: Due, store: Store, commit: Callable[[Step], Awaitable[None]], context: Context) -> None:
    """Erase what a customer, whose chat is leased, wanted erased. Done again after a crash, it does no harm."""
    await store.erase(due.chat_id, context.now)
    for one in await store.past_conversations(due.chat_id):
        if one.erased_at is not None and one.erased_at >= due.at and (told := mydata.tell_team(one, context)):
            await commit(told)
    left = await store.conversation(due.conversation_id)
    if left is not None:
        await commit(Step(left, done=(due.id,)))
