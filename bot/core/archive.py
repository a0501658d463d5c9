"""Topics of cases that were resolved long ago.

Telegram has no archive for topics: a closed one stays in the list, and a group holds only so many. So archiving is to
delete the topic. Nothing is lost by it that we know: transcript, notes and record stay in the store.
"""

from __future__ import annotations

from bot.core.conversation import GONE, Conversation
from bot.core.draft import Context, Draft
from bot.core.outgoing import DeleteTopic, Lane
from bot.core.step import DueKind, Step


def expect(draft: Draft) -> None:
    """The case is resolved: have its topic archived in time, if the standards say so and it has one."""
    after = draft.context.catalogue.standards.topics.archive_after
    if after is not None and draft.conversation.agents_chat is not None:
        draft.set_due(_id(draft.conversation), DueKind.ARCHIVE, draft.now + after)


def _id(conversation: Conversation) -> str:
    return f"archive:{conversation.id}"


def ring(conversation: Conversation, owner: Conversation | None, context: Context) -> Step:
    """The topic of ``conversation`` may go, unless ``owner``, which has it now, is another case.

    The standards of now count: where topics are kept for longer, it waits; where they stay for good, it stays.
    """
    draft = Draft(conversation, context)
    draft.settle(_id(conversation))
    after, resolved_at = context.catalogue.standards.topics.archive_after, conversation.resolved_at
    another = owner is not None and owner.id != conversation.id
    if conversation.is_open or another or after is None or resolved_at is None or conversation.topic_id is None:
        return draft.finish()
    if resolved_at + after > context.now:
        draft.set_due(_id(conversation), DueKind.ARCHIVE, resolved_at + after)
        return draft.finish()
    draft.to_case(DeleteTopic(conversation.topic_id), Lane.FOLLOW_UP)
    draft.record("archived", group=conversation.agents_chat, topic=conversation.topic_id)
    draft.change(topic_id=GONE, card_id=GONE)
    return draft.finish()
