"""Chats of a business account that the bot is connected to: who they are with, and how they are told apart.

In such a chat the bot answers on behalf of the account. Telegram gives it the customer's user id, as it gives the
customer's own chat with the bot, so that each chat of each account has a number of its own with us: two accounts, and
the bot itself, never share a conversation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FIRST = 1 << 60
"""Numbers of such chats begin here: ids of Telegram's end at 2**52."""


@dataclass(frozen=True, slots=True)
class Through:
    """The chat of a business account with a customer.

    ``connection_id`` is the bot's connection to the account as of the last message, ``chat_id`` the customer's user id,
    as Telegram names the chat; ``owner_id`` and ``owner`` are whose account it is (0: not known yet), ``served``
    whether the bot might answer there when that was last heard.
    """

    connection_id: str
    chat_id: int
    owner_id: int = 0
    owner: str = ""
    served: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A business account, and what the bot may do in its chats. ``owner_chat`` is its owner's private chat with us."""

    connection_id: str
    owner_id: int
    owner: str
    owner_chat: int
    enabled: bool
    can_reply: bool

    @property
    def can_be_served(self) -> bool:
        """Whether the bot may answer its customers."""
        return self.enabled and self.can_reply

    def chat_with(self, customer_id: int) -> int:
        """Our number of the account's chat with a customer: the same whenever and however they are connected."""
        digest = hashlib.blake2b(f"{self.owner_id}:{customer_id}".encode(), digest_size=8).digest()
        return FIRST | (int.from_bytes(digest) & (FIRST - 1))

    def through(self, customer_id: int) -> Through:
        """The account's chat with a customer."""
        return Through(self.connection_id, customer_id, self.owner_id, self.owner, self.can_be_served)


def is_business(chat_id: int) -> bool:
    """Whether this is our number of a business account's chat."""
    return chat_id >= FIRST
