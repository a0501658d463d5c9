"""A row fell due: what that means for its conversation."""

from __future__ import annotations

from bot.core import promising
from bot.core.draft import Context, Draft
from bot.core.model import Conversation, Due, DueKind, Step


def ring(conversation: Conversation, due: Due, context: Context) -> Step:
    """Do what falls due about a promise. A row whose promise has ended since then only goes away.

    A turn that falls due is not decided here: it has to be understood first (see :meth:`bot.flow.Flow.on_due`). One
    with nothing pending was answered meanwhile, by a button or by an agent: its row only goes away too.
    """
    draft = Draft(conversation, context)
    draft.settle(due.id)
    standing = conversation.promise
    if due.kind is DueKind.REMIND and not due.subject:
        promising.nag(draft)
        return draft.finish()
    if standing is None or standing.id != due.subject:
        return draft.finish()
    match due.kind:
        case DueKind.REMIND:
            promising.remind(draft)
        case DueKind.AT_RISK:
            promising.at_risk(draft)
        case DueKind.PROMISE:
            promising.fall_due(draft)
        case DueKind.TURN | DueKind.SURVEY | DueKind.FOLLOW_UP:
            pass
    return draft.finish()
