"""How many messages a group has had, and from when on that is too many.

In a forum that has had more than a million messages Telegram puts the oldest away, and topics with them: "message
thread not found". Source: a maintainer of the Bot API, https://github.com/tdlib/telegram-bot-api/issues/793 (the
documentation names neither this limit nor one for topics). A supergroup numbers its messages one by one, so that the
id of a new one says how many there have been.
"""

from __future__ import annotations

FULL = 1_000_000
"""Messages that a forum may have had."""

NEARLY_FULL = 900_000
"""From so many on another group is advised: a tenth is left, which is months for most."""

_SUPERGROUPS = -1_000_000_000_000


def is_nearly_full(chat_id: int, message_id: int) -> bool:
    """Whether a message with this id says that its group should be followed by another. Only supergroups are numbered
    by themselves."""
    return chat_id < _SUPERGROUPS and message_id >= NEARLY_FULL
