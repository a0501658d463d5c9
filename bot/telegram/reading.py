"""What an update says, in our own terms.

Updates are read as the JSON that came, field by field: a field that is new, missing or malformed is never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.model import (
    Agent,
    AgentChoice,
    AgentMessage,
    Customer,
    CustomerChoice,
    CustomerMessage,
    Ignored,
    Incoming,
    Media,
    Role,
    Update,
)
from bot.telegram.raw import Raw, number, part, words

ALLOWED_UPDATES = ("message", "edited_message", "callback_query")
"""The kinds of update that we ask Telegram for."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?=\s|$)")

# An animation carries a document too, so that it comes first.
_MEDIA = {
    "animation": Media.ANIMATION,
    "photo": Media.PHOTO,
    "video": Media.VIDEO,
    "voice": Media.VOICE,
    "video_note": Media.VIDEO_NOTE,
    "audio": Media.AUDIO,
    "document": Media.DOCUMENT,
    "sticker": Media.STICKER,
    "location": Media.LOCATION,
    "contact": Media.CONTACT,
    "venue": Media.OTHER,
    "dice": Media.OTHER,
    "poll": Media.OTHER,
    "story": Media.OTHER,
    "game": Media.OTHER,
    "paid_media": Media.OTHER,
    "checklist": Media.OTHER,
}

# What Telegram tells in a private chat without anyone having said anything.
_PRIVATE_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "write_access_allowed",
    "connected_website",
    "boost_added",
    "successful_payment",
    "refunded_payment",
    "gift",
    "unique_gift",
    "proximity_alert_triggered",
)


def every_member_is_an_agent(_agents_chat: int, _user: int) -> Role:
    """The role of everyone, where nothing better is known."""
    return Role.AGENT


@dataclass(frozen=True, slots=True)
class TelegramChannel:
    """Reads updates, given which chats are the agents' and who we are ourselves.

    ``role_of`` gives the role of a user in an agents' chat. Texts are as they were written, with a command's slash and
    arguments; a shared contact's text is its phone number, with its + in front.
    """

    agents_chats: Collection[int]
    bot_id: int
    bot_username: str
    role_of: Callable[[int, int], Role] = every_member_is_an_agent

    def read(self, update: Update) -> Incoming:
        """What an update says. Anything strange is :class:`Ignored`, never an error."""
        raw = update.raw
        if part(raw, "callback_query"):
            return self._choice(part(raw, "callback_query"))
        for kind in ("message", "edited_message"):
            if part(raw, kind):
                return self._message(part(raw, kind), edited=kind == "edited_message")
        return Ignored("not a kind of update that we read")

    def _message(self, message: Raw, *, edited: bool) -> Incoming:
        chat = part(message, "chat")
        chat_id = number(chat, "id")
        if chat_id is None or number(message, "message_id") is None:
            return Ignored("a message without a chat or an id")
        if chat_id in self.agents_chats:
            return self._from_agent(message, chat_id, edited=edited)
        if chat.get("type") == "private":
            return self._from_customer(message, chat_id, edited=edited)
        return Ignored("written in a chat that is neither a customer's nor the agents'")

    def _from_customer(self, message: Raw, chat_id: int, *, edited: bool) -> Incoming:
        customer = _customer(part(message, "from"))
        if customer is None:
            return Ignored("not written by a person")
        if any(name in message for name in _PRIVATE_SERVICE):
            return Ignored("a service message")
        # A kind of message that this version does not know is still someone who wants an answer.
        text, media = _content(message) or ("", Media.OTHER)
        command, _ = self._command(text)
        return CustomerMessage(
            chat_id=chat_id,
            message_id=number(message, "message_id") or 0,
            customer=customer,
            text=text,
            media=media,
            command=command,
            edited=edited,
            reply_to=number(part(message, "reply_to_message"), "message_id"),
        )

    def _from_agent(self, message: Raw, chat_id: int, *, edited: bool) -> Incoming:
        thread_id = _thread(message)
        content = _content(message)
        agent = self._agent(message, chat_id)
        if content is None:
            return Ignored("a service message")
        if agent is None:
            return Ignored("not written by a person")
        command, addressee = self._command(content[0])
        if addressee is not None:
            return Ignored("a command for another bot")
        if thread_id is None and command is None:
            return Ignored("written outside the topics")
        message_id = number(message, "message_id") or 0
        album = words(message, "media_group_id")
        return AgentMessage(
            chat_id, thread_id or 0, message_id, agent, *content, command=command, edited=edited, album=album
        )

    def _choice(self, query: Raw) -> Incoming:
        message = part(query, "message")
        chat = part(message, "chat")
        chat_id, message_id = number(chat, "id"), number(message, "message_id")
        callback_id, data = words(query, "id"), words(query, "data")
        if chat_id is None or message_id is None or not callback_id or data is None:
            return Ignored("a button that is not one of ours")
        if chat_id in self.agents_chats:
            agent = self._person(part(query, "from"), chat_id)
            if agent:
                return AgentChoice(chat_id, _thread(message), message_id, agent, callback_id, data)
        elif chat.get("type") == "private":
            customer = _customer(part(query, "from"))
            if customer:
                return CustomerChoice(chat_id, message_id, customer, callback_id, data)
        return Ignored("pressed by nobody that we serve")

    def _agent(self, message: Raw, chat_id: int) -> Agent | None:
        """Who wrote in the agents' group; an administrator who hides behind the group's name counts as the group."""
        behalf = part(message, "sender_chat")
        if not behalf:
            return self._person(part(message, "from"), chat_id)
        if number(behalf, "id") != chat_id:
            return None
        name = words(message, "author_signature") or words(behalf, "title") or "Administrator"
        return Agent(chat_id, name, Role.SUPERVISOR)

    def _person(self, user: Raw, chat_id: int) -> Agent | None:
        user_id = number(user, "id")
        if user_id is None or user_id == self.bot_id or user.get("is_bot"):
            return None
        return Agent(user_id, _name(user), self.role_of(chat_id, user_id), words(user, "username"))

    def _command(self, text: str) -> tuple[str | None, str | None]:
        """The command, and the other bot that it is for, if it names one."""
        found = _COMMAND.match(text)
        if not found:
            return None, None
        addressee = found[2]
        if addressee and addressee.lower() != self.bot_username.lower():
            return None, addressee
        return found[1].lower(), None


def update_from(raw: object, received_at: datetime) -> Update | None:
    """What came, ready to be kept; None if it is not an update at all."""
    if not isinstance(raw, Mapping):
        return None
    update_id = number(raw, "update_id")
    return None if update_id is None else Update(update_id, lane_of(raw), received_at, raw)


def lane_of(raw: Mapping[str, object]) -> str:
    """Which updates this one must wait for: those of its customer, or of its topic in a group."""
    for kind in ("message", "edited_message", "callback_query"):
        inner = part(raw, kind)
        if not inner:
            continue
        message = part(inner, "message") if kind == "callback_query" else inner
        chat = part(message, "chat")
        chat_id = number(chat, "id")
        if chat_id is None:
            break
        if chat.get("type") == "private":
            return str(chat_id)
        return f"agents:{chat_id}:{_thread(message) or 0}"
    return "other"


def _content(message: Raw) -> tuple[str, Media] | None:
    """Text and kind of media; None if the message has none that we know."""
    text = words(message, "text")
    if text is not None:
        return text, Media.TEXT
    for name, media in _MEDIA.items():
        if name in message:
            said = _phone(message) if media is Media.CONTACT else None
            return words(message, "caption") or said or "", media
    return None


def _phone(message: Raw) -> str | None:
    """A shared contact's number; Telegram leaves the + out of some, which have their country's code all the same."""
    said = words(part(message, "contact"), "phone_number")
    return f"+{said}" if said and said[0] in "123456789" else said


def _thread(message: Raw) -> int | None:
    """The topic. Replies in a group without topics have a thread id too, which is none."""
    in_topic = message.get("is_topic_message") or part(message, "chat").get("is_forum")
    return number(message, "message_thread_id") if in_topic else None


def _customer(user: Raw) -> Customer | None:
    user_id = number(user, "id")
    if user_id is None or user.get("is_bot"):
        return None
    return Customer(user_id, _name(user), words(user, "username"), words(user, "language_code"))


def _name(user: Raw) -> str:
    names = [words(user, "first_name"), words(user, "last_name")]
    return " ".join(name for name in names if name) or words(user, "username") or str(number(user, "id"))
