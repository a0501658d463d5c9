"""What an admin asks of the content in private: by a command, by a button, or by sending a file of it."""

from __future__ import annotations

import re

from bot.core.editing import COMMANDS
from bot.core.editor import MARK
from bot.core.incoming import AdminMessage, SentFile
from bot.core.people import Customer
from bot.telegram.raw import Raw, number, part, words

_FILE = re.compile(r"\.ya?ml\b", re.IGNORECASE)


def asked(message: Raw, chat_id: int, admin: Customer, text: str, command: str | None) -> AdminMessage | None:
    """What an admin's message asks of the content; None: it is a message like any other."""
    message_id = number(message, "message_id") or 0
    if command in COMMANDS and "text" in message:
        return AdminMessage(chat_id, message_id, admin, text, command)
    file = _file(part(message, "document"))
    caption = words(message, "caption") or ""
    if file is None or not _FILE.search(f"{file.name}\n{caption}"):
        return None
    return AdminMessage(chat_id, message_id, admin, caption, file=file)


def is_ours(data: str) -> bool:
    """Whether a button is one of those below what is said about the content."""
    return data.startswith(f"{MARK}:")


def _file(document: Raw) -> SentFile | None:
    file_id = words(document, "file_id")
    if file_id is None:
        return None
    return SentFile(file_id, words(document, "file_name") or "", number(document, "file_size"))
