"""What every store promises: each sentence of :class:`bot.ports.Store`, tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from bot.core.conversation import (
    Aftercare,
    Author,
    Clarification,
    Conversation,
    Entity,
    Media,
    Message,
    Phase,
    Promise,
    PromiseState,
    Ref,
    Way,
)
from bot.core.errors import StoreError
from bot.core.outgoing import (
    AnswerCallback,
    Button,
    Card,
    ClearButtons,
    CloseTopic,
    Content,
    Copy,
    Delivery,
    Edit,
    OpenTopic,
    React,
    ReopenTopic,
    Retract,
    Revise,
    ShowButtons,
    Text,
    To,
)
from bot.core.people import Agent, Person, Role
from bot.core.step import Event, Step
from bot.core.understanding import Kind, Severity
from bot.ports import Cursor, Store
from tests.contract.builders import (
    AGENTS,
    NOON,
    after,
    all_of,
    commit,
    conversation,
    due,
    event,
    failed,
    row,
    sent,
    update,
)
from tests.contract.conftest import Backend

Again = Callable[[Store], Awaitable[Store]]
"""Gives the store as it is found after something happened to its owner."""


@pytest.fixture(params=["as it is", "after a restart", "after a crash", "after tidying and a crash"])
async def again(request: pytest.FixtureRequest, backend: Backend) -> Again:
    place = backend

    async def continued(store: Store) -> Store:
        nonlocal place
        if request.param == "as it is":
            return store
        if request.param == "after a restart":
            await store.close()
            return await place.open()
        if "tidying" in request.param:
            await place.tidy(store)
        place = place.crashed()
        await store.close()
        return await place.open()

    return continued


def full_conversation() -> Conversation:
    """One that has something in every field."""
    message = Message(NOON, Author.CUSTOMER, 'Где мой заказ? 📦\n\t"A-12345" \u2028 ﷽', "Ana", 12, Media.PHOTO)
    promise = Promise(
        "p1", NOON, after(120), "office", "sales", "asked", "by 14:00", PromiseState.MOVED, "p0", after(9)
    )
    chosen = replace(promise, id="p2", state=PromiseState.OPEN, ended_at=None, way=Way.CALL, not_before=after(60))
    return conversation(
        phase=Phase.HUMAN,
        messages=(message, replace(message, author=Author.NOTE)),
        pending=(message,),
        pending_since=after(0.000001),
        intent="order_status",
        kind=Kind.COMPLAINT,
        severity=Severity.URGENT,
        slots={"order_id": "A-12345"},
        answered=("order_status",),
        failures=2,
        clarification=Clarification(NOON, "Which?", ("a", "b")),
        promises=(promise, replace(chosen, instead_of="p1")),
        agent=Agent(7, "Bor", Role.SUPERVISOR),
        agents_chat=AGENTS,
        topic_id=3,
        card_id=4,
        resolved_at=after(1),
        steps=9,
        phone_asked=True,
        continues="5001-0",
        after=Aftercare(after(2), 5, after(3), is_well=True),
    )


# --- colleagues


async def test_colleagues_are_kept_and_replaced(store: Store, again: Again) -> None:
    ana = Person(7, "Ana", "ana", Role.SUPERVISOR, (AGENTS,), (AGENTS,), ("sl", "en"), 5, away=True, seen_at=NOON)
    for person in (Person(8, "Bor"), Person(7, "Anna"), ana):
        await store.put_person(person)
    store = await again(store)
    assert await store.people() == (ana, Person(8, "Bor"))
    await store.close()


# --- inbox


async def test_an_update_is_accepted_once(store: Store, again: Again) -> None:
    assert await store.accept(update(10)) is True
    store = await again(store)
    assert await store.accept(update(10, "the same again")) is False
    await store.close()


async def test_the_same_update_accepted_twice_at_the_same_moment_is_accepted_once(store: Store) -> None:
    assert sorted(await asyncio.gather(*(store.accept(update(10)) for _ in range(5)))) == [False] * 4 + [True]


async def test_accepted_updates_are_unhandled_in_order_of_their_ids(store: Store, again: Again) -> None:
    for update_id in (12, 10, 11):
        await store.accept(update(update_id))
    store = await again(store)
    assert await store.unhandled() == (update(10), update(11), update(12))
    await store.close()


async def test_an_update_that_a_step_dealt_with_is_handled_and_still_known(store: Store, again: Again) -> None:
    await store.accept(update(10))
    await store.accept(update(11))
    await commit(store, Step(conversation(), update_id=10))
    store = await again(store)
    assert await store.unhandled() == (update(11),)
    assert await store.accept(update(10)) is False
    await store.close()


async def test_a_discarded_update_is_handled_and_still_known(store: Store, again: Again) -> None:
    await store.accept(update(10))
    await store.discard(10, "a member joined")
    store = await again(store)
    assert await store.unhandled() == ()
    assert await store.accept(update(10)) is False
    await store.close()


async def test_discarding_what_is_not_there_does_no_harm(store: Store) -> None:
    await store.discard(99, "never came")
    assert await store.accept(update(99)) is True


async def test_text_that_is_no_unicode_is_kept_as_far_as_it_is(store: Store, again: Again) -> None:
    assert await store.accept(update(10, "half a pair: \ud83d, and a zero: \0"))
    store = await again(store)
    assert (await store.unhandled())[0].update_id == 10
    await store.close()


# --- conversations


async def test_a_chat_that_never_wrote_has_no_conversation(store: Store) -> None:
    async with store.lease(5001) as found:
        assert found is None
    assert await store.conversation("5001-1") is None
    assert await store.conversation_of_topic(AGENTS, 3) is None
    assert await store.past_conversations(5001) == ()


@pytest.mark.parametrize("nonsense", ["", "5001", "5001-", "-", "../5001-1", "٥-1", "5001-1\n", "x" * 5000])
async def test_what_is_no_id_of_a_conversation_finds_none(store: Store, nonsense: str) -> None:
    assert await store.conversation(nonsense) is None


async def test_a_conversation_is_read_back_as_it_was_committed(store: Store, again: Again) -> None:
    await commit(store, Step(full_conversation()))
    store = await again(store)
    assert await store.conversation("5001-1") == full_conversation()
    assert await store.conversation_of_topic(AGENTS, 3) == full_conversation()
    assert await store.open_conversations() == (full_conversation(),)
    async with store.lease(5001) as leased:
        assert leased == full_conversation()
    await store.close()


async def test_what_is_handed_out_is_frozen_and_nobody_elses(store: Store) -> None:
    await commit(store, Step(conversation(slots={"order_id": "A-1"})))
    found = await store.conversation("5001-1")
    assert found is not None
    with pytest.raises(FrozenInstanceError):
        found.intent = "other"  # type: ignore[misc]  # that it cannot be assigned is what is tested
    found.slots["order_id"] = "changed"
    assert await store.conversation("5001-1") == conversation(slots={"order_id": "A-1"})


async def test_what_was_given_may_be_changed_afterwards_by_its_owner(store: Store) -> None:
    mine = conversation(slots={"order_id": "A-1"})
    await commit(store, Step(mine))
    mine.slots["order_id"] = "changed"
    assert await store.conversation("5001-1") == conversation(slots={"order_id": "A-1"})


async def test_a_lease_finds_the_last_conversation_of_the_chat(store: Store, again: Again) -> None:
    await commit(store, Step(conversation(phase=Phase.RESOLVED)))
    await commit(store, Step(conversation(ordinal=2)))
    await commit(store, Step(conversation(chat_id=5002)))
    store = await again(store)
    async with store.lease(5001) as found:
        assert found == conversation(ordinal=2)
    await store.close()


async def test_a_lease_finds_the_last_conversation_even_if_it_is_resolved(store: Store, again: Again) -> None:
    for ordinal in range(1, 12):
        await commit(store, Step(conversation(ordinal=ordinal, phase=Phase.RESOLVED)))
    store = await again(store)
    async with store.lease(5001) as found:
        assert found == conversation(ordinal=11, phase=Phase.RESOLVED)
    await store.close()


async def test_resolved_conversations_are_past_and_not_open(store: Store, again: Again) -> None:
    done = [conversation(ordinal=ordinal, phase=Phase.RESOLVED, resolved_at=NOON) for ordinal in range(1, 12)]
    for past in done:
        await commit(store, Step(past))
    await commit(store, Step(conversation(ordinal=12)))
    await commit(store, Step(conversation(chat_id=50011, phase=Phase.RESOLVED)))
    store = await again(store)
    assert await store.past_conversations(5001) == tuple(done)
    assert await store.open_conversations() == (conversation(ordinal=12),)
    assert await store.conversation("5001-3") == done[2]
    await store.close()


async def test_a_topic_belongs_to_the_conversation_that_took_it_up_last(store: Store, again: Again) -> None:
    past = conversation(phase=Phase.RESOLVED, agents_chat=AGENTS, topic_id=3)
    later = conversation(ordinal=2, agents_chat=AGENTS, topic_id=3)
    await commit(store, Step(past))
    await commit(store, Step(later))
    await commit(store, Step(replace(past, steps=1)))  # it is rated meanwhile
    store = await again(store)
    assert await store.conversation_of_topic(AGENTS, 3) == later
    await commit(store, Step(replace(later, phase=Phase.RESOLVED)))
    await commit(store, Step(replace(past, steps=2)))
    store = await again(store)
    found = await store.conversation_of_topic(AGENTS, 3)
    assert found is not None
    assert not found.is_open
    await store.close()


async def test_a_resolved_conversation_may_still_change_when_it_is_not_the_last(store: Store, again: Again) -> None:
    past = conversation(phase=Phase.RESOLVED)
    await commit(store, Step(past))
    await commit(store, Step(conversation(ordinal=2)))
    store = await again(store)
    rated = replace(past, steps=1, after=Aftercare(rating=4))
    await commit(store, Step(rated, outbox=(row(rated),), done=("survey:5001-1",)))
    store = await again(store)
    assert await store.conversation("5001-1") == rated
    async with store.lease(5001) as last:
        assert last == conversation(ordinal=2)
    await store.close()


async def test_a_resolved_conversation_is_still_found_by_its_topic(store: Store, again: Again) -> None:
    past = conversation(phase=Phase.RESOLVED, agents_chat=AGENTS, topic_id=3)
    await commit(store, Step(past))
    store = await again(store)
    assert await store.conversation_of_topic(AGENTS, 3) == past
    assert await store.conversation_of_topic(AGENTS, 4) is None
    await store.close()


async def test_a_resolved_conversation_can_change_again(store: Store, again: Again) -> None:
    past = conversation(phase=Phase.RESOLVED)
    words = row(past)
    await commit(store, Step(past, outbox=(words,)))
    await store.receive(sent(words, 77))
    store = await again(store)
    later = replace(past, phase=Phase.HUMAN, steps=1)
    await commit(store, Step(later, outbox=(words,)))
    store = await again(store)
    assert await store.conversation("5001-1") == later
    assert await store.open_conversations() == (later,)
    assert await store.outbox() == ()
    assert await store.past_conversations(5001) == ()
    await store.close()


async def test_an_older_conversation_can_change_while_the_chat_has_a_newer_one(store: Store, again: Again) -> None:
    old, new = conversation(phase=Phase.RESOLVED), conversation(ordinal=2)
    await commit(store, Step(old, outbox=(row(old),), due=(due("late", 1, old),)))
    await store.receive(sent(row(old), 77))
    await commit(store, Step(new))
    store = await again(store)
    async with store.lease(5001) as last:
        assert last == new
        await store.commit(Step(old, outbox=(row(old),), done=("late",)))
        await store.commit(Step(replace(new, failures=1)))
    store = await again(store)
    assert await store.past_conversations(5001) == (old,)
    assert await store.open_conversations() == (replace(new, failures=1),)
    assert await store.outbox() == ()
    assert await store.next_due() is None
    assert await store.counterpart(5001, 77) == (row(old), sent(row(old), 77))
    await store.close()


async def test_a_lease_is_exclusive_and_first_come_first_served(store: Store) -> None:
    order: list[str] = []
    entered = asyncio.Event()
    leave = asyncio.Event()

    async def first() -> None:
        async with store.lease(5001):
            entered.set()
            await leave.wait()
            await store.commit(Step(conversation(failures=1)))
            order.append("first")

    async def later(name: str) -> None:
        async with store.lease(5001) as found:
            assert found is not None
            order.append(name)
            await store.commit(Step(replace(found, failures=found.failures + 1)))

    waiting = [asyncio.create_task(first())]
    await entered.wait()
    waiting += [asyncio.create_task(later(name)) for name in ("second", "third")]
    async with store.lease(5002):
        assert order == []
    leave.set()
    await asyncio.gather(*waiting)
    assert order == ["first", "second", "third"]
    assert await store.conversation("5001-1") == conversation(failures=3)


async def test_a_lease_is_free_again_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.lease(5001):
            raise ZeroDivisionError
    async with store.lease(5001) as found:
        assert found is None


async def test_looking_takes_no_lease(store: Store) -> None:
    await commit(store, Step(conversation()))
    async with store.lease(5001):
        assert await store.conversation("5001-1") == conversation()
        assert await store.open_conversations() == (conversation(),)


async def test_committing_without_a_lease_is_refused_and_changes_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match="leased"):
        await store.commit(Step(conversation()))
    assert await store.conversation("5001-1") is None


async def test_a_conversation_whose_id_is_of_another_chat_is_refused(store: Store) -> None:
    async with store.lease(5001):
        with pytest.raises(StoreError, match="5002-1"):
            await store.commit(Step(replace(conversation(), id="5002-1")))


# --- the record


async def test_lines_of_no_step_stand_in_the_record_in_their_order(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, (event(talk, "opened"),)))
    line = Event(NOON, "", "acknowledged", facts={"0.001": "7"})
    await store.append((line,))
    store = await again(store)
    assert await all_of(store.events()) == [event(talk, "opened"), line]
    assert await all_of(store.events(talk.id)) == [event(talk, "opened")]
    await store.close()


# --- a step is kept whole


async def test_everything_in_a_step_is_kept(store: Store, again: Again) -> None:
    talk = conversation()
    await store.accept(update(10))
    step = Step(talk, (event(talk, "opened"),), (row(talk, 0), row(talk, 1)), (due("turn", 1, talk),), (), 10)
    await commit(store, step)
    store = await again(store)
    assert await store.conversation(talk.id) == talk
    assert await all_of(store.events()) == [event(talk, "opened")]
    assert await store.outbox() == ((row(talk, 0), Delivery.PENDING), (row(talk, 1), Delivery.PENDING))
    assert await store.due(after(1)) == (due("turn", 1, talk),)
    assert await store.unhandled() == ()
    await store.close()


async def test_committing_a_step_twice_does_no_harm(store: Store, again: Again) -> None:
    talk = conversation()
    step = Step(talk, (event(talk, "opened"),), (row(talk),), (due("turn", 1, talk),), update_id=10)
    await store.accept(update(10))
    await commit(store, step)
    store = await again(store)
    await commit(store, step)
    assert await store.outbox() == ((row(talk), Delivery.PENDING),)
    assert await all_of(store.events()) == [event(talk, "opened")]
    assert await store.due(after(1)) == (due("turn", 1, talk),)
    await store.close()


@pytest.mark.parametrize("receipt", [lambda words: sent(words, 77), failed])
async def test_a_row_that_was_sent_or_failed_is_not_sent_again_when_its_step_is_committed_again(
    store: Store, again: Again, receipt: Callable[..., object]
) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk),)))
    await store.receive(receipt(row(talk)))  # type: ignore[arg-type]  # a receipt, made from the row
    store = await again(store)
    await commit(store, Step(replace(talk, failures=1), outbox=(row(talk),)))
    assert await store.outbox() == ()
    await store.close()


async def test_a_row_committed_again_keeps_its_place_and_its_words(store: Store) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk, 0),)))
    await commit(store, Step(replace(talk, failures=1), outbox=(row(talk, 1), row(talk, 0, Text("Other words")))))
    assert [outgoing for outgoing, _ in await store.outbox()] == [row(talk, 0), row(talk, 1)]


# --- what receipts set, while a conversation is out on a lease


async def test_a_new_topic_is_not_lost_when_a_stale_conversation_is_committed(store: Store, again: Again) -> None:
    talk = conversation(phase=Phase.WAITING)
    opening, card = row(talk, 0, OpenTopic("Ana"), To.CASE), row(talk, 1, Card("Ana"), To.CASE)
    await commit(store, Step(talk, outbox=(opening, card)))
    async with store.lease(5001) as stale:
        assert stale is not None
        await store.receive(sent(opening, chat_id=AGENTS, thread_id=3))
        await store.receive(sent(card, 44, chat_id=AGENTS, thread_id=3))
        await store.commit(Step(replace(stale, failures=1, steps=1)))
        await store.commit(Step(replace(stale, failures=2, steps=2)))
    store = await again(store)
    expected = replace(talk, failures=2, steps=2, agents_chat=AGENTS, topic_id=3, card_id=44)
    assert await store.conversation(talk.id) == expected
    assert await store.conversation_of_topic(AGENTS, 3) == expected
    await store.close()


async def test_a_topic_made_anew_is_not_lost_when_a_stale_conversation_is_committed(store: Store) -> None:
    talk = conversation(agents_chat=AGENTS, topic_id=3, card_id=44)
    opening = row(talk, 0, OpenTopic("Ana"), To.CASE)
    await commit(store, Step(talk, outbox=(opening,)))
    async with store.lease(5001) as stale:
        assert stale is not None
        await store.receive(sent(opening, chat_id=AGENTS, thread_id=8))
        await store.commit(Step(replace(stale, failures=1)))
    assert await store.conversation(talk.id) == replace(talk, failures=1, topic_id=8, card_id=None)
    assert await store.conversation_of_topic(AGENTS, 3) is None


async def test_a_step_may_itself_change_where_the_case_is(store: Store, again: Again) -> None:
    await commit(store, Step(conversation(agents_chat=AGENTS, topic_id=3, card_id=4)))
    moved = conversation(agents_chat=-1002, topic_id=9, card_id=10)
    await commit(store, Step(moved))
    store = await again(store)
    assert await store.conversation(moved.id) == moved
    await store.close()


async def test_the_card_is_the_one_posted_last_and_an_edit_posts_none(store: Store) -> None:
    talk = conversation()
    rows = tuple(row(talk, place, Card("Ana"), To.CASE) for place in range(3))
    await commit(store, Step(talk, outbox=rows))
    await store.receive(sent(rows[0], 44, chat_id=AGENTS))
    await store.receive(sent(rows[1], 55, chat_id=AGENTS))
    await store.receive(sent(rows[2], chat_id=AGENTS))
    found = await store.conversation(talk.id)
    assert found is not None
    assert found.card_id == 55


async def test_what_failed_sets_no_topic(store: Store) -> None:
    talk = conversation()
    opening = row(talk, 0, OpenTopic("Ana"), To.CASE)
    await commit(store, Step(talk, outbox=(opening,)))
    await store.receive(failed(opening))
    assert await store.conversation(talk.id) == talk


# --- time


async def test_due_rows_come_earliest_first_and_only_when_their_time_has_come(store: Store, again: Again) -> None:
    talk = conversation()
    rows = {minutes: due(f"at-{minutes}", minutes, talk) for minutes in (30, 10, 20, 40)}
    await commit(store, Step(talk, due=tuple(rows.values())))
    store = await again(store)
    assert await store.due(after(9.9)) == ()
    assert await store.due(after(30)) == (rows[10], rows[20], rows[30])
    assert await store.due(after(99), limit=2) == (rows[10], rows[20])
    assert await store.next_due() == after(10)
    await store.close()


async def test_due_rows_stay_until_a_step_has_dealt_with_them(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, due=(due("a", 1, talk), due("b", 2, talk))))
    assert await store.due(after(5)) == await store.due(after(5))
    await commit(store, Step(talk, done=("a", "never there")))
    store = await again(store)
    assert await store.due(after(5)) == (due("b", 2, talk),)
    await commit(store, Step(talk, done=("b",)))
    assert await store.next_due() is None
    await store.close()


async def test_setting_a_due_row_again_replaces_it(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, due=(due("a", 1, talk), due("b", 2, talk))))
    await commit(store, Step(talk, due=(due("a", 3, talk),)))
    store = await again(store)
    assert await store.due(after(5)) == (due("b", 2, talk), due("a", 3, talk))
    assert await store.next_due() == after(2)
    await store.close()


async def test_due_rows_are_set_after_those_that_are_done_were_removed(store: Store) -> None:
    talk = conversation()
    await commit(store, Step(talk, due=(due("turn", 1, talk),)))
    await commit(store, Step(talk, done=("turn",), due=(due("turn", 2, talk),)))
    assert await store.due(after(5)) == (due("turn", 2, talk),)


# --- outbox


async def test_the_outbox_has_rows_in_the_order_of_commits(store: Store, again: Again) -> None:
    one, other = conversation(), conversation(chat_id=5002)
    await commit(store, Step(one, outbox=(row(one, 1), row(one, 0))))
    await commit(store, Step(other, outbox=(row(other),)))
    later = replace(one, steps=1)
    await commit(store, Step(later, outbox=(row(later),)))
    await store.attempt(row(one, 1).id)
    store = await again(store)
    assert [outgoing for outgoing, _ in await store.outbox()] == [row(one, 1), row(one, 0), row(other), row(later)]
    await store.close()


async def test_a_cursor_reads_each_row_of_the_outbox_once_in_the_order_of_commits(store: Store) -> None:
    talk, cursor = conversation(), Cursor()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1))))
    assert await store.outbox(cursor) == ((row(talk, 0), Delivery.PENDING), (row(talk, 1), Delivery.PENDING))
    assert await store.outbox(cursor) == ()
    await store.attempt(row(talk, 0).id)
    await store.receive(sent(row(talk, 1), 77))
    later = replace(talk, steps=1)
    await commit(store, Step(later, outbox=(row(later), row(talk, 0))))
    assert await store.outbox(cursor) == ((row(later), Delivery.PENDING),)
    assert await store.outbox(Cursor()) == await store.outbox()


async def test_a_new_cursor_begins_with_what_an_earlier_run_left(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1))))
    await store.outbox(Cursor())
    await store.attempt(row(talk, 0).id)
    await commit(store, Step(replace(talk, failures=1)))
    store = await again(store)
    cursor = Cursor()
    assert await store.outbox(cursor) == ((row(talk, 0), Delivery.ATTEMPTED), (row(talk, 1), Delivery.PENDING))
    later = replace(talk, steps=1)
    await commit(store, Step(later, outbox=(row(later),)))
    assert await store.outbox(cursor) == ((row(later), Delivery.PENDING),)
    await store.close()


async def test_a_send_that_began_is_remembered_as_attempted(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1))))
    await store.attempt(row(talk, 0).id)
    await commit(store, Step(replace(talk, failures=1)))  # the attempt is kept in order with what comes after it
    store = await again(store)
    assert await store.outbox() == ((row(talk, 0), Delivery.ATTEMPTED), (row(talk, 1), Delivery.PENDING))
    await store.close()


async def test_what_was_sent_or_failed_leaves_the_outbox(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1), row(talk, 2))))
    await store.attempt(row(talk, 0).id)
    await store.receive(sent(row(talk, 0), 77))
    await store.receive(failed(row(talk, 1)))
    store = await again(store)
    assert await store.outbox() == ((row(talk, 2), Delivery.PENDING),)
    await store.close()


async def test_attempts_and_receipts_of_unknown_rows_do_no_harm(store: Store) -> None:
    talk = conversation()
    await store.attempt("5001-1:0:0")
    await store.receive(sent(row(talk), 77))
    assert await store.outbox() == ()


async def test_a_receipt_given_twice_counts_once(store: Store) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk),)))
    await store.receive(sent(row(talk), 77))
    await store.receive(failed(row(talk)))
    assert await store.counterpart(5001, 77) == (row(talk), sent(row(talk), 77))


async def test_a_receipt_that_says_neither_sent_nor_failed_is_refused(store: Store) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk),)))
    with pytest.raises(StoreError, match="sent or failed"):
        await store.receive(replace(sent(row(talk)), delivery=Delivery.ATTEMPTED))
    assert await store.outbox() == ((row(talk), Delivery.PENDING),)


async def test_the_message_map_finds_what_was_sent_by_each_of_its_messages(store: Store, again: Again) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk),)))
    await store.receive(sent(row(talk), 77, 78))
    store = await again(store)
    for message_id in (77, 78):
        assert await store.counterpart(5001, message_id) == (row(talk), sent(row(talk), 77, 78))
    assert await store.counterpart(5001, 79) is None
    assert await store.counterpart(5002, 77) is None
    await store.close()


async def test_facts_are_kept_replaced_and_forgotten(store: Store, again: Again) -> None:
    assert await store.known("moved:-7") is None
    await store.note("moved:-7", "-1007")
    await store.note("told", "yes")
    await store.note("told", None)
    store = await again(store)
    assert (await store.known("moved:-7"), await store.known("told")) == ("-1007", None)
    await store.note("moved:-7", "-1008")
    assert await store.known("moved:-7") == "-1008"
    await store.note("never", None)
    await store.close()


async def test_the_message_map_finds_the_copies_of_a_message(store: Store, again: Again) -> None:
    talk = conversation()
    first, second = row(talk, 0, Copy(5001, 12)), row(talk, 1, Copy(5001, 13))
    await commit(store, Step(talk, outbox=(first, second, row(talk, 2, Copy(5001, 14)))))
    await store.receive(sent(first, 77, chat_id=AGENTS))
    await store.receive(sent(second, 77, chat_id=AGENTS))
    await store.receive(failed(row(talk, 2)))
    store = await again(store)
    assert await store.copies(5001, 12) == ((first, sent(first, 77, chat_id=AGENTS)),)
    assert await store.joined(AGENTS, 77) == (
        (first, sent(first, 77, chat_id=AGENTS)),
        (second, sent(second, 77, chat_id=AGENTS)),
    )
    for chat_id, message_id in ((5001, 14), (5001, 15), (5002, 12)):
        assert await store.copies(chat_id, message_id) == ()
    await store.close()


async def test_the_message_map_still_knows_a_conversation_that_was_resolved(store: Store, again: Again) -> None:
    past = conversation(phase=Phase.RESOLVED)
    await commit(store, Step(past, outbox=(row(past),)))
    await store.receive(sent(row(past), 77))
    store = await again(store)
    assert await store.counterpart(5001, 77) == (row(past), sent(row(past), 77))
    await store.close()


async def test_a_message_that_was_edited_is_still_what_was_first_sent(store: Store) -> None:
    talk = conversation()
    edit = row(talk, 1, Edit(77, "New words"))
    await commit(store, Step(talk, outbox=(row(talk), edit)))
    await store.receive(sent(row(talk), 77))
    await store.receive(sent(edit, 77))
    found = await store.counterpart(5001, 77)
    assert found is not None
    assert found[0] == row(talk)


async def test_every_kind_of_content_is_read_back_as_it_was(store: Store, again: Again) -> None:
    buttons = ((Button("Yes", "y"), Button("No", "n")), (Button("Something else", "?"),))
    contents: tuple[Content, ...] = (
        Text("Words", buttons, 3),
        Text("Which number?", share_contact="Share it"),
        Text("Thank you", hide_keyboard=True),
        Copy(5001, 12, Ref(5001, 4), "look", entities=(Entity("bold", 0, 4),), media=Media.PHOTO, album="7"),
        Text("Words", entities=(Entity("text_link", 0, 5, url="https://shop.example"),)),
        Revise(Ref(5001, 12), "New words", (Entity("pre", 0, 3, language="python"),), Media.PHOTO),
        React(Ref(5001, 12), "👍"),
        Retract(Ref(5001, 12)),
        Edit(5, "Words", buttons),
        ClearButtons(6),
        ShowButtons(6, buttons),
        OpenTopic("Ana"),
        Card("Ana", buttons),
        CloseTopic("✅ Ana"),
        ReopenTopic("🟠 Ana"),
        AnswerCallback("abc", "Done"),
    )
    talk = conversation()
    rows = tuple(row(talk, place, content) for place, content in enumerate(contents))
    await commit(store, Step(talk, outbox=rows))
    store = await again(store)
    assert tuple(outgoing for outgoing, _ in await store.outbox()) == rows
    await store.close()


# --- record


async def test_events_are_kept_in_order_and_found_by_conversation(store: Store, again: Again, backend: Backend) -> None:
    one, other = conversation(), conversation(chat_id=5002)
    await commit(store, Step(one, (event(one, "opened", channel="telegram"), event(one, "asked"))))
    await commit(store, Step(other, (event(other, "opened"),)))
    await backend.tidy(store)
    await commit(store, Step(replace(one, phase=Phase.RESOLVED), (event(one, "resolved", by="5002-1"),)))
    store = await again(store)
    assert await all_of(store.events(), lambda e: (e.conversation_id, e.name)) == [
        ("5001-1", "opened"),
        ("5001-1", "asked"),
        ("5002-1", "opened"),
        ("5001-1", "resolved"),
    ]
    assert await all_of(store.events("5002-1")) == [event(other, "opened")]
    assert await all_of(store.events("5001-2")) == []
    await store.close()


async def test_closing_twice_does_no_harm_and_nothing_is_written_after_it(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError):
        await store.accept(update(10))
