"""Methods that send again what was sent before: copies and forwards, one or many."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bot.simulator.chats import Chat, Content, Message
from bot.simulator.errors import bad_request
from bot.simulator.methods.handler import Handlers
from bot.simulator.methods.sending import caption, placement
from bot.simulator.parameters import Arguments
from bot.simulator.state import Placement, State
from bot.simulator.wire import JsonObject


def _source(state: State, arguments: Arguments, message_id: int, purpose: str) -> Message:
    message = state.chat(arguments.text("from_chat_id")).messages.get(message_id)
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    if message.service or message.protected:
        raise bad_request(f"message can't be {'copied' if purpose == 'copy' else 'forwarded'}")
    return message


def _copy_message(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    place = placement(state, chat, arguments)
    message = _source(state, arguments, arguments.integer("message_id") or 0, "copy")
    content = message.content
    if content.attachment and arguments.has("caption"):
        content = Content(*caption(arguments), content.attachment)
    return {"message_id": state.post(chat, state.bot, content, place).message_id}


def _forward_message(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    place = placement(state, chat, arguments)
    message = _source(state, arguments, arguments.integer("message_id") or 0, "forward")
    return state.post(chat, state.bot, message.content, replace(place, origin=_origin(message))).as_json()


def _origin(message: Message) -> JsonObject:
    """Where a forwarded message came from in the first place."""
    if message.origin:
        return message.origin
    return {"type": "user", "sender_user": message.sender.as_user(), "date": int(message.at.timestamp())}


def _copy_messages(state: State, arguments: Arguments) -> object:
    without_words = arguments.flag("remove_caption")
    chat = state.writable(arguments.text("chat_id"))
    place = placement(state, chat, arguments)
    return _send_many(state, chat, _sources(state, arguments, "copy"), place, without_words, forward=False)


def _forward_messages(state: State, arguments: Arguments) -> object:
    chat = state.writable(arguments.text("chat_id"))
    place = placement(state, chat, arguments)
    return _send_many(state, chat, _sources(state, arguments, "forward"), place, False, forward=True)


def _sources(state: State, arguments: Arguments, purpose: str) -> list[Message]:
    """The messages that can be sent again; as on Telegram the others are skipped, unless none is left."""
    ids = arguments.integers("message_ids")
    if not 1 <= len(ids) <= 100:
        raise bad_request("message identifiers are not specified" if not ids else "too many messages to " + purpose)
    if any(earlier >= later for earlier, later in pairwise(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    there = state.chat(arguments.text("from_chat_id")).messages
    found = [there[one] for one in ids if one in there and not there[one].service and not there[one].protected]
    if not found:
        raise bad_request(f"there are no messages to {purpose}")
    return found


def _send_many(
    state: State, chat: Chat, sources: list[Message], place: Placement, without_words: bool, *, forward: bool
) -> list[JsonObject]:
    albums: dict[str, str] = {}
    sent: list[JsonObject] = []
    for source in sources:
        album = source.media_group_id
        if album and album not in albums:
            albums[album] = state.next_album()
        content = source.content
        if without_words and content.attachment:
            content = Content(attachment=content.attachment)
        there = replace(
            place,
            media_group_id=albums[album] if album else None,
            origin=_origin(source) if forward else None,
        )
        sent.append({"message_id": state.post(chat, state.bot, content, there).message_id})
    return sent


HANDLERS: Handlers = {
    "copyMessage": _copy_message,
    "copyMessages": _copy_messages,
    "forwardMessage": _forward_message,
    "forwardMessages": _forward_messages,
}
