"""Past turns, read from the record."""

from __future__ import annotations

from datetime import timedelta

from bot.core import arrival, asked, handover, mirror, turn, turns
from bot.core.conversation import Conversation
from bot.core.decide import Act, Because, decide
from bot.core.incoming import AgentMessage, CustomerChoice
from bot.core.step import Event, Step
from bot.core.understanding import NO_INTENT, Kind, Understanding
from tests.catalogues import ANA, GROUP, MAJA, MONDAY, catalogue, context, conversation, understood, wrote


class Told:
    """A conversation, and the record of it."""

    def __init__(self) -> None:
        self.conversation: Conversation = conversation()
        self.events: list[Event] = []
        self._number = 0

    def add(self, step: Step) -> None:
        self.conversation = step.conversation
        self.events += step.events

    def customer_writes(self, *texts: str) -> Told:
        for text in texts:
            self._number += 1
            self.add(arrival.receive(self.conversation, wrote(text, self._number), None, context()))
        return self

    def pause(self, meant: Understanding) -> Told:
        decision = decide(self.conversation, arrival.thought(self.conversation), meant, catalogue())
        self.add(turn.answer(self.conversation, decision, meant, context()))
        return self

    @property
    def turns(self) -> tuple[turns.Turn, ...]:
        return turns.turns_of(self.events)


def test_messages_until_the_pause_are_one_turn_with_what_was_decided() -> None:
    (found,) = Told().customer_writes("hi", "when are you open").pause(understood("opening_hours")).turns
    assert (found.text, found.language, found.intent) == ("hi. when are you open", "en", "opening_hours")
    assert (found.act, found.because, found.unanswered) == (Act.ANSWER, Because.SURE, False)


def test_what_was_not_understood_was_not_answered() -> None:
    told = Told().customer_writes("blue or green?").pause(understood())
    told.customer_writes("you know").pause(understood())
    assert [(one.act, one.unanswered) for one in told.turns] == [(Act.REPHRASE, True), (Act.PROMISE, True)]


def test_a_known_complaint_is_in_good_hands_and_an_unknown_one_is_not_answered() -> None:
    (known,) = Told().customer_writes("it came broken").pause(understood("item_damaged")).turns
    unknown = understood(NO_INTENT, kind=understood("item_damaged").kind)
    (other,) = Told().customer_writes("you are all awful").pause(unknown).turns
    assert (known.unanswered, other.unanswered) == (False, True)


def test_small_talk_that_was_not_understood_is_not_what_the_case_is_about() -> None:
    told = Told().customer_writes("how do the birds do").pause(understood(NO_INTENT, kind=Kind.SMALLTALK))
    assert told.conversation.kind is Kind.NONE
    asked_something = told.customer_writes("blue or green?").pause(understood(NO_INTENT, kind=Kind.QUESTION))
    assert asked_something.conversation.kind is Kind.QUESTION


def test_a_button_says_what_the_turn_before_it_was_about() -> None:
    told = Told().customer_writes("the order thing").pause(understood("order_status", 0.4))
    choice = CustomerChoice(MAJA.id, 9, MAJA, "c1", "intent:order_status")
    told.add(asked.choose(told.conversation, choice, None, context()))
    (found,) = told.turns
    assert (found.act, found.meant) == (Act.CLARIFY, "order_status")


def test_an_edit_before_the_pause_is_what_was_written() -> None:
    told = Told().customer_writes("when r u opne")
    told.add(mirror.customer_edited(told.conversation, wrote("when are you open", 1, edited=True), None, context()))
    assert told.pause(understood("opening_hours")).turns[0].text == "when are you open"


def test_what_a_colleague_answers_is_no_turn_of_the_bot() -> None:
    told = Told().customer_writes("blue or green?")
    said = AgentMessage(GROUP, 5, 1, ANA, "Blue.")
    told.add(handover.agent_wrote(told.conversation, said, None, context(MONDAY + timedelta(minutes=1))))
    told.customer_writes("thanks")
    assert told.turns == ()


def test_lines_of_a_newer_version_are_passed_over() -> None:
    told = Told().customer_writes("hello")
    told.events.append(Event(MONDAY, "5001-1", "decided", facts={"act": "sing", "because": "spring"}))
    assert told.turns == ()
