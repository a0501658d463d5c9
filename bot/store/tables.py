"""TinyDB's table over documents in memory: what is asked by id costs the same however many there are.

Everything a TinyDB table can do works here too (``search(where(…) == …)``, ``update``, ``upsert``, ``remove``…), and
is journalled; only those calls that must look at every document still look at every document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast

from tinydb.table import Document, Table

from bot.store.entries import Key, Raw, pack, unpack
from bot.store.indexes import Index
from bot.store.rows import Rows
from bot.store.storage import JournalStorage


class KeptTable(Table):
    """A table in a :class:`JournalStorage`. Its ids are of one type: ``int``, TinyDB's own, or ``str``."""

    def __init__(self, storage: JournalStorage, name: str, key: type[Key] = int, indexes: Sequence[Index] = ()) -> None:
        super().__init__(storage, name, cache_size=0)
        self.document_id_class = cast("type[int]", key)
        self._key: Callable[[Any], Key] = key
        self._kept = storage
        self._following: int | None = None
        self._rows = storage.rows(name)
        self._rows.follow(indexes)

    # --- by id, for those who need neither merging nor a copy

    def put(self, key: Key, document: Mapping[str, Any]) -> None:
        """Put a document in place of the one with this id, whole (``upsert`` merges fields instead)."""
        self._kept.change(self.name, key, document)

    def drop(self, key: Key) -> None:
        """Remove the document with this id, if there is one."""
        if key in self._rows.raws:
            self._kept.change(self.name, key, None)

    def raw(self, key: Key) -> Raw | None:
        """The document with this id as it is kept: a line of JSON."""
        return self._rows.raws.get(key)

    def raws(self) -> list[Raw]:
        """All documents as they are kept, as of now."""
        return list(self._rows.raws.values())

    def __contains__(self, key: Key) -> bool:
        return key in self._rows.raws

    # --- what TinyDB builds on

    def get(self, cond: Any = None, doc_id: Any = None, doc_ids: Any = None) -> Any:
        """As in TinyDB; by ids, without looking at other documents."""
        if doc_id is None and doc_ids is not None:
            found = (super(KeptTable, self).get(doc_id=key) for key in dict.fromkeys(doc_ids))
            return [document for document in found if document is not None]
        return super().get(cond, doc_id, doc_ids)

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", _Reading(self._rows, self._key))

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        writing = _Writing(self._rows)
        updater(cast("dict[int, Mapping[str, Any]]", writing))
        with self._kept.transaction():
            for key, document in writing.changes():
                self._kept.change(self.name, key, document)

    def _get_next_id(self) -> Any:
        if self._following is None:
            self._following = max((int(key) for key in self._rows.raws if str(key).isdecimal()), default=0) + 1
        while self._key(self._following) in self:
            self._following += 1
        self._following += 1
        return self._key(self._following - 1)

    def insert(self, document: Mapping[str, Any]) -> Any:
        """As in TinyDB. A document that brings its own id may move the next free one."""
        if isinstance(document, Document):
            self._following = None
        return super().insert(document)

    def truncate(self) -> None:
        """As in TinyDB: remove all documents, and count ids from 1 again."""
        super().truncate()
        self._following = None


class _Reading(Mapping[str, Mapping[str, Any]]):
    """Documents by the text of their ids, each read when it is looked at."""

    def __init__(self, rows: Rows, key: Callable[[str], Key]) -> None:
        self._raws, self._key = rows.raws, key

    def __getitem__(self, text: str) -> dict[str, Any]:
        return unpack(self._raws[self._key(text)])

    def __iter__(self) -> Iterator[str]:
        return map(str, self._raws)

    def __len__(self) -> int:
        return len(self._raws)


class _Writing(MutableMapping[Key, dict[str, Any]]):
    """Documents by id, as an updater may change them; remembers what it touched, and changes nothing itself."""

    def __init__(self, rows: Rows) -> None:
        self._raws = rows.raws
        self._touched: dict[Key, dict[str, Any] | None] = {}

    def changes(self) -> list[tuple[Key, dict[str, Any] | None]]:
        """What is different now: documents to put, and (None) ids to remove."""
        return [
            (key, document)
            for key, document in self._touched.items()
            if (None if document is None else pack(document)) != self._raws.get(key)
        ]

    def __getitem__(self, key: Key) -> dict[str, Any]:
        document = self._touched[key] if key in self._touched else unpack(self._raws[key])
        if document is None:
            raise KeyError(key)
        self._touched[key] = document
        return document

    def __setitem__(self, key: Key, document: dict[str, Any]) -> None:
        self._touched[key] = document

    def __delitem__(self, key: Key) -> None:
        if key not in self:
            raise KeyError(key)
        self._touched[key] = None

    def __contains__(self, key: object) -> bool:
        return self._touched[key] is not None if key in self._touched else key in self._raws

    def __iter__(self) -> Iterator[Key]:
        yield from (key for key in list(self._raws) if self._touched.get(key, ...) is not None)
        yield from (key for key, doc in list(self._touched.items()) if doc is not None and key not in self._raws)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove every document."""
        self._touched = dict.fromkeys(self._raws)
