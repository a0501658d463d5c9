"""Keeps each version of the content that went live, so that one can go back to it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.core.errors import VersionError
from bot.files.folder import Snapshot, take_snapshot
from bot.files.load import Loaded

_LOG = "live.log"
"""A line for each time that a version went live: the time, the version, and who made it so if that is known."""

_STAMP = "%Y%m%dT%H%M%SZ"

ASIDE = "aside"
"""The folder for edits that were put aside."""


@dataclass(frozen=True, slots=True)
class Version:
    """Content that went live ``at`` this time (again, perhaps). ``folder`` holds its files, ``by`` is who made it live,
    if that is known.
    """

    at: datetime
    version: str
    folder: Path
    by: str = ""

    @property
    def snapshot(self) -> Snapshot:
        return take_snapshot(self.folder)


def keep(loaded: Loaded, versions: Path, now: datetime, by: str = "") -> Path:
    """Copy the files of ``loaded`` to ``versions/<time>-<version>/``, note that they are live, and return that folder.

    A version that is there already is not copied again. The folder appears with all its files or not at all, and
    holds exactly what was read, even if the files have changed since. Raises ``OSError`` where it cannot be written.
    """
    kept = _folder_of(loaded.version, versions)
    if kept is None:
        kept = versions / f"{now.astimezone(UTC):{_STAMP}}-{loaded.version}"
        _copy(loaded.snapshot, kept)
    if (last := live(versions)) is None or last.version != loaded.version or not (versions / _LOG).exists():
        with (versions / _LOG).open("a", encoding="utf-8") as log:
            log.write(f"{now.astimezone(UTC):{_STAMP}} {loaded.version} {' '.join(by.split())}".rstrip() + "\n")
    return kept


def _folder_of(version: str, versions: Path) -> Path | None:
    return next(versions.glob(f"*-{version}"), None)


def _copy(snapshot: Snapshot, target: Path) -> None:
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, content in snapshot.files.items():
        copy = unfinished / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    unfinished.rename(target)


def history(versions: Path) -> tuple[Version, ...]:
    """Every time that content went live, oldest first; a version that came back is there twice."""
    folders = {folder.name.partition("-")[2]: folder for folder in sorted(versions.glob("[0-9]*Z-*"))}
    told = _told(versions)
    listed = {version for _, version, _ in told}
    unlisted = {version: folder for version, folder in folders.items() if version not in listed}
    before = [(folder.name.partition("-")[0], version, "") for version, folder in unlisted.items()]
    return tuple(
        Version(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC), version, folders[version], by)
        for stamp, version, by in (*before, *told)
        if version in folders
    )


def _told(versions: Path) -> list[tuple[str, str, str]]:
    try:
        lines = (versions / _LOG).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    parts = ((*line.split(" ", 2), "") for line in lines)
    return [(told[0], told[1], told[2]) for told in parts if len(told) > 2 and _is_stamp(told[0])]


def _is_stamp(text: str) -> bool:
    try:
        datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def live(versions: Path) -> Version | None:
    """What went live last; None: nothing has yet."""
    known = history(versions)
    return known[-1] if known else None


def find(versions: Path, wanted: str | None) -> Version:
    """The version whose id begins with ``wanted``; None: the one that was live before the one that is.

    Raises VersionError, which names those there are.
    """
    known = history(versions)
    if not known:
        raise VersionError("No version has been kept yet. The first is kept when `keepword run` has started once.")
    if wanted is None:
        earlier = [version for version in known if version.version != known[-1].version]
        if not earlier:
            raise VersionError("There is only one version so far: there is nothing to go back to.")
        return earlier[-1]
    fitting = {version.version: version for version in known if version.version.startswith(wanted)}
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    several = "Several versions begin" if fitting else "No version begins"
    raise VersionError(f"{several} with ‘{wanted}’. `keepword content history` lists them.")


def is_kept(version: str, versions: Path) -> bool:
    """Whether content with this hash was live once."""
    return _folder_of(version, versions) is not None


def put_aside(snapshot: Snapshot, versions: Path, now: datetime) -> Path:
    """Copy files that were never live to a folder of their own, and return it."""
    target = versions / ASIDE / f"{now.astimezone(UTC):{_STAMP}}-{snapshot.version}"
    if not target.exists():
        _copy(snapshot, target)
    return target


def restore(snapshot: Snapshot, folder: Path) -> None:
    """Make the content files of ``folder`` those of ``snapshot``: no more, no less; nothing else is touched.

    Each file appears whole. A running bot takes the change when all have come to rest.
    """
    for name, content in snapshot.files.items():
        target = folder / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        aside.write_bytes(content)
        aside.replace(target)
    for name in take_snapshot(folder).files:
        if name not in snapshot.files:
            (folder / name).unlink(missing_ok=True)
