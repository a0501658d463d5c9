"""What was found out about texts, kept on disk by the texts, so that the same ones are not looked through again.

An edit in one language leaves the words of the others as they were; and a later start finds all as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T", int, str)

_FORMAT = 1
"""Raise this when what an older version kept must not be used any more."""

_KEPT = 54
"""So many are kept, those that were asked for last: of six languages the spelling, the words and how often each is
used, and twice as many.
"""


class Notes:
    """Keeps them in ``folder``; without one, nothing. What is damaged or can't be written is found out again.

    ``came`` is a file that :meth:`pack` wrote: what it has need not be found out either.
    """

    def __init__(self, folder: Path | None = None, came: Path | None = None) -> None:
        self._folder, self._came = folder, came

    def of(self, what: str, texts: Sequence[str], find: Callable[[Sequence[str]], Mapping[str, T]]) -> Mapping[str, T]:
        """What ``find`` finds in ``texts``: each letter, word or the like with its count or form.

        ``what`` names it, as part of a file's name.
        """
        if self._folder is None:
            return find(texts)
        content = json.dumps([_FORMAT, *texts]).encode()
        place = self._folder / f"{what}-{blake2b(content, digest_size=12).hexdigest()}.json"
        try:
            kept: dict[str, T] = dict(json.loads(place.read_text(encoding="utf-8")))
            os.utime(place)
        except (OSError, ValueError, TypeError):
            if (packed := self._packed(place.name)) is not None:
                return packed
            kept = dict(find(texts))
            with contextlib.suppress(OSError):
                self._keep(place, kept)
        return kept

    def pack(self, path: Path) -> None:
        """Write all that is kept to one file, the same bytes for the same notes."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for place in sorted(self._folder.glob("*.json")) if self._folder else ():
                archive.writestr(_member(place.name), place.read_bytes(), compresslevel=9)

    def _packed(self, name: str) -> dict[str, Any] | None:
        if self._came is None:
            return None
        try:
            with zipfile.ZipFile(self._came) as archive:
                return dict(json.loads(archive.read(name)))
        except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile):
            return None

    def _keep(self, place: Path, found: Mapping[str, T]) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_suffix(f".{os.getpid()}.new")
        aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        aside.replace(place)
        for old in sorted(place.parent.glob("*.json"), key=lambda x: x.stat().st_mtime)[:-_KEPT]:
            old.unlink()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)  # of 1980, whenever it is made
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
