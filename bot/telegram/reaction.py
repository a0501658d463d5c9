"""How a customer sees at once that a message was seen. Imports nothing heavy: the listening process is small."""

from __future__ import annotations

import json
from typing import Protocol

EYES = "👀"


class Seen(Protocol):
    """A customer's message to acknowledge."""

    @property
    def chat_id(self) -> int: ...

    @property
    def message_id(self) -> int: ...


def acknowledgement(seen: Seen) -> bytes:
    """The answer to a delivery by which Telegram reacts to the message: it carries out the method that is named."""
    return json.dumps(
        {
            "method": "setMessageReaction",
            "chat_id": seen.chat_id,
            "message_id": seen.message_id,
            "reaction": [{"type": "emoji", "emoji": EYES}],
        }
    ).encode()
