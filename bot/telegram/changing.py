"""Changes to messages that are there already: other words or buttons, a reaction, or that they go."""

from __future__ import annotations

from telegram import Bot
from telegram.error import TelegramError

from bot.core.conversation import Media
from bot.core.outgoing import Keyboard, Revise
from bot.telegram.call import Call, Place, change, settled
from bot.telegram.failures import says
from bot.telegram.formats import entities_of, markup
from bot.telegram.splitting import shorten

_CAPTION_LIMIT = 1024

_AS_IT_IS = "message is not modified"
_DELETED = "message to delete not found"
_GONE = ("message to edit not found", "message can't be edited")


def revise(content: Revise, place: Place) -> Call:
    """New words for a message, or a new caption for its picture."""
    target, entities = place.targets[0], entities_of(content.entities) or None

    async def act(bot: Bot) -> None:
        if content.media is Media.TEXT:
            await bot.edit_message_text(
                shorten(content.text),
                place.chat_id,
                target,
                entities=entities,
                business_connection_id=place.business,
            )
        else:
            await bot.edit_message_caption(
                place.chat_id,
                target,
                caption=shorten(content.text, _CAPTION_LIMIT),
                caption_entities=entities,
                business_connection_id=place.business,
            )

    return change(act, settled(_AS_IT_IS))


def edit(
    place: Place,
    message_id: int,
    text: str,
    keyboard: Keyboard,
    where_gone: tuple[Call, ...] | None = None,
) -> Call:
    """New words and buttons for a message of ours; ``where_gone`` is done where it can't be edited any more."""

    def instead(error: TelegramError) -> tuple[Call, ...] | None:
        if says(error, _AS_IT_IS):
            return ()
        return where_gone if says(error, *_GONE) else None

    return change(
        lambda bot: bot.edit_message_text(
            shorten(text),
            chat_id=place.chat_id,
            message_id=message_id,
            reply_markup=markup(keyboard),
            business_connection_id=place.business,
        ),
        instead,
    )


def buttons(place: Place, message_id: int, keyboard: Keyboard) -> Call:
    """Other buttons under a message, or none."""
    return change(
        lambda bot: bot.edit_message_reply_markup(
            place.chat_id, message_id, reply_markup=markup(keyboard), business_connection_id=place.business
        ),
        settled(_AS_IT_IS, *_GONE),
    )


def react(chat_id: int, message_id: int, emoji: str) -> Call:
    """A reaction to a message; without ``emoji`` it is taken back."""
    return change(
        lambda bot: bot.set_message_reaction(chat_id, message_id, emoji or None),
        settled("message to react not found", "not modified"),
    )


def delete(place: Place, message_id: int) -> Call:
    """The message goes."""
    business = place.business
    if business is not None:
        return change(lambda bot: bot.delete_business_messages(business, [message_id]), settled(_DELETED))
    return change(lambda bot: bot.delete_message(place.chat_id, message_id), settled(_DELETED))
