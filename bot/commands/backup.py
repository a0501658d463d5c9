"""``keepword backup`` and ``keepword restore``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.commands.printing import results
from bot.settings import Settings
from bot.store.backup import Holdings, back_up, restore


def take_backup(settings: Settings, file: Path) -> None:
    """Write a backup, and say what was found in it."""
    holdings = asyncio.run(back_up(settings.store_folder, file))
    results.print(f"{file} ({file.stat().st_size / 1e6:.1f} MB) was written and read again: {_words(holdings)}.")


def restore_backup(settings: Settings, file: Path) -> None:
    """Put a backup in the store's folder, and say what is there now."""
    holdings = asyncio.run(restore(file, settings.store_folder))
    results.print(
        f"{settings.store_folder} has what {file} had: {_words(holdings)}. `keepword run` goes on from there."
    )


def _words(holdings: Holdings) -> str:
    return (
        f"{holdings.open_conversations} open conversations, {holdings.case_files} case files, "
        f"{holdings.events} events of the record"
    )
