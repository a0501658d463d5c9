"""A colleague says what a message was about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import arrival, handover, turn
from bot.core.conversation import Conversation, Phase
from bot.core.decide import decide
from bot.core.handover import Wish
from bot.core.outgoing import Card, Keyboard, Text
from bot.core.step import Step
from bot.core.understanding import NO_INTENT, Kind, Understanding
from tests.catalogues import ANA, MONDAY, catalogue, context, conversation, names, understood, wrote

LATER = context(MONDAY + timedelta(minutes=10))


def asked(*texts: str, meant: Understanding | None = None) -> Conversation:
    """A case that a colleague was promised for, after the bot had asked back once."""
    held = conversation(failures=1)
    for number, text in enumerate(texts, start=1):
        held = arrival.receive(held, wrote(text, number), None, context()).conversation
    meant = meant or understood(NO_INTENT, 0.6, ("order_status", 0.3), ("opening_hours", 0.1))
    decision = decide(held, arrival.thought(held), meant, catalogue())
    return replace(turn.answer(held, decision, meant, context()).conversation, topic_id=5)


def press(case: Conversation, command: str) -> Step:
    return handover.agent_asked(case, Wish(command, ANA, "c1"), 1, LATER)


def keyboard(step: Step) -> Keyboard:
    return next(row.content.keyboard for row in step.outbox if isinstance(row.content, Text) and row.content.keyboard)


def labels(step: Step) -> list[tuple[str, str]]:
    return [(button.label, button.data) for row in keyboard(step) for button in row]


def test_the_card_has_the_button() -> None:
    card = handover.agent_asked(asked("the thing"), Wish("claim", ANA, "c1"), 1, LATER).outbox
    (shown,) = [row.content for row in card if isinstance(row.content, Card)]
    assert "This was about…" in [button.label for row in shown.keyboard for button in row]


def test_the_likely_intents_of_what_only_sounds_like_small_talk_are_offered_too() -> None:
    meant = replace(understood(NO_INTENT, 0.6, ("order_status", 0.3)), kind=Kind.SMALLTALK)
    assert ("Order status", "is.order_status:5001-1") in labels(press(asked("hey there", meant=meant), "about"))


def test_the_likely_intents_are_offered_first_and_then_all_others() -> None:
    case = asked("the thing I ordered")
    assert labels(press(case, "about")) == [
        ("Order status", "is.order_status:5001-1"),
        ("Opening hours", "is.opening_hours:5001-1"),
        ("Something else…", "areas:5001-1"),
    ]
    assert labels(press(case, "areas")) == [("Shop", "area.shop:5001-1")]
    of_area = labels(press(case, "area.shop"))
    assert ("Item damaged", "is.item_damaged:5001-1") in of_area
    assert ("Greeting", "is.greeting:5001-1") not in of_area


def test_where_nothing_is_likely_the_areas_are_offered() -> None:
    assert labels(press(asked("hm", meant=understood(NO_INTENT)), "about")) == [("Shop", "area.shop:5001-1")]


def test_the_answer_is_put_on_record_without_the_customer_and_changes_the_subject() -> None:
    step = press(asked("I'm Maja Novak", "what about 48213"), "is.order_status")
    assert names(step) == ["labelled"]
    facts = step.events[0].facts
    assert facts == {"intent": "order_status", "language": "en", "text": "I'm X X. what about {order_id}"}
    assert step.events[0].by == "Ana Kos (7001)"
    assert step.conversation.intent == "order_status"
    assert not [row for row in step.outbox if row.to == "customer"]


def test_words_that_came_after_the_promise_are_not_part_of_it() -> None:
    case = asked("what about 48213")
    later = arrival.receive(case, wrote("and thanks a lot", 9), None, LATER).conversation
    assert press(later, "is.order_status").events[0].facts["text"] == "what about {order_id}"


def test_an_intent_that_is_gone_and_a_case_without_words_are_said_to_be_so() -> None:
    for case, command in ((asked("what"), "is.gone"), (asked(""), "about")):
        step = press(case, command)
        assert names(step) == []
        (said,) = [row.content for row in step.outbox]
        assert said.type == "answer_callback"
        assert "no message" in said.text


def test_a_resolved_case_can_still_be_labelled() -> None:
    case = replace(asked("what about it"), phase=Phase.RESOLVED)
    step = press(case, "is.order_status")
    assert names(step) == ["labelled"]
    assert step.conversation.phase is Phase.RESOLVED


def test_every_button_fits_telegram_s_limit() -> None:
    case = replace(asked("what"), id=f"{10**13}-1234")
    for command in ("about", "areas", "area.shop"):
        assert all(len(data.encode()) <= 64 for _, data in labels(press(case, command)))
