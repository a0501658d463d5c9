"""Methods that change a message that is there: its words, buttons, reactions, pin, or whether it is there at all."""

from __future__ import annotations

from datetime import timedelta

from bot.simulator import markup
from bot.simulator.accounts import writable
from bot.simulator.chats import Chat, Content, Message, Service
from bot.simulator.errors import bad_request
from bot.simulator.methods.handler import Handlers
from bot.simulator.methods.sending import caption, input_media, words
from bot.simulator.parameters import Arguments
from bot.simulator.reactions import ALLOWED
from bot.simulator.state import Placement, State
from bot.simulator.wire import text_of

DELETABLE_FOR = timedelta(hours=48)
"""For how long a message may be deleted. Source: https://core.telegram.org/bots/api#deletemessage"""

_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def _editable(state: State, arguments: Arguments) -> Message:
    if arguments.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    if not arguments.has("message_id"):
        raise bad_request("message identifier is not specified")
    chat = writable(state, arguments)
    message = chat.messages.get(arguments.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not state.bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _edit(state: State, arguments: Arguments, message: Message, content: Content) -> object:
    """New content and buttons; an edit that leaves the buttons out takes them off, as on Telegram."""
    buttons = markup.inline_only(arguments.object("reply_markup"))
    if content == message.content and buttons == message.markup:
        raise bad_request(_SAME)
    changed = content != message.content
    message.content, message.markup = content, buttons
    if changed:
        message.edited_at = state.now()
    state.edited(message)
    return message.as_json()


def _edit_text(state: State, arguments: Arguments) -> object:
    message = _editable(state, arguments)
    if message.content.attachment:
        raise bad_request("there is no text in the message to edit")
    return _edit(state, arguments, message, Content(*words(arguments, "MESSAGE_TOO_LONG")))


def _edit_caption(state: State, arguments: Arguments) -> object:
    message = _editable(state, arguments)
    if not message.content.attachment:
        raise bad_request("there is no caption in the message to edit")
    return _edit(state, arguments, message, Content(*caption(arguments), message.content.attachment))


def _edit_media(state: State, arguments: Arguments) -> object:
    message = _editable(state, arguments)
    media = arguments.object("media")
    if not media:
        raise bad_request("input media is not specified")
    return _edit(state, arguments, message, input_media(state, arguments, media))


def _edit_markup(state: State, arguments: Arguments) -> object:
    message = _editable(state, arguments)
    return _edit(state, arguments, message, message.content)


def _delete(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    message = chat.messages.get(arguments.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(state, chat, message):
        raise bad_request("message can't be deleted for everyone")
    state.delete(chat, [message.message_id])
    return True


def _delete_many(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    ids = arguments.integers("message_ids")
    if not 1 <= len(ids) <= 100:
        raise bad_request("message identifiers are not specified" if not ids else "too many messages to delete")
    there = [chat.messages[one] for one in ids if one in chat.messages]
    state.delete(chat, [message.message_id for message in there if _deletable(state, chat, message)])
    return True


def _deletable(state: State, chat: Chat, message: Message) -> bool:
    """What is younger than two days: in private everything, in the group the bot's own, and others' with the right."""
    if state.now() - message.at >= DELETABLE_FOR:
        return False
    if not chat.is_group or message.sender is state.bot:
        return True
    return state.membership.may("can_delete_messages")


def _react(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    message = chat.messages.get(arguments.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to react not found")
    reactions = arguments.objects("reaction")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = tuple(text_of(one, "emoji") for one in reactions)
    if message.service or any(one not in ALLOWED for one in emoji):
        raise bad_request("REACTION_INVALID")
    message.reactions.pop(state.bot.id, None)
    if emoji:
        message.reactions[state.bot.id] = emoji
    state.edited(message)
    return True


def _pin(state: State, arguments: Arguments) -> object:
    chat = _pinnable(state, arguments)
    message = chat.messages.get(arguments.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to pin not found")
    if message.service:
        raise bad_request("message can't be pinned")
    pins = chat.pins(message.thread_id)
    pins.pop(message.message_id, None)
    pins[message.message_id] = message
    _set_pinned(state, message, True)
    notice = Service("pinned_message", message, "pinned a message")
    state.post(chat, state.bot, Content(), Placement(thread_id=message.thread_id), notice)
    return True


def _unpin(state: State, arguments: Arguments) -> object:
    chat = _pinnable(state, arguments)
    message_id = arguments.integer("message_id")
    message = chat.messages.get(message_id) if message_id else next(reversed(chat.pinned.values()), None)
    if message is None:
        raise bad_request("message to unpin not found")
    chat.pins(message.thread_id).pop(message.message_id, None)
    _set_pinned(state, message, False)
    return True


def _unpin_all(state: State, arguments: Arguments) -> object:
    unpin_each(state, _pinnable(state, arguments), None)
    return True


def unpin_each(state: State, chat: Chat, thread_id: int | None) -> None:
    """Take down all pins of a topic, or outside topics."""
    pins = chat.pins(thread_id)
    gone = list(pins.values())
    pins.clear()
    for message in gone:
        _set_pinned(state, message, False)


def _set_pinned(state: State, message: Message, pinned: bool) -> None:
    message.pinned = pinned
    state.edited(message)
    topic = message.chat.topics.get(message.thread_id) if message.thread_id else None
    if topic:
        state.tell_topic(topic)


def _pinnable(state: State, arguments: Arguments) -> Chat:
    chat = state.writable(arguments.text("chat_id"))
    if chat.is_group:
        state.membership.require("can_pin_messages", "manage pinned messages in the chat")
    return chat


def _answer_callback(state: State, arguments: Arguments) -> object:
    pressed = state.callbacks.pop(arguments.text("callback_query_id"), None)
    if pressed is None or state.callback_is_old(pressed[1]):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = arguments.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    callback_id, alert = arguments.text("callback_query_id"), arguments.flag("show_alert")
    from_id = pressed[0]
    state.events.publish(
        "callback",
        lambda: {"callback_id": callback_id, "from_id": from_id, "text": text, "show_alert": alert},
    )
    return True


HANDLERS: Handlers = {
    "editMessageText": _edit_text,
    "editMessageCaption": _edit_caption,
    "editMessageMedia": _edit_media,
    "editMessageReplyMarkup": _edit_markup,
    "deleteMessage": _delete,
    "deleteMessages": _delete_many,
    "setMessageReaction": _react,
    "pinChatMessage": _pin,
    "unpinChatMessage": _unpin,
    "unpinAllChatMessages": _unpin_all,
    "answerCallbackQuery": _answer_callback,
}
