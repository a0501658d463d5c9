"""The chat of a business account, beside the bot: its owner writes there, messages are deleted, the bot is kept out.

An owner who writes is a person who has spoken: the bot is quiet, as with an agent, and the promise is kept. Colleagues
hear of it in the case's topic; without one they need not, unless the customer then waits for the owner in vain.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import arrival, case, mirror, promising
from bot.core.conversation import Author, Conversation, Media, Message, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import Deleted, OwnerMessage
from bot.core.outgoing import Copy, Lane, Text
from bot.core.step import Step

REASON = "unreachable"
"""Why a promise was made that the customer could not be told of."""


def note(draft: Draft, message: OwnerMessage) -> None:
    """What the owner wrote is a line of the transcript, and shown to the colleagues."""
    line = Message(
        draft.now,
        Author.AGENT,
        message.text,
        message.owner.name,
        -message.message_id,
        message.media,
        album=message.album,
        carries=message.carries,
    )
    draft.change(messages=(*draft.conversation.messages, line))
    draft.record("owner_wrote", by=f"{message.owner.name} ({message.owner.id})", text=message.text)
    draft.to_case(Text(_told(draft, message, "team_owner_wrote")), Lane.AGENT)
    if message.media is not Media.TEXT and message.media not in mirror.IN_WORDS:
        draft.to_case(_copy_of(message), Lane.AGENT)


def edited(conversation: Conversation, message: OwnerMessage, update_id: int | None, context: Context) -> Step:
    """The owner changed what they wrote."""
    draft = Draft(conversation, context)
    ref = -message.message_id
    lines = tuple(replace(m, text=message.text) if m.ref == ref else m for m in conversation.messages)
    if lines != conversation.messages:
        draft.change(messages=lines)
        draft.to_case(Text(_told(draft, message, "team_owner_edited")), Lane.AGENT)
    return draft.finish(update_id)


def _told(draft: Draft, message: OwnerMessage, key: str) -> str:
    what = "" if message.media is Media.TEXT else f"[{message.media.value}] "
    return draft.team_words(key, owner=message.owner.name, text=what + message.text)


def _copy_of(message: OwnerMessage) -> Copy:
    return Copy(
        message.chat_id,
        message.message_id,
        text=message.text,
        entities=message.entities,
        media=message.media,
        carries=message.carries,
    )


def deleted(conversation: Conversation, gone: Deleted, update_id: int | None, context: Context) -> Step:
    """Messages were deleted in the customer's chat: what is not answered yet need not be, and colleagues hear of it."""
    draft = Draft(conversation, context)
    lines = (*conversation.messages, *conversation.pending)
    found = [m for m in lines if (m.author is Author.CUSTOMER and m.ref in gone.message_ids) or _owners(m, gone)]
    if not found:
        return draft.finish(update_id)
    draft.change(
        messages=tuple(replace(m, taken_back=True) if m in found else m for m in conversation.messages),
        pending=tuple(m for m in conversation.pending if m not in found),
    )
    for message in found:
        draft.record("deleted", ref=message.ref)
        what = message.text or message.media.value
        draft.to_case(Text(draft.team_words("team_deleted_in_chat", text=what)), Lane.AGENT)
    if draft.conversation.agents_chat is not None:
        case.show_card(draft)
    if conversation.pending and not draft.conversation.pending:
        draft.change(pending_since=None)
        draft.settle(f"turn:{conversation.id}")
        arrival.watch_idleness(draft)
    return draft.finish(update_id)


def _owners(message: Message, gone: Deleted) -> bool:
    return message.ref < 0 and -message.ref in gone.message_ids


def left_alone(draft: Draft) -> None:
    """In an account's chat the bot may not answer: a colleague is to, by a time that the customer can't be told."""
    conversation = draft.conversation
    if conversation.through is None or conversation.phase is not Phase.BOT:
        return
    draft.change(phase=Phase.WAITING)
    case.open_case(draft, draft.context.catalogue.standards.default_team)
    promising.give(draft, None, REASON)
    case.show_card(draft)
