"""Whatever customer and agent do, and whatever fails meanwhile: each reads what the other wrote, in order, or is told.

Refusals, floods, broken connections and the death of our process strike at any time; agents claim, resolve, hand back,
delete the topic and have things sent again; the customer blocks the bot. What is compared are the chats themselves.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core import handover
from bot.core.conversation import Conversation
from bot.core.incoming import Update
from bot.core.mirror import WITH_AGENTS
from bot.core.reach import NOT_DELIVERED
from bot.core.understanding import Understanding
from bot.ports import Hints, Knowledge
from bot.simulator.chats import Message
from bot.simulator.faults import Fault
from tests.catalogues import catalogue, understood
from tests.integration.simulated import ANA, GROUP, MAJA
from tests.two_sides import TwoSides, lines, stem

WORD = re.compile(r"\b([ca]\d+)e*\b")
TELLS = ("✖", "❔", "↻")
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["write", "chatter", "picture", "album", "answer", "edit", "react", "note", "take back"]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=4,
)


class Puzzled:
    """Content whose pipeline makes sense of nothing: the bot asks once, and then calls a colleague."""

    def current(self) -> Knowledge:
        return Knowledge(catalogue(), self)

    async def understand(self, text: str, hints: Hints) -> Understanding:
        return understood()


@dataclass
class Troubled(TwoSides):
    """The two sides, and what is to be true of them however it went."""

    to_customer: set[str] = field(default_factory=set)
    """Words of agents that the customer is to read."""
    kept_back: set[str] = field(default_factory=set)
    """Notes, and what was written in a case that is over."""
    to_agents: dict[str, str] = field(default_factory=dict)
    """Words of the customer that are to be seen in the group, and the case of each."""
    to_bot: dict[str, str] = field(default_factory=dict)
    """Words of the customer to the bot: seen on the card once a human has the case."""
    told: set[str] = field(default_factory=set)
    """Words of agents that ever failed, as they were told."""
    sent_again: set[str] = field(default_factory=set)

    # what is heard

    async def deal_with(self, update: Update) -> None:
        before = self.case()
        await super().deal_with(update)
        message = update.raw.get("message")
        if isinstance(message, dict):
            self._expect(message, before)

    async def settle(self) -> None:
        await super().settle()
        self.look()

    def _expect(self, message: dict[str, object], before: Conversation | None) -> None:
        text = str(message.get("text") or message.get("caption") or "")
        word = WORD.search(text)
        if word is None:
            return
        if word[0].startswith("c"):
            after = self.case()
            assert after is not None
            is_theirs = before is not None and before.id == after.id and before.phase in WITH_AGENTS
            (self.to_agents if is_theirs else self.to_bot)[word[1]] = after.id
        elif text.startswith("//") or not self._is_open(message.get("message_thread_id")):
            self.kept_back.add(word[1])
        else:
            self.to_customer.add(word[1])

    def _is_open(self, thread: object) -> bool:
        """Whether the case of a topic is, after the agent's words: those resolve nothing."""
        of_topic = [case for case in self.store.conversations.values() if case.topic_id == thread]
        return bool(of_topic) and of_topic[-1].is_open

    def case(self) -> Conversation | None:
        """The customer's last case."""
        own = list(self.store.conversations.values())
        return own[-1] if own else None

    def enter(self) -> bool:
        """Ana goes to the topic of the last case that has one; False: there is none."""
        topics = [case.topic_id for case in self.store.conversations.values() if case.topic_id is not None]
        there = [topic for topic in topics if topic in self.world.state.group.topics]
        self.thread = there[-1] if there else self.thread
        return bool(there)

    # what goes wrong

    async def die(self, steps: int) -> None:
        """The process is killed after so many of its steps, and started again."""
        for _ in range(steps):
            await asyncio.sleep(0)
        await self.sender.stop()
        self.join()
        await self.sender.start()

    async def pass_time(self, span: timedelta) -> None:
        """What falls due meanwhile is dealt with."""
        self.clock.advance(span)
        for _ in range(50):
            rows = await self.store.due(self.clock.now())
            if not rows:
                return
            await self.flow.on_due(rows[0])
            await self.settle()

    def press(self, which: int) -> None:
        """Ana has something sent again."""
        found = [message for message in self._ours() if message.buttons()]
        offered = [(m, str(b["callback_data"])) for m in found for row in m.buttons() for b in row]
        again = [(m, data) for m, data in offered if data.startswith("again")]
        if again:
            message, data = again[which % len(again)]
            self.sent_again |= self.told_of()
            self.world.press(GROUP, message.message_id, ANA, data)

    # what is seen

    def _ours(self) -> list[Message]:
        return [m for m in self.world.state.group.messages.values() if m.sender.is_bot and not m.service]

    def told_of(self) -> set[str]:
        """Agents' words of which a colleague is told now that they did not arrive."""
        answered = [m.reply_to for m in self._ours() if m.text.startswith(TELLS) and m.reply_to is not None]
        disliked = [m for m in self.world.state.group.messages.values() if (NOT_DELIVERED,) in m.reactions.values()]
        albums = {m.media_group_id for m in answered if m.media_group_id}
        mates = [m for m in self.world.state.group.messages.values() if m.media_group_id in albums]
        return {stem(word) for m in (*answered, *disliked, *mates) for word in lines(m)}

    def look(self) -> None:
        """What was told once stays known, also when the topic in which it stood is deleted."""
        self.told |= self.told_of()

    def read_by_customer(self) -> list[str]:
        read = [word for message in self.seen("c", by="a") for word in lines(message)]
        return [stem(word) for word in read]

    def seen_in_group(self) -> set[str]:
        return {word for message in self._ours() for word in WORD.findall(message.text)}


def number(word: str) -> int:
    return int(word[1:])


def first_of_each(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


class Trouble(RuleBasedStateMachine):
    """Any of it, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.sides = Troubled(library=Puzzled())
        self.lost_a_topic = False
        self.runner.run(self.sides.begin())

    # what people do

    @rule(deeds=DEEDS)
    def the_customer_does(self, deeds: list[tuple[str, int]]) -> None:
        if not self.sides.world.person(MAJA).blocked:
            for deed, which in deeds:
                self.sides.act("c", deed, which)

    @rule(deeds=DEEDS)
    def the_agent_does(self, deeds: list[tuple[str, int]]) -> None:
        if self.sides.enter():
            for deed, which in deeds:
                self.sides.act("a", deed, which)

    @rule(command=st.sampled_from([handover.CLAIM, handover.RESOLVE, handover.BACK]))
    def the_agent_asks(self, command: str) -> None:
        if self.sides.enter():
            self.sides.world.send(GROUP, ANA, f"/{command}", thread_id=self.sides.thread)
            self.the_bot_does_all_it_has_to()

    @rule(which=st.integers(0, 5))
    def the_agent_has_it_sent_again(self, which: int) -> None:
        self.sides.press(which)
        self.the_bot_does_all_it_has_to()

    @rule(blocked=st.booleans())
    def the_customer_blocks_the_bot_or_not(self, blocked: bool) -> None:
        self.sides.world.block(MAJA, blocked)

    @precondition(lambda self: not self.lost_a_topic)
    @rule()
    def someone_deletes_the_topic(self) -> None:
        self.the_bot_does_all_it_has_to()
        self.lost_a_topic = self.sides.enter()
        if self.lost_a_topic:
            self.sides.world.topic(self.sides.thread, "delete")

    # what the bot does

    @rule()
    def the_bot_hears(self) -> None:
        self.runner.run(self.sides.hear())

    @rule()
    def the_bot_does_all_it_has_to(self) -> None:
        self.runner.run(self.sides.settle())

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.runner.run(self.sides.settle())
        self.runner.run(self.sides.pass_time(timedelta(minutes=minutes)))

    # what goes wrong

    @rule(chat=st.sampled_from([MAJA, GROUP]), method=st.sampled_from(["copyMessage", "copyMessages"]))
    def telegram_refuses_the_next(self, chat: int, method: str) -> None:
        self._fault(Fault(method=method, chat_id=chat, error_code=400, description="Bad Request: NO_REASON"))

    @rule(chat=st.sampled_from([MAJA, GROUP]), code=st.sampled_from([429, 500]), times=st.integers(1, 3))
    def telegram_is_overloaded(self, chat: int, code: int, times: int) -> None:
        parameters: dict[str, object] | None = {"retry_after": 7} if code == 429 else None
        self._fault(Fault(times, chat_id=chat, error_code=code, description="busy", parameters=parameters))

    @rule(
        chat=st.sampled_from([MAJA, GROUP]),
        method=st.sampled_from(["copyMessage", "copyMessages"]),
        drop=st.sampled_from(["before", "after"]),
    )
    def the_line_breaks(self, chat: int, method: str, drop: str) -> None:
        self._fault(Fault(method=method, chat_id=chat, drop="before" if drop == "before" else "after"))

    @rule(steps=st.integers(0, 40))
    def we_are_killed(self, steps: int) -> None:
        async def live_and_die() -> None:
            await self.sides.hear()
            await self.sides.die(steps)

        self.runner.run(live_and_die())

    def _fault(self, fault: Fault) -> None:
        self.sides.api.faults.replace([fault])

    # what is always true

    @invariant()
    def what_stays_with_colleagues_reaches_no_customer(self) -> None:
        assert not self.sides.kept_back & set(self.sides.read_by_customer())

    @invariant()
    def the_customer_reads_each_word_once_unless_it_was_sent_again(self) -> None:
        self.sides.look()
        read = self.sides.read_by_customer()
        assert {word for word in read if read.count(word) > 1} <= self.sides.sent_again

    def teardown(self) -> None:
        try:
            self.runner.run(self._end())
            self._check()
        finally:
            self.runner.run(self.sides.sender.stop())
            self.runner.close()

    async def _end(self) -> None:
        self.sides.api.faults.replace([])
        await self.sides.settle()
        await self.sides.pass_time(timedelta(minutes=1))
        if self.lost_a_topic:  # nobody tells us: we notice by the next message
            self.sides.world.block(MAJA, blocked=False)
            self.sides.act("c", "write", 0)
        await self.sides.settle()

    def _check(self) -> None:
        assert self.sides.errors == []
        self._check_customer()
        self._check_group()

    def _check_customer(self) -> None:
        """The customer has read all, in order, or an agent was told what they have not."""
        sides, read = self.sides, self.sides.read_by_customer()
        assert sides.to_customer - set(read) - sides.taken_back <= sides.told
        straight = [word for word in read if word not in sides.told]
        assert straight == sorted(straight, key=number)

    def _check_group(self) -> None:
        """All that was for agents is in the group, copies in order; what was for the bot too, once a human has it."""
        sides, seen = self.sides, self.sides.seen_in_group()
        with_human = {case.id for case in sides.store.conversations.values() if case.phase in WITH_AGENTS}
        words = {**sides.to_agents, **sides.to_bot}
        assert {word for word, case in words.items() if case in with_human} <= seen
        if not self.lost_a_topic:  # else what was in it is gone, and the card has the rest
            assert set(sides.to_agents) <= seen
        for topic in sides.world.state.group.topics:
            copies = [m for m in sides.seen("a", by="c") if m.thread_id == topic]
            copied = first_of_each([stem(word) for message in copies for word in lines(message)])
            assert copied == sorted(copied, key=number)


TestTrouble = Trouble.TestCase
TestTrouble.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
