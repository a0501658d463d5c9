"""Texts longer than Telegram takes, in parts that read well."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 4096
"""UTF-16 units of one message."""

# Where a text may be parted, best first: between paragraphs, lines, sentences, words.
_BOUNDARIES = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…;·])\s+"), re.compile(r"\s+"))

_JOINERS = ("\u200d", "\ufe0e", "\ufe0f")
"""What holds an emoji together: the zero-width joiner and the variation selectors."""


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Parts of at most ``limit`` units. White space where a text is parted goes; nothing else is lost."""
    parts = []
    rest = text.strip() if units(text) > limit else text
    while units(rest) > limit:
        end, start = _cut(rest, _fitting(rest, limit))
        parts.append(rest[:end])
        rest = rest[start:]
    return [*parts, rest] if rest or not parts else parts


def shorten(text: str, limit: int = LIMIT) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if units(text) <= limit:
        return text
    return text[: _fitting(text, limit - 1)].rstrip() + "…"


def _fitting(text: str, limit: int) -> int:
    """How many characters fit. A character is a whole code point, so that no surrogate pair is ever broken."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)


def _cut(text: str, room: int) -> tuple[int, int]:
    """Where the first part ends and the next begins: the best boundary that does not leave it too short."""
    least = room // 3
    for boundary in _BOUNDARIES:
        found = [gap for gap in boundary.finditer(text, least, room + 1) if least < gap.start() <= room]
        if found:
            start = found[-1].end()
            return found[-1].start(), start + len(text[start:]) - len(text[start:].lstrip())
    end = room
    while end > least and _belongs_to_previous(text, end):
        end -= 1
    return end, end


def _belongs_to_previous(text: str, index: int) -> bool:
    """Whether what a person sees as one sign would be cut in two here."""
    here, before = text[index], text[index - 1]
    return here in _JOINERS or before == "\u200d" or unicodedata.combining(here) != 0
