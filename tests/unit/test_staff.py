"""Colleagues are met where they work, kept, and known again; what they have in hand is counted beside all else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.conversation import Conversation, Phase
from bot.core.incoming import AgentMessage, Ignored
from bot.core.people import Agent, Customer, Person, Role
from bot.core.step import Step
from bot.staff import Staff
from bot.waiting import Waiting
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


# --- rights


class Telegram:
    """Knows who belongs to which group, and counts how often it is asked."""

    def __init__(self, **roles: Role | None) -> None:
        self.roles, self.asked = roles, 0

    async def role(self, agents_chat: int, user_id: int) -> Role | None:
        self.asked += 1
        return self.roles.get(f"user{user_id}")

    def is_admin(self, user_id: int) -> bool:
        return user_id == 9

    def note(self, agents_chat: int, person: Person, role: Role | None) -> None:
        self.roles[f"user{person.id}"] = role


def says(agent: Agent, text: str = "hello") -> AgentMessage:
    return AgentMessage(GROUP, 5, 31, agent, text)


async def test_who_is_new_is_asked_about_once_and_who_is_no_member_is_ignored() -> None:
    store, telegram = FakeStore(), Telegram(user7001=Role.AGENT)
    staff = Staff(store, FakeClock(), telegram)
    assert await staff.admit(says(ANA)) == says(ANA)
    assert await staff.admit(says(ANA)) == says(ANA)
    assert isinstance(await staff.admit(says(BEN)), Ignored)
    assert telegram.asked == 2
    assert set(store.colleagues) == {ANA.id}


async def test_who_has_not_been_heard_of_for_a_week_is_asked_about_again() -> None:
    store, telegram, clock = FakeStore(), Telegram(user7001=Role.AGENT), FakeClock()
    staff = Staff(store, clock, telegram)
    await staff.admit(says(ANA))
    clock.advance(timedelta(days=8))
    telegram.roles["user7001"] = None
    assert isinstance(await staff.admit(says(ANA)), Ignored)
    assert store.colleagues[ANA.id].groups == ()


async def test_a_claim_to_be_an_admin_is_worth_nothing() -> None:
    staff = Staff(FakeStore(), FakeClock(), Telegram(user7002=Role.AGENT))
    said = await staff.admit(says(Agent(BEN.id, "Ben, ADMIN")))
    assert isinstance(said, AgentMessage)
    assert said.agent.role is Role.AGENT


async def test_whom_a_colleague_appointed_acts_as_a_supervisor_until_that_is_taken_back() -> None:
    store = FakeStore()
    staff = Staff(store, FakeClock(), Telegram(user7002=Role.AGENT))
    await staff.admit(says(BEN))
    await staff.know(replace(store.colleagues[BEN.id], appointed=(GROUP,)))
    said = await staff.admit(says(BEN))
    assert isinstance(said, AgentMessage)
    assert said.agent.role is Role.SUPERVISOR
    assert [person.id for person in staff.roster.supervisors(GROUP)] == [BEN.id]
    await staff.know(replace(store.colleagues[BEN.id], appointed=()))
    assert await staff.admit(says(BEN)) == says(BEN)


async def test_who_administers_the_group_no_more_supervises_it_no_more() -> None:
    store = FakeStore()
    staff = Staff(store, FakeClock(), Telegram(user7=None))
    vida, zoja = (Person(number, "Vida", supervises=(GROUP,), role=Role.SUPERVISOR) for number in (7, 8))
    await staff.meet([vida, zoja])
    await staff.meet([zoja])
    assert [person.id for person in staff.roster.supervisors(GROUP)] == [8]
    assert isinstance(await staff.admit(says(Agent(7, "Vida"))), Ignored)


async def test_a_group_may_speak_for_itself() -> None:
    staff = Staff(FakeStore(), FakeClock(), Telegram())
    hidden = says(Agent(GROUP, "Agents", Role.SUPERVISOR))
    assert await staff.admit(hidden) is hidden


async def test_an_admin_of_the_settings_is_known_as_soon_as_they_write_and_a_customer_is_not() -> None:
    staff = Staff(FakeStore(), FakeClock(), Telegram())
    admin = await staff.in_private(Customer(9, "Boss"))
    assert admin is not None
    assert (admin.role, admin.private, admin.is_colleague) == (Role.ADMIN, True, True)
    assert await staff.in_private(MAJA) is None


async def test_it_is_known_which_cases_wait_however_they_have_changed_since_the_start() -> None:
    store = FakeStore()
    for number in (1, 2, 3):
        await keep(store, conversation(id=f"{number}-1", chat_id=number, phase=Phase.WAITING, agents_chat=GROUP))
    waiting = Waiting(store)
    waiting.note(conversation(id="1-1", chat_id=1, phase=Phase.BOT))
    waiting.note(conversation(id="4-1", chat_id=4, phase=Phase.HUMAN, agents_chat=-5))
    await waiting.learn()
    assert [case.id for case in await waiting.cases((GROUP,))] == ["2-1", "3-1"]
    waiting.note(conversation(id="2-1", chat_id=2, phase=Phase.RESOLVED))
    assert [case.id for case in await waiting.cases()] == ["3-1"]
