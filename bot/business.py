"""Business accounts that the bot is connected to: whose chats are whose, and what their owners do in them.

Which account a connection belongs to is kept in the store; one that we have not heard of is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

from bot.cases import Cases
from bot.core import arrival, handover, owner, reach
from bot.core.business import Account, Through
from bot.core.incoming import (
    AccountStanding,
    CustomerChoice,
    CustomerMessage,
    Deleted,
    Ignored,
    Incoming,
    OwnerMessage,
)
from bot.ports import Store

Ask = Callable[[str], Awaitable[Account | None]]
"""Asks Telegram for the account of a connection; None: there is no such connection (any more)."""


async def nobody_knows(_connection_id: str) -> Account | None:
    """There is no Telegram to ask."""
    return None


class Business:
    """Gives each chat of an account its own number, and takes what happens there. Raises StoreError."""

    def __init__(
        self, store: Store, cases: Cases, ask: Ask, heal: Callable[[AccountStanding], Awaitable[None]]
    ) -> None:
        self._store = store
        self._cases = cases
        self._ask = ask
        self._heal = heal
        self._accounts: dict[str, Account] = {}

    async def placed(self, said: Incoming) -> Incoming:
        """What was said, in our own numbers of chats. What is about no business account stays as it is."""
        if not isinstance(said, CustomerMessage | CustomerChoice | OwnerMessage | Deleted) or said.through is None:
            return said
        account = await self._account(said.through)
        if account is None:
            return Ignored("in the chat of a business account whose connection Telegram does not know")
        customer = said.through.chat_id
        return replace(said, chat_id=account.chat_with(customer), through=account.through(customer))

    async def hears(self, said: OwnerMessage | Deleted | AccountStanding, update_id: int) -> None:
        """Something happened in an account's chat, or to the account, that the bot has no part in."""
        match said:
            case OwnerMessage():
                await self._owner_wrote(said, update_id)
            case Deleted():
                await self._deleted(said, update_id)
            case _:
                await self._stands(said, update_id)
                await self._heal(said)

    async def _stands(self, standing: AccountStanding, update_id: int) -> None:
        """An account was connected or disconnected, or the bot's rights in it changed: its open cases are marked so."""
        account = standing.account
        await self._keep(account)
        for seen in await self._store.open_conversations():
            if seen.through is None or seen.through.owner_id != account.owner_id:
                continue
            async with self._cases.leased(seen) as conversation:
                now = replace(conversation, through=account.through(seen.through.chat_id))
                await self._cases.commit(reach.account_stands(now, account, self._cases.context()))
        await self._store.discard(update_id, "about a business account: it was told to whom it concerns")

    async def _owner_wrote(self, message: OwnerMessage, update_id: int) -> None:
        """The owner of an account wrote to a customer themself."""
        async with self._store.lease(message.chat_id) as last:
            context = self._cases.context()
            if message.edited:
                if last is None:
                    await self._store.discard(update_id, "an edit of a message from before our time")
                else:
                    await self._cases.commit(owner.edited(last, message, update_id, context))
                return
            if last is not None and not arrival.is_over(last, context):
                conversation = last
            else:
                if last is not None and last.is_open:
                    await self._cases.commit(arrival.end_idle(last, context))
                conversation = arrival.fresh(message.chat_id, message.customer, last, context)
            conversation = replace(conversation, through=message.through)
            await self._cases.commit(handover.owner_wrote(conversation, message, update_id, context))

    async def _deleted(self, gone: Deleted, update_id: int) -> None:
        """Messages of an account's chat were deleted."""
        async with self._store.lease(gone.chat_id) as last:
            if last is None:
                await self._store.discard(update_id, "messages from before our time were deleted")
                return
            await self._cases.commit(owner.deleted(last, gone, update_id, self._cases.context()))

    async def _account(self, through: Through) -> Account | None:
        connection_id = through.connection_id
        if (known := self._accounts.get(connection_id)) is not None:
            return known
        kept = await self._store.known(_fact(connection_id))
        account = Account(**json.loads(kept)) if kept else await self._ask(connection_id)
        if account is not None and not kept:
            await self._keep(account)
        elif account is not None:
            self._accounts[connection_id] = account
        return account

    async def _keep(self, account: Account) -> None:
        await self._store.note(_fact(account.connection_id), json.dumps(asdict(account)))
        self._accounts[account.connection_id] = account


def _fact(connection_id: str) -> str:
    return f"business:{connection_id}"
