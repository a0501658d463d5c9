"""A row fell due: what that means for its conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core import answering, arrival, assignment, case, priority, promising, snoozing
from bot.core.conversation import Conversation
from bot.core.draft import Context, Draft
from bot.core.step import Due, DueKind, Step

_CUSTOMERS_FIRST = {DueKind.PROMISE: 0, DueKind.AT_RISK: 0, DueKind.TURN: 1}
"""What customers hear of goes before what only colleagues do."""


def in_order(rows: Sequence[Due], conversations: Iterable[Conversation], now: datetime) -> list[Due]:
    """``rows`` that are all due, the one to deal with first first.

    What a customer hears of us goes before what only colleagues do; among those, the conversations go as in the queue.
    Turns go as they come: whoever has just written has been promised nothing yet.
    """
    places = {case.id: place for place, case in enumerate(priority.order(conversations, now))}

    def place(row: Due) -> tuple[int, int, datetime]:
        in_queue = 0 if row.kind is DueKind.TURN else places.get(row.conversation_id, len(places))
        return _CUSTOMERS_FIRST.get(row.kind, 2), in_queue, row.at

    return sorted(rows, key=place)


def ring(conversation: Conversation, due: Due, context: Context) -> Step:
    """Do what falls due about a promise. A row whose promise has ended since then only goes away.

    A turn that falls due is not decided here: it has to be understood first (see :meth:`bot.flow.Flow.on_due`). One
    with nothing pending was answered meanwhile, by a button or by an agent: its row only goes away too.
    """
    if due.kind is DueKind.IDLE and arrival.is_over(conversation, context):
        return arrival.end_idle(conversation, context)
    draft = Draft(conversation, context)
    draft.settle(due.id)
    match due.kind:
        case DueKind.IDLE:
            arrival.watch_idleness(draft)
        case DueKind.REMIND if not due.subject:
            promising.nag(draft)
        case DueKind.ANSWER:
            answering.ring(draft)
        case DueKind.SNOOZE:
            snoozing.ring(draft)
        case DueKind.ASSIGN:
            assignment.give_out(draft)
            case.show_card(draft)
        case _ if conversation.promise is not None and conversation.promise.id == due.subject:
            _ring_for_promise(draft, due.kind)
        case _:
            pass  # the promise has ended since then
    return draft.finish()


def _ring_for_promise(draft: Draft, kind: DueKind) -> None:
    match kind:
        case DueKind.REMIND:
            promising.remind(draft)
        case DueKind.AT_RISK:
            promising.at_risk(draft)
        case DueKind.PROMISE:
            promising.fall_due(draft)
        case _:
            raise AssertionError(f"a row of kind {kind} is not about a promise")
