"""Past messages of customers, for what looks back at them: from the store, without the people."""

from __future__ import annotations

import asyncio

from bot.core.anonymous import anonymous
from bot.core.conversation import Conversation
from bot.core.people import Customer
from bot.core.redact import redact
from bot.core.step import Event
from bot.core.turns import Turn, turns_of
from bot.settings import Settings
from bot.store.tiny import TinyStore

_NOBODY = Customer(0, "")


async def _record(settings: Settings) -> tuple[list[Event], dict[str, Customer]]:
    store = await TinyStore.peek(settings.store_folder)
    try:
        events = [event async for event in store.events()]
        known = {conversation.id: conversation for conversation in await store.open_conversations()}
        for conversation_id in dict.fromkeys(event.conversation_id for event in events):
            if conversation_id not in known and (past := await store.conversation(conversation_id)) is not None:
                known[conversation_id] = past
    finally:
        await store.close()
    return events, {key: _customer(conversation) for key, conversation in known.items()}


def _customer(conversation: Conversation) -> Customer:
    return conversation.customer


def record(settings: Settings) -> list[Event]:
    """All that is on record, oldest first. Works while a bot runs. Raises StoreError where there is no store."""
    events, _ = asyncio.run(_record(settings))
    return events


def turns(settings: Settings) -> tuple[tuple[Turn, str], ...]:
    """Every turn of a customer with its words as they may be shown: numbers and addresses masked, nobody named.

    Details such as order numbers are masked where they are long; the turn itself holds what was written.
    """
    events, customers = asyncio.run(_record(settings))
    return tuple((turn, shown(turn.text, customers.get(turn.conversation_id, _NOBODY))) for turn in turns_of(events))


def shown(text: str, customer: Customer) -> str:
    """``text`` as others may read it."""
    return anonymous(redact(text), customer, None).replace("{{", "{").replace("}}", "}")
