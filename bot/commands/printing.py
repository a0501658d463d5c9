"""Results to stdout, progress to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done, how much of it is done, and how much there is."""


class Format(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


_WIDEST = 10_000

results = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_table(table: Table) -> None:
    """A table on stdout: folded to fit a terminal; where it is piped on, as wide as it wants to be."""
    if results.is_terminal:
        results.print(table)
        return
    whole = Measurement.get(results, results.options.update(max_width=_WIDEST), table).maximum
    Console(highlight=False, width=whole).print(table)


def print_json(value: object) -> None:
    """One JSON object on a line of stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def progress() -> Iterator[Tell]:
    """A bar on stderr for what is told; where stderr is no terminal, a line when a task begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn(), console=notes, transient=True) as bar:
        tasks: dict[str, int] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = int(bar.add_task(what, total=total))
                if not notes.is_terminal:
                    notes.print(f"{what}…")
            bar.update(bar.task_ids[tasks[what]], completed=done, total=total)

        yield tell
