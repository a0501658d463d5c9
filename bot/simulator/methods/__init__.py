"""The methods of the Bot API, by name: what each does to the state, and what it counts for in Telegram's limits."""

from __future__ import annotations

from typing import Literal

from bot.simulator.methods import business, chats, copying, editing, profile, sending, topics
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments

HANDLERS: Handlers = {
    **profile.HANDLERS,
    **sending.HANDLERS,
    **copying.HANDLERS,
    **editing.HANDLERS,
    **topics.HANDLERS,
    **chats.HANDLERS,
    **business.HANDLERS,
}
"""All but those about the delivery of updates, which :mod:`bot.simulator.delivery` has."""

Weight = Literal["message", "edit", "reaction", "none"]

_EDITS = {"createForumTopic", "editForumTopic", "closeForumTopic", "reopenForumTopic", "pinChatMessage"}


def weight(method: str) -> Weight:
    """What a call counts as. A message counts in all and in its chat, an edit likewise but only in groups, a reaction
    in all, and everything else not at all."""
    if method == "sendChatAction":
        return "none"
    if method.startswith(("send", "copy", "forward")):
        return "message"
    if method.startswith("editMessage") or method in _EDITS:
        return "edit"
    return "reaction" if method == "setMessageReaction" else "none"


def messages_in(method: str, arguments: Arguments) -> int:
    """How many messages a call would make."""
    if method == "sendMediaGroup":
        return len(arguments.objects("media"))
    return len(arguments.integers("message_ids")) if method in {"copyMessages", "forwardMessages"} else 1
