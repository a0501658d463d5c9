"""How a customer sees at once that a message was seen. Imports nothing heavy: the listening process is small."""

from __future__ import annotations

import json
from typing import NamedTuple, Protocol

from bot.core.business import Through

EYES = "👀"

_REACTION = (
    b'{"method": "setMessageReaction", "chat_id": %%d, "message_id": %%d, "reaction": [{"type": "emoji", "emoji": %b}]}'
    % json.dumps(EYES).encode()
)
"""With room for a chat's id and a message's: nearly every delivery is answered so."""


class Seen(Protocol):
    """A customer's message to acknowledge."""

    @property
    def chat_id(self) -> int: ...

    @property
    def message_id(self) -> int: ...

    @property
    def through(self) -> Through | None: ...


class Glimpse(NamedTuple):
    """All that an acknowledgement needs to know of a message to the bot itself."""

    chat_id: int
    message_id: int
    through: None = None


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
    return _REACTION % (seen.chat_id, seen.message_id)
