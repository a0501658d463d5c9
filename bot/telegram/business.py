"""Updates of business accounts that the bot is connected to, and asking which account a connection belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.core.business import Account, Through
from bot.core.conversation import Media
from bot.core.incoming import AccountStanding, Deleted, Ignored, Incoming, OwnerMessage
from bot.core.people import Agent, Customer
from bot.telegram import kinds
from bot.telegram.raw import Raw, number, part, words
from bot.telegram.users import customer_of, name_of

log = structlog.get_logger(__name__)

UPDATES = ("business_connection", "business_message", "edited_business_message", "deleted_business_messages")
"""The kinds of update that tell of them."""

RETRY = 5.0
"""Seconds until Telegram is asked again, where it can't be reached."""


def kind_of(raw: Raw) -> str | None:
    """Which of these kinds an update is, if it is one."""
    return next((kind for kind in UPDATES if part(raw, kind)), None)


def through_of(message: Raw) -> Through | None:
    """The business account's chat that a message stands in; None: it is none."""
    connection_id, chat_id = words(message, "business_connection_id"), number(part(message, "chat"), "id")
    return Through(connection_id, chat_id) if connection_id and chat_id is not None else None


def connection_of(kind: str, inner: Raw) -> str | None:
    """The connection that an update is about, if it is about one."""
    return words(inner, "id") if kind == "business_connection" else words(inner, "business_connection_id")


def read(kind: str, inner: Raw, from_customer: Callable[..., Incoming]) -> Incoming:
    """What such an update says; ``from_customer`` reads what a customer wrote, as in their chat with the bot."""
    if kind == "business_connection":
        account = account_of(inner)
        return AccountStanding(account) if account else Ignored("a business connection of nobody")
    through = through_of(inner)
    if through is None:
        return Ignored("of no business account's chat")
    if kind == "deleted_business_messages":
        ids = inner.get("message_ids")
        found = tuple(each for each in ids if isinstance(each, int)) if isinstance(ids, list) else ()
        return Deleted(through.chat_id, found, through)
    edited = kind == "edited_business_message"
    if "sender_business_bot" in inner:
        return Ignored("our own words, on behalf of a business account")
    if number(part(inner, "from"), "id") == through.chat_id:
        return from_customer(inner, through.chat_id, edited=edited)
    return _from_owner(inner, through, edited=edited)


def _from_owner(message: Raw, through: Through, *, edited: bool) -> Incoming:
    user, chat = part(message, "from"), part(message, "chat")
    owner_id, content = number(user, "id"), kinds.content_of(message)
    if owner_id is None or content is None:
        return Ignored("a service message")
    text, media = content
    if edited and media in (Media.LOCATION, Media.VENUE):
        return Ignored("a place that moves")
    return OwnerMessage(
        through.chat_id,
        number(message, "message_id") or 0,
        through,
        customer_of(chat) or Customer(through.chat_id, name_of(chat)),
        Agent(owner_id, name_of(user), username=words(user, "username")),
        text,
        media,
        edited,
        words(message, "media_group_id"),
        kinds.entities_of(message),
        kinds.carried(message, media),
    )


def account_of(connection: Raw) -> Account | None:
    """The account of a ``BusinessConnection``."""
    user, connection_id = part(connection, "user"), words(connection, "id")
    owner_id = number(user, "id")
    if owner_id is None or not connection_id:
        return None
    return Account(
        connection_id,
        owner_id,
        name_of(user),
        number(connection, "user_chat_id") or owner_id,
        enabled=connection.get("is_enabled") is True,
        can_reply=part(connection, "rights").get("can_reply") is True,
    )


async def ask(bot: Bot, connection_id: str) -> Account | None:
    """Whose connection this is, however long Telegram can't be reached. None: it knows of none."""
    while True:
        try:
            connection = await bot.get_business_connection(connection_id)
        except (BadRequest, Forbidden) as error:
            log.warning("a business connection is not known", error=str(error))
            return None
        except TelegramError as error:
            log.warning("Telegram cannot be asked whose business connection it is, trying again", error=str(error))
            await asyncio.sleep(RETRY)
        else:
            return account_of(connection.to_dict())
