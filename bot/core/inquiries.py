"""What colleagues ask about a case, answered from the record: how it stands, what it is about, who the customer is.

All of it is put together from what was said and done; nothing is guessed, and no words are anyone's but the writer's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import case, linked, links, priority, title, words
from bot.core.conversation import Author, Conversation, Media, Message, Phase, PromiseState, Way
from bot.core.draft import Context, Draft

Past = Sequence[Conversation]
"""The customer's resolved cases, oldest first."""

FEW = 3
"""So many messages of the customer's are quoted, and notes of colleagues'."""

QUOTED = 300
"""Characters of a message that are quoted."""


def answer(command: str, conversation: Conversation, past: Past, context: Context) -> str:
    """What to answer to one of :data:`COMMANDS`, asked in a case; its links are marked (:mod:`bot.core.linked`)."""
    earlier = [each for each in past if each.id != conversation.id]
    draft = Draft(conversation, context)
    lines = [line for line in _ANSWERS[command](draft, earlier) if line]
    fits = linked.fitted(lines, linked.LIMIT - 2)
    return "\n".join(lines if fits == len(lines) else [*lines[:fits], "…"])


# --- how it stands ----------------------------------------------------------------------------------------------------


def _status(draft: Draft, _past: Past) -> list[str]:
    return [_holder(draft), _promise(draft), _next(draft), *_undelivered(draft)]


def _holder(draft: Draft) -> str:
    conversation = draft.conversation
    if conversation.phase is Phase.RESOLVED:
        return draft.team_words("team_card_resolved")
    if conversation.phase is Phase.BOT:
        return draft.team_words("team_bot_has_it")
    if conversation.phase is Phase.HUMAN and conversation.agent is not None:
        return draft.team_words("team_card_agent", agent=conversation.agent.name)
    if conversation.assigned is not None:
        return draft.team_words("team_card_assigned", agent=conversation.assigned.name)
    return draft.team_words("team_status_nobody")


def _promise(draft: Draft) -> str:
    promise = draft.conversation.promise
    if promise is None:
        return draft.team_words("team_status_no_promise") if draft.conversation.is_open else ""
    left = words.span(_language(draft), promise.due_at - draft.now)
    said = draft.team_words("team_status_promise", by=case.promised(draft, promise), left=left)
    if promise.way is Way.CALL:
        phone = draft.conversation.slots.get("phone", "")
        return f"{said}\n{draft.team_words('team_card_call', phone=phone)}"
    return said


def _next(draft: Draft) -> str:
    conversation = draft.conversation
    since = priority.waiting_since(conversation)
    if conversation.phase in (Phase.BOT, Phase.RESOLVED):
        return ""
    if conversation.phase is Phase.WAITING:
        return draft.team_words("team_next_take")
    if conversation.promise is not None or since is not None:
        waited = words.span(_language(draft), (since or conversation.opened_at) - draft.now)
        return draft.team_words("team_next_answer", waited=waited)
    return draft.team_words("team_next_customer")


def _undelivered(draft: Draft) -> list[str]:
    conversation = draft.conversation
    lines = []
    if conversation.unreachable:
        lines.append(draft.team_words("team_card_unreachable", error=conversation.unreachable))
    if conversation.unsent:
        lines.append(draft.team_words("team_status_unsent", count=len(conversation.unsent)))
    if conversation.missed:
        lines.append(draft.team_words("team_status_missed", count=len(conversation.missed)))
    return lines


# --- what it is about -------------------------------------------------------------------------------------------------


def _summary(draft: Draft, _past: Past) -> list[str]:
    return [
        case.what(draft),
        case.tagged(draft),
        *_in_their_words(draft),
        *case.details(draft),
        _last_from_us(draft),
        *_promises(draft),
        *_notes(draft),
    ]


def _in_their_words(draft: Draft) -> list[str]:
    """What the customer wrote first, and what they wrote last."""
    conversation = draft.conversation
    lines = (*conversation.messages, *conversation.pending)
    theirs = [line for line in lines if line.author is Author.CUSTOMER and not line.text.startswith("/")]
    few = theirs if len(theirs) <= FEW else [theirs[0], *theirs[1 - FEW :]]
    quoted = [_quoted(draft, line) for line in few]
    if len(theirs) > FEW:
        quoted.insert(1, "…")
    return [draft.team_words("team_summary_wants"), *quoted] if quoted else []


def _last_from_us(draft: Draft) -> str:
    ours = [line for line in draft.conversation.messages if line.author in (Author.AGENT, Author.BOT)]
    if not ours:
        return ""
    agents = [line for line in ours if line.is_answer and not line.taken_back]
    last = (agents or ours)[-1]
    who = last.name if last.author is Author.AGENT else draft.context.catalogue.brand.name
    return draft.team_words("team_summary_said", agent=who, text=_quoted(draft, last))


def _promises(draft: Draft) -> list[str]:
    """Each promise, and how it ended."""
    found = []
    for promise in draft.conversation.promises:
        if promise.state is PromiseState.OPEN:
            found.append(draft.team_words("team_card_promise", by=case.promised(draft, promise)))
        else:
            by = (promise.ended_by or "").partition(" (")[0]
            at = _moment(draft, promise.ended_at or promise.due_at)
            found.append(draft.team_words(f"team_card_{promise.state.value}", at=at, agent=by))
    return found


def _notes(draft: Draft) -> list[str]:
    notes = [line for line in draft.conversation.messages if line.author is Author.NOTE]
    return [f"🔒 {line.name}: {_quoted(draft, line)}" for line in notes[-FEW:]]


def _quoted(draft: Draft, line: Message) -> str:
    carried = "" if line.media is Media.TEXT else f"[{line.media.value}] "
    text = line.text if len(line.text) <= QUOTED else f"{line.text[:QUOTED]}…"
    return f"“{carried}{text}” ({_moment(draft, line.at)})"


# --- who it is, and what was before -----------------------------------------------------------------------------------


def _who(draft: Draft, past: Past) -> list[str]:
    conversation, customer = draft.conversation, draft.conversation.customer
    language = _language(draft)
    spoken = words.language_name(conversation.language, language)
    since = min([conversation.opened_at, *(each.opened_at for each in past)])
    return [
        f"{customer.name}{f' (@{customer.username})' if customer.username else ''} · {customer.id}",
        draft.team_words("team_who_language", language=spoken, code=customer.language_code or "–"),
        draft.team_words("team_who_since", day=_day(draft, since), count=len(past) + 1),
        _ratings(draft, past),
        draft.team_words("team_card_unreachable", error=conversation.unreachable) if conversation.unreachable else "",
        "" if customer.follow_ups else draft.team_words("team_who_opted_out"),
    ]


def _ratings(draft: Draft, past: Past) -> str:
    stars = [each.after.rating for each in (*past, draft.conversation) if each.after.rating is not None]
    broken = sum(
        promise.state is PromiseState.BROKEN for each in (*past, draft.conversation) for promise in each.promises
    )
    lines = [draft.team_words("team_who_rated", stars=", ".join(f"{number} ★" for number in stars))] if stars else []
    if broken:
        lines.append(draft.team_words("team_who_broken", count=broken))
    return "\n".join(lines)


def _history(draft: Draft, past: Past) -> list[str]:
    """The earlier cases, the last one first, as many as one message holds."""
    if not past:
        return [draft.team_words("team_history_none")]
    head = draft.team_words("team_history", count=len(past))
    lines = [_case_before(draft, each) for each in reversed(past)]
    more = draft.team_words("team_queue_more", count=len(past))
    fits = linked.fitted(lines, linked.LIMIT - linked.units(head) - linked.units(more) - 2)
    rest = [draft.team_words("team_queue_more", count=len(past) - fits)] if fits < len(past) else []
    return [head, *lines[:fits], *rest]


def _case_before(draft: Draft, before: Conversation) -> str:
    day = _day(draft, before.opened_at)
    address = links.case_link(before.agents_chat, before.topic_id, before.card_id)
    subject = linked.link(title.subject_of(before, draft.context.catalogue), address)
    outcome = [_outcome(draft, before)]
    outcome += [f"{before.after.rating} ★"] if before.after.rating is not None else []
    return f"{day} · {subject} · {' · '.join(outcome)}"


def _outcome(draft: Draft, before: Conversation) -> str:
    if any(promise.state is PromiseState.BROKEN for promise in before.promises):
        return draft.team_words("team_history_broken")
    if before.agent is not None:
        return draft.team_words("team_history_solved", agent=linked.clean(before.agent.name))
    return draft.team_words("team_history_withdrawn" if before.promises else "team_history_bot")


# --- said by the house ------------------------------------------------------------------------------------------------


def _language(draft: Draft) -> str:
    return draft.context.catalogue.standards.default_language


def _moment(draft: Draft, at: datetime) -> str:
    zone = ZoneInfo(draft.context.catalogue.standards.zone)
    return words.moment(_language(draft), at.astimezone(zone), draft.now.astimezone(zone))


def _day(draft: Draft, at: datetime) -> str:
    return words.day(_language(draft), at.astimezone(ZoneInfo(draft.context.catalogue.standards.zone)))


_ANSWERS: Mapping[str, Callable[[Draft, Past], list[str]]] = {
    "status": _status,
    "summary": _summary,
    "who": _who,
    "history": _history,
}

COMMANDS = frozenset(_ANSWERS)
"""What may be asked in a case."""
