"""What an error of Telegram's means: try again, or tell someone who can act on it."""

from __future__ import annotations

import aiohttp
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.core.errors import (
    ChatMovedError,
    CustomerGoneError,
    DeliveryError,
    ForumFullError,
    NotInGroupError,
    NoTopicsError,
    RightsError,
    TopicGoneError,
    UnsendableError,
)
from bot.core.people import is_person

UNKNOWN_DELIVERY_TEXT = (
    "The connection broke while this was on its way, so it is not known whether it arrived. "
    "It was not repeated: if in doubt, send it again."
)

ALBUM_INCOMPLETE = (
    "Telegram passed on only a part of this album: something in it was deleted meanwhile, or cannot be copied. "
    "Send what is missing once more, by itself."
)

_TOO_BIG = "The file is larger than Telegram lets a bot handle: send it in parts, or a link to it."

_TOO_LATE = (
    "The customer last wrote more than 24 hours ago, and for longer Telegram lets no bot write in the chat of a "
    "business account. The owner of the account can, in the app."
)

_DISCONNECTED = (
    "The business account has disconnected the bot. Its owner connects it again in Telegram's settings, or writes to "
    "the customer in the app."
)

_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

_CUSTOMER_GONE = {
    "bot was blocked by the user": "The customer has blocked the bot. Reach them another way.",
    "user is deactivated": "The customer's Telegram account no longer exists. Reach them another way.",
    "input_user_deactivated": "The customer's Telegram account no longer exists. Reach them another way.",
    "can't initiate conversation": "The customer has not started the bot, so it may not write to them.",
    "chat not found": "Telegram no longer knows this customer's chat. Reach them another way.",
    "user not found": "Telegram no longer knows this customer. Reach them another way.",
    "business_peer_usage_missing": _TOO_LATE,
    "business connection not found": _DISCONNECTED,
    "business_connection_invalid": _DISCONNECTED,
    "business_connection_not_allowed": _DISCONNECTED,
    "business_peer_invalid": "The owner of the business account has taken this chat out of those that the bot answers.",
    "not enough rights": "The business account does not let the bot reply. Its owner allows it in Telegram's settings.",
}

_TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid", "topic deleted")

_FULL = ("topics_too_much", "too many topics", "forum_topics_too_much")

_NO_FORUM = ("not a forum", "channel_forum_missing")

_NO_RIGHTS = (
    "not enough rights",
    "admin_required",
    "need administrator rights",
    "have no rights",
    "topic_closed",
    "not an administrator",
)

_PLAIN = {
    "message to copy not found": "The message was deleted before it could be passed on.",
    "message can't be copied": "Telegram does not let a message of this kind be passed on. Send it as text or a file.",
    "message to edit not found": "The message was deleted on the other side, so that it can't be changed.",
    "message can't be edited": "Telegram no longer lets this message be changed.",
    "message can't be deleted": "Telegram lets a message be deleted for 48 hours, and no longer.",
    "reaction_invalid": "This reaction can't be shown on the other side.",
    "file is too big": _TOO_BIG,
    "request entity too large": _TOO_BIG,
    "caption is too long": "The caption is longer than the 1024 characters that a bot may send: send the words apart.",
    "message is too long": "The message is longer than Telegram takes. Send it in parts.",
}


def problem(error: TelegramError, chat_id: int, *, to_us: bool = False) -> DeliveryError | None:
    """Why Telegram will never take this; None: trying again may help. ``to_us``: it was for colleagues."""
    if isinstance(error, ChatMigrated):
        text = f"The group became a supergroup: set KEEPWORD_AGENTS_CHAT to {error.new_chat_id} and restart."
        return ChatMovedError(text, error.new_chat_id)
    if not isinstance(error, Forbidden | BadRequest):
        return None
    said = str(error)
    folded = said.lower()
    if is_person(chat_id):
        known = _with_person(folded, to_us=to_us)
    else:
        known = _with_group(folded, forbidden=isinstance(error, Forbidden))
    plain = next((text for sign, text in _PLAIN.items() if sign in folded), None)
    return known or (UnsendableError(plain) if plain else DeliveryError(f"Telegram refused it: {said}"))


def may_have_arrived(error: TelegramError) -> bool:
    """Whether a request that failed may have been carried out all the same.

    It was not where Telegram answered with an error, nor where no connection came about.
    """
    if isinstance(error, BadRequest | RetryAfter) or not isinstance(error, NetworkError):
        return type(error) is TelegramError  # an answer that could not be read
    return error.__cause__ is not None and not isinstance(error.__cause__, _UNSENT)


def is_cut_off(error: TelegramError) -> bool:
    """Whether no connection came about: it is the line, and no other message would fare better."""
    return isinstance(error.__cause__, _UNSENT)


def says(error: TelegramError, *signs: str) -> bool:
    """Whether Telegram refused with one of these words."""
    return isinstance(error, BadRequest | Forbidden) and any(sign in str(error).lower() for sign in signs)


def is_topic_gone(error: TelegramError) -> bool:
    """Whether the topic was deleted."""
    return says(error, *_TOPIC_GONE)


def _with_person(said: str, *, to_us: bool) -> DeliveryError | None:
    text = next((text for sign, text in _CUSTOMER_GONE.items() if sign in said), None)
    if text and to_us:
        return NotInGroupError(f"The agent can't be written to. Telegram said: {said}")
    return CustomerGoneError(text) if text else None


def _with_group(said: str, *, forbidden: bool) -> DeliveryError | None:
    if any(sign in said for sign in _TOPIC_GONE):
        return TopicGoneError("The topic of this case was deleted in the agents' group.")
    if any(sign in said for sign in _NO_FORUM):
        return NoTopicsError("The agents' group has no topics: turn on Topics in the group's settings.")
    if any(sign in said for sign in _FULL):
        return ForumFullError(
            "The agents' group holds no further topics: make another, and add it to KEEPWORD_AGENTS_CHAT."
        )
    if any(sign in said for sign in _NO_RIGHTS):
        return RightsError(
            "The bot lacks a right in the agents' group: make it an administrator who may manage topics, pin and "
            f"delete messages. Telegram said: {said}"
        )
    if forbidden or "chat not found" in said:
        return NotInGroupError("The bot is not in the agents' group: add it, and make it an administrator.")
    return None
