"""Keeps each version of the content that went live, so that one can go back to it."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from bot.files.load import Loaded


def keep(loaded: Loaded, versions: Path, now: datetime) -> Path:
    """Copy the files of ``loaded`` to ``versions/<time>-<version>/``, and return that folder.

    A version that is there already is not copied again. The folder appears with all its files or not at all, and
    holds exactly what was read, even if the files have changed since. Raises ``OSError`` where it cannot be written.
    """
    kept = next(versions.glob(f"*-{loaded.version}"), None)
    if kept is not None:
        return kept
    target = versions / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{loaded.version}"
    unfinished = versions / f".{target.name}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, content in loaded.snapshot.files.items():
        copy = unfinished / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    unfinished.rename(target)
    return target
