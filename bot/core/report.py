"""Figures from the record: how fast we are, how well we keep our word, and what people complain of.

A :class:`Record` hears the lines of the record one by one and holds a little of each conversation, never the lines
themselves. What belongs to one conversation changes nothing for another, so that only the order within a conversation
matters. All spans are by the clock, as customers see them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from bot.core import promptness
from bot.core.content import Standards
from bot.core.conversation import Conversation, PromiseState
from bot.core.people import BOT_NAME
from bot.core.promise import at_risk_time
from bot.core.step import Event
from bot.core.understanding import NO_INTENT, Kind

_WORDS_OF_OURS = frozenset({"answer", "clarify", "rephrase", "promise", "noted"})
"""What the bot decides, when it says something."""

_SHORTEST = timedelta(seconds=1)


class By(StrEnum):
    """What the figures are split by."""

    INTENT = "intent"
    TEAM = "team"
    AGENT = "agent"
    HOUR = "hour"
    TAG = "tag"


UNTAGGED = "(none)"
"""The group of what has no tag: no tag can be written like it."""


class Per(StrEnum):
    """The periods in which complaints are counted."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Spread:
    """Of how many a span is known, what half of them stay within, and what nine in ten do. None: of none."""

    count: int = 0
    median: timedelta | None = None
    most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the conversations and promises of one group.

    ``asked`` are the conversations that were about something, ``solved_by_bot`` those of them that no colleague was
    needed for. ``first_words`` is the time from the first message to our first words, ``first_answer`` to the first
    answer, the bot's or a colleague's. ``acknowledged`` is the time until a delivery was acknowledged, rounded up to
    one of :data:`bot.core.promptness.STEPS`; it is of no conversation, and known of everything and of hours only.
    ``made`` is the sum of ``kept``, ``moved``, ``broken``, ``cancelled`` and
    ``open``. ``over_quote`` is the median of promised ÷ waited, of the promises that a colleague answered. ``stars``
    is the mean of what ``rated`` customers gave, 1 to 5.
    """

    conversations: int = 0
    asked: int = 0
    solved_by_bot: int = 0
    acknowledged: Spread = Spread()
    first_words: Spread = Spread()
    first_answer: Spread = Spread()
    made: int = 0
    kept: int = 0
    moved: int = 0
    broken: int = 0
    cancelled: int = 0
    open: int = 0
    over_quote: float | None = None
    rated: int = 0
    stars: float | None = None

    @property
    def solved_rate(self) -> float | None:
        """The share of what was asked that the bot settled alone."""
        return self.solved_by_bot / self.asked if self.asked else None

    @property
    def kept_rate(self) -> float | None:
        """The share of promises that were kept as they were made; cancelled and open ones don't count."""
        ended = self.kept + self.moved + self.broken
        return self.kept / ended if ended else None


@dataclass(frozen=True, slots=True)
class Cause:
    """How many customers complained of ``intent`` in the period that begins with ``day`` (ISO 8601, local)."""

    day: str
    intent: str
    complaints: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The promises that are open now: how many, how many of them are about to break, how many are overdue."""

    open: int = 0
    at_risk: int = 0
    overdue: int = 0


@dataclass(slots=True)
class _Promise:
    made_at: datetime
    due_at: datetime
    intent: str
    team: str
    state: PromiseState = PromiseState.OPEN
    agent: str = ""
    over_quote: float | None = None


@dataclass(slots=True)
class _Case:
    """What is held of one conversation."""

    first_at: datetime | None = None
    opened: bool = False
    intent: str = ""
    is_about: bool = False
    kind: str = ""
    asked: bool = False
    answered: bool = False
    needed_human: bool = False
    first_words: datetime | None = None
    first_answer: datetime | None = None
    team: str = ""
    agent: str = ""
    stars: int | None = None
    tags: dict[str, None] = field(default_factory=dict)
    promises: dict[str, _Promise] = field(default_factory=dict)
    unanswered: _Promise | None = None
    """The promise whose customer still waits for a colleague: the first one since a colleague wrote."""
    waited_for: _Promise | None = None
    """That promise, as it was before a colleague last wrote."""


class Record:
    """Hear every line from ``since`` on, those after ``until`` too: they tell what came of what began before.

    What counts is what began in that time: conversations opened, promises made, complaints brought, at ``since`` or
    later and before ``until``. ``zone`` (an IANA name) is where hours, days and weeks are counted.
    """

    def __init__(self, zone: str, since: datetime | None = None, until: datetime | None = None) -> None:
        self._zone, self._since, self._until = ZoneInfo(zone), since, until
        self._cases: dict[str, _Case] = defaultdict(_Case)
        self._complaints: dict[tuple[str, str], datetime] = {}
        self._acknowledged: dict[str, Counter[float]] = defaultdict(Counter)

    def hear(self, event: Event) -> None:
        """Take in one line. Lines of other names than those that are reckoned with change nothing."""
        if event.name == promptness.ACKNOWLEDGED:
            if self._counts(event.at):
                self._acknowledged[self._hour(event.at)].update(promptness.read(event.facts))
            return
        case = self._cases[event.conversation_id]
        if event.name == "decided":
            self._decided(case, event)
        elif (change := _CHANGES.get(event.name)) is not None:
            change(case, event)

    def _decided(self, case: _Case, event: Event) -> None:
        act, intent = event.facts["act"], event.facts["intent"]
        if act in _WORDS_OF_OURS:
            case.first_words = case.first_words or event.at
        complains = event.facts["because"] == Kind.COMPLAINT or case.kind == Kind.COMPLAINT
        if complains and self._counts(event.at):
            self._complaints.setdefault((event.conversation_id, intent), event.at)
        if case.is_about or complains or act == "promise":
            case.asked = True
            if case.intent in ("", NO_INTENT):
                case.intent = intent

    def _counts(self, at: datetime) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

    # --- figures

    def figures(self, by: By | None = None) -> dict[str, Figures]:
        """The figures of each group, by its name; without ``by``, of everything under one name, ``all``.

        Where no colleague had a hand in it, agent and team are ``bot``; hours are those of the first message, and of
        the moment when a promise was made: ``00`` to ``23``. What has several tags counts under each.
        """
        cases: dict[str, list[_Case]] = defaultdict(list)
        promises: dict[str, list[_Promise]] = defaultdict(list)
        for case in self._cases.values():
            if case.opened and case.first_at is not None and self._counts(case.first_at):
                for group in self._groups_of_case(case, by):
                    cases[group].append(case)
            for promise in case.promises.values():
                if self._counts(promise.made_at):
                    for group in self._groups_of_promise(promise, case, by):
                        promises[group].append(promise)
        prompt = self._acknowledged_by(by)
        names = sorted({*cases, *promises, *prompt}) if by else ["all"]
        return {
            name: _figures(cases.get(name, []), promises.get(name, []), prompt.get(name, Counter())) for name in names
        }

    def _acknowledged_by(self, by: By | None) -> dict[str, Counter[float]]:
        if by is By.HOUR:
            return self._acknowledged
        return {} if by else {"all": sum(self._acknowledged.values(), Counter())}

    def _groups_of_case(self, case: _Case, by: By | None) -> tuple[str, ...]:
        match by:
            case By.INTENT:
                return (case.intent or NO_INTENT,)
            case By.TEAM:
                return (case.team or BOT_NAME,)
            case By.AGENT:
                return (case.agent or BOT_NAME,)
            case By.HOUR:
                return (self._hour(case.first_at),)
            case By.TAG:
                return tuple(case.tags) or (UNTAGGED,)
            case None:
                return ("all",)

    def _groups_of_promise(self, promise: _Promise, of: _Case, by: By | None) -> tuple[str, ...]:
        match by:
            case By.INTENT:
                return (promise.intent,)
            case By.TEAM:
                return (promise.team,)
            case By.AGENT:
                return (promise.agent or BOT_NAME,)
            case By.HOUR:
                return (self._hour(promise.made_at),)
            case By.TAG:
                return tuple(of.tags) or (UNTAGGED,)
            case None:
                return ("all",)

    def _hour(self, at: datetime | None) -> str:
        return f"{at.astimezone(self._zone):%H}" if at else ""

    def causes(self, per: Per) -> list[Cause]:
        """What was complained of, by period, the most frequent first. A conversation counts once for each cause."""
        counts: Counter[tuple[str, str]] = Counter()
        for (_, intent), at in self._complaints.items():
            day = at.astimezone(self._zone).date()
            begun = day - timedelta(days=day.weekday()) if per is Per.WEEK else day
            counts[begun.isoformat(), intent] += 1
        ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        return [Cause(day, intent, count) for (day, intent), count in ordered]


def standing(conversations: Iterable[Conversation], standards: Standards, now: datetime) -> Standing:
    """The promises that are open in these conversations."""
    open_ = [promise for case in conversations if (promise := case.promise) is not None]
    overdue = sum(promise.due_at <= now for promise in open_)
    nearing = sum(at_risk_time(promise, standards) <= now < promise.due_at for promise in open_)
    return Standing(len(open_), nearing, overdue)


# --- one line of the record -------------------------------------------------------------------------------------------


def _received(case: _Case, event: Event) -> None:
    case.first_at = case.first_at or event.at


def _opened(case: _Case, event: Event) -> None:
    case.opened, case.first_at = True, case.first_at or event.at


def _understood(case: _Case, event: Event) -> None:
    case.kind = event.facts["kind"]
    case.is_about = case.kind != Kind.SMALLTALK or event.facts.get("intent") == NO_INTENT  # which may only sound so


def _chose(case: _Case, _event: Event) -> None:
    case.kind, case.is_about = "", True


def _answered(case: _Case, event: Event) -> None:
    if case.is_about:
        case.answered = True
        case.first_answer = case.first_answer or event.at


def _promised(case: _Case, event: Event) -> None:
    facts = event.facts
    before = case.promises.get(facts.get("moved_from") or facts.get("instead_of", ""))
    intent = before.intent if before else facts["reason"]
    promise = _Promise(event.at, datetime.fromisoformat(facts["due_at"]), intent, facts["team"], agent=case.agent)
    case.promises[facts["promise"]] = promise
    if "not_before" not in facts:  # a time that the customer chose is no estimate of ours
        case.unanswered = case.unanswered or promise
    case.needed_human = case.asked = True
    case.team = case.team or facts["team"]
    case.intent = case.intent or facts["reason"]


def _handed_on(case: _Case, event: Event) -> None:
    promise = case.promises.get(event.facts["promise"])
    if promise is not None:
        promise.team = event.facts["team"]


def _ended(case: _Case, event: Event) -> None:
    promise = case.promises.get(event.facts["promise"])
    if promise is None:
        return  # it was made before our time
    promise.state = state = PromiseState(event.name)
    promise.agent = event.by if state is PromiseState.KEPT else case.agent
    if state is PromiseState.CANCELLED:
        case.unanswered = None
    elif state is PromiseState.KEPT:
        _came_back(case, event)


def _stands_again(case: _Case, event: Event) -> None:
    """What had kept it never reached the customer: no colleague has answered by that."""
    kept_at = datetime.fromisoformat(event.facts["kept_at"])
    if case.first_answer is not None and case.first_answer >= kept_at:
        case.first_answer = None
    promise = case.promises.get(event.facts["promise"])
    if promise is None:
        return  # it was made before our time
    promise.state, promise.agent = PromiseState.OPEN, case.agent
    case.unanswered = case.waited_for
    if case.unanswered is not None:
        case.unanswered.over_quote = None


def _claimed(case: _Case, event: Event) -> None:
    case.agent, case.needed_human = event.by, True


def _assigned(case: _Case, event: Event) -> None:
    case.agent = event.facts["agent"]


def _left(case: _Case, _event: Event) -> None:
    case.agent = ""


def _rated(case: _Case, event: Event) -> None:
    case.stars = int(event.facts["stars"])


def _tagged(case: _Case, event: Event) -> None:
    case.tags[event.facts["tag"]] = None


def _untagged(case: _Case, event: Event) -> None:
    case.tags.pop(event.facts["tag"], None)


def _wrote(case: _Case, event: Event) -> None:
    case.agent, case.needed_human = event.by, True
    _came_back(case, event)


def _came_back(case: _Case, event: Event) -> None:
    """A colleague has written, or called."""
    case.first_words = case.first_words or event.at
    case.first_answer = case.first_answer or event.at
    promise, case.unanswered = case.unanswered, None
    case.waited_for = promise or case.waited_for
    if promise is not None:
        promise.over_quote = (promise.due_at - promise.made_at) / max(event.at - promise.made_at, _SHORTEST)


_CHANGES: dict[str, Callable[[_Case, Event], None]] = {
    "received": _received,
    "opened": _opened,
    "understood": _understood,
    "chose": _chose,
    "answered": _answered,
    "promised": _promised,
    "claimed": _claimed,
    "assigned": _assigned,
    "handed_back": _left,
    "unassigned": _left,
    "agent_wrote": _wrote,
    "rated": _rated,
    "handed_on": _handed_on,
    "stands_again": _stands_again,
    "tagged": _tagged,
    "untagged": _untagged,
    **{state.value: _ended for state in PromiseState if state is not PromiseState.OPEN},
}


# --- sums -------------------------------------------------------------------------------------------------------------


def _figures(cases: list[_Case], promises: list[_Promise], prompt: Counter[float]) -> Figures:
    ends = Counter(promise.state for promise in promises)
    ratios = [promise.over_quote for promise in promises if promise.over_quote is not None]
    stars = [case.stars for case in cases if case.stars is not None]
    return Figures(
        conversations=len(cases),
        asked=sum(case.asked for case in cases),
        solved_by_bot=sum(case.asked and case.answered and not case.needed_human for case in cases),
        acknowledged=Spread(prompt.total(), promptness.within(prompt, 0.5), promptness.within(prompt, 0.9)),
        first_words=_spread(_span(case.first_at, case.first_words) for case in cases),
        first_answer=_spread(_span(case.first_at, case.first_answer) for case in cases),
        made=len(promises),
        kept=ends[PromiseState.KEPT],
        moved=ends[PromiseState.MOVED],
        broken=ends[PromiseState.BROKEN],
        cancelled=ends[PromiseState.CANCELLED],
        open=ends[PromiseState.OPEN],
        over_quote=median(ratios) if ratios else None,
        rated=len(stars),
        stars=sum(stars) / len(stars) if stars else None,
    )


def _span(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None else None


def _spread(spans: Iterable[timedelta | None]) -> Spread:
    seconds = sorted(span.total_seconds() for span in spans if span is not None)
    if not seconds:
        return Spread()
    most = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Spread(len(seconds), timedelta(seconds=median(seconds)), timedelta(seconds=most))
