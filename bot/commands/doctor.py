"""``keepword doctor``: what stands in the way of working, and what to do about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.commands.printing import results
from bot.core.errors import StoreError, StoreLockedError
from bot.files.load import load
from bot.settings import Settings
from bot.store.tiny import TinyStore
from bot.telegram.client import telegram_bot
from bot.telegram.doctor import Finding, diagnose

RUNNING = "A Keepword is running on this store"


def see_doctor(settings: Settings) -> int:
    """Print all findings, a line each, with the remedy below. Returns the exit code: 1 if anything is wrong."""
    findings = asyncio.run(_findings(settings))
    for finding in findings:
        results.print(f"{'ok  ' if finding.ok else 'BAD '} {finding.what}", markup=False)
        if finding.remedy:
            results.print(f"     → {finding.remedy}", markup=False)
    return 0 if all(finding.ok for finding in findings) else 1


async def _findings(settings: Settings) -> list[Finding]:
    return [_content(settings.content), await _store(settings.store_folder), *await _telegram(settings)]


def _content(folder: Path) -> Finding:
    loaded = load(folder)
    if loaded.catalogue is not None:
        return Finding(True, f"The content in {folder.resolve()} is good")
    first = loaded.problems[0]
    remedy = f"`keepword check` lists them all; the first is {first}"
    return Finding(False, f"The content has {len(loaded.problems)} problems", remedy)


async def _store(folder: Path) -> Finding:
    """Whether conversations can be kept there. A folder that doesn't exist yet is made by the first run."""
    if not await asyncio.to_thread(folder.exists):
        return Finding(True, f"The store {folder} will be made at the first start")
    try:
        store = await TinyStore.open(folder)
    except StoreLockedError:
        return Finding(True, f"{RUNNING} ({folder})")
    except StoreError as error:
        return Finding(False, f"The store {folder} can't be used", str(error))
    await store.close()
    return Finding(True, f"The store {folder} can be read and written")


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.telegram_token is None:
        remedy = (
            "Get one from @BotFather and set KEEPWORD_TELEGRAM_TOKEN; until then `keepword run` simulates Telegram."
        )
        return [Finding(False, "There is no token", remedy)]
    bot = telegram_bot(settings.telegram_token.get_secret_value(), settings.telegram_api)
    webhook = settings.webhook_url if settings.mode == "webhook" else None
    try:
        return await diagnose(bot, settings.groups.all, webhook, settings.admin_ids)
    finally:
        await bot.shutdown()
