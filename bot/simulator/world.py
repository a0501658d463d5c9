"""What people do in the simulated Telegram, and waiting for what the bot does in return."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.ports import Clock
from bot.simulator import places
from bot.simulator.business import BusinessWorld
from bot.simulator.chats import DEFAULT_ICON_COLOUR, Content, Message, Service, Topic, choices
from bot.simulator.entities import Entities, given, plain
from bot.simulator.errors import ApiError, PageError
from bot.simulator.files import MEDIA, Attachment
from bot.simulator.membership import STATUSES, member_json
from bot.simulator.people import Part, Person
from bot.simulator.reactions import ALLOWED, reaction_types
from bot.simulator.state import FIRST_CUSTOMER, FIRST_MEMBER, Placement, State, SystemClock
from bot.simulator.wire import LONGEST_CAPTION, LONGEST_TEXT, JsonObject, text_of, utf16_length, without_none

T = TypeVar("T")


class World:
    """The simulated Telegram as its people see it. Everything here raises PageError where a person can't do that."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.state = State(clock or SystemClock())
        self._next_customer, self._next_member = FIRST_CUSTOMER, FIRST_MEMBER
        self._populate()
        self.business = BusinessWorld(self.state, self._attachment)

    @property
    def agents_chat(self) -> int:
        """The id of the agents' group."""
        return self.state.group.id

    def reset(self) -> None:
        """Back to the first customer and an empty group; whoever is added next has an id that nobody had before."""
        numbers = self._next_customer, self._next_member
        self._next_customer, self._next_member = FIRST_CUSTOMER, FIRST_MEMBER
        self.state.updates.clear()
        self.state.clear()
        self._populate()
        self._next_customer, self._next_member = numbers
        self.state.events.publish("reset", dict)

    def _populate(self) -> None:
        self.add_customer("Maja", language_code="en", username="maja")
        self.add_member("Ana", administrator=True)
        self.add_member("Ben")

    # people

    def add_customer(self, name: str, language_code: str | None = None, username: str | None = None) -> Person:
        """A new customer, with a private chat that the bot may not write in before the customer does."""
        person = Person(self._next_customer, _name(name), Part.CUSTOMER, username or None, language_code or None)
        self._next_customer += 1
        self.state.add_person(person)
        return person

    def add_member(self, name: str, administrator: bool = False) -> Person:
        """A new member of the agents' group."""
        part = Part.ADMINISTRATOR if administrator else Part.MEMBER
        person = Person(self._next_member, _name(name), part, language_code="en")
        self._next_member += 1
        self.state.add_person(person)
        return person

    def person(self, person_id: int) -> Person:
        """Who has this id."""
        return places.person(self.state, person_id)

    def block(self, customer_id: int, blocked: bool = True) -> None:
        """The customer blocks the bot, or lets it in again."""
        person = self.person(customer_id)
        if person.part is not Part.CUSTOMER:
            raise PageError(f"{person.name} is not a customer: only customers have a private chat to block")
        if person.blocked == blocked:
            return
        person.blocked = blocked
        user = self.state.bot.as_user()
        member: JsonObject = {"status": "member", "user": user}
        kicked: JsonObject = {"status": "kicked", "user": user, "until_date": 0}
        before, after = (member, kicked) if blocked else (kicked, member)
        self.state.tell_membership(self.state.chats[person.id], person, before, after)
        self.state.tell_person(person)

    def set_bot(self, status: str, rights: dict[str, bool] | None = None) -> None:
        """An administrator of the group changes what the bot is there: ``administrator member left kicked``."""
        if status not in STATUSES:
            raise PageError(f"{status!r} is no standing in a group: use one of {', '.join(STATUSES)}")
        membership, bot = self.state.membership, self.state.bot
        before = membership.as_json(bot)
        membership.status = status
        membership.rights |= rights or {}
        by = next(person for person in self.state.people.values() if person.part is Part.ADMINISTRATOR)
        self.state.tell_membership(self.state.group, by, before, membership.as_json(bot))

    def set_member(self, person_id: int, part: Part) -> None:
        """An administrator makes somebody a member or an administrator of the group, or puts them out of it."""
        person = self.person(person_id)
        before = member_json(person)
        person.part = part
        self.state.tell_member(person, before, member_json(person))
        self.state.tell_person(person)

    def set_topics(self, on: bool) -> None:
        """An administrator turns the group's topics on or off."""
        self.state.group.is_forum = on

    def upgrade(self) -> int:
        """The group becomes a supergroup with topics; its new id."""
        return self.state.move_group().id

    def add_group(self, title: str) -> int:
        """Another group of the agents, of which the page shows nothing; its id."""
        return self.state.add_group(_name(title)).id

    def age_groups(self, messages: int) -> None:
        """The agents' groups have had so many messages."""
        self.state.age_groups(messages)

    def delete_account(self, customer_id: int) -> None:
        """The customer deletes their Telegram account."""
        self.person(customer_id).deleted = True

    # writing

    def send(
        self,
        chat_id: int,
        from_id: int,
        text: str = "",
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        media: JsonObject | None = None,
        caption: str = "",
        contact: JsonObject | None = None,
        location: JsonObject | None = None,
        entities: Sequence[JsonObject] = (),
        other: tuple[str, JsonObject] | None = None,
        origin: JsonObject | None = None,
        behalf: JsonObject | None = None,
    ) -> Message:
        """This person writes. ``media`` is ``{type, file_id?}``; without ``file_id`` a small sample is sent.

        ``entities`` set the words, or the caption. ``other`` is a kind of message that only people send (a poll, a
        story…): the field of the Bot API and its value. What is passed on has an ``origin``; ``behalf`` is the chat in
        whose name it is written: the group itself for an anonymous administrator, or a channel.
        """
        chat, sender = places.to_write(self.state, chat_id, from_id, thread_id)
        attachment = Attachment(*other) if other else self._attachment(sender, media, contact, location)
        words, entities = _set(caption if attachment else text, entities)
        if not attachment and not words:
            raise PageError("there is nothing to send: give text, media, contact or location")
        if utf16_length(words) > (LONGEST_CAPTION if attachment else LONGEST_TEXT):
            raise PageError(f"Telegram's apps send at most {LONGEST_TEXT} characters at once: send it in parts")
        answered = places.message(self.state, chat_id, reply_to) if reply_to else None
        placement = Placement(thread_id, answered, origin=origin, behalf=behalf)
        return self.state.post(chat, sender, Content(words, entities, attachment), placement)

    def upload(self, chat_id: int, from_id: int, content: str | bytes, name: str, caption: str = "") -> Message:
        """This person sends a file of their own as a document."""
        kept = self.state.files.keep(name, None, content.encode() if isinstance(content, str) else content, "document")
        return self.send(chat_id, from_id, media={"type": "document", "file_id": kept.file_id}, caption=caption)

    def album(
        self, chat_id: int, from_id: int, items: Sequence[JsonObject], *, thread_id: int | None = None
    ) -> list[Message]:
        """This person sends several media as one album; each item is ``{type, file_id?, caption?}``."""
        if not 2 <= len(items) <= 10:
            raise PageError("an album has 2 to 10 items")
        chat, sender = places.to_write(self.state, chat_id, from_id, thread_id)
        contents = [Content(*plain(text_of(item, "caption")), self._media(item)) for item in items]
        placement = Placement(thread_id, media_group_id=self.state.next_album())
        return [self.state.post(chat, sender, content, placement) for content in contents]

    def edit(
        self, chat_id: int, message_id: int, from_id: int, text: str, entities: Sequence[JsonObject] = ()
    ) -> Message:
        """This person gives an own message new words."""
        message = places.message(self.state, chat_id, message_id)
        if message.sender.id != from_id:
            raise PageError("only one's own messages can be edited")
        words, entities = _set(text, entities)
        if not words and not message.content.attachment:
            raise PageError("a message can't be edited to nothing")
        message.content = Content(words, entities, message.content.attachment)
        message.edited_at = self.state.now()
        self.state.edited(message)
        self.state.notify("edited_message", message)
        return message

    def delete(self, chat_id: int, message_id: int) -> None:
        """Someone deletes a message, for everyone. Telegram doesn't tell bots."""
        message = places.message(self.state, chat_id, message_id)
        self.state.delete(message.chat, [message_id])

    def react(self, chat_id: int, message_id: int, from_id: int, emoji: str) -> None:
        """This person reacts with an emoji; the empty string takes the reaction back."""
        message, person = places.message(self.state, chat_id, message_id), self.person(from_id)
        if emoji and emoji not in ALLOWED:
            raise PageError(f"{emoji} is not among Telegram's reactions")
        before, after = message.reactions.get(from_id, ()), (emoji,) if emoji else ()
        if before == after:
            return
        message.reactions.pop(from_id, None)
        if emoji:
            message.reactions[from_id] = after
        self.state.edited(message)
        payload: JsonObject = {
            "chat": message.chat.as_json(),
            "message_id": message_id,
            "user": person.as_user(),
            "date": int(self.state.now().timestamp()),
            "old_reaction": reaction_types(before),
            "new_reaction": reaction_types(after),
        }
        if self.state.hears(message.chat):
            self.state.updates.add("message_reaction", f"reaction:{chat_id}", self.state.now(), payload)

    def press(self, chat_id: int, message_id: int, from_id: int, data: str) -> str:
        """This person presses an inline button; the id of the callback that the bot should answer."""
        message, person = places.message(self.state, chat_id, message_id), self.person(from_id)
        if data not in choices(message):
            raise PageError(f"message {message_id} has no button with the data {data!r}", 404)
        callback_id = self.state.next_callback(from_id)
        payload: JsonObject = {
            "id": callback_id,
            "from": person.as_user(),
            "message": message.as_json(),
            "chat_instance": str(7_000_000_000_000 + abs(chat_id)),
            "data": data,
        }
        self.state.updates.add("callback_query", f"callback:{from_id}", self.state.now(), payload)
        return callback_id

    # topics

    def open_topic(self, title: str, from_id: int = FIRST_MEMBER) -> Topic:
        """A member opens a topic of their own, which belongs to no case."""
        return self.state.new_topic(self.person(from_id), _name(title), DEFAULT_ICON_COLOUR, None)

    def topic(self, thread_id: int, action: str, title: str = "", from_id: int = FIRST_MEMBER) -> None:
        """A member does ``close``, ``reopen``, ``rename`` (to ``title``) or ``delete`` to a topic."""
        topic, person = places.topic(self.state, thread_id), self.person(from_id)
        match action:
            case "delete":
                self.state.delete_topic(topic)
            case "close" | "reopen":
                self._close_topic(topic, person, closed=action == "close")
            case "rename":
                topic.title = _name(title)
                service = Service("forum_topic_edited", {"name": topic.title}, f"topic renamed to {topic.title}")
                self.state.topic_changed(topic, person, service)
            case _:
                raise PageError(f"{action!r} can't be done to a topic: close, reopen, rename or delete it")

    def _close_topic(self, topic: Topic, person: Person, *, closed: bool) -> None:
        if topic.closed == closed:
            return
        topic.closed = closed
        word = "closed" if closed else "reopened"
        self.state.topic_changed(topic, person, Service(f"forum_topic_{word}", {}, f"topic {word}"))

    # looking and waiting

    def said(self, chat_id: int, thread_id: int | None = None) -> list[Message]:
        """What the bot has written in a chat (in this topic, or outside topics), oldest first."""
        chat = places.chat(self.state, chat_id)
        return [
            message
            for message in chat.messages.values()
            if message.sender.is_bot and not message.service and message.thread_id == thread_id
        ]

    async def wait_for(self, predicate: Callable[[], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - it says more
        """What ``predicate`` gives once that is true of it; it is asked again after each change.

        Raises TimeoutError after ``timeout`` seconds, naming what the bot said last in each chat.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (result := predicate()):
                    await self.state.events.changed()
                return result
        except TimeoutError:
            raise TimeoutError(f"nothing like that within {timeout:g} s; {self._last_words()}") from None

    async def wait_for_reply(self, message: Message, timeout: float = 5.0) -> Message:  # noqa: ASYNC109 - as above
        """The first message of the bot after ``message``, in its chat and topic."""

        def reply() -> Message | None:
            later = (
                other
                for other in message.chat.messages.values()
                if other.message_id > message.message_id and other.thread_id == message.thread_id
            )
            return next((other for other in later if other.sender.is_bot and not other.service), None)

        return await self.wait_for(reply, timeout)

    def _last_words(self) -> str:
        last = [f"{chat.title}: {message.text!r}" for chat in self.state.chats.values() for message in chat.latest(1)]
        return f"the last messages: {'; '.join(last)}" if last else "nobody has written at all"

    # what is attached

    def _attachment(
        self, sender: Person, media: JsonObject | None, contact: JsonObject | None, location: JsonObject | None
    ) -> Attachment | None:
        if media:
            return self._media(media)
        if contact:
            named = {"phone_number": text_of(contact, "phone_number"), "first_name": text_of(contact, "first_name")}
            return Attachment("contact", {"user_id": sender.id, **without_none(**contact), **named})
        return Attachment("location", location) if location else None

    def _media(self, item: JsonObject) -> Attachment:
        kind, files = text_of(item, "type"), self.state.files
        if kind not in MEDIA:
            raise PageError(f"{kind!r} is no type of media: use one of {', '.join(MEDIA)}")
        file_id = text_of(item, "file_id")
        file = files.sent_as(files.find(file_id), kind) if file_id else files.sample(kind)
        return files.attachment(file, kind, item)


def _set(text: str, entities: Sequence[JsonObject]) -> tuple[str, Entities]:
    """Words as a person has set them; what Telegram finds in them by itself is added."""
    if not entities:
        return plain(text)
    try:
        return given(text, tuple(entities))
    except ApiError as error:
        raise PageError(error.description) from error


def _name(name: str) -> str:
    if not name.strip():
        raise PageError("people and topics need a name")
    return name.strip()[:64]
