"""What a message carries, sent anew: Telegram copies nothing into or out of the chat of a business account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo, Message

from bot.core.business import is_business
from bot.core.conversation import Media
from bot.core.outgoing import Copy, Text
from bot.telegram import sending
from bot.telegram.call import Album, Call, Made, Place
from bot.telegram.formats import entities_of, reply_to

CAPTION_LIMIT = 1024

Send = Callable[..., Awaitable[Message]]

Item = InputMediaPhoto | InputMediaVideo | InputMediaAudio | InputMediaDocument

_IN_ALBUM: dict[Media, type[Item]] = {
    Media.PHOTO: InputMediaPhoto,
    Media.VIDEO: InputMediaVideo,
    Media.AUDIO: InputMediaAudio,
    Media.DOCUMENT: InputMediaDocument,
}


def again(content: Copy, place: Place) -> tuple[Call, ...]:
    """The message as it was, from us. A caption that is too long for a bot arrives beside it."""
    words = sending.text(Text(content.text, entities=content.entities), place) if content.text else ()
    if content.media is Media.TEXT or not content.carries:
        return words
    if not _has_caption(content.media):
        return (_sent(content, place, {}),)
    if len(content.text) > CAPTION_LIMIT:
        return (_sent(content, place, {}), *words)
    entities = entities_of(content.entities) or None
    return (_sent(content, place, {"caption": content.text or None, "caption_entities": entities}),)


def album(content: Album, place: Place) -> tuple[Call, ...]:
    """The pictures as one album; none where they can be copied."""
    if not place.business and not is_business(content.from_chat_id):
        return ()
    items = [_item(copy) for copy in content.copies]

    async def run(bot: Bot) -> Made:
        made = await bot.send_media_group(
            place.chat_id,
            items,
            message_thread_id=place.thread_id,
            business_connection_id=place.business,
            reply_parameters=reply_to(place.reply_to),
        )
        return Made(album=tuple(one.message_id for one in made))

    return (Call(run),)


def _item(copy: Copy) -> Item:
    kind: type[Item] = _IN_ALBUM.get(copy.media, InputMediaDocument)
    caption, entities = copy.text[:CAPTION_LIMIT] or None, entities_of(copy.entities) or None
    return kind(copy.carries.get("file_id", ""), caption=caption, caption_entities=entities)


def _sent(content: Copy, place: Place, caption: dict[str, object]) -> Call:
    async def run(bot: Bot) -> Made:
        message = await _method(bot, content.media)(
            place.chat_id,
            **_parts(content),
            **caption,
            message_thread_id=place.thread_id,
            business_connection_id=place.business,
            reply_parameters=reply_to(place.reply_to),
        )
        return Made(message.message_id)

    return Call(run)


def _has_caption(media: Media) -> bool:
    return media in {Media.PHOTO, Media.VIDEO, Media.ANIMATION, Media.AUDIO, Media.DOCUMENT, Media.VOICE}


def _parts(content: Copy) -> dict[str, Any]:
    carries = content.carries
    if content.media in (Media.LOCATION, Media.VENUE):
        return {**carries, "latitude": float(carries["latitude"]), "longitude": float(carries["longitude"])}
    if content.media is Media.CONTACT:
        return dict(carries)
    return {content.media.name.lower(): carries["file_id"]}


def _method(bot: Bot, media: Media) -> Send:
    methods: dict[Media, Send] = {
        Media.PHOTO: bot.send_photo,
        Media.VIDEO: bot.send_video,
        Media.ANIMATION: bot.send_animation,
        Media.AUDIO: bot.send_audio,
        Media.DOCUMENT: bot.send_document,
        Media.VOICE: bot.send_voice,
        Media.VIDEO_NOTE: bot.send_video_note,
        Media.STICKER: bot.send_sticker,
        Media.LOCATION: bot.send_location,
        Media.VENUE: bot.send_venue,
        Media.CONTACT: bot.send_contact,
    }
    return methods[media]
