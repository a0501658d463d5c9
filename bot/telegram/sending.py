"""New messages: words, in as many parts as they need, and copies of what was written in another chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telegram import Bot, InputFile, MessageEntity
from telegram.error import TelegramError

from bot.core.conversation import Media
from bot.core.outgoing import Copy, Text, TextFile
from bot.telegram.call import Album, Call, Made, Place
from bot.telegram.failures import says
from bot.telegram.formats import Markup, beneath, entities_of, markup, mentions_in, reply_to
from bot.telegram.splitting import split, units


def text(content: Text, place: Place) -> tuple[Call, ...]:
    """Words: what is under them goes with the last part, the quote with the first."""
    parts = split(content.text)
    last = len(parts) - 1
    return tuple(
        send(
            part,
            place,
            _beneath(content, place) if index == last else None,
            (content.reply_to or place.reply_to) if index == 0 else None,
            [*entities_of(content.entities), *mentions_in(part, content.mentions)] if last == 0 else [],
        )
        for index, part in enumerate(parts)
    )


def _beneath(content: Text, place: Place) -> Markup | None:
    """On behalf of a business account there are buttons under a message, but no change of the customer's keyboard."""
    return markup(content.keyboard) if place.business else beneath(content)


def send(
    words: str,
    place: Place,
    under: Markup | None,
    answers: int | None = None,
    entities: Sequence[MessageEntity] = (),
) -> Call:
    """One message of words, short enough for Telegram."""

    async def run(bot: Bot) -> Made:
        message = await bot.send_message(
            place.chat_id,
            words,
            message_thread_id=place.thread_id,
            reply_markup=under,
            reply_parameters=reply_to(answers),
            entities=list(entities) or None,
            business_connection_id=place.business,
        )
        return Made(message.message_id)

    return Call(run)


def spoken(content: Copy, place: Place) -> tuple[Call, ...]:
    """The words of a message in place of the message."""
    return text(Text(content.text, entities=content.entities), place)


def text_file(content: TextFile, place: Place) -> Call:
    """A document that is made of words."""

    async def run(bot: Bot) -> Made:
        file = InputFile(content.text.encode("utf-8", "replace"), filename=content.name)
        message = await bot.send_document(
            place.chat_id,
            file,
            caption=content.caption or None,
            message_thread_id=place.thread_id,
            business_connection_id=place.business,
        )
        return Made(message.message_id)

    return Call(run)


def copy(content: Copy, place: Place, caption: str | None = None) -> Call:
    """A copy with its own caption, or with another one."""

    async def run(bot: Bot) -> Made:
        made = await bot.copy_message(
            place.chat_id,
            content.from_chat_id,
            content.message_id,
            caption=caption,
            message_thread_id=place.thread_id,
            reply_parameters=reply_to(place.reply_to),
        )
        return Made(made.message_id)

    def instead(error: TelegramError) -> tuple[Call, ...] | None:
        words = text(Text(content.text, entities=content.entities), place)
        if content.media is Media.TEXT:  # words can be said again where a group forbids that they are copied
            return (
                words if content.text and says(error, "message can't be copied", "chat_forwards_restricted") else None
            )
        too_long = caption is None and says(error, "caption is too long", "media_caption_too_long")
        return (copy(content, place, caption=""), *words) if too_long else None

    return Call(run, instead)


def labelled(content: Copy) -> Text:
    """The words of a copy, with its label before them."""
    before = f"{content.label} " if content.label else ""
    moved = (replace(entity, offset=entity.offset + units(before)) for entity in content.entities)
    return Text(before + content.text, entities=tuple(moved))


def copy_album(content: Album, place: Place) -> Call:
    """Copies of pictures that stay together."""

    async def run(bot: Bot) -> Made:
        made = await bot.copy_messages(
            place.chat_id, content.from_chat_id, content.message_ids, message_thread_id=place.thread_id
        )
        return Made(album=tuple(one.message_id for one in made))

    return Call(run)
