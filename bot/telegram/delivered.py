"""Reads what was delivered as the update that it is, or says why it is none."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from bot.core.incoming import Update
from bot.telegram.raw import number, part
from bot.telegram.reaction import Glimpse
from bot.telegram.reading import update_from

_UPDATE = frozenset({"update_id", "message"})
_MESSAGE = frozenset({"message_id", "from", "chat", "date", "text", "entities", "link_preview_options"})
"""What a message has that someone wrote, and nothing else: no service message has any but the first four."""


class NoUpdateError(ValueError):
    """What was delivered is no update, now or ever; says why."""


def json_of(body: bytes) -> object:
    """What a body says. Raises NoUpdateError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoUpdateError(f"not JSON: {error}") from error


def update_of(body: bytes, received_at: datetime) -> Update:
    """The update that was delivered. Raises NoUpdateError."""
    return update_from_json(json_of(body), received_at)


def update_from_json(raw: object, received_at: datetime) -> Update:
    """As :func:`update_of`, of what :func:`json_of` gave."""
    update = update_from(raw, received_at)
    if update is None:
        raise NoUpdateError("no update_id")
    return update


def glimpse(raw: object, agents_chats: Collection[int]) -> Glimpse | None:
    """A customer's message at a glance, if it is as nearly all are: words that a person wrote to the bot, in private.

    None: only :meth:`TelegramChannel.read` can tell, which takes several times as long. A glimpse is never of anything
    but a new message of a customer by its lights.
    """
    if not isinstance(raw, dict) or raw.keys() != _UPDATE or number(raw, "update_id") is None:
        return None
    message = part(raw, "message")
    if not message.keys() <= _MESSAGE:
        return None
    chat, writer = part(message, "chat"), part(message, "from")
    chat_id, message_id = number(chat, "id"), number(message, "message_id")
    if chat_id is None or message_id is None or chat_id in agents_chats or chat.get("type") != "private":
        return None
    return None if number(writer, "id") is None or writer.get("is_bot") else Glimpse(chat_id, message_id)
