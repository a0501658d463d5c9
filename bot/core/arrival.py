"""A customer's message comes in: to the colleague who has the case, and to the thought that is being written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from bot.core import answering, case, earlier, mirror, reach, snoozing
from bot.core.content import Acknowledge
from bot.core.conversation import Author, Conversation, Media, Message, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerMessage
from bot.core.outgoing import Lane, Text
from bot.core.people import Customer
from bot.core.step import DueKind, Step

MANY = 15
"""So many messages of one customer within :data:`WHILE` are a flood: they are read together, and told so once."""

WHILE = timedelta(minutes=1)

TOLD_FOR = timedelta(hours=1)
"""Whoever was told that so many messages are read together knows it for so long."""

PAUSE_IN_FLOOD = 4
"""In a flood a customer's pause must be so many times as long until it is their turn."""

LONGEST_THOUGHT = 4096
"""Characters of a thought that are understood, its last ones: as much as one message can hold."""

_ENDS = ".!?…,;:)"

_BEYOND = timedelta(seconds=1)
"""So long after the last moment at which a conversation is still going on, it surely is over."""


def fresh(chat_id: int, customer: Customer, previous: Conversation | None, context: Context) -> Conversation:
    """A new conversation: polite and neutral, however the last one ended.

    Only language and colleague are remembered, what the customer has asked of us once for all, and their last cases.
    """
    ordinal = int(previous.id.rpartition("-")[2]) + 1 if previous else 1
    languages = context.catalogue.standards.languages
    wanted = (customer.language, previous.language if previous else None, _primary(customer.language_code))
    language = next((code for code in wanted if code in languages), languages[0])
    who = known(customer, previous.customer) if previous else customer
    last_agent = (previous.agent or previous.last_agent) if previous else None
    return Conversation(
        f"{chat_id}-{ordinal}",
        chat_id,
        who,
        context.now,
        language,
        last_agent=last_agent,
        earlier=earlier.remembered(previous, context.now),
    )


def _primary(language_code: str | None) -> str | None:
    return language_code.partition("-")[0].lower() if language_code else None


def is_over(conversation: Conversation, context: Context) -> bool:
    """Whether the next message starts another conversation."""
    if not conversation.is_open:
        return True
    last = conversation.messages[-1].at if conversation.messages else conversation.opened_at
    left_alone = conversation.with_owner and answering.unanswered_since(conversation) is None
    quiet = (conversation.phase is Phase.BOT or left_alone) and not conversation.pending
    return quiet and context.now - last > context.catalogue.standards.idle


def watch_idleness(draft: Draft) -> None:
    """Have the conversation closed once nobody has said anything to the bot for long."""
    conversation = draft.conversation
    if conversation.phase is Phase.BOT or conversation.with_owner:
        last = conversation.messages[-1].at if conversation.messages else conversation.opened_at
        at = last + draft.context.catalogue.standards.idle + _BEYOND
        draft.set_due(_idle_id(conversation), DueKind.IDLE, at)


def _idle_id(conversation: Conversation) -> str:
    return f"idle:{conversation.id}"


def end_idle(conversation: Conversation, context: Context) -> Step:
    """Close a conversation in which nobody has said anything for long."""
    draft = Draft(conversation, context)
    draft.settle(_idle_id(conversation))
    draft.change(phase=Phase.RESOLVED, resolved_at=context.now)
    draft.record("resolved", because="idle")
    case.close_case(draft)
    return draft.finish()


def receive(conversation: Conversation, message: CustomerMessage, update_id: int | None, context: Context) -> Step:
    """Take a message in: to the colleague who has the case, and to the thought that is being written."""
    draft = Draft(conversation, context)
    draft.change(customer=known(message.customer, conversation.customer))
    if conversation.through is None or conversation.through.served:
        reach.found(draft)
    line = line_of(message, context)
    draft.record("received", ref=message.message_id, media=message.media.value, text=message.text)
    if not conversation.messages and not conversation.pending:
        draft.record("opened", customer=conversation.customer.id)
    if conversation.phase in mirror.WITH_AGENTS:
        mirror.show_case(draft, message)
        snoozing.interrupt(draft)
    if message.media is Media.POLL:
        draft.to_customer(Text(draft.words("poll_in_words")), Lane.ANSWER)
    if conversation.phase is Phase.HUMAN:
        draft.change(messages=(*conversation.messages, line))
        answering.watch(draft)
        return draft.finish(update_id)
    if context.catalogue.standards.acknowledge is Acknowledge.TEXT and not conversation.messages + conversation.pending:
        draft.to_customer(Text(draft.words("acknowledged")), Lane.ACKNOWLEDGE)
    flooding = is_flooding(conversation, context)
    if flooding:
        _tell_once(draft)
    _gather(draft, line, flooding=flooding)
    return draft.finish(update_id)


def line_of(message: CustomerMessage, context: Context) -> Message:
    """A customer's message as a line of the transcript."""
    return Message(
        context.now,
        Author.CUSTOMER,
        message.text,
        ref=message.message_id,
        media=message.media,
        album=message.album,
        carries=message.carries,
    )


def known(now: Customer, before: Customer) -> Customer:
    """What Telegram says of them now, with what they told us before."""
    language, zone = now.language or before.language, now.zone or before.zone
    return replace(now, language=language, zone=zone, follow_ups=before.follow_ups, blocked=before.blocked)


def is_flooding(conversation: Conversation, context: Context) -> bool:
    """Whether this customer writes so much that each message by itself would take the room of others."""
    lines = (m for m in reversed((*conversation.messages, *conversation.pending)) if m.author is Author.CUSTOMER)
    last = list(islice(lines, MANY))
    return len(last) == MANY and context.now - last[-1].at < WHILE


def _tell_once(draft: Draft) -> None:
    told_at = draft.conversation.flooded_at
    if told_at is None or draft.now - told_at > TOLD_FOR:
        draft.change(flooded_at=draft.now)
        draft.record("flooded")
        draft.say(draft.words("many_messages"))


def _gather(draft: Draft, line: Message, *, flooding: bool) -> None:
    """Wait until the customer pauses: several messages in a row are one thought."""
    standards = draft.context.catalogue.standards
    since = draft.conversation.pending_since or draft.now
    draft.change(pending=(*draft.conversation.pending, line), pending_since=since)
    pause, longest = standards.gather, standards.gather_at_most
    if flooding:
        pause, longest = pause * PAUSE_IN_FLOOD, max(longest, WHILE)
    draft.set_due(turn_id(draft.conversation), DueKind.TURN, min(draft.now + pause, since + longest))


def turn_id(conversation: Conversation) -> str:
    """The due row that ends the customer's pause."""
    return f"turn:{conversation.id}"


def thought(conversation: Conversation) -> str:
    """The pending messages as one text."""
    return as_one(message.text for message in conversation.pending)


def as_one(texts: Iterable[str]) -> str:
    """Messages in a row as one text: where one ends, so does a sentence. What is said again is said once."""
    said = {text.strip().casefold(): text.strip() for text in texts}
    parts = [part for part in said.values() if part]
    ended = [part if part[-1] in _ENDS else f"{part}." for part in parts[:-1]]
    return " ".join([*ended, *parts[-1:]])[-LONGEST_THOUGHT:]
