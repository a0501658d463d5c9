"""Words and their entities, and finding commands, links and the like in words as Telegram does."""

from __future__ import annotations

import re

from bot.simulator.errors import bad_request
from bot.simulator.wire import JsonObject, utf16_length, without_none

Entities = tuple[JsonObject, ...]

_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?\b)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<url>(?:https?://|www\.)[^\s<>\"]+[^\s<>\".,;:!?)]|\b[\w-]+\.(?:com|net|org|io|eu|si|at|de|it|hr|gr)\b(?:/[^\s]*\w)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def entity(type: str, offset: int, length: int, **more: object) -> JsonObject:
    """A ``MessageEntity`` of the Bot API, offset and length in UTF-16 units."""
    return without_none(type=type, offset=offset, length=length, **more)


def plain(text: str) -> tuple[str, Entities]:
    """Words without markup, trimmed, with what Telegram finds in them by itself."""
    trimmed = text.replace("\r", "").strip()
    return trimmed, found(trimmed)


def found(text: str) -> Entities:
    """Commands, mentions, hashtags, links and e-mail addresses in ``text``."""
    return tuple(
        entity(str(match.lastgroup), utf16_length(text[: match.start()]), utf16_length(match.group()))
        for match in _FOUND.finditer(text)
    )


def given(text: str, entities: Entities) -> tuple[str, Entities]:
    """Words whose entities the caller made. 400 where one lies outside of the words."""
    length = utf16_length(text)
    for each in entities:
        offset, size = each.get("offset"), each.get("length")
        if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or offset + size > length or size < 1:
            raise bad_request("entity beginning or end is outside of the text")
    return trimmed(text, list(entities))


def trimmed(text: str, entities: list[JsonObject]) -> tuple[str, Entities]:
    """Blank space at both ends goes, as Telegram has it; entities move and shrink with it."""
    clean = text.replace("\r", "")
    left = utf16_length(clean) - utf16_length(clean.lstrip())
    length = utf16_length(clean.strip())
    moved = []
    for each in entities:
        start = max(0, position(each, "offset") - left)
        end = min(length, position(each, "offset") + position(each, "length") - left)
        if end > start:
            moved.append({**each, "offset": start, "length": end - start})
    stripped = clean.strip()
    taken = [(position(each, "offset"), position(each, "offset") + position(each, "length")) for each in moved]
    for each in found(stripped):
        start, end = position(each, "offset"), position(each, "offset") + position(each, "length")
        if all(end <= other_start or start >= other_end for other_start, other_end in taken):
            moved.append(each)
    return stripped, tuple(sorted(moved, key=lambda each: (position(each, "offset"), -position(each, "length"))))


def position(each: JsonObject, name: str) -> int:
    """The offset or length of an entity that was checked before, or made here."""
    value = each[name]
    assert isinstance(value, int)
    return value
