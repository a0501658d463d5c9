"""Which methods there are and what each takes, as a table; and reading arguments by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.simulator.errors import ApiError, bad_request
from bot.simulator.wire import JsonObject, number_of, object_of, objects_of, text_of

_TO_CHAT = "message_thread_id business_connection_id direct_messages_topic_id"
_HOW = "disable_notification protect_content allow_paid_broadcast message_effect_id suggested_post_parameters"
_SEND = f"chat_id! {_TO_CHAT} {_HOW} reply_parameters reply_markup"
_CAPTION = "caption parse_mode caption_entities"
_AGAIN = "chat_id! from_chat_id! message_thread_id direct_messages_topic_id disable_notification protect_content"
_OFFER = "message_effect_id suggested_post_parameters"
_EDIT = "chat_id message_id inline_message_id business_connection_id reply_markup"
_TOPIC = "chat_id! message_thread_id!"

METHODS: dict[str, str] = {
    # the bot itself
    "getMe": "",
    "logOut": "",
    "close": "",
    "setMyCommands": "commands! scope language_code",
    "getMyCommands": "scope language_code",
    "deleteMyCommands": "scope language_code",
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "setMyDefaultAdministratorRights": "rights for_channels",
    "getMyDefaultAdministratorRights": "for_channels",
    # updates
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    # sending
    "sendMessage": f"{_SEND} text! parse_mode entities link_preview_options",
    "sendPhoto": f"{_SEND} {_CAPTION} photo! has_spoiler show_caption_above_media",
    "sendVideo": f"{_SEND} {_CAPTION} video! duration width height supports_streaming has_spoiler thumbnail cover "
    "start_timestamp show_caption_above_media",
    "sendAnimation": f"{_SEND} {_CAPTION} animation! duration width height thumbnail has_spoiler "
    "show_caption_above_media",
    "sendAudio": f"{_SEND} {_CAPTION} audio! duration performer title thumbnail",
    "sendVoice": f"{_SEND} {_CAPTION} voice! duration",
    "sendVideoNote": f"{_SEND} video_note! duration length thumbnail",
    "sendDocument": f"{_SEND} {_CAPTION} document! thumbnail disable_content_type_detection",
    "sendSticker": f"{_SEND} sticker! emoji",
    "sendMediaGroup": f"chat_id! media! {_TO_CHAT} reply_parameters disable_notification protect_content "
    "allow_paid_broadcast message_effect_id",
    "sendLocation": f"{_SEND} latitude! longitude! live_period horizontal_accuracy heading proximity_alert_radius",
    "sendVenue": f"{_SEND} latitude! longitude! title! address! foursquare_id foursquare_type google_place_id "
    "google_place_type",
    "sendContact": f"{_SEND} phone_number! first_name! last_name vcard",
    "sendChatAction": "chat_id! action! message_thread_id business_connection_id",
    "copyMessage": f"{_AGAIN} {_OFFER} {_CAPTION} allow_paid_broadcast message_id! reply_parameters reply_markup "
    "show_caption_above_media video_start_timestamp",
    "copyMessages": f"{_AGAIN} message_ids! remove_caption",
    "forwardMessage": f"{_AGAIN} {_OFFER} message_id! video_start_timestamp",
    "forwardMessages": f"{_AGAIN} message_ids!",
    # messages that are there
    "editMessageText": f"{_EDIT} text! parse_mode entities link_preview_options",
    "editMessageCaption": f"{_EDIT} {_CAPTION} show_caption_above_media",
    "editMessageMedia": f"{_EDIT} media!",
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id! message_id!",
    "deleteMessages": "chat_id! message_ids!",
    "setMessageReaction": "chat_id! message_id! reaction is_big",
    "pinChatMessage": "chat_id! message_id! disable_notification business_connection_id",
    "unpinChatMessage": "chat_id! message_id business_connection_id",
    "unpinAllChatMessages": "chat_id!",
    "answerCallbackQuery": "callback_query_id! text show_alert url cache_time",
    # topics
    "createForumTopic": "chat_id! name! icon_color icon_custom_emoji_id",
    "editForumTopic": f"{_TOPIC} name icon_custom_emoji_id",
    "closeForumTopic": _TOPIC,
    "reopenForumTopic": _TOPIC,
    "deleteForumTopic": _TOPIC,
    "unpinAllForumTopicMessages": _TOPIC,
    "getForumTopicIconStickers": "",
    # chats and files
    "getChat": "chat_id!",
    "getChatMember": "chat_id! user_id!",
    "getChatAdministrators": "chat_id! return_bots",
    "getChatMemberCount": "chat_id!",
    "leaveChat": "chat_id!",
    "getFile": "file_id!",
    # business accounts
    "getBusinessConnection": "business_connection_id!",
    "readBusinessMessage": "business_connection_id! chat_id! message_id!",
    "deleteBusinessMessages": "business_connection_id! message_ids!",
}
"""Every method: the names of its parameters, required ones with ``!``."""

_INTEGERS = """
    message_thread_id direct_messages_topic_id message_id user_id offset limit timeout max_connections duration
    width height length start_timestamp video_start_timestamp live_period heading proximity_alert_radius cache_time
    icon_color"""
_NUMBERS = "latitude longitude horizontal_accuracy"
_FLAGS = """disable_notification protect_content allow_paid_broadcast has_spoiler show_caption_above_media is_big
    supports_streaming disable_content_type_detection remove_caption show_alert drop_pending_updates for_channels
    return_bots"""
_JSON = """reply_parameters reply_markup suggested_post_parameters link_preview_options entities caption_entities media
    message_ids reaction allowed_updates commands scope rights"""
FILES = frozenset(
    {"photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker", "thumbnail", "cover"}
) | {"certificate"}
"""Parameters that are files: an id, an address, ``attach://name``, or uploaded under their own name."""

KINDS: dict[str, str] = {
    name: kind
    for kind, names in {"integer": _INTEGERS, "number": _NUMBERS, "flag": _FLAGS, "json": _JSON}.items()
    for name in names.split()
}
"""What a parameter is, where it is not a string: the same in every method."""

_MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "message_thread_id": "message thread identifier is not specified",
    "user_id": "invalid user_id specified",
    "phone_number": "phone number is empty",
    "first_name": "first name is empty",
    "file_id": "file_id is empty",
    "name": "topic name is empty",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, read by the table: strings, integers, numbers, flags, objects and lists."""

    values: JsonObject
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return name in self.values or name in self.uploads

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        return text_of(self.values, name, default)

    def integer(self, name: str) -> int | None:
        """An integer, if given."""
        return number_of(self.values, name)

    def number(self, name: str) -> float:
        """A number that is required."""
        value = self.values.get(name)
        assert isinstance(value, int | float), "the table made sure of it"
        return float(value)

    def flag(self, name: str) -> bool:
        """True only if given as true."""
        return self.values.get(name) is True

    def object(self, name: str) -> JsonObject | None:
        """An object, if given."""
        return object_of(self.values, name)

    def objects(self, name: str) -> list[JsonObject]:
        """A list of objects; empty if not given."""
        return objects_of(self.values, name)

    def integers(self, name: str) -> list[int]:
        """A list of integers."""
        value = self.values.get(name)
        return [item for item in value if isinstance(item, int)] if isinstance(value, list) else []

    def strings(self, name: str) -> list[str]:
        """A list of strings."""
        value = self.values.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def details(self, *names: str) -> JsonObject:
        """Those of these arguments that were given."""
        return {name: self.values[name] for name in names if name in self.values}


def canonical(method: str) -> str:
    """The method's name as Telegram writes it (it reads them in any case). 404 if there is none."""
    try:
        return _BY_LOWER_CASE[method.lower()]
    except KeyError:
        raise ApiError(404, "Not Found: method not found") from None


_BY_LOWER_CASE = {name.lower(): name for name in METHODS}
_KNOWN = {name: {word.rstrip("!") for word in words.split()} for name, words in METHODS.items()}
_REQUIRED = {name: [word[:-1] for word in words.split() if word.endswith("!")] for name, words in METHODS.items()}


def read(method: str, raw: Mapping[str, object], uploads: Mapping[str, Upload]) -> Arguments:
    """The arguments of a call to ``method``. 400 for what is unknown, missing, or not of its kind."""
    attached = {name for name in uploads if name not in _KNOWN[method]}
    for name in raw:
        if name not in _KNOWN[method] and name not in attached:
            raise bad_request(f'unknown parameter "{name}" of {method}')
    values = {name: _value(name, value) for name, value in raw.items() if value is not None and name not in attached}
    arguments = Arguments(values, uploads)
    for name in _REQUIRED[method]:
        if not arguments.has(name):
            raise bad_request(_missing(name))
    return arguments


def _missing(name: str) -> str:
    return f"there is no {name} in the request" if name in FILES else _MISSING.get(name, f"{name} is not specified")


def _value(name: str, value: object) -> object:
    kind = KINDS.get(name, "text")
    try:
        return _READERS[kind](value)
    except (ValueError, TypeError):
        raise bad_request(f'can\'t parse parameter "{name}" as {kind}: {str(value)[:60]}') from None


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise TypeError
    return value if isinstance(value, str) else json.dumps(value)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return int(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return float(value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in {"true", "yes", "1", "false", "no", "0", ""}:
        raise ValueError(word)
    return word in {"true", "yes", "1"}


def _json(value: object) -> object:
    read = json.loads(value) if isinstance(value, str) else value
    if not isinstance(read, dict | list):
        raise TypeError
    return read


_READERS = {"text": _text, "integer": _integer, "number": _number, "flag": _flag, "json": _json}
