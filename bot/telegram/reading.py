"""What an update says, in our own terms.

Updates are read as the JSON that came, field by field: a field that is new, missing or malformed is never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.conversation import Media
from bot.core.incoming import (
    AdminChoice,
    AdminMessage,
    AgentChoice,
    AgentMessage,
    AgentReaction,
    CustomerChoice,
    CustomerMessage,
    CustomerReaction,
    CustomerStanding,
    GroupMoved,
    GroupStanding,
    Ignored,
    Incoming,
    MemberStanding,
    TopicClosed,
    Update,
)
from bot.core.people import Agent, Role, is_person
from bot.telegram import business, editing, kinds
from bot.telegram.raw import Raw, number, part, words
from bot.telegram.users import customer_of, name_of

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "chat_member",
    *business.UPDATES,
)
"""The kinds of update that we ask Telegram for."""

_NOBODY = Ignored("pressed by nobody that we serve")

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?=\s|$)")

RIGHTS = {
    "can_manage_topics": "manage topics",
    "can_pin_messages": "pin messages",
    "can_delete_messages": "delete messages",
}
"""What the bot needs to be allowed in an agents' group: the Bot API's name of it, and what the apps call it."""

_MOVES = frozenset({Media.LOCATION, Media.VENUE})
"""A place that is shared live is edited every few seconds."""

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

    ``role_of`` gives the role of a user in an agents' chat, ``admins`` are those who may edit the content. Texts are as
    they were written, with a command's slash and arguments; what has no words of its own is put in words as far as it
    can be (a contact's number, a poll's question).
    """

    agents_chats: Collection[int]
    bot_id: int
    bot_username: str
    role_of: Callable[[int, int], Role] = every_member_is_an_agent
    admins: Collection[int] = frozenset()

    def read(self, update: Update) -> Incoming:
        """What an update says. Anything strange is :class:`Ignored`, never an error."""
        raw = update.raw
        if (of_account := business.kind_of(raw)) is not None:
            return business.read(of_account, part(raw, of_account), self._from_customer)
        if part(raw, "callback_query"):
            return self._choice(part(raw, "callback_query"))
        if part(raw, "message_reaction"):
            return self._reaction(part(raw, "message_reaction"))
        if part(raw, "my_chat_member") or part(raw, "chat_member"):
            return self._membership(raw)
        for kind in ("message", "edited_message"):
            if part(raw, kind):
                return self._message(part(raw, kind), edited=kind == "edited_message")
        return Ignored("not a kind of update that we read")

    def _membership(self, raw: Raw) -> Incoming:
        """What the bot, or somebody else, is in a chat now."""
        if part(raw, "my_chat_member"):
            return self._standing(part(raw, "my_chat_member"))
        return self._member(part(raw, "chat_member"))

    def _message(self, message: Raw, *, edited: bool) -> Incoming:
        chat = part(message, "chat")
        chat_id = number(chat, "id")
        if chat_id is None or number(message, "message_id") is None:
            return Ignored("a message without a chat or an id")
        if chat_id in self.agents_chats:
            about_content = self._about_content(message, chat_id) if not edited else None
            return about_content or self._told(message, chat_id) or self._from_agent(message, chat_id, edited=edited)
        if chat.get("type") == "private":
            return self._from_customer(message, chat_id, edited=edited)
        return Ignored("written in a chat that is neither a customer's nor the agents'")

    def _about_content(self, message: Raw, chat_id: int) -> AdminMessage | None:
        """What an admin asks of the content in their own chat with the bot, also where they work in it alone."""
        if chat_id not in self.admins:
            return None
        admin = customer_of(part(message, "from"))
        if admin is None or admin.id != chat_id:
            return None
        text, _ = kinds.content_of(message) or ("", Media.OTHER)
        return editing.asked(message, chat_id, admin, text, self._command(message, text)[0])

    def _from_customer(self, message: Raw, chat_id: int, *, edited: bool) -> Incoming:
        customer = customer_of(part(message, "from"))
        if customer is None:
            return Ignored("not written by a person")
        if any(name in message for name in _PRIVATE_SERVICE):
            return Ignored("a service message")
        # A kind of message that this version does not know is still someone who wants an answer.
        text, media = kinds.content_of(message) or ("", Media.OTHER)
        if edited and media in _MOVES:
            return Ignored("a place that moves")
        command, _ = self._command(message, text)
        through = business.through_of(message)
        if through is None and (asked := self._about_content(message, chat_id)) is not None:
            return asked
        reply_to, quoted = kinds.answered(message)
        return CustomerMessage(
            chat_id,
            number(message, "message_id") or 0,
            customer,
            text,
            media,
            command,
            edited,
            words(message, "media_group_id"),
            kinds.entities_of(message),
            reply_to,
            quoted,
            through,
            kinds.carried(message, media) if through else {},
        )

    def _from_agent(self, message: Raw, chat_id: int, *, edited: bool) -> Incoming:
        thread_id, (reply_to, _) = _thread(message), kinds.answered(message)
        content = kinds.content_of(message)
        agent = self._agent(message, chat_id)
        if content is None:
            return Ignored("a service message")
        if agent is None:
            return Ignored("not written by a person")
        if edited and content[1] in _MOVES:
            return Ignored("a place that moves")
        command, addressee = self._command(message, content[0])
        if addressee is not None:
            return Ignored("a command for another bot")
        if thread_id is None and reply_to is None and command is None and not is_person(chat_id):
            return Ignored("written outside the topics, in answer to nothing")
        return AgentMessage(
            chat_id,
            thread_id,
            number(message, "message_id") or 0,
            agent,
            *content,
            command=command,
            edited=edited,
            album=words(message, "media_group_id"),
            entities=kinds.entities_of(message),
            reply_to=reply_to,
            carries=kinds.carried(message, content[1]),
        )

    def _told(self, message: Raw, chat_id: int) -> Incoming | None:
        """What Telegram itself tells of a group and its topics, where that matters to us."""
        new_id, thread_id = number(message, "migrate_to_chat_id"), _thread(message)
        if new_id is not None:
            return GroupMoved(chat_id, new_id)
        if "forum_topic_closed" in message and thread_id is not None and self._agent(message, chat_id) is not None:
            return TopicClosed(chat_id, thread_id)
        return None

    def _standing(self, changed: Raw) -> Incoming:
        chat, member = part(changed, "chat"), part(changed, "new_chat_member")
        chat_id, status = number(chat, "id"), words(member, "status")
        if chat_id in self.agents_chats and chat_id is not None:
            return standing_of(chat_id, member)
        if chat.get("type") == "private" and chat_id is not None:
            return CustomerStanding(chat_id, status != "kicked")
        return Ignored("about a chat that is neither a customer's nor the agents'")

    def _member(self, changed: Raw) -> Incoming:
        chat_id, member = number(part(changed, "chat"), "id"), part(changed, "new_chat_member")
        user = part(member, "user")
        agent = self._person(user, chat_id) if chat_id in self.agents_chats and chat_id is not None else None
        if agent is None or chat_id is None:
            return Ignored("about nobody in an agents' group")
        return MemberStanding(chat_id, agent, role_of_member(member))

    def _reaction(self, reaction: Raw) -> Incoming:
        chat = part(reaction, "chat")
        chat_id, message_id = number(chat, "id"), number(reaction, "message_id")
        emoji, custom = _emoji(reaction.get("new_reaction"))
        if chat_id is None or message_id is None:
            return Ignored("a reaction without a chat or a message")
        if chat_id in self.agents_chats:
            behalf = part(reaction, "actor_chat")
            name = words(behalf, "title") or "Administrator"
            agent = Agent(chat_id, name, Role.SUPERVISOR) if behalf else self._person(part(reaction, "user"), chat_id)
            if agent is not None:
                return AgentReaction(chat_id, message_id, agent, emoji, custom)
        elif chat.get("type") == "private":
            customer = customer_of(part(reaction, "user"))
            if customer is not None:
                return CustomerReaction(chat_id, message_id, customer, emoji, custom)
        return Ignored("a reaction of nobody that we serve")

    def _choice(self, query: Raw) -> Incoming:
        message = part(query, "message")
        chat = part(message, "chat")
        chat_id, message_id = number(chat, "id"), number(message, "message_id")
        callback_id, data = words(query, "id"), words(query, "data")
        if chat_id is None or message_id is None or not callback_id or data is None:
            return Ignored("a button that is not one of ours")
        customer, through = customer_of(part(query, "from")), business.through_of(message)
        own = customer if customer is not None and customer.id == chat_id else None
        if through is not None:
            return CustomerChoice(chat_id, message_id, own, callback_id, data, through) if own else _NOBODY
        if own and own.id in self.admins and editing.is_ours(data):
            return AdminChoice(chat_id, message_id, own, callback_id, data)
        if chat_id in self.agents_chats:
            return self._agents_choice(query, chat_id, message_id, callback_id, data)
        return CustomerChoice(chat_id, message_id, own, callback_id, data) if own else _NOBODY

    def _agents_choice(self, query: Raw, chat_id: int, message_id: int, callback_id: str, data: str) -> Incoming:
        message, agent = part(query, "message"), self._person(part(query, "from"), chat_id)
        if agent is None:
            return _NOBODY
        answers, _ = kinds.answered(message)
        answered = (words(part(message, "reply_to_message"), "text") or "") if answers else ""
        return AgentChoice(chat_id, _thread(message), message_id, agent, callback_id, data, answers, answered)

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
        return Agent(user_id, name_of(user), self.role_of(chat_id, user_id), words(user, "username"))

    def _command(self, message: Raw, text: str) -> tuple[str | None, str | None]:
        """The command, and the other bot that it is for, if it names one. What is passed on was said by someone else,
        and commands nothing."""
        if "forward_origin" in message:
            return None, None
        found = _COMMAND.match(text)
        if not found:
            return None, None
        addressee = found[2]
        if addressee and addressee.lower() != self.bot_username.lower():
            return None, addressee
        return found[1].lower(), None


def standing_of(chat_id: int, member: Raw) -> GroupStanding:
    """What the bot is in a group, by its ``ChatMember`` there; in an agent's private chat it needs no rights."""
    status = words(member, "status")
    present = status in {"administrator", "creator", "member", "restricted"}
    may_all = status == "creator" or is_person(chat_id)
    missing = () if may_all else tuple(right for right in RIGHTS if member.get(right) is not True)
    return GroupStanding(chat_id, present, missing)


def role_of_member(member: Raw) -> Role | None:
    """What a ``ChatMember`` may do among colleagues; None: they are none."""
    status = words(member, "status")
    if status in {"creator", "administrator"}:
        return Role.SUPERVISOR
    return Role.AGENT if status == "member" or member.get("is_member") is True else None


def update_from(raw: object, received_at: datetime) -> Update | None:
    """What came, ready to be kept; None if it is not an update at all."""
    if not isinstance(raw, Mapping):
        return None
    update_id = number(raw, "update_id")
    return None if update_id is None else Update(update_id, lane_of(raw), received_at, raw)


def lane_of(raw: Mapping[str, object]) -> str:
    """Which updates this one must wait for: those of its customer, or of its topic in a group."""
    for kind in ALLOWED_UPDATES:
        inner = part(raw, kind)
        if not inner:
            continue
        message = part(inner, "message") if kind == "callback_query" else inner
        chat = part(message, "chat")
        chat_id = number(chat, "id")
        if (connection := business.connection_of(kind, message)) is not None:
            return f"business:{connection}:{chat_id or 0}"
        if chat_id is None:
            break
        if chat.get("type") == "private":
            return str(chat_id)
        return f"agents:{chat_id}:{_thread(message) or 0}"
    return "other"


def _emoji(reactions: object) -> tuple[str, bool]:
    """The emoji of a reaction, none where it was taken back; and whether it is one that a bot can't give."""
    given = [each for each in reactions if isinstance(each, Mapping)] if isinstance(reactions, list) else []
    emoji = next((words(each, "emoji") for each in reversed(given) if each.get("type") == "emoji"), None)
    return emoji or "", bool(given) and not emoji


def _thread(message: Raw) -> int | None:
    """The topic. Replies in a group without topics have a thread id too, which is none."""
    in_topic = message.get("is_topic_message") or part(message, "chat").get("is_forum")
    return number(message, "message_thread_id") if in_topic else None
