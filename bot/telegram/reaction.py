"""How a customer sees at once that a message was seen. Imports nothing heavy: the listening process is small."""

from __future__ import annotations

import json
from typing import Protocol

from bot.core.business import Through

EYES = "👀"


class Seen(Protocol):
    """A customer's message to acknowledge."""

    @property
    def chat_id(self) -> int: ...

    @property
    def message_id(self) -> int: ...

    @property
    def through(self) -> Through | None: ...


def acknowledgement(seen: Seen) -> bytes:
    """The answer to a delivery by which Telegram reacts to the message: it carries out the method that is named.

    In a business account's chat a bot can't react: there the message is marked as read.
    """
    if seen.through is not None:
        return json.dumps(
            {
                "method": "readBusinessMessage",
                "business_connection_id": seen.through.connection_id,
                "chat_id": seen.through.chat_id,
                "message_id": seen.message_id,
            }
        ).encode()
    return json.dumps(
        {
            "method": "setMessageReaction",
            "chat_id": seen.chat_id,
            "message_id": seen.message_id,
            "reaction": [{"type": "emoji", "emoji": EYES}],
        }
    ).encode()
