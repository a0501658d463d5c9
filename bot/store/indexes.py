"""What is derived from the documents of a table and kept beside them in memory: by field, by time, by arrival."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any, Protocol

from bot.core.outgoing import Delivery, Outgoing
from bot.core.step import Due
from bot.store.entries import Key
from bot.store.records import DUE, OUTGOING

Document = Mapping[str, Any]
Place = tuple[int, Outgoing, Delivery]
"""A row of the outbox behind its number."""


_SORT_FROM = 500
"""More new rows than this are sorted in together, as when a store is opened."""


Moment = tuple[float, int, Due]
"""A due row behind its time, in seconds since 1970 (numbers are compared far faster than datetimes), and its number."""


class Index(Protocol):
    """Follows a table: told of every document that comes, is replaced or goes."""

    def add(self, key: Key, document: Document) -> None:
        """A document is there now, or another one in place of that which had this id."""
        ...

    def discard(self, key: Key) -> None:
        """The document is gone."""
        ...


class Lookup:
    """Finds documents by values that they have: in O(1), in order of arrival."""

    def __init__(self, values: Callable[[Document], Iterable[Hashable]]) -> None:
        self._values = values
        self._keys: dict[Hashable, dict[Key, None]] = {}
        self._of: dict[Key, tuple[Hashable, ...]] = {}

    @classmethod
    def of_fields(cls, *names: str) -> Lookup:
        """By the values of these fields together; a document in which one is None is not found."""

        def values(document: Document) -> Iterable[Hashable]:
            found = tuple(document[name] for name in names)
            return () if None in found else (found,)

        return cls(values)

    def add(self, key: Key, document: Document) -> None:
        values = tuple(self._values(document))
        if values == self._of.get(key):
            return
        self.discard(key)
        self._of[key] = values
        for value in values:
            self._keys.setdefault(value, {})[key] = None

    def discard(self, key: Key) -> None:
        for value in self._of.pop(key, ()):
            keys = self._keys[value]
            keys.pop(key, None)
            if not keys:
                del self._keys[value]

    def values_of(self, key: Key) -> tuple[Hashable, ...]:
        """What the document with this id is found by."""
        return self._of.get(key, ())

    def find(self, *value: Hashable) -> tuple[Key, ...]:
        """Ids of the documents with this value, oldest first."""
        return tuple(self._keys.get(value, ()))


class Arrivals:
    """Knows which document has been there longest."""

    def __init__(self) -> None:
        self._line: deque[Key] = deque()
        self._there: set[Key] = set()

    def add(self, key: Key, _document: Document) -> None:
        if key not in self._there:
            self._there.add(key)
            self._line.append(key)

    def discard(self, key: Key) -> None:
        self._there.discard(key)

    def oldest(self, beyond: int) -> list[Key]:
        """As many of the oldest as there are documents beyond this number. They stay until they are removed."""
        while self._line and self._line[0] not in self._there:
            self._line.popleft()
        surplus = max(0, len(self._there) - beyond)
        found: list[Key] = []
        for key in self._line:
            if len(found) == surplus:
                break
            if key in self._there:
                found.append(key)
        return found


class Schedule:
    """Due rows by time: a list in order, in which rows that were replaced or removed are passed over.

    It is asked far more often than it changes, and nearly always for its beginning.
    """

    def __init__(self) -> None:
        self._order: list[Moment] = []
        self._new: list[Moment] = []
        """Not in the order yet."""
        self._rows: dict[Key, Due] = {}
        self._count = 0

    def add(self, key: Key, document: Document) -> None:
        row = DUE.load(document)
        self._rows[key] = row
        self._count += 1
        self._new.append((row.at.timestamp(), self._count, row))

    def discard(self, key: Key) -> None:
        self._rows.pop(key, None)

    def first(self) -> datetime | None:
        """When the earliest row falls due."""
        row = next(iter(self.until(datetime.max.replace(tzinfo=UTC), 1)), None)
        return row.at if row else None

    def until(self, now: datetime, limit: int) -> tuple[Due, ...]:
        """Rows at or before ``now``, earliest first; of the same time, those set first come first."""
        self._bring_in_order()
        latest = now.timestamp()
        due = takewhile(lambda place: place[0] <= latest, self._order)
        return tuple(islice((place[2] for place in due if self._is_there(place)), limit))

    def _bring_in_order(self) -> None:
        if len(self._new) > _SORT_FROM:
            self._order += sorted(self._new)
            self._order.sort()  # of two parts that are in order: they are merged
        else:
            for place in self._new:
                insort(self._order, place)
        self._new.clear()
        gone = sum(1 for _ in takewhile(lambda place: not self._is_there(place), self._order))
        del self._order[:gone]
        if len(self._order) > 2 * len(self._rows) + 100:
            self._order = [place for place in self._order if self._is_there(place)]

    def _is_there(self, place: Moment) -> bool:
        return self._rows.get(place[2].id) is place[2]


class Line:
    """The outbox in the order of commits, read once and kept ready."""

    def __init__(self) -> None:
        self._rows: dict[Key, Place] = {}
        self._order: list[tuple[int, Key]] = []
        """Ascending; those that left the outbox stand in it until there are too many of them."""

    def add(self, key: Key, document: Document) -> None:
        number = document["number"]
        if key not in self._rows:
            self._line_up((number, key))
        self._rows[key] = (number, OUTGOING.load(document["outgoing"]), Delivery(document["delivery"]))

    def discard(self, key: Key) -> None:
        self._rows.pop(key, None)
        if len(self._order) > 2 * len(self._rows) + 100:
            self._order = [place for place in self._order if self._is_there(place)]

    def behind(self, number: int) -> list[Place]:
        """The rows with higher numbers, in their order."""
        first = bisect_right(self._order, number, key=lambda place: place[0])
        return [self._rows[place[1]] for place in self._order[first:] if self._is_there(place)]

    def last(self) -> int:
        """The highest number in the outbox; 0 if it is empty."""
        return max((number for number, _, _ in self._rows.values()), default=0)

    def _line_up(self, place: tuple[int, Key]) -> None:
        """At its place: nearly always the end, but one that was taken back belongs where it was."""
        at = bisect_right(self._order, place[0], key=lambda other: other[0])
        if at == 0 or self._order[at - 1] != place:
            self._order.insert(at, place)

    def _is_there(self, place: tuple[int, Key]) -> bool:
        found = self._rows.get(place[1])
        return found is not None and found[0] == place[0]
