"""The clock of a case that an agent has: a customer who writes again is answered again.

How long they have waited is found in the messages each time, and never kept: an answer ends it, whoever gave it, and a
pause of ours or theirs does not count for more or less than it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import assignment, case, escalation, hours, teams, words
from bot.core.content import Calendar
from bot.core.conversation import Author, Conversation, Phase, PromiseState, Way
from bot.core.draft import Draft
from bot.core.step import DueKind

GIVE_UP = 2
"""After so many times the span in which we answer again, somebody else is to do it."""


def unanswered_since(conversation: Conversation) -> datetime | None:
    """Since when the customer waits for words of a colleague; None: there are none to come.

    That is when they wrote the first message that no colleague has answered since, or when one took the case, if that
    was later: what came before was the bot's to answer.
    """
    since, called_at = None, _called_at(conversation)
    for message in (*conversation.messages, *conversation.pending):
        if called_at is not None and message.at <= called_at:
            continue
        if message.author is Author.CUSTOMER:
            since = since or message.at
        elif message.is_answer:
            since = None
    return max(since, conversation.taken_at or since) if since is not None else None


def _called_at(conversation: Conversation) -> datetime | None:
    """When a colleague last spoke with the customer on the phone."""
    kept = (one for one in conversation.promises if one.state is PromiseState.KEPT and one.way is Way.CALL)
    return max((one.ended_at for one in kept if one.ended_at is not None), default=None)


def watch(draft: Draft) -> None:
    """The customer has written to the colleague who has the case, or one has claimed it: see that they get an answer.

    An open promise has a clock of its own, and this one waits for its end.
    """
    conversation = draft.conversation
    if conversation.phase is Phase.HUMAN and (since := unanswered_since(conversation)) is not None:
        _set(draft, since, 1)


def ring(draft: Draft) -> None:
    """So long has a customer waited: call the colleague; later give the case to another, or to a supervisor."""
    conversation = draft.conversation
    since = unanswered_since(conversation)
    if conversation.phase is not Phase.HUMAN or since is None:
        return
    span = draft.context.catalogue.standards.answer_again
    passed = int(hours.open_time_between(_calendar(draft), since, draft.now) / span)
    if passed >= 1 and conversation.promise is None:
        _nudge(draft, since, late=passed >= GIVE_UP)
    _set(draft, since, passed + 1)


def _nudge(draft: Draft, since: datetime, *, late: bool) -> None:
    if draft.conversation.with_owner:
        case.open_case(draft, draft.context.catalogue.standards.default_team)
    conversation = draft.conversation
    language = draft.context.catalogue.standards.default_language
    waited = words.span(language, since - draft.now)
    draft.record("unanswered", since=since.isoformat(), agent=conversation.agent.name if conversation.agent else None)
    if late and not assignment.give_to_another(draft):
        escalation.alert(draft, draft.team_words("team_unanswered_late", waited=waited))
    elif not late and conversation.agent is not None:
        person = draft.context.roster.person(conversation.agent.id)
        if person is not None:
            assignment.call(draft, [person], "team_unanswered", waited=waited)
    case.show_card(draft)


def _set(draft: Draft, since: datetime, times: int) -> None:
    span = draft.context.catalogue.standards.answer_again
    at = hours.add_open_time(_calendar(draft), since, span * times)
    draft.set_due(f"answer:{draft.conversation.id}", DueKind.ANSWER, max(at, draft.now + timedelta(seconds=1)))


def _calendar(draft: Draft) -> Calendar:
    return teams.calendar_of(draft.conversation, draft.context.catalogue.standards)
