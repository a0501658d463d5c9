"""The queue as people read it: who waits, who has them, by when, and why the first one is the first.

``keepword queue``, ``/queue``, ``/mine`` and the board of an agents' group all show what :func:`entries` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import linked, links, priority, title, words
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context
from bot.core.priority import Reason
from bot.core.roster import holder_of

_PASSED = (Reason.BROKEN, Reason.OVERDUE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in the queue. ``due_at`` is when its promise falls due, if one is open; ``left`` is until then."""

    case: Conversation
    why: Reason
    due_at: datetime | None = None
    left: timedelta | None = None

    @property
    def is_late(self) -> bool:
        return self.why in _PASSED


def entries(cases: Iterable[Conversation], now: datetime) -> list[Entry]:
    """Those of these cases that wait for a human or have one, the one to take first first."""
    ours = [each for each in cases if each.phase in (Phase.WAITING, Phase.HUMAN)]
    return [_entry(each, now) for each in priority.order(ours, now)]


def _entry(case_: Conversation, now: datetime) -> Entry:
    promise, why = case_.promise, priority.reason(case_, now)
    return Entry(case_, why, promise.due_at, promise.due_at - now) if promise else Entry(case_, why)


def answer(cases: Iterable[Conversation], context: Context) -> str:
    """What ``/queue`` says: all of it, and why the first one is the first. Its links are marked (:mod:`linked`)."""
    found = entries(cases, context.now)
    if not found:
        return _said(context, "team_queue_empty")
    first = _said(context, "team_queue_first", customer=_name(found[0].case), why=why(found[0], context))
    return _listed(f"{counts(found, context)}\n{first}", found, context)


def mine(cases: Iterable[Conversation], agent: int, context: Context) -> str:
    """What ``/mine`` says: what this colleague has, or is to take."""
    found = [entry for entry in entries(cases, context.now) if holder_of(entry.case) == agent]
    if not found:
        return _said(context, "team_mine_empty")
    return _listed(_said(context, "team_mine", count=len(found)), found, context)


def _listed(head: str, found: Sequence[Entry], context: Context) -> str:
    return "\n".join([head, "", *shown(found, context, linked.LIMIT - linked.units(head) - 2)])


def shown(found: Sequence[Entry], context: Context, room: int) -> list[str]:
    """A line for each, as many as fit into ``room`` UTF-16 units; then how many more there are."""
    lines = [line(entry, context) for entry in found[: linked.MOST]]
    more = _said(context, "team_queue_more", count=len(found))
    fits = linked.fitted(lines, room)
    if fits == len(found):
        return lines
    fits = linked.fitted(lines, room - linked.units(more) - 1)
    return [*lines[:fits], _said(context, "team_queue_more", count=len(found) - fits)]


def counts(found: Sequence[Entry], context: Context) -> str:
    """How many wait, are in hand, and are late."""
    waiting = sum(entry.case.phase is Phase.WAITING for entry in found)
    late = sum(entry.is_late for entry in found)
    return _said(context, "team_queue_counts", waiting=waiting, in_hand=len(found) - waiting, late=late)


def why(entry: Entry, context: Context) -> str:
    """Why it is where it is."""
    return _said(context, f"team_why_{entry.why.value}")


def line(entry: Entry, context: Context) -> str:
    """One case: mark, clock time, what is left, customer (a link to the topic), subject, who has it."""
    case_ = entry.case
    address = links.case_link(case_.agents_chat, case_.topic_id, case_.card_id)
    subject = title.subject_of(case_, context.catalogue)
    return _said(
        context,
        "team_queue_line",
        mark=_mark(entry),
        time=_time(entry, context),
        customer=linked.link(_name(case_), address),
        subject=linked.clean(subject),
        holder=_holder(case_, context),
    )


def _name(case_: Conversation) -> str:
    """What the customer is called; who has no name that can be read, by their number."""
    return linked.clean(case_.customer.name) or str(case_.customer.id)


def _mark(entry: Entry) -> str:
    if entry.is_late:
        return "❗"
    return "✔" if entry.why is Reason.ANSWERED else title.MARKS[entry.case.severity]


def _time(entry: Entry, context: Context) -> str:
    """When it is due and what is left; with no promise open, since when the customer waits, or that they don't."""
    standards = context.catalogue.standards
    language, zone = standards.default_language, ZoneInfo(standards.zone)
    if entry.due_at is not None and entry.left is not None:
        clock = words.moment(language, entry.due_at.astimezone(zone), context.now.astimezone(zone))
        return f"{clock} · {words.span(language, entry.left)}"
    since = priority.waiting_since(entry.case)
    if since is None:
        return _said(context, "team_queue_answered")
    return _said(context, "team_queue_waits", waited=words.span(language, since - context.now))


def _holder(case_: Conversation, context: Context) -> str:
    if case_.phase is Phase.HUMAN and case_.agent is not None:
        return f"👤 {linked.clean(case_.agent.name)}"
    if case_.assigned is not None:
        return f"👉 {linked.clean(case_.assigned.name)}"
    return _said(context, "team_queue_nobody")


def _said(context: Context, key: str, **values: object) -> str:
    return words.render(context.catalogue, context.catalogue.standards.default_language, key, **values)
