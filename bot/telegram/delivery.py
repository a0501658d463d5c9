"""Which calls carry what: a reaction and "typing" at once, and each kind of content of the outbox."""

from __future__ import annotations

from typing import assert_never

from telegram.constants import ChatAction

from bot.core.business import Through, is_business
from bot.core.outgoing import (
    AnswerCallback,
    Card,
    ClearButtons,
    CloseTopic,
    Content,
    Copy,
    DeleteTopic,
    Edit,
    LeaveTopic,
    OpenTopic,
    React,
    RenameTopic,
    ReopenTopic,
    Retract,
    Revise,
    ShowButtons,
    Text,
    TextFile,
    Typing,
)
from bot.telegram import changing, resending, sending, topics
from bot.telegram.call import Album, Call, Place, change, settled
from bot.telegram.reaction import EYES
from bot.telegram.splitting import shorten

_CALLBACK_LIMIT = 200


def calls(content: Content | Album, place: Place) -> tuple[Call, ...]:  # noqa: C901, PLR0911, PLR0912  # one for each kind
    """The requests that carry ``content`` to ``place``; none, where there is nothing left to do."""
    match content:
        case Text():
            return sending.text(content, place)
        case TextFile():
            return (sending.text_file(content, place),)
        case Copy():
            return _copied(content, place)
        case Album():
            return resending.album(content, place) or (sending.copy_album(content, place),)
        case Revise():
            return (changing.revise(content, place),)
        case React():
            targets = () if place.business else place.targets[:1]
            return tuple(changing.react(place.chat_id, target, content.emoji) for target in targets)
        case Retract():
            return tuple(changing.delete(place, target) for target in place.targets)
        case Edit():
            return (changing.edit(place, content.message_id, content.text, content.keyboard),)
        case ClearButtons():
            return (changing.buttons(place, content.message_id, ()),)
        case ShowButtons():
            return (changing.buttons(place, content.message_id, content.keyboard),)
        case OpenTopic():
            return topics.open_topic(content, place)
        case Card():
            return topics.card(content, place)
        case CloseTopic():
            return topics.close_topic(content, place)
        case ReopenTopic():
            return topics.reopen_topic(content, place)
        case RenameTopic():
            return topics.rename_topic(content, place)
        case LeaveTopic():
            return topics.leave_topic(content, place)
        case DeleteTopic():
            return topics.delete_topic(content, place)
        case AnswerCallback():
            return (_answer(content),)
        case Typing():
            return (_typing(place),)
        case _:
            assert_never(content)


def reaction(chat_id: int, message_id: int) -> Call:
    """👀 on a message."""
    return change(lambda bot: bot.set_message_reaction(chat_id, message_id, EYES))


def read(message_id: int, through: Through) -> Call:
    """A message in a business account's chat is marked as read: a bot can't react there."""
    return change(lambda bot: bot.read_business_message(through.connection_id, through.chat_id, message_id))


def typing(chat_id: int, through: Through | None = None) -> Call:
    """Telegram shows "typing" for five seconds, or until a message comes."""
    return _typing(Place(through.chat_id, business=through.connection_id) if through else Place(chat_id))


def _typing(place: Place) -> Call:
    return change(
        lambda bot: bot.send_chat_action(place.chat_id, ChatAction.TYPING, business_connection_id=place.business)
    )


def _copied(content: Copy, place: Place) -> tuple[Call, ...]:
    if content.spoken:
        return sending.spoken(content, place)
    if content.label:
        return sending.text(sending.labelled(content), place)
    if place.business or is_business(content.from_chat_id):
        return resending.again(content, place)
    return (sending.copy(content, place),)


def _answer(content: AnswerCallback) -> Call:
    text = shorten(content.text, _CALLBACK_LIMIT) or None
    return change(
        lambda bot: bot.answer_callback_query(content.callback_id, text=text),
        settled("query is too old", "query id is invalid", "query_id_invalid"),
    )
