"""Chats, topics and messages, and how they look to the bot and to the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator.files import Attachment
from bot.simulator.people import Person
from bot.simulator.wire import JsonObject, without_none

DEFAULT_ICON_COLOUR = 0x6FB9F0
"""The blue of a topic that was given no other."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says: words with their entities, or something attached with its caption."""

    text: str = ""
    entities: tuple[JsonObject, ...] = ()
    attachment: Attachment | None = None

    def as_json(self) -> JsonObject:
        """The fields of a ``Message`` of the Bot API that carry it."""
        if self.attachment is None:
            return without_none(text=self.text, entities=list(self.entities) or None)
        words = without_none(caption=self.text or None, caption_entities=list(self.entities) or None)
        return {**self.attachment.as_json(), **words}


@dataclass(frozen=True, slots=True)
class Service:
    """A line that Telegram itself writes: the field and value of the Bot API, and the line on the page."""

    field: str
    value: object
    line: str


@dataclass(slots=True)
class Message:
    """A message of a chat. ``thread_id`` is its topic's; ``reply_to`` the message it answers, if it does.

    ``behalf`` is the chat in whose name it was written, behind which its ``sender`` hides.
    """

    chat: Chat
    message_id: int
    sender: Person
    at: datetime
    content: Content = field(default_factory=Content)
    thread_id: int | None = None
    reply_to: Message | None = None
    service: Service | None = None
    media_group_id: str | None = None
    origin: JsonObject | None = None
    behalf: JsonObject | None = None
    markup: JsonObject | None = None
    protected: bool = False
    edited_at: datetime | None = None
    pinned: bool = False
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words of the message, or of its caption."""
        return self.content.text

    def buttons(self) -> list[list[JsonObject]]:
        """The rows of its inline keyboard."""
        rows = (self.markup or {}).get("inline_keyboard")
        return (
            [[button for button in row if isinstance(button, dict)] for row in rows] if isinstance(rows, list) else []
        )

    def as_json(self, with_reply: bool = True) -> JsonObject:
        """A ``Message`` of the Bot API; as there, a message that is replied to carries no reply of its own."""
        answered = self._answered() if with_reply else None
        return without_none(
            message_id=self.message_id,
            message_thread_id=self.thread_id,
            is_topic_message=True if self.thread_id else None,
            **{"from": self._writer()},
            sender_business_bot=self.sender.as_user() if self.chat.owner and self.sender.is_bot else None,
            business_connection_id=self.chat.connection_id,
            sender_chat=self.behalf,
            chat=self.chat.as_json(),
            date=int(self.at.timestamp()),
            edit_date=int(self.edited_at.timestamp()) if self.edited_at else None,
            forward_origin=self.origin,
            reply_to_message=answered.as_json(with_reply=False) if answered else None,
            media_group_id=self.media_group_id,
            has_protected_content=self.protected or None,
            reply_markup=self.markup if self.buttons() else None,
            **(self._service_json() if self.service else self.content.as_json()),
        )

    def _writer(self) -> JsonObject:
        """Who wrote it, as far as anyone sees: in a business account's chat the bot speaks in its owner's name."""
        if self.behalf:
            return _nobody(self.behalf, self.chat)
        return (self.chat.owner if self.chat.owner and self.sender.is_bot else self.sender).as_user()

    def _answered(self) -> Message | None:
        """In a topic, Telegram makes every message a reply to the one that made the topic, if it is no other reply."""
        if self.reply_to and self.reply_to.message_id in self.chat.messages:
            return self.reply_to
        if not self.thread_id or self.message_id == self.thread_id:
            return None
        return self.chat.messages.get(self.thread_id)

    def _service_json(self) -> JsonObject:
        assert self.service is not None
        value = self.service.value
        return {self.service.field: value.as_json(with_reply=False) if isinstance(value, Message) else value}

    def as_page(self) -> JsonObject:
        """A *Message* of the page."""
        attachment = self.content.attachment
        return {
            "chat_id": self.chat.id,
            "message_id": self.message_id,
            "thread_id": self.thread_id,
            "from": {"id": self.sender.id, "name": self.sender.name, "is_bot": self.sender.is_bot},
            "at": self.at.isoformat(),
            "edited_at": self.edited_at.isoformat() if self.edited_at else None,
            "text": self.text if attachment is None and not self.service else None,
            "caption": (self.text or None) if attachment else None,
            "entities": list(self.content.entities),
            "media": attachment.as_page() if attachment else None,
            "media_group_id": self.media_group_id,
            "reply_to": self.reply_to.message_id if self.reply_to else None,
            "buttons": [[_page_button(button) for button in row] for row in self.buttons()],
            "keyboard": _page_keyboard(self.markup or {}),
            "reactions": [{"emoji": emoji, "from_id": who} for who, given in self.reactions.items() for emoji in given],
            "pinned": self.pinned,
            "service": self.service.line if self.service else None,
        }


def _page_button(button: JsonObject) -> JsonObject:
    return {"text": button.get("text"), "data": button.get("callback_data"), "url": button.get("url")}


def _page_keyboard(markup: JsonObject) -> object:
    """The keyboard under the customer's input: rows of buttons, ``"remove"``, or None where it stays as it is."""
    if markup.get("remove_keyboard"):
        return "remove"
    rows = markup.get("keyboard")
    if not isinstance(rows, list):
        return None
    return [[button if isinstance(button, dict) else {"text": button} for button in row] for row in rows]


@dataclass(slots=True)
class Topic:
    """A topic of the forum. Its ``thread_id`` is the id of the message that made it, as on Telegram."""

    thread_id: int
    title: str
    icon_color: int
    last_at: datetime
    icon_id: str | None = None
    icon: str | None = None
    closed: bool = False
    message_ids: list[int] = field(default_factory=list)
    pinned: dict[int, Message] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """A ``ForumTopic`` of the Bot API."""
        return without_none(
            message_thread_id=self.thread_id,
            name=self.title,
            icon_color=self.icon_color,
            icon_custom_emoji_id=self.icon_id,
        )

    def as_page(self) -> JsonObject:
        """A *Topic* of the page."""
        return {
            "thread_id": self.thread_id,
            "title": self.title,
            "icon": self.icon,
            "icon_color": self.icon_color,
            "closed": self.closed,
            "pinned_id": next(reversed(self.pinned), None),
            "last_at": self.last_at.isoformat(),
        }


@dataclass(slots=True)
class Chat:
    """A private chat of a customer with the bot (``person`` is who), or the agents' group (``person`` is None).

    ``is_forum``: it has topics. ``is_open``: who is no member may write too, as below a channel's posts. ``moved_to``
    is the id of the supergroup that it has become. ``owner`` is whose business account it is, where the customer writes
    not to the bot but to that: the bot is connected to it by ``connection_id``, and ``numbers`` are the ids of the
    account's messages.
    """

    id: int
    title: str
    person: Person | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: dict[int, Message] = field(default_factory=dict)
    is_forum: bool = True
    is_open: bool = False
    moved_to: int | None = None
    owner: Person | None = None
    connection_id: str | None = None
    numbers: Iterator[int] | None = None

    @property
    def is_group(self) -> bool:
        return self.person is None

    def as_json(self) -> JsonObject:
        """A ``Chat`` of the Bot API."""
        if self.person is None:
            forum = True if self.is_forum else None
            return without_none(id=self.id, type="supergroup", title=self.title, is_forum=forum)
        user = self.person.as_user()
        names = without_none(**{key: user.get(key) for key in ("first_name", "last_name", "username")})
        return {"id": self.id, "type": "private", **names}

    def latest(self, limit: int) -> list[Message]:
        """The last messages, oldest first."""
        newest: Iterator[Message] = reversed(self.messages.values())
        return [message for message, _ in zip(newest, range(limit), strict=False)][::-1]

    def pins(self, thread_id: int | None) -> dict[int, Message]:
        """The pinned messages of a topic, or of the chat outside topics, in the order of pinning."""
        topic = self.topics.get(thread_id) if thread_id else None
        return topic.pinned if topic else self.pinned


def _nobody(behalf: JsonObject, chat: Chat) -> JsonObject:
    """Whom Telegram names as the writer of what was written in the name of a chat."""
    if behalf.get("id") == chat.id:
        return {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    return {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}


def choices(message: Message) -> list[str]:
    """The data of all buttons of a message."""
    return [str(button["callback_data"]) for row in message.buttons() for button in row if "callback_data" in button]
