"""What would be done about a message, without doing it: for who tries the content, and for previews of an edit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import arrival, turn
from bot.core.decide import Act, Decision, decide
from bot.core.draft import Context
from bot.core.incoming import CustomerMessage
from bot.core.outgoing import Text
from bot.core.people import Customer
from bot.core.step import Step
from bot.core.understanding import Severity, Understanding

SOMEONE = Customer(1, "Alex")
"""A customer we know nothing about."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would be done about a message, about which intents, and ``said``, the words that the customer would read."""

    act: Act
    intents: tuple[str, ...]
    severity: Severity
    said: tuple[str, ...]

    @property
    def done(self) -> str:
        """In short, with the intents by their ids: ``clarify (opening_hours or order_status)``."""
        about = " or ".join(self.intents)
        severity = "" if self.severity is Severity.CALM else f", {self.severity.value}"
        return f"{self.act.value} ({about}{severity})"


def rehearse(customer: Customer, text: str, understanding: Understanding, context: Context) -> tuple[Decision, Step]:
    """The decision and the step that this message would lead to, as the first of a conversation."""
    blank = arrival.fresh(customer.id, customer, None, context)
    held = arrival.receive(blank, CustomerMessage(customer.id, 1, customer, text), None, context).conversation
    decision = decide(held, text, understanding, context.catalogue)
    return decision, turn.answer(held, decision, understanding, context)


def outcome(text: str, understanding: Understanding, context: Context) -> Outcome:
    """What would be done about ``text`` as the first message of somebody new."""
    decision, step = rehearse(SOMEONE, text, understanding, context)
    said = tuple(row.content.text for row in step.outbox if row.to == "customer" and isinstance(row.content, Text))
    intents = decision.options if decision.act is Act.CLARIFY else (decision.intent,)
    return Outcome(decision.act, intents, understanding.severity, said)
