"""Backups: a store's folder as one ``.tar.gz``, taken while a bot works in it, and put back.

Nothing is locked and nothing is written in the store's folder. Deliveries that were not yet taken over are copied
first: what leaves them meanwhile is in the journal by then, and what is in both is taken once. The journal is copied
at one moment, and that moment is the backup's. A case file is written before its conversation leaves the journal, and
a log's lines are in the archive before they do, so what the journal leans on is there; what came later is left out, by
its time or its number.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.errors import StoreDamagedError, StoreError
from bot.store.archive import Archive
from bot.store.deliveries import FOLDER
from bot.store.disk import PRIVATE_FILE, FolderLock, make_folder, read_whole, sync_folder, written_aside
from bot.store.frames import Frames
from bot.store.journal import segment_path
from bot.store.replay import Contents, files_in_force, numbered, read_folder, snapshot_path, while_files_change
from bot.store.tiny import TinyStore

_COMPRESSION = 3
"""Of 9: text shrinks nearly as much as with 9, in a fraction of the time."""

_CLOCKS_APART = 1_000_000_000
"""Nanoseconds by which a file's time may be off from ours."""

_MEMBER = re.compile(r"(?:journal|archive|cases|topics|deliveries)(?:/[\w-][\w.-]*)+", re.ASCII)
"""What may stand in a backup; anything else never came from us."""

_RESTORING = "restoring"
"""Where a restore unpacks, inside the store's folder: on the same disk, and under its lock."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a backup holds, as found by reading it."""

    open_conversations: int
    case_files: int
    events: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """The journal as it was copied; times in nanoseconds since the epoch."""

    contents: Contents
    began: int
    ended: int

    def knows(self, case: str, written: int) -> bool:
        """Whether this case file, written at that time, belongs to the moment and not to what came after it."""
        if written < self.began - _CLOCKS_APART:
            return True
        return case in self.contents.tables.get("recent", {}) and written <= self.ended + _CLOCKS_APART


# --- taking one


async def back_up(folder: Path, file: Path) -> Holdings:
    """Write a backup of a store's folder and read it again. Works while a bot uses the folder.

    All that was acknowledged before the call is in it. Raises StoreError; then there is no ``file``.
    """
    _refuse_unless_possible(folder, file)
    try:
        await asyncio.to_thread(_write, folder, file)
        return await look_into(file)
    except BaseException as error:
        await asyncio.to_thread(file.unlink, missing_ok=True)
        if isinstance(error, OSError):
            raise _refusal(file, error) from error
        raise


def _refusal(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written ({error.strerror or error}); make room, or name another place")


def _refuse_unless_possible(folder: Path, file: Path) -> None:
    if not (folder / "journal").is_dir():
        raise StoreError(f"{folder} holds no store; name its folder in KEEPWORD_STORE, or start `keepword run` once")
    if file.exists():
        raise StoreError(f"{file} is there already, and a backup never replaces one; name another file")
    if file.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"{file} is in the store's own folder; name a file outside it, best on another disk")
    if not file.parent.is_dir():
        raise StoreError(f"there is no folder {file.parent} for the backup; make it, or name another file")


def _write(folder: Path, file: Path) -> None:
    with (
        TemporaryDirectory(prefix="keepword-", dir=file.parent) as room,
        written_aside(file) as descriptor,
        open(descriptor, "wb", closefd=False) as out,
        tarfile.open(fileobj=out, mode="w:gz", compresslevel=_COMPRESSION) as tar,
    ):
        began = time.time_ns()
        _add_deliveries(tar, folder / FOLDER)
        _add_cases(tar, folder)
        moment = _copy_journal(folder / "journal", Path(room))
        for path in sorted(Path(room).iterdir()):
            _add(tar, f"journal/{path.name}", path.read_bytes(), moment.ended)
        _add_cases(tar, folder, since=began, moment=moment)
        _add_archives(tar, folder / "archive", moment)


def _add_deliveries(tar: tarfile.TarFile, folder: Path) -> None:
    """What is kept and not yet taken over; before the journal, for whatever leaves here meanwhile is in that one."""
    for number in numbered(folder, "journal"):
        path = segment_path(folder, number)
        with suppress(FileNotFoundError):  # taken over a moment ago
            _add(tar, f"{FOLDER}/{path.name}", _whole_frames(path, may_be_torn=True), time.time_ns())


def _copy_journal(journals: Path, room: Path) -> _Moment:
    """Copy what is in force up to the last whole frame, and read the copy."""
    began = time.time_ns()
    while_files_change(journals, lambda folder: _copy_files(folder, room))
    ended = time.time_ns()
    return _Moment(read_folder(room), began, ended)


def _copy_files(journals: Path, room: Path) -> None:
    shutil.rmtree(room)
    room.mkdir(mode=0o700)
    snapshot, segments = files_in_force(journals)
    paths = [segment_path(journals, number) for number in segments]
    if snapshot is not None:
        paths.insert(0, snapshot_path(journals, snapshot))
    for path in paths:
        (room / path.name).write_bytes(_whole_frames(path, may_be_torn=path == paths[-1]))


def _whole_frames(path: Path, *, may_be_torn: bool) -> bytes:
    frames = Frames(path)
    for _ in frames:
        pass
    if frames.damage and not (may_be_torn and frames.damage.torn):
        raise StoreDamagedError(frames.damage.remedy())
    return frames.whole()


def _add_cases(tar: tarfile.TarFile, folder: Path, since: int = 0, moment: _Moment | None = None) -> None:
    """Add case files; the second time, those that were written since and belong to the moment: the later one counts."""
    for path in _files(folder / "cases", folder / "topics"):
        try:
            written = path.stat().st_mtime_ns
            is_wanted = written >= since - _CLOCKS_APART if since else True
            if is_wanted and moment and path.is_relative_to(folder / "cases"):
                is_wanted = moment.knows(path.stem, written)
            if is_wanted:
                _add(tar, path.relative_to(folder).as_posix(), read_whole(path), written)
        except FileNotFoundError:
            continue  # erased a moment ago


def _files(*folders: Path) -> Iterator[Path]:
    """All files in these folders but those that are only just being written."""
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from (Path(folder, name) for name in names if not name.startswith("new-"))


def _add_archives(tar: tarfile.TarFile, archives: Path, moment: _Moment) -> None:
    for folder in sorted(archives.glob("*")):
        last = moment.contents.numbers.get(folder.name, 0)
        for path, content in Archive(archives, folder.name).copies(last):
            _add(tar, path.relative_to(archives.parent).as_posix(), content, moment.ended)


def _add(tar: tarfile.TarFile, name: str, content: bytes, written: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), PRIVATE_FILE, written // 1_000_000_000
    tar.addfile(member, io.BytesIO(content))
    _forget_members(tar)


def _forget_members(tar: tarfile.TarFile) -> None:
    """It keeps all that it wrote or read, and of case files there may be a million."""
    tar.members.clear()  # type: ignore[attr-defined]  # public and documented nowhere, but there in every version


# --- reading one


async def look_into(file: Path) -> Holdings:
    """Read all of a backup and open what it holds. Raises StoreError where it is not whole."""
    with TemporaryDirectory(prefix="keepword-", dir=file.parent) as room:
        case_files = await asyncio.to_thread(_unpack, file, Path(room), only=("journal", "archive"))
        return await _open(Path(room), case_files)


async def restore(file: Path, folder: Path) -> Holdings:
    """Put a backup where there is no store yet. Raises StoreError, StoreLockedError; then there is none still."""
    lock = _take(file, folder)
    try:
        _refuse_to_replace(folder)
        room = folder / _RESTORING
        try:
            holdings = await _open(room, await asyncio.to_thread(_unpack, file, room))
            await asyncio.to_thread(_move, room, folder)
        finally:
            shutil.rmtree(room, ignore_errors=True)
        return holdings
    except OSError as error:
        raise _refusal(folder, error) from error
    finally:
        lock.release()


def _take(file: Path, folder: Path) -> FolderLock:
    if not file.is_file():
        raise StoreError(f"there is no backup {file}; name a file that `keepword backup` wrote")
    make_folder(folder)
    return FolderLock(folder)


def _refuse_to_replace(folder: Path) -> None:
    """What an interrupted restore left behind is in nobody's way."""
    if any(path.name not in {"lock", _RESTORING} for path in folder.iterdir()):
        raise StoreError(
            f"{folder} is not empty, and a restore never replaces a store; move it away, "
            "or set KEEPWORD_STORE to another folder"
        )
    shutil.rmtree(folder / _RESTORING, ignore_errors=True)


async def _open(folder: Path, case_files: int) -> Holdings:
    store = await TinyStore.peek(folder)
    events = 0
    async for _ in store.events():
        events += 1
    return Holdings(len(await store.open_conversations()), case_files, events)


def _move(room: Path, folder: Path) -> None:
    """The journal comes last: without it there is no store."""
    os.sync()
    for name in ("cases", "topics", "archive", FOLDER, "journal"):
        if (room / name).exists():
            (room / name).rename(folder / name)
    sync_folder(folder)


def _unpack(file: Path, folder: Path, only: tuple[str, ...] = ("journal", "archive", "cases", "topics", FOLDER)) -> int:
    """Unpack the parts named and read the others; returns how many case files there are. Raises StoreError."""
    cases = set()
    try:
        with gzip.open(file) as whole, tarfile.open(fileobj=whole, mode="r:") as tar:
            for member in tar:
                content = _content(tar, member)
                part = member.name.partition("/")[0]
                if part == "cases":
                    cases.add(member.name)
                if part in {"cases", "topics"}:
                    json.loads(content)
                if part in only:
                    _place(folder / member.name, content)
                _forget_members(tar)
            while whole.read(1 << 20):
                pass  # to the end, where the checksum is
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise StoreDamagedError(f"{file} is no whole backup of Keepword ({error}); take another one") from error
    if not (folder / "journal").is_dir() or not numbered(folder / "journal", "journal"):
        raise StoreDamagedError(f"{file} is no whole backup of Keepword (it has no journal); take another one")
    return len(cases)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = tar.extractfile(member) if member.isreg() and _MEMBER.fullmatch(member.name) else None
    if found is None:
        raise tarfile.ReadError(f"it has {member.name[:80]!r} in it")
    return found.read()


def _place(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as out:
        out.write(content)
