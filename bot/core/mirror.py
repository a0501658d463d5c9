"""What one side does with a message, the other side sees: replies, edits, reactions, deletions, albums.

A row names the message that it is about; which one stands for it on the other side is found when the row goes.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import lone
from bot.core.conversation import Author, Conversation, Media, Message, Phase, Ref
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage, AgentReaction, CustomerMessage, CustomerReaction
from bot.core.outgoing import Copy, Lane, Outgoing, React, Receipt, Retract, Revise, Text, To
from bot.core.step import Step

IN_WORDS = frozenset(
    {
        Media.POLL,
        Media.DICE,
        Media.STORY,
        Media.GAME,
        Media.PAID_MEDIA,
        Media.CHECKLIST,
        Media.GIVEAWAY,
        Media.INVOICE,
        Media.OTHER,
    }
)
"""What can't be copied, or would not be the same on the other side: it is named there, and said in words."""

WITH_AGENTS = (Phase.WAITING, Phase.HUMAN)
"""In these what the customer does reaches the topic."""

NOTE_MARK = "//"
"""An agent's message that starts like this stays among colleagues."""


# --- copies ----------------------------------------------------------------------------------------------------------


def show_case(draft: Draft, message: CustomerMessage) -> None:
    """A customer's message goes to the topic as it is; what can't be shown there is said in words."""
    if message.quoted:
        draft.to_case(Text(draft.team_words("team_answers", text=message.quoted)), Lane.AGENT)
    if message.media in IN_WORDS:
        said = draft.team_words("team_in_words", what=message.media.value, text=message.text)
        label = lone.label_of(draft, message.message_id, message.album)
        draft.to_case(Text(f"{label} {said}".strip()), Lane.AGENT)
    else:
        _show(draft, _copy_of(message, message.chat_id))


def show_line(draft: Draft, line: Message) -> None:
    """A customer's message of the transcript goes to the topic as it is."""
    _show(draft, copy_of_line(draft.conversation, line))


def _show(draft: Draft, copy: Copy) -> None:
    """Words can have a label before them in one message; all else has it in one of its own."""
    label = lone.label_of(draft, copy.message_id, copy.album)
    if label and copy.media is not Media.TEXT:
        draft.to_case(Text(label), Lane.AGENT)
        label = ""
    draft.to_case(replace(copy, label=label), Lane.AGENT)


def show_customer(draft: Draft, message: AgentMessage, *, spoken: bool = False) -> None:
    """An agent's message goes to the customer as it is; ``spoken``: its words, which it only asked for, do."""
    draft.to_customer(replace(_copy_of(message, message.agents_chat), spoken=spoken), Lane.AGENT)


def _copy_of(message: CustomerMessage | AgentMessage, chat_id: int) -> Copy:
    answers = Ref(chat_id, message.reply_to) if message.reply_to else None
    return Copy(
        chat_id,
        message.message_id,
        answers,
        message.text,
        entities=message.entities,
        media=message.media,
        album=message.album,
        carries=message.carries,
    )


def copy_of_line(conversation: Conversation, line: Message) -> Copy:
    """A customer's message of the transcript, as it is to be copied."""
    return Copy(
        conversation.chat_id, line.ref, text=line.text, media=line.media, album=line.album, carries=line.carries
    )


def cannot_go(message: AgentMessage) -> bool:
    """Whether it is of a kind that can't be passed on to a customer."""
    return message.media in IN_WORDS


def is_note(text: str) -> bool:
    """Whether these words of an agent stay among colleagues."""
    return text.startswith(NOTE_MARK)


def without_mark(text: str) -> str:
    """The words of a note."""
    return text.removeprefix(NOTE_MARK).strip()


# --- edits -----------------------------------------------------------------------------------------------------------


def customer_edited(
    conversation: Conversation, message: CustomerMessage, update_id: int | None, context: Context
) -> Step:
    """The customer changed a message: what is pending is read anew, and its copy in the topic reads the same."""
    draft = Draft(conversation, context)
    draft.record("edited", ref=message.message_id, text=message.text)
    _rewrite(draft, Author.CUSTOMER, message.message_id, message.text)
    if conversation.phase in WITH_AGENTS and message.media not in IN_WORDS:
        of = Ref(message.chat_id, message.message_id)
        draft.to_case(Revise(of, message.text, message.entities, message.media), Lane.AGENT)
        if _has_agent_written_since(conversation, message.message_id):
            draft.to_case(Text(draft.team_words("team_customer_edited", text=message.text)), Lane.AGENT)
    return draft.finish(update_id)


def _has_agent_written_since(conversation: Conversation, ref: int) -> bool:
    """Whether a colleague has read and answered it by now: an edit in place alone would go unseen."""
    refs = [message.ref if message.author is Author.CUSTOMER else None for message in conversation.messages]
    if ref not in refs:
        return False
    return any(message.author is Author.AGENT for message in conversation.messages[refs.index(ref) :])


def agent_edited(conversation: Conversation, message: AgentMessage, update_id: int | None, context: Context) -> Step:
    """An agent changed a message: the customer reads the new words. A note stays one; what becomes one is taken back.

    This goes on after the case is resolved: a slip of the pen may be put right.
    """
    draft = Draft(conversation, context)
    reword(draft, message)
    return draft.finish(update_id)


def reword(draft: Draft, message: AgentMessage) -> bool:
    """As :func:`agent_edited`. Answers whether the customer reads the new words."""
    line = _line_of(draft.conversation, message.message_id, Author.AGENT, Author.NOTE)
    of = Ref(message.agents_chat, message.message_id)
    if line is None or line.taken_back:
        draft.to_case(Text(draft.team_words("team_edit_not_sent"), reply_to=message.message_id), Lane.AGENT)
    elif line.author is Author.NOTE:
        _edit_note(draft, line, message)
    elif is_note(message.text):
        _take_back(draft, line, of, message)
    else:
        draft.record("agent_edited", by=_named(message), ref=of.message_id, text=message.text)
        _rewrite(draft, Author.AGENT, of.message_id, message.text)
        draft.to_customer(Revise(of, message.text, message.entities, message.media), Lane.AGENT)
        return True
    return False


def _edit_note(draft: Draft, line: Message, message: AgentMessage) -> None:
    _rewrite(draft, Author.NOTE, line.ref, without_mark(message.text))
    if not is_note(message.text) and message.album is None:
        draft.to_case(Text(draft.team_words("team_still_note"), reply_to=line.ref), Lane.AGENT)


def _rewrite(draft: Draft, author: Author, ref: int, text: str) -> None:
    def rewritten(lines: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple(replace(m, text=text) if (m.author, m.ref) == (author, ref) else m for m in lines)

    conversation = draft.conversation
    draft.change(pending=rewritten(conversation.pending), messages=rewritten(conversation.messages))


def _line_of(conversation: Conversation, ref: int, *authors: Author) -> Message | None:
    return next((m for m in reversed(conversation.messages) if m.ref == ref and m.author in authors), None)


# --- deletions -------------------------------------------------------------------------------------------------------


def take_back(draft: Draft, message: AgentMessage) -> str:
    """An agent asks, in answer to a message of theirs, that the customer's copy be deleted. Raises HandoverError."""
    line = _line_of(draft.conversation, message.reply_to or 0, Author.AGENT)
    if line is None or line.taken_back:
        raise HandoverError(draft.team_words("team_delete_what"))
    _take_back(draft, line, Ref(message.agents_chat, line.ref), message)
    return draft.team_words("team_deleted")


def _take_back(draft: Draft, line: Message, of: Ref, message: AgentMessage) -> None:
    gone = replace(line, taken_back=True)
    draft.change(messages=tuple(gone if each is line else each for each in draft.conversation.messages))
    draft.record("taken_back", by=_named(message), ref=line.ref)
    draft.to_customer(Retract(of), Lane.AGENT)


def _named(message: AgentMessage) -> str:
    return f"{message.agent.name} ({message.agent.id})"


# --- reactions -------------------------------------------------------------------------------------------------------


def reacted(
    conversation: Conversation,
    reaction: CustomerReaction | AgentReaction,
    update_id: int | None,
    context: Context,
) -> Step:
    """A reaction to a message is one to its counterpart. One that a bot can't give is named to the colleagues."""
    draft = Draft(conversation, context)
    if isinstance(reaction, CustomerReaction):
        draft.record("customer_reacted", ref=reaction.message_id, emoji=reaction.emoji)
        if reaction.custom:
            draft.to_case(Text(draft.team_words("team_custom_reaction")), Lane.CARD)
        else:
            draft.to_case(React(Ref(reaction.chat_id, reaction.message_id), reaction.emoji), Lane.CARD)
        return draft.finish(update_id)
    draft.record("agent_reacted", by=reaction.agent.name, ref=reaction.message_id, emoji=reaction.emoji)
    if conversation.through is not None and reaction.emoji:
        said = draft.team_words("team_reaction_not_in_business")
        draft.to_case(Text(said, reply_to=reaction.message_id), Lane.AGENT)
    elif reaction.custom:
        draft.to_case(Text(draft.team_words("team_reaction_not_sent"), reply_to=reaction.message_id), Lane.AGENT)
    else:
        draft.to_customer(React(Ref(reaction.agents_chat, reaction.message_id), reaction.emoji), Lane.AGENT)
    return draft.finish(update_id)


# --- what did not arrive ---------------------------------------------------------------------------------------------


def unmirrored(draft: Draft, outgoing: Outgoing, receipt: Receipt) -> None:
    """A change that could not be made on the other side is told to the colleagues, as far as it matters to them."""
    content = outgoing.content
    if isinstance(content, Revise) and outgoing.to is To.CASE:
        draft.to_case(Text(draft.team_words("team_customer_edited", text=content.text)), Lane.AGENT)
    elif isinstance(content, Revise):
        said = draft.team_words("team_edit_not_made", error=receipt.error)
        draft.to_case(Text(said, reply_to=content.of.message_id), Lane.AGENT)
    elif isinstance(content, Retract):
        said = draft.team_words("team_not_deleted", error=receipt.error)
        draft.to_case(Text(said, reply_to=content.of.message_id), Lane.AGENT)
