"""What becomes of topics: the same again for who returns, and none for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import archive, arrival, handover
from bot.core.content import Returning, Topics
from bot.core.conversation import GONE, Conversation
from bot.core.draft import Context
from bot.core.outgoing import Card, DeleteTopic, OpenTopic, ReopenTopic, Text
from bot.core.step import DueKind, Step
from tests.catalogues import ANA, GROUP, MAJA, MONDAY, context, understood
from tests.unit.test_handover import answered, waiting
from tests.unit.test_turn import take_turn

WEEK = timedelta(days=7)


def at(returning: Returning = Returning.NEW, after: timedelta | None = WEEK, *, days: int = 0) -> Context:
    return context(MONDAY + timedelta(days=days), topics=Topics(returning, after))


def resolved(when: Context | None = None) -> Step:
    return handover.agent_asked(answered(waiting()).conversation, handover.Wish("resolve", ANA, "c"), 9, when or at())


def next_case(before: Conversation, when: Context) -> Step:
    return take_turn(arrival.fresh(MAJA.id, MAJA, before, when), "it broke", understood("item_damaged"), when)


def test_a_resolved_case_has_its_topic_archived_in_time() -> None:
    (row,) = [due for due in resolved().due if due.kind is DueKind.ARCHIVE]
    assert row.at == MONDAY + WEEK
    over = resolved().conversation
    step = archive.ring(over, over, at(days=7))
    assert [row.content for row in step.outbox] == [DeleteTopic(5)]
    assert (step.conversation.topic_id, step.conversation.card_id) == (GONE, GONE)
    assert step.conversation.messages == over.messages


def test_nothing_is_archived_unless_the_standards_say_so() -> None:
    never = at(after=None)
    assert not [due for due in resolved(never).due if due.kind is DueKind.ARCHIVE]
    over = resolved().conversation
    assert archive.ring(over, over, at(after=None, days=9)).outbox == ()


def test_where_the_standards_say_longer_by_now_it_waits() -> None:
    over = resolved().conversation
    step = archive.ring(over, over, at(after=2 * WEEK, days=7))
    assert step.outbox == ()
    assert [due.at for due in step.due] == [MONDAY + 2 * WEEK]


def test_a_topic_that_another_case_has_by_now_stays() -> None:
    over = resolved().conversation
    again = replace(over, id="5001-2", resolved_at=None, phase=waiting().phase)
    assert archive.ring(over, again, at(days=8)).outbox == ()
    assert archive.ring(replace(over, phase=waiting().phase), None, at(days=8)).outbox == ()


def test_who_returns_has_a_new_topic_or_the_same_as_the_standards_say() -> None:
    over = resolved().conversation
    new, same = next_case(over, at(days=1)), next_case(over, at(Returning.SAME, days=1))
    assert [type(row.content) for row in new.outbox if row.to == "case"] == [OpenTopic, Card]
    assert [type(row.content) for row in same.outbox if row.to == "case"] == [ReopenTopic, Text, Card]
    assert (same.conversation.agents_chat, same.conversation.topic_id) == (GROUP, 5)
    assert same.conversation.card_id is None


def test_a_topic_that_was_archived_is_not_used_again_nor_linked_to() -> None:
    over = resolved().conversation
    later = next_case(over, at(Returning.SAME, days=8))
    assert [type(row.content) for row in later.outbox if row.to == "case"] == [OpenTopic, Card]
    cards = [row.content.text for row in later.outbox if isinstance(row.content, Card)]
    assert "• 23 Nov 2026 · Item damaged · Ana Kos" in cards[0]
    assert "t.me" not in cards[0]


def test_the_last_three_cases_are_remembered_and_what_the_bot_settled_alone_is_none() -> None:
    before = resolved().conversation
    for number in range(2, 7):
        settled = replace(before, id=f"5001-{number}", promises=(), agents_chat=None, earlier=before.earlier)
        before = replace(before, id=f"5001-{number}", earlier=next_case(before, at()).conversation.earlier)
        assert next_case(settled, at()).conversation.earlier == settled.earlier
    assert [one.id for one in next_case(before, at()).conversation.earlier] == ["5001-4", "5001-5", "5001-6"]
