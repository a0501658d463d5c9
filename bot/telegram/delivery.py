"""Which Bot method carries what, one call at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    User,
)
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.core.conversation import Entity, Media
from bot.core.outgoing import (
    AnswerCallback,
    Card,
    ClearButtons,
    CloseTopic,
    Content,
    Copy,
    Edit,
    Keyboard,
    Mention,
    OpenTopic,
    React,
    ReopenTopic,
    Retract,
    Revise,
    ShowButtons,
    Text,
)
from bot.telegram.failures import is_topic_gone, says
from bot.telegram.splitting import shorten, split, units

EYES = "👀"
"""The reaction that says: seen."""

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

_TITLE_LIMIT = 128
_CALLBACK_LIMIT = 200
_CAPTION_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where something goes, as it is now. ``card_id`` is the case's card, if it has been posted.

    ``reply_to`` is the message there that it answers. ``targets`` are the messages there that it is to change.
    """

    chat_id: int
    thread_id: int | None = None
    card_id: int | None = None
    reply_to: int | None = None
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Album:
    """Messages of another chat that are one album, in ascending order."""

    from_chat_id: int
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What a call made: a message, a topic, an album's messages, or nothing of the kind."""

    message_id: int | None = None
    thread_id: int | None = None
    album: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Telegram. ``instead`` says what to do where it is refused; None: it has failed. ``later`` gives
    what is to follow it, at once or, where the budget is short, when nothing more urgent waits."""

    run: Callable[[Bot], Awaitable[Made]]
    instead: Callable[[TelegramError], tuple[Call, ...] | None] = lambda _error: None
    later: Callable[[Made], Call] | None = None


def calls(content: Content | Album, place: Place) -> tuple[Call, ...]:  # noqa: C901, PLR0911, PLR0912  # one for each kind
    """The requests that carry ``content`` to ``place``; none, where there is nothing left to do."""
    match content:
        case Text():
            return _text(content, place)
        case Copy():
            return (_copy(content, place),)
        case Album():
            return (_copy_album(content, place),)
        case Revise():
            return (_revise(content, place),)
        case React():
            return tuple(_react(place.chat_id, target, content.emoji) for target in place.targets[:1])
        case Retract():
            return tuple(_delete(place.chat_id, target) for target in place.targets)
        case Edit():
            return (_edit(place.chat_id, content.message_id, content.text, content.keyboard),)
        case ClearButtons():
            return (_buttons(place.chat_id, content.message_id, ()),)
        case ShowButtons():
            return (_buttons(place.chat_id, content.message_id, content.keyboard),)
        case OpenTopic():
            return () if place.thread_id and not content.again else (_open(content, place),)
        case Card():
            return _card(content, place)
        case CloseTopic():
            return _close(content, place)
        case ReopenTopic():
            return _reopen(content, place)
        case AnswerCallback():
            return (_answer(content),)
        case _:
            assert_never(content)


def reaction(chat_id: int, message_id: int) -> Call:
    """👀 on a message."""

    async def run(bot: Bot) -> Made:
        await bot.set_message_reaction(chat_id, message_id, EYES)
        return Made()

    return Call(run)


def typing(chat_id: int) -> Call:
    """Telegram shows "typing" for five seconds, or until a message comes."""

    async def run(bot: Bot) -> Made:
        await bot.send_chat_action(chat_id, ChatAction.TYPING)
        return Made()

    return Call(run)


def _text(content: Text, place: Place) -> tuple[Call, ...]:
    parts = split(content.text)
    last = len(parts) - 1
    return tuple(
        _send(
            part,
            place,
            _beneath(content) if index == last else None,
            (content.reply_to or place.reply_to) if index == 0 else None,
            [*_set(content.entities), *_mentions(part, content.mentions)] if last == 0 else [],
        )
        for index, part in enumerate(parts)
    )


def _mentions(text: str, mentions: Sequence[Mention]) -> list[MessageEntity]:
    """Who is notified, and where in the text they are named; who isn't named there is left out."""
    found = []
    for mention in mentions:
        before, label, _ = text.partition(mention.label)
        if label:
            user = User(mention.user_id, mention.label, is_bot=False)
            found.append(MessageEntity(MessageEntity.TEXT_MENTION, units(before), units(label), user=user))
    return found


def _send(
    text: str,
    place: Place,
    beneath: Markup | None,
    reply_to: int | None = None,
    entities: Sequence[MessageEntity] = (),
) -> Call:
    async def run(bot: Bot) -> Made:
        message = await bot.send_message(
            place.chat_id,
            text,
            message_thread_id=place.thread_id,
            reply_markup=beneath,
            reply_parameters=_reply(reply_to),
            entities=list(entities) or None,
        )
        return Made(message.message_id)

    return Call(run)


def _copy(content: Copy, place: Place, caption: str | None = None) -> Call:
    """A copy with its own caption, or with another one."""

    async def run(bot: Bot) -> Made:
        made = await bot.copy_message(
            place.chat_id,
            content.from_chat_id,
            content.message_id,
            caption=caption,
            message_thread_id=place.thread_id,
            reply_parameters=_reply(place.reply_to),
        )
        return Made(made.message_id)

    def instead(error: TelegramError) -> tuple[Call, ...] | None:
        words = _text(Text(content.text, entities=content.entities), place)
        if content.media is Media.TEXT:  # words can be said again where a group forbids that they are copied
            return (
                words if content.text and says(error, "message can't be copied", "chat_forwards_restricted") else None
            )
        too_long = caption is None and says(error, "caption is too long", "media_caption_too_long")
        return (_copy(content, place, caption=""), *words) if too_long else None

    return Call(run, instead)


def _copy_album(content: Album, place: Place) -> Call:
    async def run(bot: Bot) -> Made:
        made = await bot.copy_messages(
            place.chat_id, content.from_chat_id, content.message_ids, message_thread_id=place.thread_id
        )
        return Made(album=tuple(one.message_id for one in made))

    return Call(run)


def _revise(content: Revise, place: Place) -> Call:
    target, entities = place.targets[0], _set(content.entities) or None

    async def run(bot: Bot) -> Made:
        if content.media is Media.TEXT:
            await bot.edit_message_text(shorten(content.text), place.chat_id, target, entities=entities)
        else:
            await bot.edit_message_caption(
                place.chat_id, target, caption=shorten(content.text, _CAPTION_LIMIT), caption_entities=entities
            )
        return Made()

    return Call(run, lambda error: () if says(error, "message is not modified") else None)


def _react(chat_id: int, message_id: int, emoji: str) -> Call:
    async def run(bot: Bot) -> Made:
        await bot.set_message_reaction(chat_id, message_id, emoji or None)
        return Made()

    return Call(run, lambda error: () if says(error, "message to react not found", "not modified") else None)


def _delete(chat_id: int, message_id: int) -> Call:
    async def run(bot: Bot) -> Made:
        await bot.delete_message(chat_id, message_id)
        return Made()

    return Call(run, lambda error: () if says(error, "message to delete not found") else None)


def _edit(
    chat_id: int,
    message_id: int,
    text: str,
    keyboard: Keyboard,
    where_gone: tuple[Call, ...] | None = None,
) -> Call:
    async def run(bot: Bot) -> Made:
        await bot.edit_message_text(
            shorten(text), chat_id=chat_id, message_id=message_id, reply_markup=_markup(keyboard)
        )
        return Made()

    def instead(error: TelegramError) -> tuple[Call, ...] | None:
        if says(error, "message is not modified"):
            return ()
        return where_gone if says(error, "message to edit not found", "message can't be edited") else None

    return Call(run, instead)


def _buttons(chat_id: int, message_id: int, keyboard: Keyboard) -> Call:
    async def run(bot: Bot) -> Made:
        await bot.edit_message_reply_markup(chat_id, message_id, reply_markup=_markup(keyboard))
        return Made()

    def instead(error: TelegramError) -> tuple[Call, ...] | None:
        gone = says(error, "message is not modified", "message to edit not found", "message can't be edited")
        return () if gone else None

    return Call(run, instead)


def _open(content: OpenTopic, place: Place) -> Call:
    async def run(bot: Bot) -> Made:
        topic = await bot.create_forum_topic(place.chat_id, shorten(content.title, _TITLE_LIMIT))
        return Made(thread_id=topic.message_thread_id)

    return Call(run)


def _close(content: CloseTopic, place: Place) -> tuple[Call, ...]:
    thread_id = place.thread_id
    if thread_id is None:
        return ()

    async def close(bot: Bot) -> Made:
        await bot.close_forum_topic(place.chat_id, thread_id)
        return Made()

    return _rename(place.chat_id, thread_id, content.title), Call(close, _topic_as_it_is)


def _reopen(content: ReopenTopic, place: Place) -> tuple[Call, ...]:
    thread_id = place.thread_id
    if thread_id is None:
        return ()

    async def reopen(bot: Bot) -> Made:
        await bot.reopen_forum_topic(place.chat_id, thread_id)
        return Made()

    return Call(reopen, _topic_as_it_is), _rename(place.chat_id, thread_id, content.title)


def _rename(chat_id: int, thread_id: int, title: str) -> Call:
    async def rename(bot: Bot) -> Made:
        await bot.edit_forum_topic(chat_id, thread_id, name=shorten(title, _TITLE_LIMIT))
        return Made()

    return Call(rename, _topic_as_it_is)


def _topic_as_it_is(error: TelegramError) -> tuple[Call, ...] | None:
    """What is so already, or is gone altogether, needs no change."""
    return () if is_topic_gone(error) or says(error, "not_modified", "not modified") else None


def _card(content: Card, place: Place) -> tuple[Call, ...]:
    """Posted and pinned, or edited; a card that someone deleted is posted anew."""
    post = _post_card(content, place)
    if place.card_id is None:
        return post
    return (_edit(place.chat_id, place.card_id, content.text, content.keyboard, where_gone=post),)


def _post_card(content: Card, place: Place) -> tuple[Call, ...]:
    send = _send(shorten(content.text), place, _markup(content.keyboard))
    # Without a topic a pin would bury the group's own.
    return (Call(send.run, later=partial(_pin, place.chat_id) if place.thread_id else None),)


def _pin(chat_id: int, card: Made) -> Call:
    """A card that can't be pinned is still a card; and while others wait for theirs, a pin can wait too."""

    async def run(bot: Bot) -> Made:
        if card.message_id is not None:
            await bot.pin_chat_message(chat_id, card.message_id, disable_notification=True)
        return Made()

    return Call(run, lambda _error: ())


def _answer(content: AnswerCallback) -> Call:
    async def run(bot: Bot) -> Made:
        await bot.answer_callback_query(content.callback_id, text=shorten(content.text, _CALLBACK_LIMIT) or None)
        return Made()

    return Call(
        run, lambda error: () if says(error, "query is too old", "query id is invalid", "query_id_invalid") else None
    )


def _beneath(content: Text) -> Markup | None:
    """What goes under a text: its buttons, or a change of the customer's keyboard."""
    if content.share_contact:
        share = KeyboardButton(content.share_contact, request_contact=True)
        return ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if content.hide_keyboard else _markup(content.keyboard)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in keyboard]
    )


def _set(entities: tuple[Entity, ...]) -> list[MessageEntity]:
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


def _reply(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None
