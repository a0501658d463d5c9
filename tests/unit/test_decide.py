"""What the bot does about a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.content import HumanRule, When
from bot.core.conversation import Clarification, Phase
from bot.core.decide import Act, Because, decide, decide_chosen
from bot.core.understanding import NO_INTENT, Kind, Severity
from tests.catalogues import MONDAY, catalogue, conversation, understood


def test_a_clear_question_is_answered() -> None:
    decision = decide(conversation(), "when are you open", understood("opening_hours"), catalogue())
    assert (decision.act, decision.intent) == (Act.ANSWER, "opening_hours")


def test_two_close_intents_are_asked_about_best_first() -> None:
    meant = understood("opening_hours", 0.48, ("order_status", 0.42))
    decision = decide(conversation(), "is it there on saturday", meant, catalogue())
    assert decision.act is Act.CLARIFY
    assert decision.options == ("opening_hours", "order_status")


def test_close_intents_are_asked_about_even_when_the_best_is_likely() -> None:
    meant = understood("opening_hours", 0.52, ("order_status", 0.45))
    assert decide(conversation(), "is it there", meant, catalogue()).act is Act.CLARIFY


def test_intents_that_both_need_a_human_are_not_asked_about() -> None:
    meant = understood("item_damaged", 0.52, ("cancel_order", 0.45))
    decision = decide(conversation(), "it's broken, cancel it", meant, catalogue())
    assert (decision.act, decision.because) == (Act.PROMISE, Because.COMPLAINT)


def test_one_likely_intent_below_the_threshold_is_asked_about() -> None:
    meant = understood(NO_INTENT, 0.6, ("order_status", 0.4), ("greeting", 0.3), ("opening_hours", 0.02))
    decision = decide(conversation(), "hm, that thing I bought", meant, catalogue())
    assert (decision.act, decision.because, decision.options) == (Act.CLARIFY, Because.UNSURE, ("order_status",))


@pytest.mark.parametrize(
    ("intent", "because"),
    [
        ("item_damaged", Because.COMPLAINT),
        ("talk_to_human", Because.ASKED),
        ("cancel_order", Because.NEEDS_HUMAN),
    ],
)
def test_what_needs_a_human_is_promised_one(intent: str, because: Because) -> None:
    decision = decide(conversation(), "…", understood(intent), catalogue())
    assert (decision.act, decision.because, decision.intent) == (Act.PROMISE, because, intent)


def test_a_complaint_whose_cause_is_unclear_is_promised_a_human_too() -> None:
    decision = decide(conversation(), "this is a mess", understood(kind=Kind.COMPLAINT), catalogue())
    assert (decision.act, decision.because, decision.intent) == (Act.PROMISE, Because.COMPLAINT, NO_INTENT)


def test_the_same_question_a_second_time_is_promised_a_human() -> None:
    asked_before = conversation(answered=("order_status",))
    decision = decide(asked_before, "but where is it", understood("order_status"), catalogue())
    assert decision.because is Because.SECOND_TIME


def test_a_second_time_is_answered_again_where_the_admin_wants_it_so() -> None:
    content = catalogue()
    rule = HumanRule(frozenset({When.ASKED}))
    content.intents["order_status"] = replace(content.intents["order_status"], human=rule)
    asked_before = conversation(answered=("order_status",))
    assert decide(asked_before, "where is it", understood("order_status"), content).act is Act.ANSWER


def test_thanks_twice_are_answered_twice() -> None:
    thanked = conversation(answered=("thanks",))
    assert decide(thanked, "thanks again", understood("thanks"), catalogue()).act is Act.ANSWER


def test_a_short_unknown_is_asked_about_once_and_then_promised_a_human() -> None:
    first = decide(conversation(), "hm what", understood(), catalogue())
    second = decide(conversation(failures=1), "hm what", understood(), catalogue())
    assert first.act is Act.REPHRASE
    assert (second.act, second.because) == (Act.PROMISE, Because.UNKNOWN)


def test_who_leaves_a_question_of_ours_unanswered_is_promised_a_human() -> None:
    asked = conversation(clarification=Clarification(MONDAY, "?", ("opening_hours",)))
    assert decide(asked, "no", understood(), catalogue()).act is Act.PROMISE


@pytest.mark.parametrize("severity", [Severity.UPSET, Severity.URGENT])
def test_who_is_upset_is_not_asked_to_say_it_again(severity: Severity) -> None:
    assert decide(conversation(), "hm", understood(severity=severity), catalogue()).act is Act.PROMISE


def test_who_wrote_much_is_not_asked_to_say_it_again() -> None:
    text = "my parrot has learnt your jingle and the neighbours want to know whether you pay"
    assert decide(conversation(), text, understood(), catalogue()).act is Act.PROMISE


def test_small_talk_needs_less_certainty() -> None:
    assert decide(conversation(), "hallo", understood("greeting", 0.3), catalogue()).act is Act.ANSWER


def test_a_guess_at_small_talk_is_not_taken_for_it() -> None:
    guessed = understood("greeting", 0.26, ("talk_to_human", 0.2))
    assert decide(conversation(), "qwrtp", guessed, catalogue()).act is Act.REPHRASE


def test_small_talk_is_no_rival_to_a_question() -> None:
    meant = understood("opening_hours", 0.5, ("greeting", 0.45))
    assert decide(conversation(), "hi, open?", meant, catalogue()).act is Act.ANSWER


def test_while_a_human_has_it_the_bot_only_relays() -> None:
    decision = decide(conversation(phase=Phase.HUMAN), "open?", understood("opening_hours"), catalogue())
    assert decision.act is Act.RELAY


@pytest.mark.parametrize(
    ("intent", "act"),
    [
        ("opening_hours", Act.ANSWER),
        ("thanks", Act.ANSWER),
        ("greeting", Act.NOTED),
        ("item_damaged", Act.NOTED),
        (NO_INTENT, Act.NOTED),
    ],
)
def test_while_a_human_is_awaited_questions_are_answered_and_the_rest_is_noted(intent: str, act: Act) -> None:
    assert decide(conversation(phase=Phase.WAITING), "…", understood(intent), catalogue()).act is act


def test_a_chosen_intent_needs_no_certainty() -> None:
    content = catalogue()
    assert decide_chosen(conversation(), content.intents["opening_hours"]).act is Act.ANSWER
    assert decide_chosen(conversation(), content.intents["item_damaged"]).act is Act.PROMISE


def test_a_complaint_well_ahead_of_all_else_is_named_though_not_sure() -> None:
    ahead = understood("item_damaged", 0.44, ("cancel_order", 0.1))
    close = understood("item_damaged", 0.3, ("cancel_order", 0.25))
    assert decide(conversation(), "cracked", ahead, catalogue()).intent == "item_damaged"
    assert decide(conversation(), "cracked", close, catalogue()).intent == NO_INTENT


# --- several intents in one turn ---


def test_a_question_inside_a_complaint_is_answered_along() -> None:
    meant = understood("item_damaged", also=(("are you open on sunday", "opening_hours", 0.9),))
    decision = decide(conversation(), "it came broken. are you open on sunday?", meant, catalogue())
    assert (decision.act, decision.intent, decision.also) == (Act.PROMISE, "item_damaged", ("opening_hours",))


def test_a_complaint_beside_a_question_comes_first() -> None:
    meant = understood("opening_hours", also=(("it came broken", "item_damaged", 0.9),))
    decision = decide(conversation(), "are you open? it came broken", meant, catalogue())
    assert (decision.act, decision.because) == (Act.PROMISE, Because.COMPLAINT)
    assert (decision.intent, decision.also) == ("item_damaged", ("opening_hours",))


def test_a_greeting_beside_a_complaint_is_not_answered_along() -> None:
    meant = understood("greeting", also=(("it came broken", "item_damaged", 0.9),))
    assert decide(conversation(), "hello! it came broken", meant, catalogue()).also == ()


@pytest.mark.parametrize(
    "aside",
    [("…", "opening_hours", 0.4), ("…", "cancel_order", 0.9), ("…", "thanks", 0.9), ("…", "gone", 0.9)],
    ids=["not sure", "needs a human", "smalltalk", "unknown to the content"],
)
def test_what_cannot_be_answered_for_sure_is_left_to_the_colleague(aside: tuple[str, str, float]) -> None:
    assert decide(conversation(), "…", understood("item_damaged", also=(aside,)), catalogue()).also == ()


def test_what_was_answered_before_is_not_answered_along_again() -> None:
    meant = understood("item_damaged", also=(("open?", "opening_hours", 0.9),))
    assert decide(conversation(answered=("opening_hours",)), "…", meant, catalogue()).also == ()


def test_while_the_turn_itself_is_unclear_nothing_is_answered_along() -> None:
    meant = understood(NO_INTENT, also=(("open?", "opening_hours", 0.9),))
    assert decide(conversation(), "hm", meant, catalogue()).also == ()


def test_a_new_complaint_beside_a_question_is_noted_while_a_human_is_on_the_way() -> None:
    meant = understood("opening_hours", also=(("it came broken", "item_damaged", 0.9),))
    decision = decide(conversation(phase=Phase.WAITING), "open? and it came broken", meant, catalogue())
    assert (decision.act, decision.intent, decision.also) == (Act.NOTED, "item_damaged", ("opening_hours",))
