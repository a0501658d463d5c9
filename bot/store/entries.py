"""What stands in the lines of the journal, a snapshot and an archive: one change of one document, or one line of a log.

Fields are parted by tabs (JSON has none): ``put``, table, id, document · ``del``, table, id · ``log``, name, number,
document · ``end``, count (the last line of a snapshot).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from bot.core.errors import StoreError

Key = int | str
"""The id of a document."""

Raw = bytes
"""A document as it is kept, in memory as on disk: one line of JSON."""


_DOCUMENT = TypeAdapter(dict[str, Any])


class Entry(NamedTuple):
    """One line, read."""

    verb: str
    table: str
    key: Key
    raw: Raw


def pack(document: Mapping[str, Any]) -> Raw:
    """A document as JSON. Halves of surrogate pairs, which are no text, become the replacement character."""
    try:
        return _DOCUMENT.dump_json(dict(document))
    except ValueError:
        text = json.dumps(document, ensure_ascii=False)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def unpack(raw: Raw) -> dict[str, Any]:
    """A fresh copy of the document: changing it changes nothing that is kept."""
    return _DOCUMENT.validate_json(raw)


def put_line(table: str, key: Key, raw: Raw) -> bytes:
    return b"put\t%b\t%b\t%b\n" % (table.encode(), json.dumps(key).encode(), raw)


def del_line(table: str, key: Key) -> bytes:
    return b"del\t%b\t%b\t\n" % (table.encode(), json.dumps(key).encode())


def log_line(name: str, number: int, raw: Raw) -> bytes:
    return b"log\t%b\t%d\t%b\n" % (name.encode(), number, raw)


def end_line(count: int) -> bytes:
    return b"end\t\t%d\t\n" % count


def read_line(line: bytes) -> Entry:
    """Read one line, without its newline. Raises StoreError for one that this version does not know."""
    verb, _, rest = line.partition(b"\t")
    if verb not in {b"put", b"del", b"log", b"end"}:
        raise StoreError(
            f"the store was written by a newer Keepword (it has {verb[:20]!r} in its journal); start that version"
        )
    table, key, raw = rest.split(b"\t", 2)
    return Entry(verb.decode(), table.decode(), json.loads(key), raw)
