"""A case in the agents' group: its topic, and the card pinned there."""

from __future__ import annotations

from functools import partial

from telegram import Bot
from telegram.error import TelegramError

from bot.core.outgoing import Card, CloseTopic, DeleteTopic, LeaveTopic, OpenTopic, RenameTopic, ReopenTopic, Text
from bot.core.people import is_person
from bot.telegram.call import Call, Made, Place, change
from bot.telegram.changing import buttons, edit
from bot.telegram.failures import is_topic_gone, says
from bot.telegram.formats import markup
from bot.telegram.sending import send, text
from bot.telegram.splitting import shorten

_TITLE_LIMIT = 128


def open_topic(content: OpenTopic, place: Place) -> tuple[Call, ...]:
    """A topic, unless the case has one and need not have another, or came to an agent's private chat."""
    if is_person(place.chat_id) or (place.thread_id and not content.again):
        return ()

    async def run(bot: Bot) -> Made:
        topic = await bot.create_forum_topic(place.chat_id, shorten(content.title, _TITLE_LIMIT))
        return Made(thread_id=topic.message_thread_id)

    return (Call(run),)


def close_topic(content: CloseTopic, place: Place) -> tuple[Call, ...]:
    """Renamed, then closed."""
    chat_id, thread_id = place.chat_id, place.thread_id
    if thread_id is None:
        return ()
    close = change(lambda bot: bot.close_forum_topic(chat_id, thread_id), _topic_as_it_is)
    return _rename(chat_id, thread_id, content.title), close


def reopen_topic(content: ReopenTopic, place: Place) -> tuple[Call, ...]:
    """Opened again, then renamed."""
    chat_id, thread_id = place.chat_id, place.thread_id
    if thread_id is None:
        return ()
    reopen = change(lambda bot: bot.reopen_forum_topic(chat_id, thread_id), _topic_as_it_is)
    return reopen, _rename(chat_id, thread_id, content.title)


def rename_topic(content: RenameTopic, place: Place) -> tuple[Call, ...]:
    """Renamed; without topics there is nothing to rename."""
    return (_rename(place.chat_id, place.thread_id, content.title),) if place.thread_id else ()


def leave_topic(content: LeaveTopic, place: Place) -> tuple[Call, ...]:
    """A word where the case has gone, the card without its buttons, the topic renamed and closed."""
    chat_id, thread_id = place.chat_id, content.topic_id
    there = Place(chat_id, thread_id)
    said = tuple(Call(one.run, _topic_as_it_is) for one in text(Text(content.text), there))
    cleared = () if content.card_id is None else (buttons(there, content.card_id, ()),)
    if thread_id is None:
        return (*said, *cleared)
    close = change(lambda bot: bot.close_forum_topic(chat_id, thread_id), _topic_as_it_is)
    return (*said, *cleared, _rename(chat_id, thread_id, content.title), close)


def delete_topic(content: DeleteTopic, place: Place) -> tuple[Call, ...]:
    """Deleted, with all that is in it."""
    return (change(lambda bot: bot.delete_forum_topic(place.chat_id, content.topic_id), _topic_as_it_is),)


def _rename(chat_id: int, thread_id: int, title: str) -> Call:
    name = shorten(title, _TITLE_LIMIT)
    return change(lambda bot: bot.edit_forum_topic(chat_id, thread_id, name=name), _topic_as_it_is)


def _topic_as_it_is(error: TelegramError) -> tuple[Call, ...] | None:
    """What is so already, or is gone altogether, needs no change."""
    return () if is_topic_gone(error) or says(error, "not_modified", "not modified") else None


def card(content: Card, place: Place) -> tuple[Call, ...]:
    """Posted and pinned, or edited; a card that someone deleted is posted anew."""
    post = _post_card(content, place)
    if place.card_id is None:
        return post
    return (edit(place, place.card_id, content.text, content.keyboard, where_gone=post),)


def _post_card(content: Card, place: Place) -> tuple[Call, ...]:
    post = send(shorten(content.text), place, markup(content.keyboard))
    # Without a topic a pin would bury the group's own.
    return (Call(post.run, later=partial(_pin, place.chat_id) if place.thread_id else None),)


def _pin(chat_id: int, card: Made) -> Call:
    """A card that can't be pinned is still a card; and while others wait for theirs, a pin can wait too."""

    async def run(bot: Bot) -> Made:
        if card.message_id is not None:
            await bot.pin_chat_message(chat_id, card.message_id, disable_notification=True)
        return Made()

    return Call(run, lambda _error: ())
