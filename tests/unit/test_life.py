"""Whatever customers, colleagues and the clock do, in any order: nobody is forgotten, and nobody is pestered.

The story itself (:class:`bot.flow.Flow`) over a store in memory; only Telegram and the pipeline are played.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import resending
from bot.core.business import Through
from bot.core.content import Catalogue, Returning, Team, Topics
from bot.core.conversation import Conversation, Media, Phase, PromiseState, Way
from bot.core.draft import Groups
from bot.core.hours import zone_named
from bot.core.incoming import AgentChoice, AgentMessage, CustomerChoice, Incoming, Update
from bot.core.outgoing import Copy, DeleteTopic, Delivery, Lane, OpenTopic, Outgoing, Receipt, Text, To
from bot.core.people import Agent, Role
from bot.core.promise import at_risk_time
from bot.core.step import DueKind, Step
from bot.core.understanding import Understanding
from bot.flow import Flow
from bot.ports import Hints, Knowledge
from tests.catalogues import ANA, BEN, GROUP, MAJA, MONDAY, catalogue, understood, wrote
from tests.fakes import FakeClock, FakeStore

QUIET = (time(21), time(8))
PHONE = "+38640123456"

INTENTS = ["opening_hours", "order_status", "cancel_order", "item_damaged", "talk_to_human", "thanks", "praise", "none"]
WORDS = ["words", "still broken", "when will you call", "call me", "never mind", "not now", "no", "yes", "040 12"]
COMMANDS = ["start", "human", "status", "time", "call", "cancel", "stop"]
AGENTS = [
    *("claim", "resolve", "back", "called"),
    *("snooze", "rest.for.30", "rest.for.1440", "rest.more", "unsnooze"),
    *("transfer", "team.logistics", "team.support", "person.7002"),
]
REFUSALS = ["DeliveryError", "CustomerGoneError", resending.UNKNOWN_DELIVERY]
TOPICS = [Topics(), *(Topics(returning, timedelta(days=1)) for returning in Returning)]
TEAMS = {name: Team(name, "office") for name in ("support", "logistics")}

ACTIONS = st.one_of(
    st.tuples(st.just("says"), st.sampled_from(WORDS), st.sampled_from(INTENTS)),
    st.tuples(st.just("command"), st.sampled_from(COMMANDS), st.just("")),
    st.tuples(st.just("contact"), st.just(PHONE), st.just("")),
    st.tuples(st.just("presses"), st.integers(0, 60).map(str), st.just("")),
    st.tuples(st.just("agent"), st.sampled_from(AGENTS), st.just("")),
    st.tuples(st.just("supervisor"), st.sampled_from(["block.now", "unblock"]), st.just("")),
    st.tuples(st.just("agent writes"), st.just("words"), st.just("")),
    st.tuples(st.just("refused"), st.sampled_from(REFUSALS), st.just("")),
    st.tuples(st.just("agent sends again"), st.just(""), st.just("")),
    st.tuples(st.just("time"), st.sampled_from(["1", "9", "40", "130", "700", "2900"]), st.just("")),
    st.tuples(st.just("restart"), st.just(""), st.just("")),
    st.tuples(st.just("a complaint is solved"), st.just(""), st.just("")),
)


@dataclass
class Library:
    """Small content, and a pipeline that understands what it is told to."""

    catalogue: Catalogue
    meant: Understanding = field(default_factory=understood)

    def current(self) -> Knowledge:
        return Knowledge(self.catalogue, self)

    async def understand(self, text: str, hints: Hints) -> Understanding:
        return replace(self.meant, slots={**self.meant.slots, **({"phone": PHONE} if PHONE in text else {})})


class Nobody:
    """A sender that sends nothing."""

    async def acknowledge(self, chat_id: int, message_id: int, through: Through | None = None) -> None: ...

    async def typing(self, chat_id: int, through: Through | None = None) -> None: ...

    async def tell(self, chat_id: int, content: Text, thread_id: int | None = None) -> None: ...

    def wake(self) -> None: ...


class Plain:
    """A channel whose updates say outright what they are."""

    def read(self, update: Update) -> Incoming:
        said = update.raw["said"]
        assert isinstance(said, Incoming)
        return said


@dataclass
class Life:
    """One customer's life with us, and all that was ever true of it."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(MONDAY))
    store: FakeStore = field(default_factory=FakeStore)
    steps: list[Step] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    updates: int = 0
    topics: Topics = field(default_factory=Topics)

    def __post_init__(self) -> None:
        after = {
            "survey": timedelta(minutes=10),
            "follow_up": {"complaint": timedelta(days=2)},
            "quiet": QUIET,
            "teams": TEAMS,
            "topics": self.topics,
        }
        self.library = Library(catalogue(**after))
        self.begin()

    def begin(self) -> None:
        self.flow = Flow(
            store=self.store,
            sender=Nobody(),
            library=self.library,
            channel=Plain(),
            clock=self.clock,
            groups=Groups(GROUP),
            committed=self.committed,
            failed=self.failures.append,
        )

    def committed(self, step: Step) -> None:
        self.steps.append(step)
        self.give_topics(step)
        self.check(step)

    def give_topics(self, step: Step) -> None:
        """Telegram makes topics at once here."""
        kept = self.store.conversations[step.conversation.id]
        if any(isinstance(row.content, OpenTopic) for row in step.outbox) and kept.topic_id is None:
            self.store.conversations[kept.id] = replace(kept, topic_id=len(self.steps))

    # --- what happens

    async def do(self, action: str, what: str, intent: str) -> None:
        match action:
            case "says":
                self.library.meant = understood(intent)
                await self.hear(wrote(what, self.updates + 100))
            case "command":
                await self.hear(wrote(f"/{what}", self.updates + 100, command=what))
            case "contact":
                self.library.meant = understood()
                await self.hear(wrote(what, self.updates + 100, media=Media.CONTACT))
            case "presses":
                await self.press(int(what))
            case "time":
                await self.pass_time(timedelta(minutes=int(what)))
            case "a complaint is solved":
                await self.do("says", "it broke", "item_damaged")
                await self.do("time", "1", "")
                await self.do("agent writes", "", "")
                await self.do("agent", "resolve", "")
            case "restart":
                self.begin()
            case _:
                await self.colleagues_do(action, what)

    async def colleagues_do(self, action: str, what: str) -> None:
        match action:
            case "agent":
                await self.agent(what, ANA)
            case "supervisor":
                await self.agent(what, replace(ANA, role=Role.SUPERVISOR))
            case "agent writes":
                await self.agent_writes()
            case "agent sends again":
                await self.agent(resending.AGAIN, BEN)
            case "refused":
                await self.refuse(what)
            case _:
                raise AssertionError(action)

    async def hear(self, said: Incoming) -> None:
        self.updates += 1
        update = Update(self.updates, "lane", self.clock.now(), {"said": said})
        await self.flow.receive(update)
        await self.flow.on_update(update)

    async def press(self, number: int) -> None:
        """Any button that the customer has ever been shown, whether it applies still or not."""
        shown = [
            button.data
            for step in self.steps
            for row in step.outbox
            for line in getattr(row.content, "keyboard", ())
            for button in line
            if row.to is To.CUSTOMER
        ]
        if shown:
            data = shown[-1 - number % len(shown)]
            await self.hear(CustomerChoice(MAJA.id, 50, MAJA, "callback", data))

    async def agent(self, command: str, agent: Agent) -> None:
        last = self.last
        if last is not None and last.topic_id is not None:
            await self.hear(AgentChoice(GROUP, last.topic_id, 1, agent, "callback", f"{command}:{last.id}"))

    async def agent_writes(self) -> None:
        last = self.last
        if last is not None and last.topic_id is not None:
            await self.hear(AgentMessage(GROUP, last.topic_id, self.updates + 500, BEN, "words"))

    async def refuse(self, problem: str) -> None:
        """Telegram doesn't take the words that an agent wrote last, or says nothing of them."""
        sent = [row for step in self.steps for row in step.outbox if row.to is To.CUSTOMER]
        copies = [row for row in sent if isinstance(row.content, Copy)]
        if copies:
            receipt = Receipt(copies[-1].id, self.clock.at, Delivery.FAILED, error="It broke.", problem=problem)
            await self.flow.on_failure(copies[-1], receipt)

    async def pass_time(self, span: timedelta) -> None:
        """Everything that falls due meanwhile is dealt with when it does."""
        until = self.clock.at + span
        while True:
            rows = await self.store.due(until, 1)
            if not rows:
                break
            self.clock.at = max(self.clock.at, rows[0].at)
            await self.flow.on_due(rows[0])
        self.clock.at = until

    # --- what must be so

    @property
    def last(self) -> Conversation | None:
        own = sorted(self.store.conversations.values(), key=lambda c: int(c.id.rpartition("-")[2]))
        return own[-1] if own else None

    def check(self, step: Step) -> None:
        kept = list(self.store.conversations.values())
        for conversation in kept:
            self.is_cared_for(conversation)
        open_now = [promise for conversation in kept for promise in conversation.promises if is_open(promise.state)]
        assert len(open_now) <= 1
        assert sum(conversation.is_open for conversation in kept) <= 1
        self.ends_are_final(step)
        self.is_left_alone(step)
        self.is_kept_by_words_that_arrived()
        self.keeps_topics_of_open_cases(step)
        for row in step.outbox:
            if row.to is To.CUSTOMER and row.lane is Lane.FOLLOW_UP:
                self.was_allowed(row)

    def is_cared_for(self, conversation: Conversation) -> None:
        """An open case has a promise that is watched, a human, or a team that is reminded until somebody comes."""
        rows = self.store.due_rows
        if conversation.promise is not None:
            assert conversation.phase in (Phase.WAITING, Phase.HUMAN)
            assert f"promise:{conversation.promise.id}" in rows
        elif conversation.phase is Phase.HUMAN:
            assert conversation.agent is not None
        elif conversation.phase is Phase.WAITING:
            assert rows[f"nag:{conversation.id}"].kind is DueKind.REMIND
        if conversation.snoozed is not None:
            assert conversation.phase in (Phase.WAITING, Phase.HUMAN)
            assert rows[f"snooze:{conversation.id}"].at == conversation.snoozed.until
            if conversation.promise is not None:
                latest = at_risk_time(conversation.promise, self.library.catalogue.standards)
                assert conversation.snoozed.until <= latest
        if conversation.pending:
            assert f"turn:{conversation.id}" in rows

    def is_kept_by_words_that_arrived(self) -> None:
        """What Telegram refused keeps no promise, and answers nobody."""
        for conversation in self.store.conversations.values():
            last = conversation.promises[-1] if conversation.promises else None
            if last is not None and last.state is PromiseState.KEPT and last.way is Way.HERE:
                assert any(line.is_answer and line.at >= last.made_at for line in conversation.messages)

    def is_left_alone(self, step: Step) -> None:
        """Who is blocked is told so once, and nothing of theirs reaches anybody."""
        before = [one.conversation for one in self.steps[:-1] if one.conversation.chat_id == step.conversation.chat_id]
        if before and before[-1].customer.blocked and step.conversation.customer.blocked:
            assert not any(isinstance(row.content, Text | Copy) for row in step.outbox if row.to is To.CUSTOMER)
            assert not any(isinstance(row.content, Copy) for row in step.outbox)

    def keeps_topics_of_open_cases(self, step: Step) -> None:
        """What is archived is over, and was for as long as the standards say."""
        gone = [row.content.topic_id for row in step.outbox if isinstance(row.content, DeleteTopic)]
        assert not any(one.is_open and one.topic_id in gone for one in self.store.conversations.values())
        if gone:
            resolved_at, after = step.conversation.resolved_at, self.topics.archive_after
            assert resolved_at is not None
            assert after is not None
            assert resolved_at + after <= self.clock.at

    def ends_are_final(self, step: Step) -> None:
        before = [one.conversation for one in self.steps[:-1] if one.conversation.id == step.conversation.id]
        if not before:
            return
        refused = any(event.name == "undelivered" for event in step.events)
        for old, new in zip(before[-1].promises, step.conversation.promises, strict=False):
            assert old == new or is_open(old.state) or (refused and old.state is PromiseState.KEPT)
        assert len(step.conversation.promises) >= len(before[-1].promises)
        if not before[-1].is_open:
            assert step.conversation.phase is Phase.RESOLVED
            assert refused or step.conversation.promises == before[-1].promises

    def was_allowed(self, row: Outgoing) -> None:
        """What nobody asked for: once a day and case, outside quiet hours, to who hasn't opted out."""
        before = [
            other.at
            for step in self.steps[:-1]
            for other in step.outbox
            if (other.conversation_id, other.lane, other.to) == (row.conversation_id, Lane.FOLLOW_UP, To.CUSTOMER)
        ]
        assert all(row.at - at >= timedelta(days=1) for at in before)
        clock = row.at.astimezone(zone_named("Europe/Ljubljana")).time()
        assert time(8) <= clock < time(21)
        assert self.last is not None
        assert self.last.customer.follow_ups


def is_open(state: PromiseState) -> bool:
    return state is PromiseState.OPEN


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIONS, max_size=40), st.sampled_from(TOPICS))
def test_whatever_happens_nobody_is_forgotten_and_nobody_pestered(
    actions: list[tuple[str, str, str]], topics: Topics
) -> None:
    async def live() -> Life:
        life = Life(topics=topics)
        for action in actions:
            await life.do(*action)
            assert life.failures == []
        return life

    life = asyncio.run(live())
    assert life.store.updates == {}


async def test_every_message_of_a_customer_whom_nobody_has_is_answered() -> None:
    """The words that the above may say are not met with silence while the bot or nobody has the case."""
    for text in WORDS:
        for intent in INTENTS:
            life = Life()
            await life.do("says", "it broke", "item_damaged")
            await life.pass_time(timedelta(seconds=2))
            await life.do("says", text, intent)
            await life.pass_time(timedelta(seconds=2))
            said = [row for row in life.steps[-1].outbox if row.to is To.CUSTOMER and isinstance(row.content, Text)]
            assert said, (text, intent)


async def test_who_said_thanks_in_between_still_has_the_same_case_again() -> None:
    life = Life()
    for action in (
        ("a complaint is solved", "", ""),
        ("says", "thank you", "thanks"),
        ("time", "1500", ""),
        ("says", "it broke again", "item_damaged"),
        ("time", "1", ""),
    ):
        await life.do(*action)
    assert life.last is not None
    assert (life.last.id, life.last.continues, life.last.phase) == ("5001-3", "5001-1", Phase.WAITING)


def test_nothing_is_asked_of_who_said_stop_however_long_it_takes() -> None:
    async def live() -> list[str]:
        life = Life()
        for action in (
            ("says", "it broke", "item_damaged"),
            ("time", "1", ""),
            ("agent writes", "words", ""),
            ("agent", "resolve", ""),
            ("command", "stop", ""),
            ("time", "9000", ""),
        ):
            await life.do(*action)
        return [row.lane.name for step in life.steps for row in step.outbox if row.to is To.CUSTOMER]

    assert "FOLLOW_UP" not in asyncio.run(live())
