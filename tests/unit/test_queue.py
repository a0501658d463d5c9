"""The queue and the board as they read, and whatever cases there are: one message, in the order of the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import board, linked, priority, queue
from bot.core.conversation import Author, Conversation, Entity, Message, Phase, Promise, PromiseState
from bot.core.draft import Context
from bot.core.people import Agent, Customer, Person
from bot.core.roster import Roster
from bot.core.understanding import Severity
from tests.catalogues import ANA, BEN, GROUP, MONDAY, catalogue, context

MINUTE = timedelta(minutes=1)


def case(number: int, name: str = "Maja", due: timedelta | None = 42 * MINUTE, **fields: object) -> Conversation:
    promise = Promise(f"{number}/1", MONDAY, MONDAY + due, "office", "support", "asked", "by then") if due else None
    customer = Customer(number, name)
    base = Conversation(f"{number}-1", number, customer, MONDAY, "en", Phase.WAITING, intent="item_damaged")
    asked = Message(MONDAY - 12 * MINUTE, Author.CUSTOMER, "it came broken")
    given = {"promises": (promise,) if promise else (), "agents_chat": GROUP, "topic_id": number, "messages": (asked,)}
    return replace(base, **{**given, **fields})  # type: ignore[arg-type]


def lines(*cases: Conversation, at: Context | None = None) -> list[str]:
    text, _ = linked.parsed(queue.answer(cases, at or context()))
    return text.split("\n")


def test_a_line_has_the_clock_time_first_then_what_is_left_who_what_and_who_has_it() -> None:
    assert lines(case(5))[-1] == "🔵 10:42 · in 42 min · Maja: Item damaged · nobody yet"
    assert lines(case(5, assigned=BEN))[-1].endswith("· 👉 Ben Kralj")
    assert lines(case(5, phase=Phase.HUMAN, agent=ANA))[-1].endswith("· 👤 Ana Kos")


def test_the_first_is_the_most_urgent_and_it_is_said_why() -> None:
    said = lines(case(5), case(6, "Zoran", severity=Severity.URGENT))
    assert said[:2] == ["2 waiting · 0 in hand · 0 late", "Take first: Zoran. Goes before others: it is urgent."]
    assert [line[:1] for line in said[3:]] == ["🔴", "🔵"]


def test_what_is_late_is_marked_and_counted() -> None:
    late = context(MONDAY + 50 * MINUTE)
    said = lines(case(5), case(6, phase=Phase.HUMAN, agent=ANA, due=None), at=late)
    assert said[0] == "1 waiting · 1 in hand · 1 late"
    assert said[3] == "❗ 10:42 · 8 min ago · Maja: Item damaged · nobody yet"


def test_without_a_promise_it_says_since_when_the_customer_waits_or_that_they_had_an_answer() -> None:
    answered = (Message(MONDAY, Author.AGENT, "done", "Ana Kos"),)
    said = lines(case(5, due=None), case(6, due=None, phase=Phase.HUMAN, agent=ANA, messages=answered))
    assert said[-2:] == [
        "🔵 wrote 12 min ago · Maja: Item damaged · nobody yet",
        "✔ answered · Maja: Item damaged · 👤 Ana Kos",
    ]


def test_a_time_on_another_day_says_which() -> None:
    assert "Tue 10:00 · in 24 hr" in lines(case(5, due=timedelta(days=1)))[-1]
    assert "3 Dec 10:00" in lines(case(5, due=timedelta(days=10)))[-1]


def test_the_customers_name_leads_to_the_topic() -> None:
    text, entities = linked.parsed(queue.answer([case(5, "Maja 😀 Novak")], context()))
    (link,) = entities
    units = text.encode("utf-16-le")
    assert units[2 * link.offset : 2 * (link.offset + link.length)].decode("utf-16-le") == "Maja 😀 Novak"
    assert link.url == f"https://t.me/c/{-GROUP - 10**12}/5"


def test_a_case_without_a_topic_is_linked_by_its_card() -> None:
    _, (link,) = linked.parsed(queue.answer([case(5, topic_id=None, card_id=77)], context()))
    assert link.url.endswith("/77")


def test_a_name_makes_no_link_of_its_own() -> None:
    crafted = "\ue001Maja\ue002https://evil.example\ue003"
    text, entities = linked.parsed(queue.answer([case(5, crafted, topic_id=None)], context()))
    assert entities == ()
    assert "Maja https://evil.example" in text


def test_mine_are_those_that_i_have_or_am_to_take() -> None:
    cases = [case(5, assigned=BEN), case(6, phase=Phase.HUMAN, agent=BEN), case(7, phase=Phase.HUMAN, agent=ANA)]
    assert queue.mine(cases, BEN.id, context()).startswith("Yours: 2\n")
    assert queue.mine(cases, 1, context()) == "You have no case at the moment."


def test_an_empty_queue_says_so() -> None:
    assert lines() == ["Nobody is waiting. ☕"]
    assert lines(case(5, phase=Phase.BOT), case(6, phase=Phase.RESOLVED)) == ["Nobody is waiting. ☕"]


def test_the_board_names_who_is_here_and_who_is_away() -> None:
    people = [
        Person(1, "Ana", groups=(GROUP,), seen_at=MONDAY),
        Person(2, "Ben", groups=(GROUP,), seen_at=MONDAY, away=True),
        Person(3, "Cene", groups=(-5,), seen_at=MONDAY),
    ]
    shown = board.board(GROUP, [case(5)], Context(MONDAY, catalogue(), roster=Roster(people)))
    assert shown.text.split("\n") == [
        "1 waiting · 0 in hand · 0 late",
        "Here: Ana",
        "Away: Ben",
        "",
        "🔵 10:42 · in 42 min · Maja: Item damaged · nobody yet",
    ]
    assert [entity.type for entity in shown.entities] == ["text_link"]


def test_more_than_a_message_holds_is_counted() -> None:
    shown = board.board(GROUP, [case(number, "N" * 64) for number in range(1, 200)], context())
    body = shown.text.split("\n\n", 1)[1].split("\n")
    assert body[-1] == f"… and {199 - (len(body) - 1)} more"


CASES = st.builds(
    case,
    st.integers(1, 10**9),
    st.text(min_size=1, max_size=80),
    st.none() | st.timedeltas(timedelta(hours=-9), timedelta(days=9)),
    severity=st.sampled_from(Severity),
    phase=st.sampled_from(Phase),
    agent=st.none() | st.builds(Agent, st.integers(1, 9), st.text(max_size=64)),
)


@given(st.lists(CASES, max_size=120, unique_by=lambda each: each.id))
def test_whatever_cases_there_are_the_board_is_one_message_in_the_order_of_the_queue(cases: list[Conversation]) -> None:
    shown = board.board(GROUP, cases, context())
    assert len(shown.text.encode("utf-16-le", "surrogatepass")) // 2 <= linked.LIMIT
    assert len(shown.entities) <= linked.MOST
    open_ones = [each for each in cases if each.phase in (Phase.WAITING, Phase.HUMAN)]
    ordered = [each.case for each in queue.entries(cases, MONDAY)]
    assert ordered == priority.order(open_ones, MONDAY)
    addresses = [entity.url.rpartition("/")[2] for entity in shown.entities]
    assert addresses == [str(each.topic_id) for each in ordered][: len(addresses)]


def test_a_promise_that_was_broken_puts_the_case_first() -> None:
    broken = replace(case(5).promises[0], state=PromiseState.BROKEN, ended_at=MONDAY)
    (entry, _) = queue.entries([case(6), case(5, promises=(broken,))], MONDAY)
    assert (entry.case.id, entry.is_late) == ("5-1", True)


def test_links_count_by_what_is_read_and_stand_where_it_is() -> None:
    text = f"😀 {linked.link('Maja', 'https://t.me/c/1/2')}!"
    assert linked.units(text) == 8
    assert linked.parsed(text) == ("😀 Maja!", (Entity("text_link", 3, 4, "https://t.me/c/1/2"),))
