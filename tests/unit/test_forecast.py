"""How long a wait is forecast to be, and what is promised for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.content import Calendar, Standards
from bot.core.forecast import SIZES, Expectation, Load, forecast, high_quantile, learnt, size_of
from bot.core.people import BOT_NAME
from bot.core.quoting import Wish, honest
from bot.core.step import Event
from bot.core.understanding import Kind, Severity
from bot.core.workload import Workload
from tests.catalogues import catalogue

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALWAYS = Calendar("always", "UTC", always=True)
MINUTE = timedelta(minutes=1)


def standards(**team: object) -> Standards:
    """Always open, with one team."""
    found = catalogue().standards
    support = replace(found.teams["support"], calendar="always", **team)  # type: ignore[arg-type]
    return replace(
        found, calendars={**found.calendars, "always": ALWAYS}, teams={"support": support}, default_team="support"
    )


def load(*minutes: float, pace: float = 5, surprise: float = 0) -> Load:
    """A queue whose promises fall due so many minutes from noon."""
    return Load(sorted(NOON + minute * MINUTE for minute in minutes), pace * MINUTE, (surprise,) * SIZES)


def wait(of: Load, place: float, *, urgent: bool = False) -> float:
    """The forecast for one whose standard ends so many minutes from noon, in minutes."""
    return forecast(of, ALWAYS, NOON, NOON + place * MINUTE, urgent=urgent).wait / MINUTE


# --- the forecast


def test_with_nobody_waiting_one_case_must_be_taken() -> None:
    assert wait(load(), 60) == 5


def test_those_due_earlier_are_taken_before() -> None:
    assert wait(load(30, 40, 50, 500), 60) == 50  # behind the one due then, though three cases take 15 minutes less


def test_nobody_is_put_before_a_promise_that_would_not_survive_it() -> None:
    tight = load(100, 101, 12, 11)  # two promises hold if taken at once, two have time
    assert wait(tight, 10) == 15
    assert wait(load(100, 101), 10) == 5


def test_what_is_urgent_goes_to_its_place_whomever_that_delays() -> None:
    assert wait(load(11, 12), 10, urgent=True) == 5


def test_surprises_of_the_past_lengthen_the_forecast_by_the_square_root_of_the_queue() -> None:
    assert wait(load(10, 20, 25, surprise=2), 60) == pytest.approx(5 * (4 + 2 * 4**0.5))


@given(st.lists(st.floats(1, 500), max_size=30), st.floats(1, 500), st.floats(0.5, 20), st.floats(0, 3))
def test_a_newcomer_never_breaks_a_promise_that_would_have_held(
    dues: list[float], place: float, pace: float, surprise: float
) -> None:
    """One that holds if everybody is taken in order still does with the newcomer at the time they are promised."""
    queue = sorted(dues)
    team = load(*queue, pace=pace, surprise=surprise)
    promised = max(wait(team, place), place)
    for before, due in enumerate(queue):
        held = team.expected(before + 1) / MINUTE <= due
        after = before + (promised < due)
        assert not held or team.expected(after + 1) / MINUTE <= due + 1e-6


@given(st.integers(1, 100_000))
def test_larger_queues_are_of_no_smaller_size(taken: int) -> None:
    assert 0 <= size_of(taken) <= size_of(taken + 1) < SIZES


@given(st.integers(1, 500), st.floats(-0.9, 5), st.floats(0.1, 60))
def test_a_wait_strays_by_the_surprise_that_leads_to_it(taken: int, surprise: float, pace: float) -> None:
    expectation = Expectation(taken, pace * MINUTE)
    assert expectation.surprise_of(expectation.wait(surprise)) == pytest.approx(max(surprise, -(taken**0.5)), abs=1e-3)


# --- what is learnt


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=200), st.floats(0.5, 0.99))
def test_so_many_of_those_seen_were_no_greater(surprises: list[float], share: float) -> None:
    found = high_quantile(surprises, share)
    assert sum(one <= found for one in surprises) >= min(len(surprises), share * len(surprises))


def test_nobody_is_promised_less_than_the_mean() -> None:
    assert high_quantile([-3, -2, -1], 0.95) == 0


def test_long_queues_are_judged_by_long_queues_where_there_were_enough() -> None:
    found = learnt([(0, 3.0)] * 80 + [(5, 1.0)] * 80, 0.95)
    assert (found[0], found[5]) == (3.0, 1.0)


def test_a_size_with_few_samples_borrows_from_its_neighbours() -> None:
    assert learnt([(4, 2.0)] * 80 + [(5, 1.0)] * 3, 0.95)[5] == 2.0


# --- the workload


def promised(conversation: str, at: datetime, due: datetime, expectation: Expectation | None = None) -> Event:
    facts = {"team": "support", "due_at": due.isoformat(), "severity": "calm"}
    if expectation:
        facts |= {"expected_taken": str(expectation.taken)}
        facts |= {"expected_pace": str(expectation.pace.total_seconds())}
    return Event(at, conversation, "promised", facts=facts)


def served(count: int, *, every: timedelta, agents: int = 1) -> Iterable[Event]:
    """All wrote in the morning, and were taken one after another up to noon."""
    morning = NOON - (count + 1) * every
    for number in range(count):
        yield promised(f"{number}-1", morning, NOON + timedelta(hours=8))
    for number in range(count):
        by = f"Agent {number % agents}"
        yield Event(NOON - (count - 1 - number) * every, f"{number}-1", "claimed", by=by)


def heard(events: Iterable[Event], rules: Standards | None = None) -> Workload:
    workload = Workload()
    for event in events:
        workload.hear(event, rules or standards())
    return workload


def test_who_is_away_is_not_on_duty_however_lately_they_were_seen() -> None:
    workload = heard(
        Event(
            line.at,
            line.conversation_id,
            line.name,
            f"Agent ({line.by[-1]})" if line.by != BOT_NAME else BOT_NAME,
            line.facts,
        )
        for line in served(30, every=MINUTE, agents=3)
    )
    assert workload.on_duty("support", ALWAYS, NOON, standards()) == 3
    assert workload.on_duty("support", ALWAYS, NOON, standards(), away={1, 2}) == 1
    assert workload.on_duty("support", ALWAYS, NOON, standards(), away={0, 1, 2}) == 1


def test_the_newcomer_is_reckoned_to_wait_as_far_beyond_what_is_expected_as_those_who_entered_service_last() -> None:
    events = list(served(40, every=4 * MINUTE))
    for number in range(80):  # they waited just as long as was expected
        at = NOON + number * MINUTE
        events += [promised(f"{200 + number}-1", at, at + timedelta(hours=8), Expectation(1, MINUTE))]
        events += [Event(at + MINUTE, f"{200 + number}-1", "claimed", by="Agent 0")]
    after = NOON + timedelta(hours=2)
    before = heard(events).load("support", ALWAYS, after, standards())
    slower = []
    for number in range(3):
        slower += [
            promised(f"{300 + number}-1", after - 30 * MINUTE, after + timedelta(hours=8), Expectation(1, MINUTE))
        ]
        slower += [Event(after, f"{300 + number}-1", "claimed", by="Agent 0")]
    now = heard([*events, *slower]).load("support", ALWAYS, after, standards())
    assert before
    assert now
    assert before.surprises[0] == pytest.approx(0)
    assert now.surprises[0] == pytest.approx(29)


@pytest.mark.parametrize("name", ["claimed", "agent_wrote", "called"])
def test_whoever_is_written_to_or_called_waits_no_more(name: str) -> None:
    workload = heard([promised("5001-1", NOON, NOON + MINUTE), Event(NOON, "5001-1", name, by="Ana Kos (7001)")])
    assert workload.waiting("support") == 0


def test_too_little_history_forecasts_nothing() -> None:
    assert heard(served(15, every=MINUTE)).load("support", ALWAYS, NOON, standards()) is None
    assert Workload().load("support", ALWAYS, NOON, standards()) is None


def test_the_pace_is_that_at_which_cases_were_taken_while_others_waited() -> None:
    found = heard(served(30, every=4 * MINUTE)).load("support", ALWAYS, NOON, standards())
    assert found
    assert found.pace == 4 * MINUTE


def test_with_more_on_duty_than_before_the_pace_is_faster() -> None:
    workload = heard(served(30, every=4 * MINUTE))
    found = workload.load("support", ALWAYS, NOON, standards(on_duty=2))
    assert found
    assert found.pace == 2 * MINUTE


def test_time_without_anybody_waiting_says_nothing_of_the_pace() -> None:
    idle = [
        event
        for number in range(40)
        for event in (
            promised(f"{number}-1", NOON + number * 60 * MINUTE, NOON + timedelta(days=9)),
            Event(NOON + (number * 60 + 1) * MINUTE, f"{number}-1", "agent_wrote", by="Ana"),
        )
    ]
    assert heard(idle).load("support", ALWAYS, NOON + timedelta(days=3), standards()) is None


def test_who_was_seen_lately_is_on_duty() -> None:
    workload = heard(served(30, every=MINUTE, agents=3))
    assert workload.on_duty("support", ALWAYS, NOON, standards()) == 3
    assert workload.on_duty("support", ALWAYS, NOON + timedelta(hours=16), standards()) == 3
    assert workload.on_duty("support", ALWAYS, NOON, standards(on_duty=5)) == 5
    assert Workload().on_duty("support", ALWAYS, NOON, standards()) == 1


@pytest.mark.parametrize("name", ["claimed", "agent_wrote", "resolved", "cancelled", "handed_back"])
def test_a_case_that_somebody_took_or_that_ended_waits_no_more(name: str) -> None:
    workload = heard([promised("1-1", NOON, NOON + timedelta(hours=1))])
    assert workload.waiting("support") == 1
    workload.hear(Event(NOON, "1-1", name, by="Ana"), standards())
    assert workload.waiting("support") == 0


def test_a_promise_that_was_moved_keeps_its_customer_in_the_queue_once() -> None:
    workload = heard(
        [
            promised("1-1", NOON, NOON + timedelta(hours=1)),
            Event(NOON, "1-1", "moved"),
            promised("1-1", NOON + 50 * MINUTE, NOON + timedelta(hours=2)),
        ]
    )
    assert workload.waiting("support") == 1


names = st.sampled_from(["promised", "claimed", "agent_wrote", "resolved", "cancelled", "handed_back", "moved", "note"])


@given(st.lists(st.tuples(st.integers(1, 5), names, st.sampled_from([BOT_NAME, "Ana", "Ben"])), max_size=60))
def test_any_record_can_be_heard_and_the_queue_stays_in_order(lines: list[tuple[int, str, str]]) -> None:
    workload = Workload()
    for place, (number, name, by) in enumerate(lines):
        at = NOON + place * MINUTE
        due = at + timedelta(minutes=(number * 37) % 200)
        event = promised(f"{number}-1", at, due, Expectation(number, MINUTE))
        workload.hear(event if name == "promised" else Event(at, f"{number}-1", name, by=by), standards())
    found = workload.load("support", ALWAYS, NOON + timedelta(days=1), standards())
    assert 0 <= workload.waiting("support") <= 5
    assert found is None or list(found.places) == sorted(found.places)


# --- the promise


def quoted(workload: Workload, severity: Severity = Severity.CALM) -> timedelta:
    wish = Wish(Kind.QUESTION, severity, 10 * MINUTE, "support", "order_status")
    return honest(wish, standards(), workload, NOON, id="9-1/1").quote.promise.due_at - NOON


def test_without_history_the_standard_is_promised_however_short() -> None:
    assert quoted(Workload()) == 10 * MINUTE


def test_a_long_queue_is_promised_the_time_that_it_takes() -> None:
    events = list(served(40, every=4 * MINUTE))
    queue = [promised(f"{100 + n}-1", NOON, NOON + 8 * MINUTE) for n in range(20)]
    assert quoted(heard(events)) == 10 * MINUTE
    assert timedelta(hours=1.4) <= quoted(heard([*events, *queue])) <= timedelta(hours=2)


def test_an_urgent_customer_is_promised_a_time_before_those_who_can_wait() -> None:
    queue = [promised(f"{100 + n}-1", NOON, NOON + timedelta(hours=3)) for n in range(20)]
    workload = heard([*served(40, every=4 * MINUTE), *queue])
    assert quoted(workload, Severity.URGENT) == 10 * MINUTE
