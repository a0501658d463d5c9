"""What a message carries: its kind of media, its words, and how they are set. Each kind is in ``docs/handover.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.conversation import Entity, Media
from bot.telegram.raw import Raw, number, part, words

KINDS: dict[str, Media] = {
    "animation": Media.ANIMATION,  # it carries a document too, so that it comes first
    "photo": Media.PHOTO,
    "video": Media.VIDEO,
    "voice": Media.VOICE,
    "video_note": Media.VIDEO_NOTE,
    "audio": Media.AUDIO,
    "document": Media.DOCUMENT,
    "sticker": Media.STICKER,
    "venue": Media.VENUE,  # it carries a location too
    "location": Media.LOCATION,
    "contact": Media.CONTACT,
    "poll": Media.POLL,
    "dice": Media.DICE,
    "story": Media.STORY,
    "game": Media.GAME,
    "paid_media": Media.PAID_MEDIA,
    "checklist": Media.CHECKLIST,
    "giveaway": Media.GIVEAWAY,
    "giveaway_winners": Media.GIVEAWAY,
    "invoice": Media.INVOICE,
}
"""The fields of Telegram's ``Message`` that carry something, in the order in which they are looked for."""

FORMATS = frozenset(
    {
        "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
        "text_link", "text_mention", "custom_emoji",
    }
)  # fmt: skip
"""Entities that a writer sets. Telegram finds all others (links, hashtags…) in the words by itself."""

LONGEST_QUOTE = 200
"""Characters of a message that are quoted beside an answer to it."""


def content_of(message: Raw) -> tuple[str, Media] | None:
    """Words and kind of media; None if the message has none that we know."""
    text = words(message, "text")
    if text is not None:
        return text, Media.TEXT
    for name, media in KINDS.items():
        if name in message:
            return words(message, "caption") or _told(message, media), media
    return None


def carried(message: Raw, media: Media) -> dict[str, str]:
    """What it carries, as far as it can be sent anew (see :class:`bot.core.outgoing.Copy`)."""
    name = next((name for name, kind in KINDS.items() if kind is media), "")
    found = message.get(name)
    if isinstance(found, list) and found:
        found = found[-1]  # of a photo, the largest size
    if not isinstance(found, Mapping):
        return {}
    match media:
        case Media.LOCATION:
            parts = _texts(found, "latitude", "longitude")
        case Media.VENUE:
            parts = {**_texts(part(found, "location"), "latitude", "longitude"), **_texts(found, "title", "address")}
        case Media.CONTACT:
            parts = _texts(found, "phone_number", "first_name", "last_name")
        case _:
            parts = _texts(found, "file_id")
    return parts


def _texts(value: Raw, *names: str) -> dict[str, str]:
    found = {name: value.get(name) for name in names}
    return {name: str(each) for name, each in found.items() if isinstance(each, str | int | float) and each != ""}


def entities_of(message: Raw) -> tuple[Entity, ...]:
    """How its words, or its caption, are set."""
    found = message.get("entities") or message.get("caption_entities")
    entities = (_entity(each) for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()
    return tuple(entity for entity in entities if entity is not None)


def answered(message: Raw) -> tuple[int | None, str]:
    """Which message it answers, and the words of that one if a bot wrote it; in a topic, its first message is none."""
    other = part(message, "reply_to_message")
    message_id = number(other, "message_id")
    if message_id is None or "forum_topic_created" in other:
        return None, ""
    if not part(other, "from").get("is_bot"):
        return message_id, ""
    said = words(part(message, "quote"), "text") or words(other, "text") or words(other, "caption") or ""
    return message_id, said if len(said) <= LONGEST_QUOTE else f"{said[:LONGEST_QUOTE]}…"


def _entity(each: Raw) -> Entity | None:
    kind, offset, length = words(each, "type"), number(each, "offset"), number(each, "length")
    if kind not in FORMATS or offset is None or length is None or offset < 0 or length < 1:
        return None
    return Entity(
        kind,
        offset,
        length,
        words(each, "url") or "",
        words(each, "language") or "",
        words(each, "custom_emoji_id") or "",
        number(part(each, "user"), "id") or 0,
    )


def _told(message: Raw, media: Media) -> str:
    """In words, what can be: for a colleague to read, and for us to understand."""
    match media:
        case Media.CONTACT:
            return _phone(message) or ""
        case Media.POLL:
            poll = part(message, "poll")
            return "\n".join([words(poll, "question") or "", *_items(poll, "options")])
        case Media.CHECKLIST:
            checklist = part(message, "checklist")
            return "\n".join([words(checklist, "title") or "", *_items(checklist, "tasks")])
        case Media.DICE:
            dice = part(message, "dice")
            return f"{words(dice, 'emoji') or ''} {number(dice, 'value') or ''}".strip()
        case Media.GAME:
            return words(part(message, "game"), "title") or ""
        case _:
            return ""


def _phone(message: Raw) -> str | None:
    """A shared contact's number; Telegram leaves the + out of some, which have their country's code all the same."""
    said = words(part(message, "contact"), "phone_number")
    return f"+{said}" if said and said[0] in "123456789" else said


def _items(value: Raw, name: str) -> Iterator[str]:
    items = value.get(name)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and (text := words(item, "text")):
            yield f"• {text}"
