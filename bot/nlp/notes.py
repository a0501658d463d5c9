"""What was found out about texts, kept on disk by the texts, so that the same ones are not looked through again.

An edit in one language leaves the words of the others as they were; and a later start finds all as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

T = TypeVar("T", int, str)

_FORMAT = 1
"""Raise this when what an older version kept must not be used any more."""

_KEPT = 54
"""So many are kept, those that were asked for last: of six languages the spelling, the words and how often each is
used, and twice as many.
"""


class Notes:
    """Keeps them in ``folder``; without one, nothing. What is damaged or can't be written is found out again."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

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
            kept = dict(find(texts))
            with contextlib.suppress(OSError):
                self._keep(place, kept)
        return kept

    def _keep(self, place: Path, found: Mapping[str, T]) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_suffix(f".{os.getpid()}.new")
        aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        aside.replace(place)
        for old in sorted(place.parent.glob("*.json"), key=lambda x: x.stat().st_mtime)[:-_KEPT]:
            old.unlink()
