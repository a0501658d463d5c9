"""What waits for the same chat goes as one message, where it reads as well and takes less of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.conversation import Entity, Media
from bot.core.outgoing import Content, Copy, Lane, Outgoing, Text, To
from bot.telegram.call import Album
from bot.telegram.job import is_agents_words
from bot.telegram.sending import labelled
from bot.telegram.splitting import LIMIT, units

ALBUM = 10
"""How many an album may hold."""


def may_join(waiting: Sequence[Outgoing], row: Outgoing) -> bool:
    """Whether ``row`` may become part of the message that the rows before it wait to be.

    An agent's words stay as they were written; buttons stand at the end, and a quote at the beginning. What is more
    urgent than the first of them would lose its place by it. What we ask afterwards is by itself: the answer takes its
    place.
    """
    last = waiting[-1]
    if row.to is To.CUSTOMER and row.lane is Lane.FOLLOW_UP:
        return False
    if last.to is not row.to or is_agents_words(last) or is_agents_words(row) or row.lane < waiting[0].lane:
        return False
    together = [*(other.content for other in waiting), row.content]
    return _are_words(last.content, row.content) and units(_text(together)) <= LIMIT


def are_album(rows: Sequence[Outgoing]) -> bool:
    """Whether they are pictures of one album, which may go together."""
    copies = [row.content for row in rows if isinstance(row.content, Copy) and row.content.album]
    return len(copies) == len(rows) <= ALBUM and len({(copy.from_chat_id, copy.album) for copy in copies}) == 1


def joined(rows: Sequence[Outgoing]) -> Content | Album:
    """The one message, or album, that they are."""
    contents = [row.content for row in rows]
    first, last = contents[0], contents[-1]
    if len(contents) == 1 or not isinstance(first, Text | Copy):
        return first
    if isinstance(first, Copy) and first.album:
        copies = tuple(content for content in contents if isinstance(content, Copy))
        return Album(first.from_chat_id, tuple(copy.message_id for copy in copies), copies)
    if isinstance(first, Copy) and first.label:
        return labelled(replace(first, text=_text(contents), entities=_entities(contents)))
    keyboard = last.keyboard if isinstance(last, Text) else ()
    reply_to = first.reply_to if isinstance(first, Text) else None
    return Text(_text(contents), keyboard, reply_to, entities=_entities(contents))


def _are_words(last: Content, new: Content) -> bool:
    if isinstance(last, Text) and isinstance(new, Text):
        return _is_plain(last) and _is_plain(new, buttons=True) and new.reply_to is None
    if isinstance(last, Copy) and isinstance(new, Copy):
        same_chat = last.from_chat_id == new.from_chat_id
        words_alone = {last.media, new.media} == {Media.TEXT} and bool(last.text and new.text)
        return same_chat and words_alone and last.label == new.label and last.answers is None and new.answers is None
    return False


def _is_plain(content: Text, *, buttons: bool = False) -> bool:
    """Words alone: nobody called in them, nothing below them (but buttons, if they may be), no change of a keyboard."""
    beneath = content.share_contact or content.hide_keyboard or (content.keyboard and not buttons)
    return not (beneath or content.mentions)


def _text(contents: Sequence[Content]) -> str:
    """All that is said, each thing once."""
    return _between(contents).join(_said(contents))


def _entities(contents: Sequence[Content]) -> tuple[Entity, ...]:
    """How it is set, moved along to where each thing stands."""
    moved: list[Entity] = []
    offset = 0
    for text, entities in _said(contents).items():
        moved += [replace(entity, offset=entity.offset + offset) for entity in entities]
        offset += units(text) + len(_between(contents))
    return tuple(moved)


def _said(contents: Sequence[Content]) -> dict[str, tuple[Entity, ...]]:
    said: dict[str, tuple[Entity, ...]] = {}
    for content in contents:
        if isinstance(content, Text | Copy):
            said.setdefault(content.text, content.entities)
    return said


def _between(contents: Sequence[Content]) -> str:
    return "\n" if isinstance(contents[0], Copy) else "\n\n"
