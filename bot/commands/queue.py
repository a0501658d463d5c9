"""``keepword queue``: the promises that are open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.table import Table

from bot.commands.printing import print_json, print_table, results
from bot.core import queue, words
from bot.core.content import Catalogue
from bot.core.conversation import Conversation
from bot.core.queue import Entry
from bot.files.load import load_or_raise
from bot.settings import Settings
from bot.store.tiny import TinyStore


def show_queue(settings: Settings, *, as_json: bool) -> None:
    """Print the open cases that wait for a human, the most urgent first."""
    catalogue = load_or_raise(settings.content)
    ordered = queue.entries(asyncio.run(_open_cases(settings)), datetime.now(UTC))
    if as_json:
        for entry in ordered:
            print_json(_facts(entry, catalogue))
    elif ordered:
        print_table(_table(ordered, catalogue))
    else:
        results.print("Nobody is waiting: no promise is open.")


async def _open_cases(settings: Settings) -> tuple[Conversation, ...]:
    store = await TinyStore.peek(settings.store_folder)
    try:
        return await store.open_conversations()
    finally:
        await store.close()


def _facts(entry: Entry, catalogue: Catalogue) -> dict[str, object]:
    case = entry.case
    promise = case.promise
    return {
        "conversation": case.id,
        "customer": case.customer.name,
        "chat_id": case.chat_id,
        "phase": case.phase.value,
        "intent": case.intent,
        "title": catalogue.title(catalogue.standards.default_language, case.intent),
        "kind": case.kind.value,
        "severity": case.severity.value,
        "agent": case.agent.name if case.agent else None,
        "assigned": case.assigned.name if case.assigned else None,
        "promise": promise.id if promise else None,
        "made_at": promise.made_at.isoformat() if promise else None,
        "due_at": promise.due_at.isoformat() if promise else None,
        "quoted": promise.quoted if promise else None,
        "snoozed_until": case.snoozed.until.isoformat() if case.snoozed else None,
        "late": bool(entry.left and entry.left < timedelta(0)),
        "tags": list(entry.case.tags),
        "why": entry.why,
    }


def _table(entries: list[Entry], catalogue: Catalogue) -> Table:
    language = catalogue.standards.default_language
    zone = ZoneInfo(catalogue.standards.zone)
    table = Table(
        "Due", "Left", "Customer", "About", "Severity", "Case", "Agent", "Tags", "Why", box=None, pad_edge=False
    )
    for entry in entries:
        case = entry.case
        due = f"{entry.due_at.astimezone(zone):%a %H:%M}" if entry.due_at else "–"
        left = words.span(language, entry.left) if entry.left is not None else "answered"
        about = catalogue.title(language, case.intent)
        agent = case.agent or case.assigned
        why = words.render(catalogue, language, f"team_why_{entry.why.value}")
        table.add_row(
            due,
            left,
            case.customer.name,
            about,
            case.severity.value,
            case.id,
            agent.name if agent else "",
            ", ".join(case.tags),
            why,
        )
    return table
