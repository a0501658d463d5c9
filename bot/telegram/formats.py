"""How a text is set, whom it calls out, what it answers and what is under it, in python-telegram-bot's terms."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    User,
)

from bot.core.conversation import Entity
from bot.core.outgoing import Keyboard, Mention, Text
from bot.telegram.splitting import units

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def beneath(content: Text) -> Markup | None:
    """What goes under a text: its buttons, or a change of the customer's keyboard."""
    if content.share_contact:
        share = KeyboardButton(content.share_contact, request_contact=True)
        return ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if content.hide_keyboard else markup(content.keyboard)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """The buttons under a message, if there are any."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in keyboard]
    )


def entities_of(entities: Sequence[Entity]) -> list[MessageEntity]:
    """How a text is set: bold, a link…"""
    return [
        MessageEntity(
            each.type,
            each.offset,
            each.length,
            url=each.url or None,
            user=User(each.user_id, "", is_bot=False) if each.user_id else None,
            language=each.language or None,
            custom_emoji_id=each.custom_emoji_id or None,
        )
        for each in entities
    ]


def mentions_in(text: str, mentions: Sequence[Mention]) -> list[MessageEntity]:
    """Who is notified, and where in the text they are named; who isn't named there is left out."""
    found = []
    for mention in mentions:
        before, label, _ = text.partition(mention.label)
        if label:
            user = User(mention.user_id, mention.label, is_bot=False)
            found.append(MessageEntity(MessageEntity.TEXT_MENTION, units(before), units(label), user=user))
    return found


def reply_to(message_id: int | None) -> ReplyParameters | None:
    """The message that another one answers; if it is gone by then, it answers none."""
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None
