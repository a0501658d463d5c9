"""Careful reading of JSON that others made: the wanted kind of value, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

Raw = Mapping[str, object]

_NOTHING: Raw = {}


def part(value: object, name: str) -> Raw:
    """The object under ``name``; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None  # as json makes them: many times as fast as Mapping
    return inner if isinstance(inner, dict) else _NOTHING


def number(value: Raw, name: str) -> int | None:
    """The whole number under ``name``, of 64 bits at most as all of Telegram's."""
    inner = value.get(name)
    return inner if isinstance(inner, int) and not isinstance(inner, bool) and abs(inner) < 2**63 else None


def words(value: Raw, name: str) -> str | None:
    """The text under ``name``, without what no store can keep (halves of surrogate pairs, NUL)."""
    inner = value.get(name)
    if not isinstance(inner, str):
        return None
    if inner.isascii() and "\x00" not in inner:
        return inner
    return inner.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
