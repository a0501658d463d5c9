"""What travels over HTTP: JSON objects, and Telegram's way of counting characters."""

from __future__ import annotations

from collections.abc import Mapping

JsonObject = dict[str, object]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
"""In UTF-16 units, after markup is read."""


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram counts offsets and limits."""
    return len(text.encode("utf-16-le")) // 2


def without_none(**values: object) -> JsonObject:
    """An object of the values that are there: Telegram leaves absent fields out rather than send null."""
    return {name: value for name, value in values.items() if value is not None}


def text_of(source: Mapping[str, object], name: str, default: str = "") -> str:
    """The string under ``name``, or ``default`` where it is absent or something else."""
    value = source.get(name)
    return value if isinstance(value, str) else default


def number_of(source: Mapping[str, object], name: str) -> int | None:
    """The integer under ``name``, or None where it is absent or something else (true and false are not numbers)."""
    value = source.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def object_of(source: Mapping[str, object], name: str) -> JsonObject | None:
    """The object under ``name``, or None where it is absent or something else."""
    value = source.get(name)
    return value if isinstance(value, dict) else None


def objects_of(source: Mapping[str, object], name: str) -> list[JsonObject]:
    """The objects in the list under ``name``; empty where it is absent or something else."""
    value = source.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
