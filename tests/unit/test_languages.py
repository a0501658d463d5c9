"""The language that a customer chooses, and for how long it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import arrival, asked, languages
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context
from bot.core.incoming import CustomerChoice
from bot.core.outgoing import Card, Edit, Keyboard, Text
from bot.core.step import Step
from tests.catalogues import MAJA, MONDAY, catalogue, conversation, wrote

THREE = Context(MONDAY, catalogue(languages=("en", "sl", "sr")))


def ask(argument: str = "", before: Conversation | None = None) -> Step:
    message = replace(wrote(f"/language {argument}".strip()), command="language")
    return asked.command(before or conversation(), message, 1, THREE)


def press(data: str, before: Conversation | None = None) -> Step:
    choice = CustomerChoice(MAJA.id, 9, MAJA, "c1", data)
    return asked.choose(before or conversation(), choice, 2, THREE)


def labels(keyboard: Keyboard) -> list[list[str]]:
    return [[button.label for button in row] for row in keyboard]


def buttons(step: Step) -> list[list[str]]:
    (keyboard,) = [row.content.keyboard for row in step.outbox if isinstance(row.content, Text)]
    return labels(keyboard)


def test_without_a_language_it_offers_all_that_are_configured_in_their_own_names() -> None:
    assert buttons(ask()) == [["English", "Slovenščina"], ["Srpski"], ["✓ The one I write in"]]


def test_what_is_chosen_is_ticked() -> None:
    assert buttons(ask(before=press("language:sl").conversation))[0] == ["English", "✓ Slovenščina"]


@pytest.mark.parametrize("named", ["sl", "SL", "slovenščina", "Slovenian"])
def test_a_language_may_be_named(named: str) -> None:
    state = ask(named).conversation
    assert (state.language, state.customer.language) == ("sl", "sl")


def test_a_language_that_we_do_not_speak_shows_those_that_we_do() -> None:
    step = ask("klingon")
    assert step.conversation.customer.language is None
    assert len(buttons(step)) == 3


def test_a_button_puts_the_answer_in_its_place() -> None:
    step = press("language:sl")
    (edit,) = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert edit.keyboard == ()
    assert step.conversation.language == "sl"


def test_the_choice_holds_in_later_conversations() -> None:
    over = replace(press("language:sl").conversation, phase=Phase.RESOLVED)
    later = arrival.fresh(MAJA.id, MAJA, over, THREE)
    assert (later.language, later.customer.language) == ("sl", "sl")


def test_it_can_be_taken_back() -> None:
    chosen = press("language:sl").conversation
    assert press("language:auto", chosen).conversation.customer.language is None


def test_a_language_that_was_taken_out_of_the_standards_changes_nothing() -> None:
    step = press("language:de")
    assert step.conversation.customer.language is None
    (edit,) = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert labels(edit.keyboard)[0] == ["English", "Slovenščina"]


def test_colleagues_see_it_on_the_card() -> None:
    waiting = replace(conversation(), phase=Phase.WAITING, agents_chat=-1001, topic_id=3)
    assert any(isinstance(row.content, Card) for row in press("language:sl", waiting).outbox)


def test_it_is_one_of_the_buttons_that_a_choice_may_be() -> None:
    assert languages.is_choice(CustomerChoice(MAJA.id, 9, MAJA, "c1", "language:sl"))
    assert not languages.is_choice(CustomerChoice(MAJA.id, 9, MAJA, "c1", "intent:refund"))
