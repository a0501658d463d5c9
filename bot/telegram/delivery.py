"""Which calls carry what: a reaction and "typing" at once, and each kind of content of the outbox."""

from __future__ import annotations

from typing import assert_never

from telegram.constants import ChatAction

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
from bot.telegram import changing, sending, topics
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
            return sending.spoken(content, place) if content.spoken else (sending.copy(content, place),)
        case Album():
            return (sending.copy_album(content, place),)
        case Revise():
            return (changing.revise(content, place),)
        case React():
            return tuple(changing.react(place.chat_id, target, content.emoji) for target in place.targets[:1])
        case Retract():
            return tuple(changing.delete(place.chat_id, target) for target in place.targets)
        case Edit():
            return (changing.edit(place.chat_id, content.message_id, content.text, content.keyboard),)
        case ClearButtons():
            return (changing.buttons(place.chat_id, content.message_id, ()),)
        case ShowButtons():
            return (changing.buttons(place.chat_id, content.message_id, content.keyboard),)
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
            return (typing(place.chat_id),)
        case _:
            assert_never(content)


def reaction(chat_id: int, message_id: int) -> Call:
    """👀 on a message."""
    return change(lambda bot: bot.set_message_reaction(chat_id, message_id, EYES))


def typing(chat_id: int) -> Call:
    """Telegram shows "typing" for five seconds, or until a message comes."""
    return change(lambda bot: bot.send_chat_action(chat_id, ChatAction.TYPING))


def _answer(content: AnswerCallback) -> Call:
    text = shorten(content.text, _CALLBACK_LIMIT) or None
    return change(
        lambda bot: bot.answer_callback_query(content.callback_id, text=text),
        settled("query is too old", "query id is invalid", "query_id_invalid"),
    )
