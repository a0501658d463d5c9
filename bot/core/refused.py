"""An agent's words that Telegram refused for good: they answered nobody, and kept no promise."""

from __future__ import annotations

from dataclasses import replace

from bot.core import answering, case, promising
from bot.core.conversation import Author, Message, PromiseState, Way
from bot.core.draft import Draft
from bot.core.outgoing import Copy, Outgoing, To
from bot.core.people import BOT_NAME, CUSTOMER_NAME


def note(draft: Draft, outgoing: Outgoing, *, gone: bool) -> bool:
    """Mark the words as not delivered, and undo what they were taken for. Answers whether a promise stands again.

    ``gone``: nothing reaches the customer any more. Then, or where the case is over, the promise ends instead.
    """
    content = outgoing.content
    if outgoing.to is not To.CUSTOMER or not isinstance(content, Copy):
        return False
    before = draft.conversation.messages
    draft.change(messages=_marked(before, {content.message_id}, undelivered=True))
    if draft.conversation.messages == before:
        return False
    if not _is_kept_by_nothing(draft):
        if not gone:
            answering.watch(draft)
        return False
    if gone or not draft.conversation.is_open:
        promising.void(draft, CUSTOMER_NAME if gone else BOT_NAME)
        return False
    promising.stand_again(draft)
    case.show_card(draft)
    return True


def sent_again(draft: Draft, numbers: set[int]) -> None:
    """The messages of these ``numbers`` are on their way once more: until they are refused again they count."""
    draft.change(messages=_marked(draft.conversation.messages, numbers, undelivered=False))


def _marked(lines: tuple[Message, ...], numbers: set[int], *, undelivered: bool) -> tuple[Message, ...]:
    return tuple(
        replace(line, undelivered=undelivered) if line.author is Author.AGENT and line.ref in numbers else line
        for line in lines
    )


def _is_kept_by_nothing(draft: Draft) -> bool:
    """Whether the last promise counts as kept by words, none of which the customer has."""
    conversation = draft.conversation
    last = conversation.promises[-1] if conversation.promises else None
    if last is None or last.state is not PromiseState.KEPT or last.way is not Way.HERE:
        return False
    return not any(line.is_answer and line.at >= last.made_at for line in conversation.messages)
