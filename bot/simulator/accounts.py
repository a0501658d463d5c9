"""Business accounts that the bot is connected to: their chats, what the bot may do there, and Telegram's rules for it.

What Telegram says against a call is taken from its documentation of errors where that names it
(https://core.telegram.org/method/messages.sendMessage); how a missing right is worded is reported by others only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from bot.simulator.chats import Chat, Message
from bot.simulator.errors import bad_request
from bot.simulator.people import Person
from bot.simulator.wire import JsonObject, without_none

if TYPE_CHECKING:
    from bot.simulator.parameters import Arguments
    from bot.simulator.state import State

ACTIVE_FOR = timedelta(hours=24)
"""So long after a customer's last message a bot may write. Source: https://core.telegram.org/bots/api#businessbotrights"""

RIGHTS = ("can_reply", "can_read_messages", "can_delete_sent_messages", "can_delete_all_messages")
"""Those of the rights of a connected bot that have to do with messages."""

_TYPES = {"message": "business_message", "edited_message": "edited_business_message"}


@dataclass(slots=True)
class Account:
    """A person's account that the bot is connected to. ``read`` are the messages that were marked as read."""

    id: str
    owner: Person
    since: datetime
    enabled: bool = True
    rights: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(RIGHTS[:3], True))
    chats: dict[int, Chat] = field(default_factory=dict)
    heard_at: dict[int, datetime] = field(default_factory=dict)
    read: set[tuple[int, int]] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def chat_with(self, customer: Person) -> Chat:
        """The account's chat with someone."""
        if customer.id not in self.chats:
            self.chats[customer.id] = Chat(
                customer.id,
                f"{customer.name} with {self.owner.name}",
                customer,
                owner=self.owner,
                connection_id=self.id,
                numbers=self.numbers,
            )
        return self.chats[customer.id]

    def as_json(self) -> JsonObject:
        """A ``BusinessConnection`` of the Bot API."""
        return without_none(
            id=self.id,
            user=self.owner.as_user(),
            user_chat_id=self.owner.id,
            date=int(self.since.timestamp()),
            is_enabled=self.enabled,
            rights={right: True for right in RIGHTS if self.rights.get(right)} if self.enabled else None,
        )

    def notify(self, state: State, type: str, message: Message) -> None:
        """Tell the bot of a message in one of the account's chats, while it is connected."""
        if message.sender is message.chat.person:
            self.heard_at[message.chat.id] = state.now()
        if self.enabled:
            state.updates.add(_TYPES[type], f"business:{self.id}:{message.chat.id}", state.now(), message.as_json())

    def require(self, right: str) -> None:
        """400 where the bot lacks a right."""
        if not self.rights.get(right):
            raise bad_request("not enough rights")

    def require_activity(self, chat: Chat, now: datetime) -> None:
        """400 where the customer has not written lately."""
        heard_at = self.heard_at.get(chat.id)
        if heard_at is None or now - heard_at > ACTIVE_FOR:
            raise bad_request("BUSINESS_PEER_USAGE_MISSING")


def connected(state: State, arguments: Arguments) -> Account:
    """The account of the connection that a call names. 400 where there is none, or it was ended."""
    account = state.accounts.get(arguments.text("business_connection_id"))
    if account is None or not account.enabled:
        raise bad_request("business connection not found")
    return account


def writable(state: State, arguments: Arguments) -> Chat:
    """The chat that a call names, where the bot may write: its own, or one of a business account."""
    if not arguments.has("business_connection_id"):
        return state.writable(arguments.text("chat_id"))
    account, number = connected(state, arguments), arguments.text("chat_id")
    chat = account.chats.get(int(number)) if number.isdecimal() else None
    if chat is None:
        raise bad_request("BUSINESS_PEER_INVALID")
    account.require("can_reply")
    account.require_activity(chat, state.now())
    return chat
