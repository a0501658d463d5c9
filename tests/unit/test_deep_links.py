"""What a deep link brings into a conversation before the customer has said anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import asked, case, deep_links
from bot.core.conversation import Conversation, Phase
from bot.core.decide import Act, decide
from bot.core.draft import Draft
from bot.core.outgoing import Card, OpenTopic
from bot.core.step import Step
from bot.core.understanding import NO_INTENT
from tests.catalogues import catalogue, context, conversation, said_to_customer, understood, wrote

SHOP = catalogue()


def start(payload: str, before: Conversation | None = None) -> Step:
    """The customer follows a link."""
    message = replace(wrote(f"/start {payload}".strip()), command="start")
    return asked.command(before or conversation(), message, 1, context())


def card_of(state: Conversation) -> str:
    return case.card(Draft(state, context()))


# --- what a payload says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", ["order_12345", "order_id_12345"])
def test_an_order_number_that_fits_the_content_is_a_detail(payload: str) -> None:
    assert deep_links.read(payload, SHOP) == deep_links.Link(payload, slot="order_id", value="12345")


def test_an_order_number_that_does_not_fit_is_context_alone() -> None:
    assert deep_links.read("order_123", SHOP) == deep_links.Link("order_123")


def test_an_intent_is_a_subject_even_if_its_name_begins_like_a_detail() -> None:
    assert deep_links.read("order_status", SHOP) == deep_links.Link("order_status", intent="order_status")


def test_a_subject_may_bring_its_detail() -> None:
    found = deep_links.Link("item_damaged_12345", intent="item_damaged", slot="order_id", value="12345")
    assert deep_links.read("item_damaged_12345", SHOP) == found


def test_a_source_is_where_the_link_was_found() -> None:
    assert deep_links.read("from_shop", SHOP) == deep_links.Link("from_shop", source="shop")


def test_a_number_to_call_is_never_taken_from_a_link() -> None:
    assert deep_links.read("phone_38640123456", SHOP) == deep_links.Link("phone_38640123456")


@pytest.mark.parametrize("payload", ["", "a b", "é", "x" * 65, "a.b", "<b>", "a\n"])
def test_what_telegram_would_not_let_through_is_no_link(payload: str) -> None:
    assert deep_links.read(payload, SHOP) is None


@given(st.text(max_size=80))
def test_any_payload_is_answered_and_shown_raw_to_nobody_but_colleagues(payload: str) -> None:
    step = start(payload)
    (said,) = said_to_customer(step)
    link = deep_links.read(payload.strip(), SHOP)
    assert step.conversation.link == (link.payload if link else "")
    if link and not link.intent and not link.slot and len(link.payload) > 8:
        assert link.payload not in said


# --- what comes of it -------------------------------------------------------------------------------------------------


def test_an_order_number_is_said_back_kept_and_never_asked_again() -> None:
    step = start("order_12345")
    assert said_to_customer(step) == ["Hi Maja! I see that this is about 12345. How can I help?"]
    assert step.conversation.slots == {"order_id": "12345"}
    assert "Order id: 12345" in card_of(step.conversation)


def test_the_card_says_by_which_link_the_customer_came() -> None:
    assert "Came by link: from_shop" in card_of(start("from_shop").conversation)
    assert "Came by link: order_123" in card_of(start("order_123").conversation)


def test_the_source_is_on_record() -> None:
    facts = [event.facts for event in start("from_shop").events if event.name == "came_by_link"]
    assert facts == [{"link": "from_shop", "source": "shop"}]


def test_a_subject_that_the_bot_can_settle_is_answered() -> None:
    step = start("opening_hours")
    assert said_to_customer(step) == ["Hi Maja! About opening hours."]
    assert step.conversation.intent == "opening_hours"


def test_a_subject_for_a_colleague_begins_with_its_question_and_neither_topic_nor_promise() -> None:
    step = start("item_damaged")
    assert said_to_customer(step) == [
        "Hi Maja! So this is about “Item damaged”. Tell me in your own words what you need.\n\n"
        "What is your order number?"
    ]
    assert not any(isinstance(row.content, OpenTopic) for row in step.outbox)
    assert step.conversation.promises == ()


def test_a_subject_with_its_detail_does_not_ask_for_it() -> None:
    assert "order number" not in said_to_customer(start("item_damaged_12345"))[0]


def test_what_is_written_after_a_link_is_about_its_subject_where_the_words_leave_that_open() -> None:
    after = start("item_damaged").conversation
    meant = deep_links.considered(after, understood(NO_INTENT, 0.2), SHOP)
    assert decide(after, "look at this", meant, SHOP).intent == "item_damaged"
    assert decide(after, "look at this", meant, SHOP).act is Act.PROMISE


def test_words_that_are_clear_go_before_the_link() -> None:
    after = start("item_damaged").conversation
    assert deep_links.considered(after, understood("opening_hours"), SHOP) == understood("opening_hours")


def test_a_link_in_the_middle_of_a_conversation_goes_on_in_it() -> None:
    before = start("opening_hours").conversation
    step = start("item_damaged", before)
    assert (step.conversation.id, step.conversation.intent) == (before.id, "item_damaged")
    assert said_to_customer(step)[0].startswith("So this is about “Item damaged”.")


def test_what_is_surely_about_nothing_we_know_is_about_the_link() -> None:
    after = start("item_damaged").conversation
    assert deep_links.considered(after, understood(NO_INTENT, 0.9), SHOP).intent == "item_damaged"


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.HUMAN])
def test_while_a_colleague_is_awaited_a_link_adds_to_the_case(phase: Phase) -> None:
    case_of_ours = replace(conversation(), phase=phase, intent="opening_hours", agents_chat=-1001, topic_id=3)
    step = start("item_damaged_12345", case_of_ours)
    (card_shown,) = [row.content for row in step.outbox if isinstance(row.content, Card)]
    assert "Order id: 12345" in card_shown.text
    assert (step.conversation.phase, step.conversation.intent) == (phase, "opening_hours")
