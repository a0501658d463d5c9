"""A case that was closed is taken up again: by a new conversation that continues it, in the same topic.

A resolved conversation stays as it ended, and so do its promises. The one that continues it knows what it knew: the
subject, the details, the team and the topic in which colleagues can read all of it.
"""

from __future__ import annotations

from bot.core import arrival, case, cues, offers, promising, words
from bot.core.content import Catalogue, Cue
from bot.core.conversation import Conversation, Phase, Promise
from bot.core.decide import Act, Because, Decision
from bot.core.draft import Context, Draft
from bot.core.outgoing import Lane, Text
from bot.core.promise import at_risk_time
from bot.core.understanding import NO_INTENT, Kind, Severity, Understanding

REOPENED = "reopened"
"""The reason of a promise that is made when a case is taken up again."""

_RISING = (Severity.CALM, Severity.UPSET, Severity.URGENT)
_OPEN_SUBJECTS = (NO_INTENT, "talk_to_human")


LOOKED_BACK = 3
"""How many conversations back a case may lie that is taken up again: thanks and a question are often in between."""


def before(conversation: Conversation) -> tuple[str, ...]:
    """The ids of the last conversations, newest first; none unless the customer talks to the bot alone."""
    if conversation.phase is not Phase.BOT or conversation.promises:
        return ()
    chat, _, ordinal = conversation.id.rpartition("-")
    return tuple(f"{chat}-{number}" for number in range(int(ordinal) - 1, 0, -1)[:LOOKED_BACK])


def may_be_continued(past: Conversation, context: Context) -> bool:
    """Whether a resolved case that a human had, or was to have, may still be taken up again."""
    if past.is_open or past.resolved_at is None or not past.promises or past.erased_at is not None:
        return False
    since = max(past.resolved_at, past.after.asked_at or past.resolved_at)
    return context.now - since <= context.catalogue.standards.reopen


def considered(
    decision: Decision, past: Conversation | None, text: str, understanding: Understanding, catalogue: Catalogue
) -> Decision:
    """``decision``, or to take ``past`` up again where the customer goes on about that."""
    if past is None or decision.act is Act.RELAY:
        return decision
    asked = past.after.asked_at is not None and not past.after.is_well
    if asked and cues.is_just(text, Cue.YES, catalogue):
        return Decision(Act.WELL, Because.SURE, past.intent)
    said_no = asked and cues.is_just(text, Cue.NO, catalogue)
    if said_no or _is_about(past, decision, text, understanding, catalogue):
        return Decision(Act.REOPEN, Because.UNSOLVED, past.intent)
    return decision


def _is_about(
    past: Conversation, decision: Decision, text: str, understanding: Understanding, catalogue: Catalogue
) -> bool:
    """The same subject, not another order; or words that say that it isn't solved, and ask nothing else."""
    intent = catalogue.intent(decision.intent)
    answers = decision.act is Act.ANSWER and intent is not None and intent.kind is not Kind.SMALLTALK
    differs = any(past.slots.get(name, value) != value for name, value in understanding.slots.items())
    if answers or differs:
        return False
    if Cue.UNSOLVED in cues.heard(text, catalogue):
        return True
    near = understanding.confidence >= catalogue.standards.thresholds.ask
    return near and understanding.intent == past.intent and past.intent not in _OPEN_SUBJECTS


def fresh(last: Conversation, context: Context) -> Draft:
    """The beginning of another conversation after ``last``."""
    draft = Draft(arrival.fresh(last.chat_id, last.customer, last, context), context)
    draft.record("opened", customer=last.customer.id)
    return draft


def take_up(draft: Draft, past: Conversation) -> None:
    """What was known in ``past`` is known again, and its topic is open again."""
    conversation = draft.conversation
    draft.change(
        language=past.language,
        intent=past.intent,
        kind=past.kind,
        slots={**past.slots, **conversation.slots},
        severity=max(conversation.severity, past.severity, key=_RISING.index),
        continues=past.id,
        tags=tuple(dict.fromkeys((*past.tags, *conversation.tags))),
    )
    draft.record("reopened", of=past.id)
    for tag in past.tags:
        draft.record("tagged", tag=tag)
    if conversation.agents_chat is None and past.topic_id is not None:
        draft.change(agents_chat=past.agents_chat, topic_id=past.topic_id)
        case.reopen_topic(draft)


def unsolved(draft: Draft, past: Conversation) -> None:
    """The customer says that it isn't solved: it goes to the front, with a fresh promise as for something urgent."""
    severity = max(Severity.UPSET, draft.conversation.severity, past.severity, key=_RISING.index)
    draft.change(severity=severity)
    take_up(draft, past)
    case.open_case(draft, past.promises[-1].team)
    intent = draft.context.catalogue.intent(past.intent)
    sentence = promising.give(draft, intent, REOPENED, Severity.URGENT)
    draft.say(words.compose(draft.words("reopened"), sentence), offers.buttons(draft), Lane.PROMISE)
    draft.to_case(Text(draft.team_words("team_reopened")), Lane.AGENT)
    case.show_card(draft)


def promise_again(draft: Draft, cancelled: Promise) -> None:
    """The customer cancelled this promise and needs it after all: the same time, or a new one if that is too near."""
    standards, phase = draft.context.catalogue.standards, draft.conversation.phase
    case.open_case(draft, cancelled.team)
    if at_risk_time(cancelled, standards) > draft.now:
        sentence = promising.sentence(draft, promising.renew(draft, cancelled))
    else:
        intent = draft.context.catalogue.intent(draft.conversation.intent)
        sentence = promising.give(draft, intent, cancelled.reason)
    draft.change(phase=Phase.HUMAN if phase is Phase.HUMAN else Phase.WAITING)
    draft.say(words.compose(draft.words("agreed"), sentence), offers.buttons(draft), Lane.PROMISE)
    draft.to_case(Text(draft.team_words("team_wanted_again")), Lane.AGENT)
    case.show_card(draft)
