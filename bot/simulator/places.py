"""Finding what people on the page name, or saying what is wrong with it."""

from __future__ import annotations

from bot.simulator.chats import Chat, Message, Topic
from bot.simulator.errors import PageError
from bot.simulator.people import Part, Person
from bot.simulator.state import AGENTS_CHAT, State


def chat(state: State, chat_id: int) -> Chat:
    """The chat with this id."""
    found = state.chats.get(chat_id)
    if found is None:
        raise PageError(f"there is no chat {chat_id}: use a customer's id or {AGENTS_CHAT}", 404)
    return found


def person(state: State, person_id: int) -> Person:
    """Who has this id."""
    found = state.people.get(person_id)
    if found is None:
        raise PageError(f"nobody has the id {person_id}: see the people in /sim/state", 404)
    return found


def message(state: State, chat_id: int, message_id: int) -> Message:
    """The message with this id in a chat."""
    place = chat(state, chat_id)
    found = place.messages.get(message_id)
    if found is None:
        raise PageError(f"there is no message {message_id} in {place.title}: it may have been deleted", 404)
    return found


def topic(state: State, thread_id: int) -> Topic:
    """The topic with this id."""
    found = next((forum.topics[thread_id] for forum in state.forums if thread_id in forum.topics), None)
    if found is None:
        raise PageError(f"there is no topic {thread_id}: it may have been deleted", 404)
    return found


def to_write(state: State, chat_id: int, from_id: int, thread_id: int | None) -> tuple[Chat, Person]:
    """The chat and the person, if this person may write there."""
    place, sender = chat(state, chat_id), person(state, from_id)
    if place.person is not None:
        _enter_private(place.person, sender, thread_id)
    elif sender.part not in {Part.MEMBER, Part.ADMINISTRATOR} and not place.is_open:
        raise PageError(f"{sender.name} is not a member of {place.title}")
    elif thread_id and topic(state, thread_id).closed and sender.part is not Part.ADMINISTRATOR:
        raise PageError("the topic is closed: reopen it, or write as an administrator")
    return place, sender


def _enter_private(customer: Person, sender: Person, thread_id: int | None) -> None:
    if customer is not sender:
        raise PageError(f"this is {customer.name}'s chat: {sender.name} can't write in it")
    if customer.blocked:
        raise PageError(f"{customer.name} has blocked the bot: unblock it first")
    if thread_id:
        raise PageError("a private chat has no topics")
