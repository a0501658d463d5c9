"""What admins wrote, validated and immutable: intents, how people say them, replies, standards.

:mod:`bot.files` builds a :class:`Catalogue` from the content folder; the core and the pipeline only read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from bot.core.understanding import Kind

ALWAYS = "always"
"""The calendar that is always open."""


@dataclass(frozen=True, slots=True)
class Window:
    """Open from ``start`` to ``end``, wall-clock in the calendar's zone; ``end`` not after ``start``: the next day.

    ``weekday`` is 0 for Monday to 6 for Sunday. An ``end`` of 24:00 is written as ``time(0)``.
    """

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Open on ``day`` in these windows instead of the usual ones, even on a holiday (no windows: closed)."""

    day: date
    windows: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people are there. ``zone`` is an IANA name. No windows and ``always`` true: open round the clock.

    ``closed`` holds every date without opening (public holidays and own closures), as dates in ``zone``.
    """

    name: str
    zone: str
    windows: tuple[Window, ...] = ()
    closed: frozenset[date] = frozenset()
    special: tuple[SpecialDay, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class PromiseStandards:
    """The times within which a human comes back, in open time of ``calendar``.

    ``by_kind`` maps a :class:`Kind` value to its span; ``urgent`` holds for urgent severity of any kind when it is
    shorter. ``never_beyond`` is wall-clock. ``round_to`` is the grain of spoken times, ``margin`` a share added to a
    forecast (0.05: 5 %), ``confidence`` the share of waits that a forecast must cover, ``remind_at`` shares of the span
    at which the team is nudged.
    """

    by_kind: dict[str, timedelta]
    urgent: timedelta
    calendar: str
    never_beyond: timedelta = timedelta(hours=24)
    round_to: timedelta = timedelta(minutes=15)
    margin: float = 0.05
    confidence: float = 0.95
    remind_at: tuple[float, ...] = (0.5, 0.8)

    def standard(self, kind: Kind) -> timedelta:
        """The span for ``kind``; a kind that is not listed has that of a question."""
        return self.by_kind.get(kind.value, self.by_kind[Kind.QUESTION.value])


class Acknowledge(StrEnum):
    """How a message is acknowledged: a 👀 reaction, or words."""

    REACTION = "reaction"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the bot is sure enough, as probabilities between 0 and 1.

    At or above ``answer`` it answers. Below, if the best two are within ``close`` of one another (or the best is at
    least ``ask``), it asks one clarifying question. ``false_rejection`` is the share of good messages that may be
    taken for none of the intents; the pipeline calibrates itself to it.
    """

    answer: float = 0.5
    ask: float = 0.25
    close: float = 0.15
    false_rejection: float = 0.05


class Assign(StrEnum):
    """To whom a case is given that waits for a colleague."""

    NONE = "none"
    """To nobody: whoever sees it first claims it."""
    FEWEST_OPEN = "fewest_open"
    """To who has the fewest cases."""
    ROUND_ROBIN = "round_robin"
    """To everyone in turn."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who takes a case. ``calendar`` defaults to that of the promises.

    ``on_duty`` is how many take cases at the same time; None: as many as are seen to.
    """

    name: str
    calendar: str
    on_duty: int | None = None


class Returning(StrEnum):
    """Where the next case of a customer goes."""

    NEW = "new"
    """To a topic of its own."""
    SAME = "same"
    """To the topic of their last case, which is opened again."""


@dataclass(frozen=True, slots=True)
class Topics:
    """What becomes of topics. ``archive_after`` is how long after its case was resolved one is deleted; None: never."""

    returning: Returning = Returning.NEW
    archive_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standards:
    """``standards.yml``: the service standards, the document and the configuration at once.

    ``gather`` is how long the bot waits for a customer to finish a thought; ``gather_at_most`` bounds it. ``reopen`` is
    how long after it was solved a case may be taken up again. ``survey`` is how long after it we ask how it was (None:
    never), ``follow_up`` by :class:`Kind` value how long after it we ask whether it is all right now. ``quiet`` is
    from when to when, by the customer's clock, we don't write of our own accord.
    ``capacity`` is how many cases one colleague is given, ``answer_again`` the open time within which they answer a
    customer who writes to them again. ``tags`` are those that a case may have (none: any). ``currency`` (ISO 4217) is
    that of amounts that colleagues write without one.
    """

    languages: tuple[str, ...]
    zone: str
    calendars: dict[str, Calendar]
    promises: PromiseStandards
    teams: dict[str, Team]
    default_team: str
    acknowledge: Acknowledge = Acknowledge.REACTION
    gather: timedelta = timedelta(seconds=1.5)
    gather_at_most: timedelta = timedelta(seconds=8)
    idle: timedelta = timedelta(hours=12)
    thresholds: Thresholds = field(default_factory=Thresholds)
    assign: Assign = Assign.NONE
    capacity: int = 10
    answer_again: timedelta = timedelta(hours=1)
    reopen: timedelta = timedelta(days=7)
    survey: timedelta | None = None
    follow_up: dict[str, timedelta] = field(default_factory=dict)
    quiet: tuple[time, time] | None = None
    topics: Topics = field(default_factory=Topics)
    tags: tuple[str, ...] = ()
    currency: str | None = None

    @property
    def default_language(self) -> str:
        return self.languages[0]


class When(StrEnum):
    """When a human takes over an intent that has an answer."""

    ALWAYS = "always"
    ASKED = "asked"
    SECOND_TIME = "second_time"


@dataclass(frozen=True, slots=True)
class HumanRule:
    """When, by whom and within which open time a human deals with this intent (``None``: the standards' own)."""

    when: frozenset[When]
    team: str | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A detail to collect. ``pattern`` finds it in a text, as do the words of :class:`Phrases`; ``ask`` is the key of
    the reply that asks for it.
    """

    name: str
    pattern: re.Pattern[str] | None
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What customers may want. ``title`` and ``answer`` are keys of replies; no ``answer``: always a human.

    ``area`` is the name of the file it stands in, without its ending (``orders``).
    """

    id: str
    kind: Kind
    area: str
    title: str
    answer: str | None = None
    slots: tuple[Slot, ...] = ()
    human: HumanRule | None = None


@dataclass(frozen=True, slots=True)
class Phrases:
    """How people say one intent in one language. ``check`` sentences are never trained on.

    ``slots`` maps a slot's name to the words for it in this language; a ``*`` at the end stands for any ending.
    """

    intent: str
    language: str
    examples: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say. ``title`` is its short name, for buttons and labels.

    ``forms`` maps a CLDR plural category (``one``, ``few``, … ``other``) to a text; a reply without plurals has only
    ``other``. ``count`` names the placeholder whose number chooses among them.
    """

    key: str
    forms: dict[str, str]
    title: str = ""
    count: str | None = None

    @property
    def text(self) -> str:
        return self.forms["other"]


@dataclass(frozen=True, slots=True)
class CannedReply:
    """What agents often say, in words that are ready. ``keywords`` are what it is found by besides its own words."""

    reply: Reply
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroStep:
    """One thing that a macro does; ``what`` it is done with: the name of a canned reply, tags, words, or nothing."""

    kind: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Macro:
    """Several things that agents often do together, in order."""

    name: str
    title: str
    steps: tuple[MacroStep, ...]


@dataclass(frozen=True, slots=True)
class Brand:
    """The house's own voice. ``never_say`` are words that no reply may contain."""

    name: str
    tone: str = "informal"
    emoji: bool = True
    never_say: tuple[str, ...] = ()


class Cue(StrEnum):
    """What customers let us know about their own case in passing: sorts of words in ``intents/<language>/cues.yml``."""

    TIME = "time"
    """Asks for a time: "when", "how long"."""
    CONTACT = "contact"
    """Speaks of our coming back: "call", "reply", "hear from"."""
    WAITING = "waiting"
    """Asks where the case stands, whatever else is said: "any news", "have you forgotten me"."""
    CALL = "call"
    """Wants to be called."""
    ANOTHER_TIME = "another_time"
    """Would rather have it at another time."""
    NO_LONGER = "no_longer"
    """Doesn't need it any more."""
    UNSOLVED = "unsolved"
    """What was solved is not."""
    YES = "yes"
    NO = "no"


Cues = dict[str, dict[Cue, tuple[str, ...]]]
"""By language and sort: words or parts of sentences; ``*`` stands for any ending."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All content of one moment. ``version`` is a hash of the files, ``replies`` maps language to key to reply, and
    ``canned`` language to name to canned reply.
    """

    version: str
    brand: Brand
    standards: Standards
    intents: dict[str, Intent]
    phrases: tuple[Phrases, ...]
    replies: dict[str, dict[str, Reply]]
    cues: Cues = field(default_factory=dict)
    canned: dict[str, dict[str, CannedReply]] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)

    def intent(self, id: str) -> Intent | None:
        return self.intents.get(id)

    def reply(self, language: str, key: str) -> Reply | None:
        """The reply in ``language``, else in the default language."""
        found = self.replies.get(language, {}).get(key)
        return found or self.replies.get(self.standards.default_language, {}).get(key)

    def title(self, language: str, intent_id: str) -> str:
        """What an intent is called on a button or a card; its id where it has no title."""
        intent = self.intents.get(intent_id)
        reply = self.reply(language, intent.title) if intent else None
        return (reply.title if reply else "") or intent_id
