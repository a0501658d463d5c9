"""A small catalogue, made by hand, for tests of the core. Its words for the system are the shipped ones."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.core.content import (
    Brand,
    Calendar,
    Catalogue,
    Cue,
    HumanRule,
    Intent,
    PromiseStandards,
    Reply,
    Slot,
    Standards,
    Team,
    When,
    Window,
)
from bot.core.conversation import Conversation
from bot.core.draft import Context, Groups
from bot.core.incoming import CustomerMessage
from bot.core.people import Agent, Customer
from bot.core.step import Step
from bot.core.understanding import NO_INTENT, Aside, Candidate, Kind, Severity, Understanding

ROOT = Path(__file__).parent.parent
RESPONSES = ROOT / "responses" / "en"

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in the calendar's zone: the office is open."""

FRIDAY_EVENING = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)

MAJA = Customer(5001, "Maja Novak", "maja", "en")
ANA = Agent(7001, "Ana Kos")
BEN = Agent(7002, "Ben Kralj")
GROUP = -1001000000001


@cache
def _shipped_words() -> dict[str, Reply]:
    words: dict[str, Reply] = {}
    for name in ("system", "team", "admins", "time"):
        for key, value in YAML(typ="safe").load(RESPONSES / f"{name}.yml").items():
            words[key] = Reply(key, {"other": value})
    return words


@cache
def _shipped_cues() -> dict[Cue, tuple[str, ...]]:
    found = YAML(typ="safe", pure=True).load((ROOT / "intents" / "en" / "cues.yml").read_text("utf-8"))
    named = {True: "yes", False: "no"}  # what YAML 1.1 makes of these names
    return {Cue(named.get(key, key)): tuple(map(str, phrases)) for key, phrases in found.items()}


def _intent(id: str, kind: Kind, **more: Any) -> tuple[Intent, Reply]:
    title = id.replace("_", " ").capitalize()
    return Intent(id, kind, "shop", title=id, **more), Reply(id, {"other": f"About {title.lower()}."}, title=title)


def catalogue(**standards: Any) -> Catalogue:
    """Eight intents in English, an office open on weekdays from 9 to 17 and one team; ``standards`` go before."""
    order_id = Slot("order_id", re.compile(r"\d{5,10}"), ask="ask_order_id")
    asked = HumanRule(frozenset({When.ASKED, When.SECOND_TIME}))
    always = HumanRule(frozenset({When.ALWAYS}), within=timedelta(hours=1))
    pairs = [
        _intent("opening_hours", Kind.QUESTION, answer="opening_hours"),
        _intent("order_status", Kind.QUESTION, answer="order_status", slots=(order_id,), human=asked),
        _intent("cancel_order", Kind.QUESTION, answer="cancel_order", slots=(order_id,), human=always),
        _intent("item_damaged", Kind.COMPLAINT, slots=(order_id,)),
        _intent("talk_to_human", Kind.REQUEST),
        _intent("greeting", Kind.SMALLTALK, answer="greeting"),
        _intent("thanks", Kind.SMALLTALK, answer="thanks"),
        _intent("praise", Kind.PRAISE, answer="praise"),
    ]
    office = Calendar("office", "Europe/Ljubljana", tuple(Window(day, time(9), time(17)) for day in range(5)))
    base = Standards(
        languages=("en",),
        zone="Europe/Ljubljana",
        calendars={"office": office},
        promises=PromiseStandards(
            by_kind={"question": timedelta(hours=4), "complaint": timedelta(hours=2), "request": timedelta(hours=2)},
            urgent=timedelta(minutes=30),
            calendar="office",
        ),
        teams={"support": Team("support", "office")},
        default_team="support",
    )
    replies = {**_shipped_words(), "ask_order_id": Reply("ask_order_id", {"other": "What is your order number?"})}
    replies |= {reply.key: reply for _, reply in pairs}
    return Catalogue(
        version="test",
        brand=Brand("Lumen"),
        standards=replace(base, **standards),
        intents={intent.id: intent for intent, _ in pairs},
        phrases=(),
        replies={"en": replies},
        cues={"en": _shipped_cues()},
    )


def context(now: datetime = MONDAY, *, group: int | None = GROUP, **standards: Any) -> Context:
    return Context(now, catalogue(**standards), Groups(group))


def understood(
    intent: str = NO_INTENT,
    confidence: float = 0.9,
    *rivals: tuple[str, float],
    severity: Severity = Severity.CALM,
    kind: Kind | None = None,
    also: tuple[tuple[str, str, float], ...] = (),
    **slots: str,
) -> Understanding:
    """``also`` are further intents, as (sentence, intent, confidence)."""
    known = catalogue().intent(intent)
    what = kind or (known.kind if known else Kind.NONE)
    others = tuple(Candidate(*rival) for rival in rivals)
    return Understanding("en", intent, what, severity, confidence, others, slots, tuple(Aside(*one) for one in also))


def wrote(text: str, message_id: int = 1, **more: Any) -> CustomerMessage:
    return CustomerMessage(MAJA.id, message_id, MAJA, text, **more)


def conversation(**fields: Any) -> Conversation:
    return replace(Conversation("5001-1", MAJA.id, MAJA, MONDAY, "en"), **fields)


def said_to_customer(step: Step) -> list[str]:
    """The texts that a step sends to the customer."""
    return [row.content.text for row in step.outbox if row.to == "customer" and row.content.type == "text"]


def said_to_team(step: Step) -> list[str]:
    return [row.content.text for row in step.outbox if row.to == "case" and row.content.type in ("text", "card")]


def names(step: Step) -> list[str]:
    return [event.name for event in step.events]
