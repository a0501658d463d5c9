"""Who is next, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import Author, Conversation, Message, Phase, Promise, PromiseState
from bot.core.priority import AMENDS, HEAD_START, PATIENCE, Reason, order, reason, waiting_since
from bot.core.understanding import Severity
from tests.catalogues import MAJA, MONDAY

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOW = MONDAY


def case(name: str, due: timedelta | None = None, **fields: Any) -> Conversation:
    """A case that is due this long from now, or was promised nothing."""
    promises = () if due is None else (promise(due),)
    values: dict[str, Any] = {"phase": Phase.WAITING, "promises": promises, **fields}
    return replace(Conversation(name, MAJA.id, MAJA, NOW - 8 * HOUR, "en"), **values)


def promise(due: timedelta, state: PromiseState = PromiseState.OPEN) -> Promise:
    ended_at = None if state is PromiseState.OPEN else NOW + due
    return Promise("p", NOW - 8 * HOUR, NOW + due, "office", "support", "asked", "", state, ended_at=ended_at)


def wrote(author: Author, ago: timedelta) -> Message:
    return Message(NOW - ago, author, "hello")


def ranked(*cases: Conversation) -> list[str]:
    return [found.id for found in order(cases, NOW)]


def test_the_one_due_first_goes_first() -> None:
    assert ranked(case("later", 2 * HOUR), case("sooner", HOUR)) == ["sooner", "later"]


def test_the_urgent_one_goes_before_one_due_a_little_earlier_but_not_much() -> None:
    urgent = case("urgent", HOUR, severity=Severity.URGENT)
    assert ranked(case("a little", 40 * MINUTE), urgent, case("much", 20 * MINUTE)) == ["much", "urgent", "a little"]


def test_one_whose_time_has_passed_goes_before_one_who_shouts() -> None:
    assert ranked(case("loud", 5 * MINUTE, severity=Severity.URGENT), case("late", -MINUTE)) == ["late", "loud"]


def test_one_with_a_broken_promise_goes_before_one_that_is_overdue_as_long() -> None:
    failed = case("failed", promises=(promise(-HOUR, PromiseState.BROKEN), promise(HOUR)))
    assert ranked(case("overdue", -HOUR), failed) == ["failed", "overdue"]
    assert reason(failed, NOW) is Reason.BROKEN


def test_a_broken_promise_is_made_good_by_a_colleagues_answer() -> None:
    answer = wrote(Author.AGENT, MINUTE)
    good = case("good", promises=(promise(-HOUR, PromiseState.BROKEN),), messages=(answer,), phase=Phase.HUMAN)
    assert reason(good, NOW) is Reason.ANSWERED


def test_an_answer_before_it_broke_does_not_make_it_good() -> None:
    answer = wrote(Author.AGENT, 2 * HOUR)
    failed = case("failed", promises=(promise(-HOUR, PromiseState.BROKEN),), messages=(answer,))
    assert reason(failed, NOW) is Reason.BROKEN


def test_one_who_was_promised_nothing_is_due_a_fixed_while_after_writing() -> None:
    waiting = case("waiting", messages=(wrote(Author.CUSTOMER, PATIENCE - HOUR),))
    assert ranked(case("later", 2 * HOUR), waiting, case("sooner", 30 * MINUTE)) == ["sooner", "waiting", "later"]
    assert reason(waiting, NOW) is Reason.WAITING
    assert reason(waiting, NOW + 2 * HOUR) is Reason.OVERDUE


def test_where_it_is_the_customers_turn_comes_last_and_the_longest_resting_first() -> None:
    fresh = case("fresh", messages=(wrote(Author.CUSTOMER, 2 * HOUR), wrote(Author.AGENT, HOUR)))
    resting = case("resting", messages=(wrote(Author.BOT, 3 * HOUR),))
    silent = case("silent", opened_at=NOW - 9 * HOUR)
    assert ranked(fresh, resting, silent, case("due", 5 * HOUR)) == ["due", "silent", "resting", "fresh"]


def test_ties_are_broken_by_age_and_then_by_id() -> None:
    assert ranked(case("b", HOUR), case("a", HOUR), case("c", HOUR, opened_at=NOW - 9 * HOUR)) == ["c", "a", "b"]


def test_waiting_counts_from_the_first_message_that_nobody_answered() -> None:
    messages = (
        wrote(Author.CUSTOMER, 3 * HOUR),
        wrote(Author.BOT, 3 * HOUR),
        wrote(Author.CUSTOMER, 2 * HOUR),
        wrote(Author.NOTE, HOUR),
    )
    assert waiting_since(case("c", messages=messages, pending=(wrote(Author.CUSTOMER, MINUTE),))) == NOW - 2 * HOUR
    assert waiting_since(case("c", pending=(wrote(Author.CUSTOMER, MINUTE),))) == NOW - MINUTE
    assert waiting_since(case("c")) is None


def test_the_reason_says_what_presses_most() -> None:
    assert reason(case("c", HOUR), NOW) is Reason.PROMISED
    assert reason(case("c", HOUR, severity=Severity.UPSET), NOW) is Reason.UPSET
    assert reason(case("c", HOUR, severity=Severity.URGENT), NOW) is Reason.URGENT
    assert reason(case("c", -HOUR, severity=Severity.URGENT), NOW) is Reason.OVERDUE


numbers = count()
cases = st.builds(
    lambda due, severity, broken: case(
        f"c{next(numbers)}",
        severity=severity,
        promises=(*(promise(due - 9 * HOUR, PromiseState.BROKEN) for _ in range(broken)), promise(due)),
        messages=(wrote(Author.AGENT, timedelta(0)),),
    ),
    st.timedeltas(-8 * HOUR, 8 * HOUR),
    st.sampled_from(list(Severity)),
    st.integers(0, 6),
)


@settings(deadline=None)
@given(st.lists(cases, max_size=8), cases)
def test_nobody_starves(others: list[Conversation], one: Conversation) -> None:
    """Whoever is due later by more than the greatest head start never goes first."""
    bound = max(HEAD_START.values()) + 3 * AMENDS
    place = order([*others, one], NOW)
    ahead = place[: place.index(one)]
    assert one.promise is not None
    for other in ahead:
        assert other.promise is not None
        assert other.promise.due_at <= one.promise.due_at + bound


@settings(deadline=None)
@given(st.lists(cases, max_size=8))
def test_order_loses_nobody_and_does_not_depend_on_the_order_given(found: list[Conversation]) -> None:
    assert order(found, NOW) == order(reversed(found), NOW)
    assert len(order(found, NOW)) == len(found)
