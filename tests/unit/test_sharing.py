"""Several groups of one team: who gets the next case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import case
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft, Groups
from bot.core.people import Customer
from bot.core.sharing import AVOIDED, Loads
from tests.catalogues import MONDAY, catalogue

HERE, THERE = -1001, -1002


def a_case(chat_id: int, group: int | None = None) -> Conversation:
    return Conversation(f"{chat_id}-1", chat_id, Customer(chat_id, "Maja"), MONDAY, "en", agents_chat=group)


def test_a_new_case_goes_to_the_group_with_the_fewest_open_ones() -> None:
    loads = Loads()
    assert loads.roomiest((HERE, THERE), MONDAY) == HERE
    loads.note(a_case(1, HERE))
    assert loads.roomiest((HERE, THERE), MONDAY) == THERE
    loads.note(a_case(2, THERE))
    loads.note(a_case(3, THERE))
    assert loads.roomiest((HERE, THERE), MONDAY) == HERE


def test_a_resolved_case_counts_no_more() -> None:
    loads = Loads()
    loads.note(a_case(1, HERE))
    loads.note(replace(a_case(1, HERE), phase=Phase.RESOLVED))
    assert (loads.cases(HERE), loads.roomiest((HERE, THERE), MONDAY)) == (0, HERE)


def test_a_group_that_took_no_further_topic_is_avoided_for_a_day() -> None:
    loads = Loads()
    loads.is_full(HERE, MONDAY)
    loads.note(a_case(1, THERE))
    assert loads.roomiest((HERE, THERE), MONDAY + timedelta(hours=23)) == THERE
    assert loads.roomiest((HERE, THERE), MONDAY + AVOIDED) == HERE


def test_where_all_are_full_a_case_still_has_a_group_and_where_there_is_none_it_has_none() -> None:
    loads = Loads()
    loads.is_full(HERE, MONDAY)
    assert loads.roomiest((HERE,), MONDAY) == HERE
    assert loads.roomiest((), MONDAY) is None


def test_a_case_that_is_opened_gets_its_topic_there() -> None:
    loads = Loads()
    loads.note(a_case(1, HERE))
    context = Context(MONDAY, catalogue(), Groups(HERE, beside={"": (THERE,)}), loads=loads)
    draft = Draft(a_case(2), context)
    case.open_case(draft, "support")
    step = draft.finish()
    assert step.conversation.agents_chat == THERE
    assert {row.chat_id for row in step.outbox} == {THERE}


@given(st.lists(st.integers(1, 12), max_size=60))
def test_whatever_opens_and_ends_the_groups_differ_by_what_ended_alone(deeds: list[int]) -> None:
    """Each number opens the case of that customer, or ends it where it is open."""
    loads, group_of = Loads(), dict[int, int]()
    for chat_id in deeds:
        if chat_id in group_of:
            loads.note(replace(a_case(chat_id, group_of.pop(chat_id)), phase=Phase.RESOLVED))
            continue
        chosen = loads.roomiest((HERE, THERE), MONDAY)
        assert chosen is not None
        assert loads.cases(chosen) == min(loads.cases(HERE), loads.cases(THERE))
        group_of[chat_id] = chosen
        loads.note(a_case(chat_id, chosen))
        for group in (HERE, THERE):
            assert loads.cases(group) == list(group_of.values()).count(group)
