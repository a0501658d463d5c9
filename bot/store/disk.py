"""What the store asks of a file system: one owner of a folder, files that are replaced whole, names that last."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import StoreError, StoreLockedError

PRIVATE_FILE = 0o600
"""Conversations are personal: nobody else on the machine reads them."""


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, and those above it; durable when it returns. Raises StoreError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be made ({error.strerror}); make it writable, or set KEEPWORD_STORE to another folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: what was created, renamed or removed there."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_whole(path: Path) -> bytes:
    """All of a file. One that is missing raises FileNotFoundError, one that cannot be read StoreError."""
    return read_part(path)


def read_part(path: Path, start: int = 0, size: int | None = None) -> bytes:
    """As :func:`read_whole`, but ``size`` bytes at most (None: all there are) from ``start`` on."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            return (file.read(-1 if size is None else size)) or b""
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}); let the user who runs Keepword read it") from error


def write_all(descriptor: int, content: bytes) -> None:
    """Write everything; a plain write may stop short (a full disk says so only at the next one)."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_aside(path: Path, content: bytes, *, fsync: bool = True) -> None:
    """Put ``content`` in place of ``path`` whole: after a crash the file is the old one or the new one."""
    with written_aside(path, fsync=fsync) as descriptor:
        write_all(descriptor, content)


@contextmanager
def written_aside(path: Path, *, fsync: bool = True) -> Iterator[int]:
    """As :func:`write_aside`, for what is written bit by bit to the descriptor; an error leaves ``path`` as it was."""
    aside = path.with_name(f"new-{path.name}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    try:
        yield descriptor
        if fsync:
            os.fsync(descriptor)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    if fsync:
        sync_folder(path.parent)


def remove_left_over(folder: Path) -> None:
    """Remove what was written aside in a folder and never put in place: a process was killed meanwhile."""
    for path in folder.glob("new-*"):
        path.unlink(missing_ok=True)


class FolderLock:
    """Holds a folder for this process. The lock goes with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock, or raise StoreLockedError: another process has it; StoreError: it cannot be written."""
        try:
            self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written ({error.strerror}); make it writable, or set KEEPWORD_STORE to another"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreLockedError(
                f"another Keepword{f' (process {owner})' if owner else ''} is using {folder}; "
                "stop it or set KEEPWORD_STORE to another folder"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)
