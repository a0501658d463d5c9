"""Methods about the topics of the agents' forum."""

from __future__ import annotations

from telegram.constants import ForumIconColor

from bot.simulator.chats import DEFAULT_ICON_COLOUR, Chat, Service, Topic
from bot.simulator.errors import bad_request
from bot.simulator.methods.editing import unpin_each
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments
from bot.simulator.state import State
from bot.simulator.wire import JsonObject, utf16_length

LONGEST_NAME = 128
_FIRST_ICON = 5_312_000_000_000_000_001
ICONS = {
    str(_FIRST_ICON + place): emoji
    for place, emoji in enumerate(
        ("💬", "❗️", "❓", "📰", "📝", "📆", "✅", "🏆", "💡", "🔥", "⭐️", "🎉", "☎️", "🛠", "📦", "💰")
    )
}
"""Custom emoji that may be icons of topics: id and emoji."""
_COLOURS = frozenset(int(colour) for colour in ForumIconColor)


def _forum(state: State, arguments: Arguments, purpose: str) -> Chat:
    chat = state.chat(arguments.text("chat_id"))
    if not chat.is_group:
        raise bad_request("the chat is not a forum")
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    state.membership.require("can_manage_topics", purpose)
    return chat


def _topic(state: State, arguments: Arguments, purpose: str) -> Topic:
    chat = _forum(state, arguments, purpose)
    topic = chat.topics.get(arguments.integer("message_thread_id") or 0)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _name(arguments: Arguments) -> str:
    name = arguments.text("name").strip()
    if not name:
        raise bad_request("topic name is empty")
    if utf16_length(name) > LONGEST_NAME:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name


def _icon(arguments: Arguments) -> tuple[str, str] | None:
    icon_id = arguments.text("icon_custom_emoji_id")
    if not icon_id:
        return None
    if icon_id not in ICONS:
        raise bad_request("DOCUMENT_INVALID")
    return icon_id, ICONS[icon_id]


def _create(state: State, arguments: Arguments) -> object:
    forum = _forum(state, arguments, "create a topic")
    colour = arguments.integer("icon_color") or DEFAULT_ICON_COLOUR
    if colour not in _COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    return state.new_topic(state.bot, _name(arguments), colour, _icon(arguments), forum).as_json()


def _edit(state: State, arguments: Arguments) -> object:
    topic = _topic(state, arguments, "edit the topic")
    change: JsonObject = {}
    if arguments.text("name") and _name(arguments) != topic.title:
        topic.title = _name(arguments)
        change["name"] = topic.title
    if arguments.has("icon_custom_emoji_id") and arguments.text("icon_custom_emoji_id") != (topic.icon_id or ""):
        topic.icon_id, topic.icon = _icon(arguments) or (None, None)
        change["icon_custom_emoji_id"] = topic.icon_id or ""
    if not change:
        raise bad_request("TOPIC_NOT_MODIFIED")
    line = f"topic renamed to {topic.title}" if "name" in change else "topic has a new icon"
    state.topic_changed(topic, state.bot, Service("forum_topic_edited", change, line))
    return True


def _close(state: State, arguments: Arguments) -> object:
    return _set_closed(state, _topic(state, arguments, "close the topic"), True)


def _reopen(state: State, arguments: Arguments) -> object:
    return _set_closed(state, _topic(state, arguments, "reopen the topic"), False)


def _set_closed(state: State, topic: Topic, closed: bool) -> bool:
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    word = "closed" if closed else "reopened"
    state.topic_changed(topic, state.bot, Service(f"forum_topic_{word}", {}, f"topic {word}"))
    return True


def _delete(state: State, arguments: Arguments) -> object:
    topic = _topic(state, arguments, "delete the topic")
    state.membership.require("can_delete_messages", "delete the topic")
    state.delete_topic(topic)
    return True


def _unpin_all(state: State, arguments: Arguments) -> object:
    topic = _topic(state, arguments, "unpin messages in the topic")
    state.membership.require("can_pin_messages", "manage pinned messages in the chat")
    unpin_each(state, state.forum_of(topic), topic.thread_id)
    return True


def _icon_stickers(_state: State, _arguments: Arguments) -> object:
    return [
        {
            "file_id": f"SimulatedIcon{icon_id}",
            "file_unique_id": f"icon{icon_id}",
            "type": "custom_emoji",
            "width": 512,
            "height": 512,
            "is_animated": True,
            "is_video": False,
            "emoji": emoji,
            "custom_emoji_id": icon_id,
        }
        for icon_id, emoji in ICONS.items()
    ]


HANDLERS: Handlers = {
    "createForumTopic": _create,
    "editForumTopic": _edit,
    "closeForumTopic": _close,
    "reopenForumTopic": _reopen,
    "deleteForumTopic": _delete,
    "unpinAllForumTopicMessages": _unpin_all,
    "getForumTopicIconStickers": _icon_stickers,
}
