"""Telegram's HTML: the markup that most bots write."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import pairwise

from bot.simulator.entities import Entities, position, trimmed
from bot.simulator.errors import bad_request
from bot.simulator.wire import JsonObject, utf16_length

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    at: int
    entity: JsonObject


def from_html(source: str) -> tuple[str, Entities]:
    """Words and entities of Telegram's HTML. 400 where the markup is wrong."""
    parts: list[str] = []
    length = 0
    open_tags: list[_Open] = []
    entities: list[JsonObject] = []
    at = 0
    while at < len(source):
        opening = source.find("<", at)
        end = len(source) if opening < 0 else opening
        words = html.unescape(source[at:end])
        parts.append(words)
        length += utf16_length(words)
        if opening < 0:
            break
        match = _TAG.match(source, opening)
        offset = len(source[:opening].encode())
        if not match:
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {offset}")
        if match.group(1):
            _close(open_tags, match.group(2).lower(), offset, length, entities)
        else:
            open_tags.append(_opened(match.group(2).lower(), match.group(3), offset, length))
        at = match.end()
    if open_tags:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1].tag}\""
        )
    return trimmed("".join(parts), _merged(entities))


def _opened(tag: str, written: str, offset: int, length: int) -> _Open:
    if tag not in _TAGS:
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset}')
    attributes = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(written)}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise bad_request(f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    made: JsonObject = {"type": _TAGS[tag]}
    if tag == "a":
        made["url"] = attributes.get("href", "")
    if tag == "tg-emoji":
        made["custom_emoji_id"] = attributes.get("emoji-id", "")
    if tag == "blockquote" and "expandable" in attributes:
        made["type"] = "expandable_blockquote"
    if tag == "code" and attributes.get("class", "").startswith("language-"):
        made["language"] = attributes["class"].removeprefix("language-")
    return _Open(tag, length, made)


def _close(open_tags: list[_Open], tag: str, offset: int, length: int, entities: list[JsonObject]) -> None:
    if not open_tags:
        raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {offset}")
    last = open_tags.pop()
    if last.tag != tag:
        expected = f'expected "</{last.tag}>", found "</{tag}>"'
        raise bad_request(f"can't parse entities: Unmatched end tag at byte offset {offset}, {expected}")
    if length > last.at and not (last.tag == "a" and not last.entity["url"]):
        entities.append({**last.entity, "offset": last.at, "length": length - last.at})


def _merged(entities: list[JsonObject]) -> list[JsonObject]:
    """``<pre><code class="language-x">`` is one entity, and the language of ``code`` alone means nothing."""
    kept = sorted(
        entities, key=lambda each: (position(each, "offset"), -position(each, "length"), each["type"] != "pre")
    )
    for outer, inner in list(pairwise(kept)):
        same = (outer["offset"], outer["length"]) == (inner["offset"], inner["length"])
        if outer["type"] == "pre" and inner["type"] == "code" and same:
            outer.update({"language": inner["language"]} if "language" in inner else {})
            kept.remove(inner)
    for each in kept:
        if each["type"] == "code":
            each.pop("language", None)
    return kept
