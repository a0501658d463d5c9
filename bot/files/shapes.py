"""The shape of each part of the content files: which keys there are, and what may stand in them.

All texts come as they are written, so the types here turn words into spans, shares and days. A validator's
``ValueError`` is shown to the person as it is; all else pydantic finds is put into words by :mod:`bot.files.shaping`.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Literal

from babel.numbers import list_currencies
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.core import tags
from bot.core.content import ALWAYS, Acknowledge, Assign, Returning, When
from bot.files import quantities


def _one_or_many(value: object) -> object:
    """A single text where a list is expected is a list of one; nothing is an empty list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _windows(value: object) -> object:
    """``closed`` is the same as no opening times."""
    return [] if value == "closed" else _one_or_many(value)


def _empty_mapping(value: object) -> object:
    return {} if value is None else value


def _calendar(value: object) -> object:
    return {"open": ALWAYS} if value == ALWAYS else value


def _open(value: object) -> object:
    """``always`` in place of days."""
    return {ALWAYS: []} if value == ALWAYS else value


def _forms(value: object) -> object:
    """A text without plural forms has the form ``other`` only."""
    return {"other": value} if isinstance(value, str) else value


def _whole(value: object) -> object:
    return quantities.whole(value) if isinstance(value, str) else value


def _duration(value: object) -> object:
    return quantities.duration(value) if isinstance(value, str) else value


def _duration_or_never(value: object) -> object:
    return None if value == NEVER else _duration(value)


def _quiet(value: object) -> object:
    """``21:00-08:00`` as two times of day."""
    if value == NEVER:
        return None
    return tuple(quantities.clock(minute) for minute in quantities.minutes(value)) if isinstance(value, str) else value


def _tag(value: object) -> object:
    """As an agent writes it: ``#VIP`` is ``vip``."""
    if not isinstance(value, str):
        return value
    tag = tags.normal(value)
    if not tags.SHAPE.fullmatch(tag):
        raise ValueError(f"‘{value}’ cannot be a tag. A tag has letters, digits, - and _, at most 32: big-order.")
    return tag


def _currency(value: object) -> object:
    if isinstance(value, str) and value.upper() not in list_currencies():
        raise ValueError(f"‘{value}’ is not the code of a currency. Write it like EUR, RSD or PLN.")
    return value.upper() if isinstance(value, str) else value


def _share(value: object) -> object:
    return quantities.share(value) if isinstance(value, str) else value


def _day(value: object) -> object:
    return quantities.day(value) if isinstance(value, str) else value


NEVER = "never"
"""In place of a span or of hours: not at all."""

IntentKind = Literal["question", "complaint", "suggestion", "praise", "request", "smalltalk"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(pattern=r"^\w[\w-]{0,39}$")]
Tag = Annotated[str, BeforeValidator(_tag)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Share = Annotated[float, BeforeValidator(_share)]
Day = Annotated[date, BeforeValidator(_day)]
Sentences = Annotated[list[Words], BeforeValidator(_one_or_many)]
Windows = Annotated[list[Words], BeforeValidator(_windows)]


class Shape(BaseModel):
    """A mapping whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- intents ---------------------------------------------------------------------------------------------------------


class SlotShape(Shape):
    pattern: Words | None = None
    ask: Name | None = None


class HumanShape(Shape):
    when: Annotated[list[When], BeforeValidator(_one_or_many)] = []
    team: Label | None = None
    within: Duration | None = None


class IntentShape(Shape):
    kind: IntentKind
    title: Name | None = None
    answer: Name | None = None
    slots: Annotated[
        dict[Name, Annotated[SlotShape, BeforeValidator(_empty_mapping)]], BeforeValidator(_empty_mapping)
    ] = {}
    human: HumanShape | None = None


class PhrasesShape(Shape):
    examples: Sentences = []
    not_: Annotated[Sentences, Field(alias="not")] = []
    check: Sentences = []
    slots: Annotated[dict[Name, Sentences], BeforeValidator(_empty_mapping)] = {}


# --- replies ---------------------------------------------------------------------------------------------------------


class CuesShape(Shape):
    time: Sentences = []
    contact: Sentences = []
    waiting: Sentences = []
    call: Sentences = []
    another_time: Sentences = []
    no_longer: Sentences = []
    unsolved: Sentences = []
    yes: Sentences = []
    no: Sentences = []


class ReplyShape(Shape):
    title: Words | None = None
    text: Annotated[dict[str, Words] | None, BeforeValidator(_forms)] = None
    formal: Annotated[dict[str, Words] | None, BeforeValidator(_forms)] = None
    count: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")] | None = None


class CannedShape(ReplyShape):
    keywords: Sentences = []


class MacroShape(Shape):
    title: Words | None = None
    steps: object = None


class BrandShape(Shape):
    name: Words
    tone: Literal["informal", "formal"] = "informal"
    emoji: bool = True
    never_say: Sentences = []


# --- standards -------------------------------------------------------------------------------------------------------


class CalendarShape(Shape):
    zone: Words | None = None
    open: Annotated[dict[str, Windows], BeforeValidator(_open)] = {}
    holidays: Sentences = []
    closed: Annotated[list[Day], BeforeValidator(_one_or_many)] = []
    special: Annotated[dict[Day, Windows], BeforeValidator(_empty_mapping)] = {}


class PromisesShape(Shape):
    calendar: Label | None = None
    question: Duration = timedelta(hours=4)
    complaint: Duration = timedelta(hours=2)
    suggestion: Duration = timedelta(days=1)
    praise: Duration = timedelta(days=1)
    request: Duration = timedelta(hours=2)
    smalltalk: Duration = timedelta(hours=4)
    none: Duration = timedelta(hours=4)
    urgent: Duration = timedelta(minutes=30)
    never_beyond: Duration = timedelta(hours=24)
    round_to: Duration = timedelta(minutes=15)
    margin: Share = 0.05
    confidence: Share = 0.95
    remind_at: Annotated[list[Share], BeforeValidator(_one_or_many)] = [0.5, 0.8]


class TeamShape(Shape):
    calendar: Label | None = None
    on_duty: Annotated[int, BeforeValidator(_whole)] | None = None


class ConfidenceShape(Shape):
    answer: Share = 0.5
    ask: Share = 0.25
    close: Share = 0.15
    false_rejection: Share = 0.05


class FollowUpShape(Shape):
    question: Duration | None = None
    complaint: Duration | None = None
    suggestion: Duration | None = None
    praise: Duration | None = None
    request: Duration | None = None
    none: Duration | None = None


class TopicsShape(Shape):
    returning: Returning = Returning.NEW
    archive_after: Annotated[timedelta | None, BeforeValidator(_duration_or_never)] = None


class StandardsShape(Shape):
    languages: Sentences = []
    zone: Words | None = None
    calendars: Annotated[
        dict[Label, Annotated[CalendarShape, BeforeValidator(_calendar)]], BeforeValidator(_empty_mapping)
    ] = {}
    promises: Annotated[PromisesShape, BeforeValidator(_empty_mapping)] = PromisesShape()
    teams: dict[Label, Annotated[TeamShape, BeforeValidator(_empty_mapping)]] | None = None
    team: Label | None = None
    acknowledge: Acknowledge = Acknowledge.REACTION
    gather: Duration = timedelta(seconds=1.5)
    gather_at_most: Duration = timedelta(seconds=8)
    idle: Duration = timedelta(hours=12)
    reopen: Duration = timedelta(days=7)
    survey: Annotated[timedelta | None, BeforeValidator(_duration_or_never)] = None
    follow_up: Annotated[FollowUpShape, BeforeValidator(_empty_mapping)] = FollowUpShape()
    quiet: Annotated[tuple[time, time] | None, BeforeValidator(_quiet)] = None
    confidence: Annotated[ConfidenceShape, BeforeValidator(_empty_mapping)] = ConfidenceShape()
    assign: Assign = Assign.NONE
    capacity: Annotated[int, BeforeValidator(_whole)] = 10
    answer_again: Duration = timedelta(hours=1)
    topics: Annotated[TopicsShape, BeforeValidator(_empty_mapping)] = TopicsShape()
    tags: Annotated[list[Tag], BeforeValidator(_one_or_many)] = []
    currency: Annotated[str, BeforeValidator(_currency)] | None = None
