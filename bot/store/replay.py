"""Reading a store's folder: the last snapshot, then the journal's files after it, up to the last good frame."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.core.errors import StoreDamagedError
from bot.store.disk import write_all
from bot.store.entries import Entry, Key, Raw, end_line, log_line, put_line, read_line
from bot.store.frames import Damage, Frames, frame
from bot.store.journal import segment_path

log = logging.getLogger(__name__)

Read = TypeVar("Read")

_FRAME_SIZE = 1 << 16
"""How much of a snapshot goes into one frame, in bytes; after each, others may run."""

_ATTEMPTS = 20
"""How often a reader without the lock starts again because files were replaced while it was reading."""


@dataclass(slots=True)
class Contents:
    """All that a folder keeps. ``numbers``: the last number of each log. ``written``: bytes in the journal's files."""

    tables: dict[str, dict[Key, Raw]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    segment: int = 1
    written: int = 0
    torn: Damage | None = None

    def take(self, entry: Entry) -> None:
        """Make one change."""
        if entry.verb == "put":
            self.tables.setdefault(entry.table, {})[entry.key] = entry.raw
        elif entry.verb == "del":
            self.tables.get(entry.table, {}).pop(entry.key, None)
        elif entry.verb == "log":
            self.numbers[entry.table] = int(entry.key)


def entries_of(frames: Frames) -> Iterator[Entry]:
    """The lines of all good frames, read."""
    for payload in frames:
        for line in bytes(payload).splitlines():
            yield read_line(line)


def numbered(folder: Path, kind: str) -> list[int]:
    """The numbers of the files of this kind (``journal``, ``snapshot``), ascending."""
    found = (path.name.rpartition("-")[2] for path in folder.glob(f"{kind}-*"))
    return sorted(int(number) for number in found if number.isdecimal())


def snapshot_path(folder: Path, number: int) -> Path:
    """The snapshot of everything before the journal's file of this number."""
    return folder / f"snapshot-{number:08d}"


def read_folder(folder: Path) -> Contents:
    """All that the folder keeps, and nothing written. Raises StoreDamagedError, or StoreError if it is no store."""
    return while_files_change(folder, _read_folder)


def while_files_change(folder: Path, read: Callable[[Path], Read]) -> Read:
    """What ``read`` makes of a journal's folder, begun again where a file was replaced under its hands."""
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            return read(folder)
    raise StoreDamagedError(
        f"a file is missing in {folder}: the journal's numbers have a gap. Stop Keepword, copy its folder, and put a "
        "backup in its place"
    )


def _read_folder(folder: Path) -> Contents:
    contents = Contents()
    snapshot, segments = files_in_force(folder)
    if snapshot is not None:
        contents.segment = snapshot
        _read_snapshot(snapshot_path(folder, snapshot), contents)
    for number in segments:
        _read_segment(segment_path(folder, number), contents, last=number == segments[-1])
        contents.segment = number
    return contents


def files_in_force(folder: Path) -> tuple[int | None, list[int]]:
    """The numbers of the last snapshot, if there is one, and of the journal's files that go on from it.

    Raises FileNotFoundError where one of them is missing; without the lock it may just have been replaced.
    """
    snapshot = max(numbered(folder, "snapshot"), default=None)
    first = snapshot or 1
    segments = [number for number in numbered(folder, "journal") if number >= first]
    if segments != list(range(first, first + len(segments))):
        raise FileNotFoundError(folder)
    return snapshot, segments


def _read_snapshot(path: Path, contents: Contents) -> None:
    ended = False
    frames = Frames(path)
    for count, entry in enumerate(entries_of(frames)):
        ended = entry.verb == "end" and entry.key == count
        contents.take(entry)
    if frames.damage or not ended:
        raise StoreDamagedError(
            f"{path} is damaged at byte {frames.good}. Stop Keepword, copy its folder, and put a backup in its place; "
            "without a backup, what this file held is lost"
        )


def _read_segment(path: Path, contents: Contents, *, last: bool) -> None:
    frames = Frames(path)
    for entry in entries_of(frames):
        contents.take(entry)
    contents.written += frames.good
    if frames.damage is None:
        return
    if not (last and frames.damage.torn):
        raise StoreDamagedError(frames.damage.remedy())
    contents.torn = frames.damage


def repair(damage: Damage) -> None:
    """Cut off the end that a crash tore; it held nothing whose keeping was ever promised."""
    lost = damage.path.stat().st_size - damage.offset
    log.warning("Cut %d bytes off %s: a write that was under way when Keepword last stopped", lost, damage.path)
    descriptor = os.open(damage.path, os.O_WRONLY)
    try:
        os.ftruncate(descriptor, damage.offset)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def let_others_run() -> None:
    """On a background thread: give the interpreter away for long enough that the event loop's thread gets it.

    Otherwise Python lets the loop wait five milliseconds for every step that it takes meanwhile.
    """
    time.sleep(0.001)


def write_snapshot(descriptor: int, tables: dict[str, dict[Key, Raw]], numbers: dict[str, int]) -> None:
    """Write all of it in frames, with an end that shows it is whole."""
    count, lines, size = 0, [], 0
    for line in _snapshot_lines(tables, numbers):
        lines.append(line)
        count, size = count + 1, size + len(line)
        if size > _FRAME_SIZE:
            write_all(descriptor, frame(b"".join(lines)))
            lines, size = [], 0
            let_others_run()
    write_all(descriptor, frame(b"".join([*lines, end_line(count)])))


def _snapshot_lines(tables: dict[str, dict[Key, Raw]], numbers: dict[str, int]) -> Iterator[bytes]:
    for name, number in numbers.items():
        yield log_line(name, number, b"")
    for table, rows in tables.items():
        for key, raw in rows.items():
            yield put_line(table, key, raw)
