"""What Telegram has to tell the bot: a queue of updates, kept until they are confirmed or delivered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.simulator.wire import JsonObject

FIRST_UPDATE_ID = 700_000_001

ALL_TYPES = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "managed_bot",
)  # fmt: skip
"""Every type of update that may be asked for."""

DEFAULT_TYPES = frozenset(ALL_TYPES) - {"chat_member", "message_reaction", "message_reaction_count"}
"""What a bot gets that never named the types it wants."""


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update on its way. Within a ``lane`` order is kept: as on Telegram, messages of a chat are one, and so are the
    button presses of a user."""

    update_id: int
    type: str
    lane: str
    at: datetime
    payload: JsonObject

    def as_json(self) -> JsonObject:
        """An ``Update`` of the Bot API."""
        return {"update_id": self.update_id, self.type: self.payload}


class UpdateQueue:
    """Updates in order of their ids. ``on_update`` is called with each one that is added."""

    def __init__(self) -> None:
        self._pending: OrderedDict[int, PendingUpdate] = OrderedDict()
        self._next_id = FIRST_UPDATE_ID
        self.allowed: tuple[str, ...] = ()
        self.on_update: Callable[[PendingUpdate], None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def wants(self, type: str) -> bool:
        """Whether the bot has asked for updates of this type."""
        return type in (self.allowed or DEFAULT_TYPES)

    def allow(self, types: Iterable[str]) -> None:
        """The types of all updates from now on; none named means Telegram's default. Unknown names are ignored."""
        self.allowed = tuple(name for name in types if name in ALL_TYPES)

    def add(self, type: str, lane: str, at: datetime, payload: JsonObject) -> None:
        """Queue an update, unless the bot doesn't want its type."""
        if not self.wants(type):
            return
        update = PendingUpdate(self._next_id, type, lane, at, payload)
        self._next_id += 1
        self._pending[update.update_id] = update
        if self.on_update:
            self.on_update(update)

    def confirm(self, offset: int) -> None:
        """Forget what comes before ``offset``; a negative one keeps only that many of the last."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popitem(last=False)
            return
        while self._pending and next(iter(self._pending)) < offset:
            self._pending.popitem(last=False)

    def holds(self, update: PendingUpdate) -> bool:
        """Whether it is still pending."""
        return update.update_id in self._pending

    def remove(self, update_id: int) -> None:
        """Forget one that was delivered."""
        self._pending.pop(update_id, None)

    def clear(self) -> None:
        """Forget all that is pending."""
        self._pending.clear()

    def first(self, limit: int) -> list[PendingUpdate]:
        """The earliest that are pending, at most ``limit``."""
        return [update for update, _ in zip(self._pending.values(), range(limit), strict=False)]

    def pending(self) -> list[PendingUpdate]:
        """All that are pending."""
        return list(self._pending.values())
