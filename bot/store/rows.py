"""One table's documents in memory, as they are kept, and the indexes that follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.store.entries import Key, Raw, unpack
from bot.store.indexes import Index


class Rows:
    """Documents by id, each as its line of JSON. ``size`` is their bytes together."""

    def __init__(self, raws: dict[Key, Raw]) -> None:
        self.raws = raws
        self.size = sum(map(len, raws.values()))
        self._indexes: list[Index] = []

    def follow(self, indexes: Sequence[Index]) -> None:
        """Let indexes follow these documents from now on; they are told of those that are here."""
        for key, raw in self.raws.items() if indexes else ():
            document = unpack(raw)
            for index in indexes:
                index.add(key, document)
        self._indexes.extend(indexes)

    def set(self, key: Key, raw: Raw | None, document: Mapping[str, Any] | None = None) -> Raw | None:
        """Put a document, or (None) remove it; returns what was there. ``document`` spares reading ``raw`` again."""
        old = self.raws.get(key)
        if raw is None:
            self.raws.pop(key, None)
        else:
            self.raws[key] = raw
        self.size += len(raw or b"") - len(old or b"")
        self._tell(key, raw, document)
        return old

    def _tell(self, key: Key, raw: Raw | None, document: Mapping[str, Any] | None) -> None:
        if not self._indexes:
            return
        read = document if document is not None or raw is None else unpack(raw)
        for index in self._indexes:
            if read is None:
                index.discard(key)
            else:
                index.add(key, read)
