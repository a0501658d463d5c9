"""Words of which some are links: marked in a text while it is put together, and set as Telegram wants it at the end.

A line is made by a reply's placeholders, which know only text; so a link travels inside it as a label and an address
between characters that nobody types (of Unicode's private use area).
"""

from __future__ import annotations

import re

from bot.core.conversation import Entity

LIMIT = 4096
"""UTF-16 units of one message (Telegram's limit)."""

MOST = 90
"""Links in one message: Telegram sets 100 parts of a text apart, and drops the rest."""

_START, _MIDDLE, _END = "\ue001", "\ue002", "\ue003"
_JOINER = "\u200d"
"""Holds an emoji of several parts together."""

_LINK = re.compile(f"{_START}([^{_END}]*){_MIDDLE}([^{_END}]*){_END}")


def clean(text: str) -> str:
    """``text`` as a part of a line: without line breaks, and without characters that can't be seen.

    So what others wrote makes no links, nor turns the line around.
    """
    seen = "".join(char if char.isprintable() or char == _JOINER else " " for char in text)
    return " ".join(seen.split())


def link(label: str, address: str) -> str:
    """``label``, to be a link to ``address``; just the label where there is none."""
    return f"{_START}{clean(label)}{_MIDDLE}{clean(address)}{_END}" if address else clean(label)


def units(text: str) -> int:
    """How long Telegram reckons a text to be, once its links are set."""
    return _units(_LINK.sub(r"\1", text))


def fitted(lines: list[str], room: int) -> int:
    """How many of these lines fit into ``room`` units, with a line break each."""
    for place, line in enumerate(lines):
        room -= units(line) + 1
        if room < 0 or place == MOST:
            return place
    return len(lines)


def parsed(text: str) -> tuple[str, tuple[Entity, ...]]:
    """The text as it is read, and its links."""
    entities: list[Entity] = []
    said, last = "", 0
    for found in _LINK.finditer(text):
        said += text[last : found.start()]
        if found[1]:
            entities.append(Entity("text_link", _units(said), _units(found[1]), found[2]))
        said += found[1]
        last = found.end()
    return said + text[last:], tuple(entities)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
