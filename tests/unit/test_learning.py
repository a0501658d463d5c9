"""Proposed examples: which are open, and what decides about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.proposals import proposals_in
from bot.core.step import Event

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def labelled(text: str, intent: str = "order_status", conversation: str = "1-1", minutes: int = 0) -> Event:
    facts = {"intent": intent, "language": "en", "text": text}
    return Event(NOON + timedelta(minutes=minutes), conversation, "labelled", "Ana (7)", facts)


def test_proposals_are_numbered_as_they_stand_on_record() -> None:
    other = Event(NOON, "1-1", "decided", facts={"act": "answer"})
    found = proposals_in([labelled("one"), other, labelled("two", conversation="2-1")])
    assert [(one.number, one.text, one.by) for one in found] == [(1, "one", "Ana (7)"), (2, "two", "Ana (7)")]


def test_the_last_label_of_a_sentence_counts() -> None:
    (one,) = proposals_in([labelled("Is it there?"), labelled("is it there", intent="opening_hours")])
    assert (one.number, one.intent) == (2, "opening_hours")


def test_a_label_without_words_proposes_nothing() -> None:
    assert proposals_in([labelled("")]) == ()


def test_the_same_sentence_has_the_same_key_whoever_says_it() -> None:
    first, second, third = proposals_in(
        [labelled("Where is it?"), labelled("where is it", conversation="2-1"), labelled("there", conversation="3-1")]
    )
    assert first.key == second.key != third.key
