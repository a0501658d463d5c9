"""Methods that send something new."""

from __future__ import annotations

from functools import partial

from telegram.constants import ChatAction

from bot.simulator import formatting, markup
from bot.simulator.accounts import writable
from bot.simulator.chats import Chat, Content, Message
from bot.simulator.entities import Entities
from bot.simulator.errors import bad_request
from bot.simulator.files import MEDIA, Attachment, StoredFile
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments
from bot.simulator.state import Placement, State
from bot.simulator.wire import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    JsonObject,
    number_of,
    objects_of,
    text_of,
    utf16_length,
    without_none,
)

ACTIONS = frozenset(action.value for action in ChatAction) | {"record_audio", "upload_audio"}
_DETAILS = ("duration", "width", "height", "performer", "title", "emoji")
_ALBUM_KINDS = {"photo": "visual", "video": "visual", "audio": "audio", "document": "document"}


def words(arguments: Arguments, too_long: str = "message is too long") -> tuple[str, Entities]:
    """The text of a message, 1 to 4096 UTF-16 units after its markup is read."""
    given = tuple(arguments.objects("entities"))
    text, found = formatting.read(arguments.text("text"), arguments.text("parse_mode"), given)
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request(too_long)
    return text, found


def caption(source: Arguments | JsonObject) -> tuple[str, Entities]:
    """A caption, up to 1024 UTF-16 units after its markup is read."""
    values = source.values if isinstance(source, Arguments) else source
    given = tuple(objects_of(values, "caption_entities"))
    text, found = formatting.read(text_of(values, "caption"), text_of(values, "parse_mode"), given)
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return text, found


def placement(state: State, chat: Chat, arguments: Arguments) -> Placement:
    """Where a new message goes: its topic, what it answers, its buttons. 400 where one of them can't be."""
    answered = _answered(state, chat, arguments.object("reply_parameters"))
    thread_id = arguments.integer("message_thread_id")
    if thread_id is None and answered:
        thread_id = answered.thread_id
    if thread_id is not None:
        require_topic(state, chat, thread_id)
    if answered and answered.thread_id != thread_id:
        raise bad_request("message to be replied not found")
    return Placement(
        thread_id=thread_id,
        reply_to=answered,
        markup=_under(chat, arguments),
        protected=arguments.flag("protect_content"),
    )


def _under(chat: Chat, arguments: Arguments) -> JsonObject | None:
    """On behalf of a business account there are only inline buttons."""
    under = markup.checked(arguments.object("reply_markup"))
    if under and chat.owner is not None and "inline_keyboard" not in under:
        raise bad_request("REPLY_MARKUP_INVALID")
    return under


def require_topic(state: State, chat: Chat, thread_id: int) -> None:
    """400 where there is no such topic, or where it is closed to the bot."""
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not state.membership.may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def _answered(state: State, chat: Chat, reply: JsonObject | None) -> Message | None:
    if not reply:
        return None
    other = reply.get("chat_id")
    source = state.chat(str(other)) if other is not None else chat
    message = source.messages.get(number_of(reply, "message_id") or 0)
    if message is None or source is not chat:
        if reply.get("allow_sending_without_reply") is True:
            return None
        raise bad_request("message to be replied not found")
    return message


def file_of(state: State, arguments: Arguments, name: str, source: object, kind: str) -> StoredFile:
    """The file that a parameter names: uploaded under the name, ``attach://other``, or an id of before."""
    wanted = source if isinstance(source, str) else ""
    upload = arguments.uploads.get(wanted.removeprefix("attach://") if wanted.startswith("attach://") else name)
    if upload and (not wanted or wanted.startswith("attach://")):
        return state.files.keep(upload.name, upload.mime, upload.data, kind)
    if wanted.startswith("attach://"):
        raise bad_request("file must be non-empty")
    if wanted.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    return state.files.sent_as(state.files.find(wanted), kind)


def _send_message(state: State, arguments: Arguments) -> object:
    chat = writable(state, arguments)
    place = placement(state, chat, arguments)
    return state.post(chat, state.bot, Content(*words(arguments)), place).as_json()


def _send_media(kind: str, state: State, arguments: Arguments) -> object:
    chat = writable(state, arguments)
    place = placement(state, chat, arguments)
    text, found = caption(arguments) if kind not in {"video_note", "sticker"} else ("", ())
    file = file_of(state, arguments, kind, arguments.values.get(kind), kind)
    attachment = state.files.attachment(file, kind, arguments.details(*_DETAILS))
    return state.post(chat, state.bot, Content(text, found, attachment), place).as_json()


def _send_attachment(state: State, arguments: Arguments, attachment: Attachment) -> object:
    chat = writable(state, arguments)
    place = placement(state, chat, arguments)
    return state.post(chat, state.bot, Content(attachment=attachment), place).as_json()


def _location(arguments: Arguments) -> JsonObject:
    latitude, longitude = arguments.number("latitude"), arguments.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def _send_location(state: State, arguments: Arguments) -> object:
    details = arguments.details("live_period", "horizontal_accuracy", "heading", "proximity_alert_radius")
    return _send_attachment(state, arguments, Attachment("location", {**_location(arguments), **details}))


def _send_venue(state: State, arguments: Arguments) -> object:
    details = arguments.details("title", "address", "foursquare_id", "google_place_id")
    return _send_attachment(state, arguments, Attachment("venue", {"location": _location(arguments), **details}))


def _send_contact(state: State, arguments: Arguments) -> object:
    details = arguments.details("phone_number", "first_name", "last_name", "vcard")
    return _send_attachment(state, arguments, Attachment("contact", details))


def _send_media_group(state: State, arguments: Arguments) -> object:
    chat = writable(state, arguments)
    place = placement(state, chat, arguments)
    items = arguments.objects("media")
    if not 2 <= len(items) <= 10:
        raise bad_request("group of messages must have 2-10 messages" if items else "MEDIA_EMPTY")
    kinds = {_ALBUM_KINDS.get(text_of(item, "type")) for item in items}
    if None in kinds or len(kinds) > 1:
        raise bad_request("documents and audio files can't be mixed with other media types")
    contents = [input_media(state, arguments, item) for item in items]
    album = Placement(place.thread_id, place.reply_to, media_group_id=state.next_album(), protected=place.protected)
    return [state.post(chat, state.bot, content, album).as_json() for content in contents]


def input_media(state: State, arguments: Arguments, item: JsonObject) -> Content:
    """An ``InputMedia`` of the Bot API as the content of a message."""
    kind = text_of(item, "type")
    file = file_of(state, arguments, "media", item.get("media"), kind)
    return Content(*caption(item), state.files.attachment(file, kind, without_none(**item)))


def _send_chat_action(state: State, arguments: Arguments) -> object:
    chat = writable(state, arguments)
    if arguments.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread_id = arguments.integer("message_thread_id")
    state.events.publish("typing", lambda: {"chat_id": chat.id, "thread_id": thread_id})
    return True


HANDLERS: Handlers = {
    "sendMessage": _send_message,
    "sendLocation": _send_location,
    "sendVenue": _send_venue,
    "sendContact": _send_contact,
    "sendMediaGroup": _send_media_group,
    "sendChatAction": _send_chat_action,
    **{"send" + kind.title().replace("_", ""): partial(_send_media, kind) for kind in MEDIA},
}
