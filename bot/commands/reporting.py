"""``keepword report``: figures from the record, as a table, CSV or JSON."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.table import Table

from bot.commands.printing import Format, print_table, results
from bot.core.content import Catalogue, Standards
from bot.core.report import By, Cause, Figures, Per, Record, Spread, Standing, standing
from bot.core.understanding import NO_INTENT
from bot.files.load import load_or_raise
from bot.settings import Settings
from bot.store.tiny import TinyStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be reported. Times without a zone are the house's own."""

    since: datetime | None = None
    until: datetime | None = None
    by: By | None = None
    per: Per | None = None
    format: Format = Format.TABLE


Row = Mapping[str, str | int | float | None]


def print_report(settings: Settings, wanted: Wanted) -> None:
    """Read the record and print what was asked for."""
    catalogue = load_or_raise(settings.content)
    zone = catalogue.standards.zone
    since, until = _in_zone(wanted.since, zone), _in_zone(wanted.until, zone)
    record, now_open = asyncio.run(_read(settings, Record(zone, since, until), since, catalogue.standards))
    causes = record.causes(wanted.per or Per.WEEK)
    figures = record.figures(wanted.by)
    match wanted.format:
        case Format.JSON:
            sys.stdout.write(_json(figures, causes, now_open, since, until) + "\n")
        case Format.CSV:
            _print_csv([_cause(one) for one in causes] if wanted.per else _rows(figures, wanted.by))
        case Format.TABLE if wanted.per:
            print_table(_causes_table(causes, wanted.per, catalogue))
        case Format.TABLE:
            print_table(_table(figures, wanted.by, catalogue))
            results.print(f"\nOpen now: {now_open.open}, at risk: {now_open.at_risk}, overdue: {now_open.overdue}")


def _in_zone(at: datetime | None, zone: str) -> datetime | None:
    if at is None:
        return None
    return (at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at).astimezone(UTC)


async def _read(
    settings: Settings, record: Record, since: datetime | None, standards: Standards
) -> tuple[Record, Standing]:
    store = await TinyStore.peek(settings.store_folder)
    try:
        async for event in store.events(since=since):
            record.hear(event)
        return record, standing(await store.open_conversations(), standards, datetime.now(UTC))
    finally:
        await store.close()


# --- exact ------------------------------------------------------------------------------------------------------------


def _json(
    figures: dict[str, Figures],
    causes: list[Cause],
    now_open: Standing,
    since: datetime | None,
    until: datetime | None,
) -> str:
    told = {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "groups": {name: _row(one) for name, one in figures.items()},
        "complaints": [_cause(one) for one in causes],
        "now": {"open": now_open.open, "at_risk": now_open.at_risk, "overdue": now_open.overdue},
    }
    return json.dumps(told, ensure_ascii=False)


def _rows(figures: dict[str, Figures], by: By | None) -> list[Row]:
    return [{by.value if by else "group": name, **_row(one)} for name, one in figures.items()]


def _row(one: Figures) -> Row:
    """Every figure, exact; spans in seconds, shares between 0 and 1, None for what is not known."""
    return {
        "conversations": one.conversations,
        "asked": one.asked,
        "solved_by_bot": one.solved_by_bot,
        "solved_rate": one.solved_rate,
        **_spread("acknowledged", one.acknowledged),
        **_spread("first_words", one.first_words),
        **_spread("first_answer", one.first_answer),
        "promises": one.made,
        "kept": one.kept,
        "moved": one.moved,
        "broken": one.broken,
        "cancelled": one.cancelled,
        "open": one.open,
        "kept_rate": one.kept_rate,
        "over_quote": one.over_quote,
        "rated": one.rated,
        "stars": one.stars,
    }


def _spread(name: str, spread: Spread) -> Row:
    return {
        name: spread.count,
        f"{name}_median_seconds": None if spread.median is None else spread.median.total_seconds(),
        f"{name}_p90_seconds": None if spread.most is None else spread.most.total_seconds(),
    }


def _cause(cause: Cause) -> Row:
    return {"begins": cause.day, "intent": cause.intent, "complaints": cause.complaints}


def _print_csv(rows: Iterable[Row]) -> None:
    """A line of names and a line for each row; nothing but the names where there are no rows to take them from."""
    rows = list(rows)
    names = list(rows[0]) if rows else list(_cause(Cause("", "", 0)))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


# --- to read ----------------------------------------------------------------------------------------------------------

_COLUMNS = (
    "Cases",
    "By bot",
    "Seen",
    "First words",
    "Answer",
    "Promises",
    "Kept",
    "Moved",
    "Broken",
    "Quoted",
    "Stars",
)


def _table(figures: dict[str, Figures], by: By | None, catalogue: Catalogue) -> Table:
    table = Table(by.value.capitalize() if by else "", box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for name, one in figures.items():
        table.add_row(
            _title(name, catalogue) if by is By.INTENT else name,
            str(one.conversations),
            _percent(one.solved_rate),
            _span(one.acknowledged.median),
            _span(one.first_words.median),
            _span(one.first_answer.median),
            str(one.made),
            _percent(one.kept_rate),
            str(one.moved),
            str(one.broken),
            "–" if one.over_quote is None else f"{one.over_quote:.1f}x",
            "–" if one.stars is None else f"{one.stars:.1f} ({one.rated})",
        )
    return table


def _causes_table(causes: list[Cause], per: Per, catalogue: Catalogue) -> Table:
    table = Table("Day" if per is Per.DAY else "Week of", "Complaint", box=None, pad_edge=False)
    table.add_column("Customers", justify="right")
    last = ""
    for cause in causes:
        table.add_row("" if cause.day == last else cause.day, _title(cause.intent, catalogue), str(cause.complaints))
        last = cause.day
    return table


def _title(intent: str, catalogue: Catalogue) -> str:
    if intent == NO_INTENT:
        return "not known"
    return catalogue.title(catalogue.standards.default_language, intent)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _span(span: timedelta | None) -> str:
    """A span as one says it: 2 ms, 0.4 s, 42 s, 7 min, 3.5 h."""
    if span is None:
        return "–"
    seconds = span.total_seconds()
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"
