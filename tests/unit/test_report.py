"""Figures from the record: they add up, and what belongs to one conversation changes nothing for another."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import promptness
from bot.core.conversation import Promise, PromiseState
from bot.core.report import By, Cause, Figures, Per, Record, Spread, Standing, standing
from bot.core.step import Event
from tests.catalogues import MONDAY, catalogue, conversation

ZONE = "Europe/Ljubljana"
MINUTE = timedelta(minutes=1)


def line(name: str, minutes: float = 0, of: str = "1-1", by: str = "bot", **facts: str) -> Event:
    return Event(MONDAY + minutes * MINUTE, of, name, by, facts)


def begun(of: str = "1-1", at: float = 0) -> list[Event]:
    return [line("received", at, of), line("opened", at, of)]


def meant(kind: str, act: str, intent: str, of: str = "1-1", at: float = 0, because: str = "sure") -> list[Event]:
    understood = line("understood", at, of, kind=kind, intent=intent)
    return [understood, line("decided", at, of, act=act, because=because, intent=intent)]


def promised(due: float, at: float = 0, of: str = "1-1", **facts: str) -> Event:
    told = {"promise": f"{of}/1", "reason": "item_damaged", "team": "support", **facts}
    return line("promised", at, of, due_at=(MONDAY + due * MINUTE).isoformat(), **told)


def complained(of: str = "1-1", at: float = 0) -> list[Event]:
    """A complaint, promised a colleague within two hours."""
    heard = meant("complaint", "promise", "item_damaged", of, at, because="complaint")
    return [*begun(of, at), *heard, promised(at + 120, at, of)]


def kept(at: float, of: str = "1-1", by: str = "Ana Kos (7001)") -> list[Event]:
    return [line("agent_wrote", at, of, by), line("kept", at, of, by, promise=f"{of}/1")]


def heard(events: list[Event], since: datetime | None = None, until: datetime | None = None) -> Record:
    record = Record(ZONE, since, until)
    for event in events:
        record.hear(event)
    return record


def figures(events: list[Event], since: datetime | None = None, until: datetime | None = None) -> Figures:
    return heard(events, since, until).figures()["all"]


def test_an_empty_record_has_figures_of_nothing() -> None:
    assert figures([]) == Figures()
    assert heard([]).figures(By.TEAM) == {}


def test_words_that_never_arrived_are_no_answer_and_keep_no_promise() -> None:
    stands = line("stands_again", 12, promise="1-1/1", kept_at=(MONDAY + 10 * MINUTE).isoformat())
    found = figures([*complained(), *kept(10), stands])
    assert (found.made, found.kept, found.open) == (1, 0, 1)
    assert (found.first_answer, found.over_quote) == (Spread(), None)
    at_last = figures([*complained(), *kept(10), stands, *kept(60)])
    assert (at_last.kept, at_last.over_quote) == (1, 2.0)
    assert at_last.first_answer == Spread(1, 60 * MINUTE, 60 * MINUTE)


def test_a_question_that_the_bot_answered_is_solved_by_the_bot() -> None:
    found = figures([*begun(), *meant("question", "answer", "opening_hours", at=0.05), line("answered", 0.05)])
    assert (found.asked, found.solved_by_bot, found.solved_rate) == (1, 1, 1.0)
    assert found.first_words == found.first_answer == Spread(1, 0.05 * MINUTE, 0.05 * MINUTE)


def test_acknowledgements_are_counted_of_everything_and_by_the_hour_and_of_no_conversation() -> None:
    soon = Event(MONDAY, "", promptness.ACKNOWLEDGED, facts=promptness.counted([0.0009, 0.0012, 0.004]))
    late = Event(MONDAY + 61 * MINUTE, "", promptness.ACKNOWLEDGED, facts=promptness.counted([0.9]))
    record = heard([soon, late])
    found = record.figures()["all"]
    assert found.acknowledged == Spread(4, timedelta(milliseconds=2), timedelta(seconds=1))
    assert found.conversations == 0
    assert {hour: one.acknowledged.count for hour, one in record.figures(By.HOUR).items()} == {"10": 3, "11": 1}
    assert record.figures(By.TEAM) == {}
    assert figures([soon, late], until=MONDAY + MINUTE).acknowledged.count == 3


@given(st.lists(st.floats(0, 10_000), min_size=1), st.floats(0.01, 1))
def test_so_many_were_acknowledged_within_the_step_that_is_told(seconds: list[float], share: float) -> None:
    step = promptness.within(promptness.read(promptness.counted(seconds)), share)
    assert step is not None
    longest = min(max(seconds), promptness.STEPS[-1])
    assert step.total_seconds() <= next(bound for bound in promptness.STEPS if bound >= longest)
    if step.total_seconds() < promptness.STEPS[-1]:
        assert sum(one <= step.total_seconds() for one in seconds) >= share * len(seconds) - 1e-9


def test_a_greeting_asks_for_nothing() -> None:
    found = figures([*begun(), *meant("smalltalk", "answer", "greeting"), line("answered", intent="greeting")])
    assert (found.conversations, found.asked, found.solved_rate) == (1, 0, None)
    assert found.first_words.count == 1
    assert found.first_answer.count == 0


def test_who_was_not_understood_asked_for_something_however_much_it_sounded_like_a_greeting() -> None:
    talk = [*meant("smalltalk", "ask", "none", because="unsure"), *meant("question", "answer", "opening_hours", at=1)]
    assert figures([*begun(), *talk, line("answered", 1, intent="opening_hours")]).first_answer.count == 1
    assert figures([*begun(), *talk[:2], line("answered", intent="link")]).first_answer.count == 1


def test_what_a_colleague_had_to_answer_is_not_solved_by_the_bot() -> None:
    found = figures([*complained(), *kept(30)])
    assert (found.asked, found.solved_by_bot) == (1, 0)
    assert found.first_answer.median == 30 * MINUTE


def test_a_promise_that_was_kept_in_a_quarter_of_its_time_was_quoted_four_times_over() -> None:
    found = figures([*complained(), *kept(30)])
    assert (found.made, found.kept, found.kept_rate, found.over_quote) == (1, 1, 1.0, 4.0)


def test_a_moved_promise_was_not_kept_and_its_quote_is_the_first_one() -> None:
    moved = [line("moved", 105, promise="1-1/1"), promised(225, 105, promise="1-1/2", moved_from="1-1/1")]
    done = [line("agent_wrote", 240, by="Ana (1)"), line("broken", 240, by="Ana (1)", promise="1-1/2")]
    found = figures([*complained(), *moved, *done])
    assert (found.made, found.moved, found.broken, found.kept, found.kept_rate) == (2, 1, 1, 0, 0.0)
    assert found.over_quote == 0.5


def test_an_amends_promise_counts_for_what_it_was_about_in_the_first_place() -> None:
    amends = promised(150, 120, promise="1-1/2", reason="broken", moved_from="1-1/1")
    record = heard([*complained(), line("broken", 120, promise="1-1/1"), amends])
    assert list(record.figures(By.INTENT)) == ["item_damaged"]


def test_a_call_that_was_kept_is_an_answer_too() -> None:
    found = figures([*complained(), line("kept", 60, by="Ana (1)", promise="1-1/1")])
    assert (found.kept, found.over_quote, found.first_answer.median) == (1, 2.0, 60 * MINUTE)


def test_a_time_that_the_customer_chose_is_no_quote_of_ours() -> None:
    chosen = promised(
        600, 1, promise="1-1/2", instead_of="1-1/1", reason="asked", not_before="2026-11-23T18:00:00+00:00"
    )
    record = heard([*complained(), line("cancelled", 1, by="customer", promise="1-1/1"), chosen, *kept(30)[:1]])
    assert record.figures()["all"].over_quote is None
    assert list(record.figures(By.INTENT)) == ["item_damaged"]


def test_cancelled_and_open_promises_do_not_count_for_or_against_us() -> None:
    found = figures([*complained("1-1"), line("cancelled", 5, promise="1-1/1"), *complained("2-1")])
    assert (found.made, found.cancelled, found.open, found.kept_rate) == (2, 1, 1, None)


def test_a_promise_is_its_agents_who_kept_it_or_had_the_case_when_it_broke() -> None:
    claimed = [line("claimed", 5, "2-1", "Ben Kralj (7002)"), line("broken", 120, "2-1", promise="2-1/1")]
    left_alone = [line("broken", 120, "3-1", promise="3-1/1")]
    every = [*complained("1-1"), *complained("2-1"), *complained("3-1"), *kept(30), *claimed, *left_alone]
    found = heard(every).figures(By.AGENT)
    assert {name: (one.kept, one.broken) for name, one in found.items()} == {
        "Ana Kos (7001)": (1, 0),
        "Ben Kralj (7002)": (0, 1),
        "bot": (0, 1),
    }


def test_hours_are_those_of_the_house() -> None:
    assert list(heard(complained()).figures(By.HOUR)) == ["10"]


def test_the_last_stars_that_a_customer_gave_count() -> None:
    found = figures([*begun(), line("rated", 1, stars="2"), line("rated", 2, stars="5"), *begun("2-1")])
    assert (found.rated, found.stars) == (1, 5.0)


def test_what_began_before_the_time_asked_for_is_left_out_and_what_ended_after_it_is_told() -> None:
    since, until = MONDAY + 60 * MINUTE, MONDAY + 120 * MINUTE
    every = [
        *complained("1-1", 0),
        *complained("2-1", 60),
        *kept(90, "1-1"),
        *complained("3-1", 120),
        *kept(150, "2-1"),
    ]
    found = figures(every, since, until)
    assert (found.conversations, found.made, found.kept) == (1, 1, 1)


def test_the_end_of_a_promise_from_before_the_record_that_was_read_is_passed_over() -> None:
    assert figures(kept(90)).made == 0


def test_complaints_are_counted_by_cause_and_week_once_for_a_conversation() -> None:
    again = meant("complaint", "noted", "item_damaged", at=10, because="waiting")
    other = meant("complaint", "noted", "delivery_late", at=11, because="waiting")
    every = [*complained("1-1"), *again, *other, *complained("2-1"), *complained("3-1", 8 * 24 * 60)]
    assert heard(every).causes(Per.WEEK) == [
        Cause("2026-11-23", "item_damaged", 2),
        Cause("2026-11-23", "delivery_late", 1),
        Cause("2026-11-30", "item_damaged", 1),
    ]
    assert [cause.day for cause in heard(every).causes(Per.DAY)] == ["2026-11-23", "2026-11-23", "2026-12-01"]


def test_open_promises_are_told_apart_by_how_near_their_time_is() -> None:
    def due(hours: float) -> Promise:
        return Promise("p", MONDAY, MONDAY + timedelta(hours=hours), "office", "support", "asked", "")

    cases = [conversation(promises=(due(hours),)) for hours in (2, 4, 1)]
    ended = conversation(promises=(replace(due(1), state=PromiseState.KEPT),))
    now = MONDAY + timedelta(hours=1, minutes=55)
    assert standing([*cases, ended], catalogue().standards, now) == Standing(open=3, at_risk=1, overdue=1)


# --- any record -------------------------------------------------------------------------------------------------------

ENDS = st.sampled_from(["kept", "moved", "broken", "cancelled", "open"])
LIVES = st.lists(st.tuples(ENDS, st.sampled_from(["support", "billing"]), st.integers(0, 3000)), max_size=12)


def life(number: int, end: str, team: str, at: int) -> list[Event]:
    of = f"{number}-1"
    told = [*complained(of, at)[:-1], promised(at + 120, at, of, team=team)]
    match end:
        case "kept":
            return [*told, *kept(at + 30, of)]
        case "moved":
            successor = promised(at + 230, at + 110, of, team=team, promise=f"{of}/2", moved_from=f"{of}/1")
            return [*told, line("moved", at + 110, of, promise=f"{of}/1"), successor]
        case "open":
            return told
        case _:
            return [*told, line(end, at + 120, of, promise=f"{of}/1")]


@given(LIVES, st.sampled_from(list(By)))
def test_figures_add_up_and_groups_add_up_to_the_whole(lives: list[tuple[str, str, int]], by: By) -> None:
    record = heard([event for number, one in enumerate(lives) for event in life(number, *one)])
    whole, groups = record.figures()["all"], record.figures(by).values()
    assert whole.conversations == len(lives)
    for one in (whole, *groups):
        assert one.made == one.kept + one.moved + one.broken + one.cancelled + one.open
        assert one.solved_by_bot <= one.asked <= one.conversations
    for name in ("conversations", "asked", "made", "kept", "moved", "broken", "cancelled", "open", "rated"):
        assert getattr(whole, name) == sum(getattr(one, name) for one in groups)
    assert sum(cause.complaints for cause in record.causes(Per.DAY)) == len(lives)


@given(LIVES, st.randoms(use_true_random=False))
def test_how_conversations_interleave_changes_nothing(lives: list[tuple[str, str, int]], chance: random.Random) -> None:
    own = [life(number, *one) for number, one in enumerate(lives)]
    mixed = [number for number, events in enumerate(own) for _ in events]
    chance.shuffle(mixed)
    queues = [iter(events) for events in own]
    one_way, other = heard([event for events in own for event in events]), heard([next(queues[n]) for n in mixed])
    for by in (None, *By):
        assert one_way.figures(by) == other.figures(by)
    assert one_way.causes(Per.WEEK) == other.causes(Per.WEEK)


def test_a_case_counts_under_each_tag_that_it_has_in_the_end() -> None:
    tagged = [line("tagged", 1, tag="vip"), line("tagged", 1, tag="refund"), line("tagged", 2, tag="oops")]
    record = heard([*complained(), *tagged, line("untagged", 3, tag="oops"), *kept(30), *complained("2-1")])
    found = record.figures(By.TAG)
    assert {tag: (one.conversations, one.kept, one.open) for tag, one in found.items()} == {
        "(none)": (1, 0, 1),
        "refund": (1, 1, 0),
        "vip": (1, 1, 0),
    }


@pytest.mark.parametrize("name", ["reminded", "nagged", "a name from the future"])
def test_lines_that_say_nothing_of_figures_change_nothing(name: str) -> None:
    assert figures([*complained(), line(name, 3)]) == figures(complained())
