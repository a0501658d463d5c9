"""Logs that only grow: each line is written with its transaction, and moved here when the journal is compacted.

Lines carry ascending numbers, so a line that a crash left in both places is read once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from bot.core.errors import StoreDamagedError
from bot.store.disk import PRIVATE_FILE, make_folder, sync_folder, write_all, written_aside
from bot.store.entries import Entry, Raw, log_line, read_line
from bot.store.frames import Frames, frame
from bot.store.journal import segment_path
from bot.store.replay import entries_of, let_others_run, numbered

_FILE_SIZE = 16 << 20
"""From this size on, in bytes, a new file is begun."""

_LINES_AT_ONCE = 200
"""How many lines are read or written before others may run."""


class Archive:
    """One log's files, in a folder of its own. Only one process writes; any may read at any time."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder / name, name

    def append(self, entries: Iterable[Entry]) -> None:
        """Keep those lines that are not here yet. Durable when it returns. Raises OSError."""
        make_folder(self._folder)
        files = self._files()
        last = next((number for path in reversed(files) if (number := self._mend(path))), 0)
        lines = [log_line(self._name, int(entry.key), entry.raw) for entry in entries if int(entry.key) > last]
        if not files or files[-1].stat().st_size > _FILE_SIZE:
            files.append(self._path(len(files) + 1))
        if lines:
            self._write(files[-1], lines)

    def _write(self, path: Path, lines: list[bytes]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        try:
            for start in range(0, len(lines), _LINES_AT_ONCE):
                write_all(descriptor, frame(b"".join(lines[start : start + _LINES_AT_ONCE])))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self._folder)

    def _mend(self, path: Path) -> int:
        """The last number of a file, after cutting a torn end off: the journal still has what was in it."""
        frames = Frames(path)
        last = max((int(entry.key) for entry in entries_of(frames)), default=0)
        if frames.damage:
            self._refuse_unless_torn(frames)
            os.truncate(path, frames.good)
        return last

    def read(self, since: datetime | None = None) -> Iterator[Entry]:
        """All lines, oldest first, up to what is whole at this moment.

        Files that were last written before ``since`` are passed over: a line is written after what it tells of.
        """
        for path in self._files():
            if since is not None and path.stat().st_mtime < since.timestamp():
                continue
            frames = Frames(path)
            yield from entries_of(frames)
            self._refuse_unless_torn(frames)

    def copies(self, last: int) -> Iterator[tuple[Path, bytes]]:
        """Each file as it was when the line of this number was the last one."""
        for path in self._files():
            frames = Frames(path)
            content = b"".join(_up_to(last, payload) for payload in frames)
            self._refuse_unless_torn(frames)
            yield path, content

    def rewrite(self, change: Callable[[Raw], Raw]) -> None:
        """Put what ``change`` makes of them in the place of all lines. A crash leaves each file old or new, and whole.

        Raises StoreDamagedError, OSError.
        """
        for path in self._files():
            frames = Frames(path)
            entries = list(entries_of(frames))
            self._refuse_unless_torn(frames)
            changed = [entry._replace(raw=change(entry.raw)) for entry in entries]
            if changed != entries:
                self._replace(path, [log_line(self._name, int(entry.key), entry.raw) for entry in changed])

    def _replace(self, path: Path, lines: list[bytes]) -> None:
        with written_aside(path) as descriptor:
            for start in range(0, len(lines), _LINES_AT_ONCE):
                write_all(descriptor, frame(b"".join(lines[start : start + _LINES_AT_ONCE])))
                let_others_run()

    def _refuse_unless_torn(self, frames: Frames) -> None:
        if frames.damage and not frames.damage.torn:
            raise StoreDamagedError(frames.damage.remedy())

    def _files(self) -> list[Path]:
        return [self._path(number) for number in numbered(self._folder, self._name)]

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number:08d}"


def _up_to(last: int, payload: memoryview) -> bytes:
    """The frame of this payload without the lines that came after the one of this number."""
    lines = bytes(payload).splitlines(keepends=True)
    while lines and int(read_line(lines[-1]).key) > last:
        lines.pop()
    return frame(b"".join(lines)) if lines else b""


def log_entries(journals: Path, archives: Path, name: str, since: datetime | None = None) -> Iterator[Entry]:
    """Every line of a log, oldest first and once: those in its archive, then those still in the journal.

    The journal is read first: what is moved to the archive meanwhile is then found in both, and never in neither.
    """
    recent = [entry for entry in _journalled(journals) if entry.verb == "log" and entry.table == name]
    last = 0
    for entry in Archive(archives, name).read(since):
        yield entry
        last = int(entry.key)
    yield from (entry for entry in recent if int(entry.key) > last)


def rewrite_log(archives: Path, name: str, change: Callable[[Raw], Raw]) -> None:
    """Change lines of a log that are in its archive. Raises StoreDamagedError, OSError."""
    Archive(archives, name).rewrite(change)


def _journalled(folder: Path) -> Iterator[Entry]:
    for number in numbered(folder, "journal"):
        try:
            yield from entries_of(Frames(segment_path(folder, number)))
        except FileNotFoundError:
            continue  # compacted while we were reading: its lines are in the archive by now


def archive_logs(journals: Path, archives: Path, before: int) -> None:
    """Move the logs of the journal's files before this number to their archives. Raises OSError."""
    logs: dict[str, list[Entry]] = {}
    for number in numbered(journals, "journal"):
        if number < before:
            for count, entry in enumerate(entries_of(Frames(segment_path(journals, number))), 1):
                if count % _LINES_AT_ONCE == 0:
                    let_others_run()
                if entry.verb == "log":
                    logs.setdefault(entry.table, []).append(entry)
    for name, entries in logs.items():
        Archive(archives, name).append(entries)
