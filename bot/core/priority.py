"""Who is next: the case whose time is nearest, with a head start for those it presses most.

Every case that waits on us has a deadline of its own that does not move with time: when its promise falls due, or, with
none, a fixed while after the customer began to wait. Urgent and upset customers, and those we failed before, count
as due somewhat earlier. Head starts are bounded, so a case can only be passed by those that come within
that bound after it: nobody starves, and nobody gets ahead for long by shouting.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.conversation import Author, Conversation, Phase, Promise, PromiseState
from bot.core.understanding import Severity

PATIENCE = timedelta(hours=4)
"""What one who was promised nothing is reckoned to wait."""

HEAD_START = {
    Severity.CALM: timedelta(0),
    Severity.UPSET: timedelta(minutes=10),
    Severity.URGENT: timedelta(minutes=30),
}
"""How much earlier a case counts as due for its severity."""

AMENDS = timedelta(minutes=30)
"""How much earlier it counts as due for each promise of ours that was broken, three at most."""

_MOST_AMENDS = 3


class Reason(StrEnum):
    """Why a case is where it is in the queue."""

    BROKEN = "broken"
    """A promise was broken, and nobody has come back since."""
    OVERDUE = "overdue"
    """Its time has passed."""
    URGENT = "urgent"
    UPSET = "upset"
    PROMISED = "promised"
    """A time was promised, and is still to come."""
    WAITING = "waiting"
    """The customer waits, and was promised nothing."""
    PASSED_ON = "passed_on"
    """Passed on to another team, and taken by nobody there yet."""
    SNOOZED = "snoozed"
    """A colleague lets it rest until later."""
    ANSWERED = "answered"
    """It is the customer's turn."""


_PASSED = (Reason.BROKEN, Reason.OVERDUE)
_LAST = {Reason.ANSWERED: 2, Reason.SNOOZED: 3}


def order(cases: Iterable[Conversation], now: datetime) -> list[Conversation]:
    """``cases``, the one to take first first.

    First those whose time has passed, then the others that wait on us, each by deadline; then those where it is the
    customer's turn, the longest ago first; last those that rest, in the order in which they wake.
    """

    def place(case: Conversation) -> tuple[int, datetime, datetime, str]:
        why = reason(case, now)
        rank = 0 if why in _PASSED else _LAST.get(why, 1)
        at = case.snoozed.until if case.snoozed and why is Reason.SNOOZED else _deadline(case) - _head_start(case)
        return rank, at, case.opened_at, case.id

    return sorted(cases, key=place)


def reason(conversation: Conversation, now: datetime) -> Reason:
    """Why ``conversation`` is where :func:`order` puts it: the key of the words that say so."""
    if _broken(conversation) is not None:
        return Reason.BROKEN
    promise, waits = conversation.promise, waiting_since(conversation) is not None
    untaken = conversation.passed is not None and conversation.phase is Phase.WAITING
    if (promise is not None or waits or untaken) and _deadline(conversation) <= now:
        return Reason.OVERDUE
    if conversation.snoozed is not None and conversation.snoozed.until > now:
        return Reason.SNOOZED
    if promise is None and not waits:
        return Reason.PASSED_ON if untaken else Reason.ANSWERED
    if conversation.severity is not Severity.CALM:
        return Reason(conversation.severity.value)
    return Reason.WAITING if promise is None else Reason.PROMISED


def waiting_since(conversation: Conversation) -> datetime | None:
    """When the customer wrote the first of those messages that nobody has answered yet; None: all are answered."""
    since = None
    for message in (*conversation.messages, *conversation.pending):
        if message.author is Author.CUSTOMER:
            since = since or message.at
        elif message.is_answer or message.author is Author.BOT:
            since = None
    return since


def _broken(conversation: Conversation) -> Promise | None:
    """The oldest promise that was broken and that no colleague has made good by answering since."""
    answered = max((message.at for message in conversation.messages if message.is_answer), default=None)
    for promise in conversation.promises:
        ended_at = promise.ended_at or promise.due_at
        if promise.state is PromiseState.BROKEN and (answered is None or answered < ended_at):
            return promise
    return None


def _deadline(conversation: Conversation) -> datetime:
    """When this customer should hear from us; for one who has: when they did."""
    if (promise := _broken(conversation) or conversation.promise) is not None:
        return promise.due_at
    if (since := waiting_since(conversation)) is not None:
        return since + PATIENCE
    if conversation.passed is not None and conversation.phase is Phase.WAITING:
        return conversation.passed.at + PATIENCE
    return conversation.messages[-1].at if conversation.messages else conversation.opened_at


def _head_start(conversation: Conversation) -> timedelta:
    broken = sum(promise.state is PromiseState.BROKEN for promise in conversation.promises)
    return HEAD_START[conversation.severity] + AMENDS * min(broken, _MOST_AMENDS)
