"""Proposed examples that an admin has put away, by their keys."""

from __future__ import annotations

import json
import os
from pathlib import Path

_NAME = "rejected-proposals.json"


def rejected(folder: Path) -> frozenset[str]:
    """The keys of those that were put away; none, where the file can't be read."""
    try:
        return frozenset(json.loads((folder / _NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return frozenset()


def reject(folder: Path, key: str) -> None:
    """Put one away: it is not proposed again."""
    _write(folder, rejected(folder) | {key})


def readmit(folder: Path, key: str) -> None:
    """Take one up again."""
    if key in rejected(folder):
        _write(folder, rejected(folder) - {key})


def _write(folder: Path, keys: frozenset[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{_NAME}.{os.getpid()}"
    aside.write_text(json.dumps(sorted(keys)), encoding="utf-8")
    aside.replace(folder / _NAME)
