"""``keepword aside``: what came and was not dealt with, and why."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

from rich.table import Table

from bot.commands.printing import print_json, results
from bot.core.redact import redact
from bot.settings import Settings
from bot.store.tiny import TinyStore

_WIDEST = 100
"""Characters of what came that a table shows."""


def show_aside(settings: Settings, *, last: int, as_json: bool) -> None:
    """Print what was set aside, the newest last."""
    found = asyncio.run(_set_aside(settings, last))
    if as_json:
        for one in found:
            print_json(one)
    elif found:
        table = Table("Why", "What came", box=None, pad_edge=False)
        for one in found:
            table.add_row(str(one.get("reason")), redact(_what_came(one))[:_WIDEST])
        results.print(table)
    else:
        results.print("Nothing was set aside.")


async def _set_aside(settings: Settings, last: int) -> deque[Mapping[str, object]]:
    store = await TinyStore.peek(settings.store_folder)
    return deque([one async for one in store.aside()], maxlen=last)


def _what_came(one: Mapping[str, object]) -> str:
    update = one.get("update")
    return str(update.get("raw") if isinstance(update, Mapping) else one.get("text"))
