"""Everything that the simulated Telegram knows, and the few ways in which it changes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.ports import Clock
from bot.simulator.accounts import Account
from bot.simulator.chats import Chat, Content, Message, Service, Topic
from bot.simulator.errors import ApiError, bad_request, forbidden
from bot.simulator.events import Events
from bot.simulator.files import Files
from bot.simulator.membership import Membership
from bot.simulator.people import Part, Person
from bot.simulator.updates import UpdateQueue
from bot.simulator.wire import JsonObject

TOKEN = "700700700:AAKeepwordSimulatorOfTelegramBots01"  # noqa: S105 - a made-up one, good for nothing elsewhere
BOT_ID = 700700700
AGENTS_CHAT = -1001000000001
_NEXT_GROUP = 1000
"""Between the ids of two groups: those that lie near one's own are where it moves to."""
FIRST_CUSTOMER = 5001
FIRST_MEMBER = 7001
CALLBACK_LIFE = timedelta(seconds=30)
"""For how long a pressed button waits for its answer. Telegram doesn't say; people report a few seconds to a minute."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The time now, an aware UTC datetime."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a new message stands: its topic, what it answers, its buttons, its album, its origin, in whose
    name it is written."""

    thread_id: int | None = None
    reply_to: Message | None = None
    markup: JsonObject | None = None
    media_group_id: str | None = None
    origin: JsonObject | None = None
    behalf: JsonObject | None = None
    protected: bool = False


HERE = Placement()


class State:
    """Chats, people, files, updates and events. Nothing here decides who may do what."""

    def __init__(self, clock: Clock, token: str = TOKEN) -> None:
        self.clock = clock
        self.token = token
        self.events = Events()
        self.updates = UpdateQueue()
        self.bot = Person(BOT_ID, "Keepword", Part.BOT, username="keepword_sim_bot")
        self._private_messages = 0
        self._group_messages = 1  # the one that made the group; its id is the general topic's
        self._albums = 13_000_000_000_000_000
        self._callbacks = 4_300_000_000_000_000_000
        self.clear()

    def clear(self) -> None:
        """Back to an empty group and nobody. All numbers go on, so that a bot that remembers mixes nothing up."""
        self.files = Files(f"/file/bot{self.token}/")
        self.people: dict[int, Person] = {self.bot.id: self.bot}
        self.group = Chat(AGENTS_CHAT, "Agents")
        self.chats: dict[int, Chat] = {AGENTS_CHAT: self.group}
        self.membership = Membership()
        self.callbacks: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self.profile: dict[tuple[str, str, str], object] = {}
        self.accounts: dict[str, Account] = {}

    def now(self) -> datetime:
        """The time now."""
        return self.clock.now()

    # looking

    def chat(self, chat_id: str) -> Chat:
        """The chat that a call names. 400 if the bot can't know it; 403 if it may not write there first."""
        number = int(chat_id) if chat_id.removeprefix("-").isdecimal() else None
        chat = self.chats.get(number) if number is not None else None
        if chat is None and number in self.people:
            raise forbidden("bot can't initiate conversation with a user")
        if chat is None:
            raise bad_request("chat not found")
        if chat.moved_to is not None:
            parameters: JsonObject = {"migrate_to_chat_id": chat.moved_to}
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters)
        return chat

    def writable(self, chat_id: str) -> Chat:
        """The chat that a call names, where the bot may write. 403 where it was blocked or thrown out."""
        chat = self.chat(chat_id)
        if chat.person is None:
            self.membership.require_presence()
        elif chat.person.deleted:
            raise forbidden("user is deactivated")
        elif chat.person.blocked:
            raise forbidden("bot was blocked by the user")
        elif not chat.person.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    # changing

    def add_person(self, person: Person) -> None:
        """A person joins, with a private chat that the bot may not write in before they do."""
        self.people[person.id] = person
        if not person.is_bot:
            self.chats[person.id] = Chat(person.id, person.name, person)
        self.tell_person(person)

    def post(
        self, chat: Chat, sender: Person, content: Content, at: Placement = HERE, service: Service | None = None
    ) -> Message:
        """Add a message to a chat; the bot hears of it unless it wrote it. Who writes in private has started it."""
        message = Message(
            chat=chat,
            message_id=self._next_message_id(chat),
            sender=sender,
            at=self.now(),
            content=content,
            thread_id=at.thread_id,
            reply_to=at.reply_to,
            service=service,
            media_group_id=at.media_group_id,
            origin=at.origin,
            behalf=at.behalf,
            markup=at.markup,
            protected=at.protected,
        )
        chat.messages[message.message_id] = message
        sender.started = sender.started or (chat.person is sender and chat.owner is None)
        topic = chat.topics.get(at.thread_id) if at.thread_id else None
        if topic:
            topic.message_ids.append(message.message_id)
            topic.last_at = message.at
        self.events.publish(_event("message", chat), lambda: {"message": message.as_page()})
        if not sender.is_bot or service:
            self.notify("message", message)
        return message

    def _next_message_id(self, chat: Chat) -> int:
        """Private chats of a bot share one sequence of message ids; a supergroup has its own."""
        if chat.numbers is not None:
            return next(chat.numbers)
        if chat.is_group:
            self._group_messages += 1
            return self._group_messages
        self._private_messages += 1
        return self._private_messages

    def edited(self, message: Message) -> None:
        """A message has new words, buttons or reactions: the page draws it again."""
        self.events.publish(_event("edited", message.chat), lambda: {"message": message.as_page()})

    def delete(self, chat: Chat, message_ids: list[int]) -> None:
        """Messages go. Telegram doesn't tell bots of it."""
        gone = [message for message_id in message_ids if (message := chat.messages.pop(message_id, None))]
        for message in gone:
            chat.pins(message.thread_id).pop(message.message_id, None)
        deleted = [message.message_id for message in gone]
        self.events.publish(_event("deleted", chat), lambda: {"chat_id": chat.id, "message_ids": deleted})

    @property
    def forums(self) -> list[Chat]:
        """The agents' groups."""
        return [chat for chat in self.chats.values() if chat.is_group and chat.moved_to is None]

    def add_group(self, title: str) -> Chat:
        """Another group of the agents, with the same people; messages are numbered together with the first one's."""
        chat = Chat(AGENTS_CHAT - _NEXT_GROUP * len(self.forums), title)
        self.chats[chat.id] = chat
        return chat

    def new_topic(
        self, creator: Person, title: str, icon_color: int, icon: tuple[str, str] | None, group: Chat | None = None
    ) -> Topic:
        """A topic, and the message that makes it; in the first group, unless another is given. ``icon``: id, emoji."""
        group = group or self.group
        made: JsonObject = {"name": title, "icon_color": icon_color}
        if icon:
            made["icon_custom_emoji_id"] = icon[0]
        number = self._group_messages + 1
        topic = Topic(number, title, icon_color, self.now(), *(icon or (None, None)))
        group.topics[number] = topic
        self.tell_topic(topic)
        service = Service("forum_topic_created", made, f"topic created: {title}")
        self.post(group, creator, Content(), Placement(thread_id=number), service)
        return topic

    def topic_changed(self, topic: Topic, by: Person, service: Service) -> None:
        """A topic was renamed, closed or opened again, by someone."""
        self.tell_topic(topic)
        self.post(self.forum_of(topic), by, Content(), Placement(thread_id=topic.thread_id), service)

    def delete_topic(self, topic: Topic) -> None:
        """A topic goes with all of its messages. Telegram doesn't tell bots of it."""
        forum = self.forum_of(topic)
        del forum.topics[topic.thread_id]
        for message_id in topic.message_ids:
            forum.messages.pop(message_id, None)
        self.events.publish("topic_deleted", lambda: {"thread_id": topic.thread_id})

    def forum_of(self, topic: Topic) -> Chat:
        """The group that a topic is in."""
        return next(chat for chat in self.forums if chat.topics.get(topic.thread_id) is topic)

    def age_groups(self, messages: int) -> None:
        """The groups have had so many messages: their next one has the number after that."""
        self._group_messages = messages

    def next_album(self) -> str:
        """The id of a new album."""
        self._albums += 1
        return str(self._albums)

    def next_callback(self, from_id: int) -> str:
        """The id of a pressed button, to be answered within :data:`CALLBACK_LIFE`."""
        self._callbacks += 1
        self.callbacks[str(self._callbacks)] = (from_id, self.now())
        while self.callbacks and self.callback_is_old(next(iter(self.callbacks.values()))[1]):
            self.callbacks.popitem(last=False)
        return str(self._callbacks)

    def callback_is_old(self, pressed_at: datetime) -> bool:
        """Whether it is too late to answer a button pressed then."""
        return pressed_at < self.now() - CALLBACK_LIFE

    def move_group(self) -> Chat:
        """The group becomes a supergroup: another chat, with messages of its own, in which everybody is already."""
        old = self.group
        self.group = Chat(old.id - 1, old.title)
        self.chats[self.group.id] = self.group
        self._group_messages = 0
        told = Service("migrate_to_chat_id", self.group.id, "the group became a supergroup")
        self.post(old, next(iter(self.people.values())), Content(), service=told)
        old.moved_to = self.group.id
        return self.group

    # telling the bot

    def notify(self, type: str, message: Message) -> None:
        """Tell the bot of a message, as long as it is in that chat."""
        chat = message.chat
        if chat.connection_id is not None:
            self.accounts[chat.connection_id].notify(self, type, message)
            return
        if self.hears(chat):
            self.updates.add(type, f"message:{chat.id}", self.now(), message.as_json())

    def hears(self, chat: Chat) -> bool:
        """Whether the bot gets what is written in a chat (in a group only as administrator: privacy mode)."""
        return chat.person is not None or self.membership.status == "administrator"

    def tell_membership(self, chat: Chat, by: Person, before: JsonObject, after: JsonObject) -> None:
        """Tell the bot that its own standing in a chat has changed."""
        payload: JsonObject = {
            "chat": chat.as_json(),
            "from": by.as_user(),
            "date": int(self.now().timestamp()),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        self.updates.add("my_chat_member", f"my_chat_member:{chat.id}", self.now(), payload)

    def tell_member(self, by: Person, before: JsonObject, after: JsonObject) -> None:
        """Tell the bot that somebody's standing in the group has changed; only an administrator hears of that."""
        payload: JsonObject = {
            "chat": self.group.as_json(),
            "from": by.as_user(),
            "date": int(self.now().timestamp()),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        if self.membership.status == "administrator":
            self.updates.add("chat_member", f"chat_member:{self.group.id}", self.now(), payload)

    # telling the page

    def tell_person(self, person: Person) -> None:
        """The page draws a person again."""
        self.events.publish("person", lambda: {"person": person.as_person()})

    def tell_topic(self, topic: Topic) -> None:
        """The page draws a topic again."""
        self.events.publish("topic", lambda: {"topic": topic.as_page()})


def _event(type: str, chat: Chat) -> str:
    """The page shows no business accounts: their chats have the ids of others that it does show."""
    return type if chat.owner is None else f"business_{type}"
