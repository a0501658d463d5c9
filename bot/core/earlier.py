"""The cases that a customer had before: what is remembered of them, and the topic that may be used again."""

from __future__ import annotations

from datetime import datetime

from bot.core.content import Returning
from bot.core.conversation import Conversation, Earlier
from bot.core.draft import Draft

MOST = 3
"""So many are remembered, the last ones: a longer list would hide the case itself."""


def remembered(previous: Conversation | None, now: datetime) -> tuple[Earlier, ...]:
    """What the conversation after ``previous`` knows of the customer's cases. What the bot settled alone is none."""
    if previous is None:
        return ()
    if not previous.promises and previous.agents_chat is None:
        return previous.earlier
    agent = previous.agent.name if previous.agent else ""
    ended_at = previous.resolved_at or now
    last = Earlier(previous.id, ended_at, previous.intent, agent, previous.agents_chat, previous.topic_id)
    return (*previous.earlier, last)[-MOST:]


def topic_again(draft: Draft, chat: int) -> int | None:
    """The topic of the customer's last case in this group, if theirs is to be the same again; None: a new one."""
    if draft.context.catalogue.standards.topics.returning is Returning.NEW:
        return None
    known = (one for one in reversed(draft.conversation.earlier) if one.agents_chat == chat and one.topic_id)
    return next((one.topic_id for one in known if not is_archived(draft, one)), None)


def is_archived(draft: Draft, one: Earlier) -> bool:
    """Whether the topic of an earlier case has been deleted by now."""
    after = draft.context.catalogue.standards.topics.archive_after
    return after is not None and one.ended_at + after <= draft.now
