"""``keepword export`` and ``erase``: for customers who ask for their data elsewhere than in the chat."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from bot.commands.printing import results
from bot.core import export, mydata
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft
from bot.core.errors import StoreError
from bot.files.load import load_or_raise
from bot.mydata import carry_out
from bot.settings import Settings
from bot.store.tiny import TinyStore


def export_customer(settings: Settings, chat_id: int) -> None:
    """Print all that is kept of a customer, the record and colleagues' notes included."""
    sys.stdout.write(asyncio.run(_export(settings, chat_id)))


async def _export(settings: Settings, chat_id: int) -> str:
    store = await TinyStore.peek(settings.store_folder)
    try:
        conversations = await _all_of(store, chat_id)
        known = {one.id for one in conversations}
        events = [event async for event in store.events() if event.conversation_id in known]
        return export.as_file(conversations, events)
    finally:
        await store.close()


async def _all_of(store: TinyStore, chat_id: int) -> list[Conversation]:
    """Every conversation of a customer, oldest first. Raises StoreError where there is none."""
    past = await store.past_conversations(chat_id)
    now_open = [one for one in await store.open_conversations() if one.chat_id == chat_id]
    if not (found := [*past, *now_open]):
        raise StoreError(
            f"nobody has written from the chat {chat_id}; `keepword queue` and the cards show conversations"
        )
    return found


def erase_customer(settings: Settings, chat_id: int, *, withdraw: bool) -> int:
    """Erase all that is kept of a customer, and answer the exit code: 1 where something of theirs is open."""
    return asyncio.run(_erase(settings, chat_id, withdraw=withdraw))


async def _erase(settings: Settings, chat_id: int, *, withdraw: bool) -> int:
    catalogue = load_or_raise(settings.content)
    store = await TinyStore.open(settings.store_folder)
    try:
        *past, last = await _all_of(store, chat_id)
        if last.phase in (Phase.WAITING, Phase.HUMAN) and not withdraw:
            results.print(
                f"Nothing was erased: {last.customer.name} waits for a colleague (case {last.id}). "
                "Answer them first, or give --withdraw to end that as well."
            )
            return 1
        context = Context(datetime.now(UTC), catalogue, settings.groups)
        await _erase_all(store, past, last, context)
        results.print("Erased. The customer is told.")
        return 0
    finally:
        await store.close()


async def _erase_all(store: TinyStore, past: list[Conversation], last: Conversation, context: Context) -> None:
    """As in the chat: what was decided is kept first, then done."""
    async with store.lease(last.chat_id):
        draft = Draft(last, context)
        mydata.erase(draft, past)
        ended = draft.finish()
        await store.commit(ended)
        for due in ended.due:
            await carry_out(due, store, store.commit, context)
