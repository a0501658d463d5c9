"""Colleagues are met where they work, kept, and known again; what they have in hand is counted beside all else."""

from __future__ import annotations

from datetime import timedelta

from bot.core.conversation import Conversation, Phase
from bot.core.people import Agent, Person, Role
from bot.core.step import Step
from bot.staff import Staff
from tests.catalogues import ANA, BEN, GROUP, MAJA, conversation
from tests.fakes import FakeClock, FakeStore


async def staff_of(store: FakeStore) -> Staff:
    staff = Staff(store, FakeClock())
    await staff.know_everyone()
    return staff


async def keep(store: FakeStore, case: Conversation) -> None:
    async with store.lease(case.chat_id):
        await store.commit(Step(case))


async def test_who_works_in_a_group_is_known_after_a_restart() -> None:
    store = FakeStore()
    await (await staff_of(store)).see(Agent(7, "Ana", Role.SUPERVISOR, "ana"), GROUP)
    known = (await staff_of(store)).roster.person(7)
    assert known is not None
    assert (known.name, known.label, known.groups, known.supervises) == ("Ana", "@ana", (GROUP,), (GROUP,))


async def test_what_is_no_news_is_not_written_again() -> None:
    store, clock = FakeStore(), FakeClock()
    staff = Staff(store, clock)
    before = await staff.see(ANA, GROUP)
    store.broken = True  # would fail if it were asked to keep anything
    clock.advance(timedelta(minutes=5))
    assert await staff.see(ANA, GROUP) == before


async def test_a_group_that_writes_in_its_own_name_is_nobody() -> None:
    store = FakeStore()
    assert await (await staff_of(store)).see(Agent(GROUP, "Agents"), GROUP) is None
    assert store.colleagues == {}


async def test_supervisors_are_known_before_they_have_done_anything() -> None:
    store = FakeStore()
    staff = await staff_of(store)
    await staff.meet([Person(7, "Vida", supervises=(GROUP,), role=Role.SUPERVISOR)])
    await staff.meet([Person(7, "Vida", supervises=(-5,), role=Role.SUPERVISOR)])
    (known,) = store.colleagues.values()
    assert (known.supervises, known.groups, known.seen_at) == ((GROUP, -5), (), None)


async def test_a_colleague_who_wrote_to_the_bot_before_can_be_written_to() -> None:
    store = FakeStore()
    await keep(store, conversation(id=f"{MAJA.id}-1"))
    staff = await staff_of(store)
    met = [await staff.see(Agent(MAJA.id, "Maja"), GROUP), await staff.see(BEN, GROUP)]
    assert [person.private for person in met if person] == [True, False]


async def test_cases_are_counted_as_they_are_by_then() -> None:
    store = FakeStore()
    for number, agent in enumerate((ANA, ANA, BEN)):
        await keep(store, conversation(id=f"{number}-1", chat_id=number, phase=Phase.HUMAN, agent=agent))
    staff = await staff_of(store)
    staff.note(conversation(id="0-1", chat_id=0, phase=Phase.RESOLVED, agent=ANA))
    await staff.count_cases()
    assert [staff.roster.in_hand(agent.id) for agent in (ANA, BEN)] == [1, 1]
