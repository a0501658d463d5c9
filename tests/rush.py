"""A rush in one group: many cases at once, in which both sides write and write. Who plays it has its own time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.conversation import Conversation, Phase
from bot.core.people import Agent, Customer
from bot.simulator.chats import Message
from bot.simulator.world import World
from tests.benchmarks.load.trials import quantile
from tests.integration.simulated import ANA, GROUP

CASES = 50
EVERY = 3.0
"""Seconds between two messages of one side of a case."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be written: ``at`` seconds from the beginning, by the customer (``c``) or the agent (``a``)."""

    at: float
    side: str
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it; latencies are milliseconds. ``lines`` are what customers wrote, ``told`` the messages of ours
    that carried them to the group, of which ``busiest`` fell into one minute."""

    cases: int
    written: int
    p50: float
    p99: float
    slowest: float
    refused: int
    lost: int
    out_of_order: int
    lines: int
    told: int
    busiest: int


@dataclass
class Rush:
    """So many cases that Ana has in one group, and what was said in them."""

    world: World
    rounds: int
    begun: datetime
    cases: list[Conversation] = field(default_factory=list)
    written: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cases = [self._case(number) for number in range(CASES)]

    def _case(self, number: int) -> Conversation:
        state = self.world.state
        person = self.world.add_customer(f"Customer {number}")
        person.started = True
        topic = state.new_topic(state.bot, person.name, 0x6FB9F0, None)
        return Conversation(
            f"{person.id}-1",
            person.id,
            Customer(person.id, person.name),
            self.begun,
            "en",
            Phase.HUMAN,
            agent=Agent(ANA, "Ana"),
            agents_chat=GROUP,
            topic_id=topic.thread_id,
            card_id=topic.thread_id,
        )

    def plan(self) -> Iterator[Line]:
        """All that is written, in order: the cases spread over the seconds between two messages."""
        for turn in range(self.rounds):
            for side in "ca":
                for place in range(CASES):
                    after = (0.0 if side == "c" else EVERY / 2) + EVERY / 2 * place / CASES
                    yield Line(turn * EVERY + after, side, place, f"{side}{place}.{turn}")

    def write(self, line: Line) -> None:
        """Someone writes this now."""
        case = self.cases[line.place]
        self.written[line.text] = self.world.state.now()
        if line.side == "c":
            self.world.send(case.chat_id, case.chat_id, line.text)
        else:
            self.world.send(GROUP, ANA, line.text, thread_id=case.topic_id)

    def read(self, place: int, side: str) -> list[tuple[str, Message]]:
        """What a side of a case reads of the other: each line, with the message that it came in."""
        case = self.cases[place]
        messages = self.world.said(case.chat_id) if side == "c" else self.world.said(GROUP, case.topic_id)
        lines = [(line, message) for message in messages for line in message.text.split("\n")]
        return [(line, message) for line, message in lines if line in self.written]

    def figures(self, calls: Sequence[dict[str, object]]) -> Figures:
        """What came of it, given the calls of the Bot API."""
        read = {(place, side): self.read(place, side) for place in range(CASES) for side in "ca"}
        took = sorted(
            1000 * (message.at - self.written[line]).total_seconds()
            for (_, side), lines in read.items()
            for line, message in lines
            if side == "c"
        )
        told = {
            message.message_id: message.at for (_, side), lines in read.items() for _, message in lines if side == "a"
        }
        wanted = {(place, side): self._wanted(place, side) for place, side in read}
        found = {key: [line for line, _ in lines] for key, lines in read.items()}
        return Figures(
            cases=CASES,
            written=len(self.written),
            p50=quantile(took, 0.5),
            p99=quantile(took, 0.99),
            slowest=took[-1],
            refused=sum(call["status"] == 429 for call in calls),
            lost=sum(len(set(wanted[key]) - set(found[key])) for key in read),
            out_of_order=sum(wanted[key] != found[key] for key in read),
            lines=sum(len(lines) for (_, side), lines in read.items() if side == "a"),
            told=len(told),
            busiest=busiest(list(told.values())),
        )

    def joined_for_customers(self) -> int:
        """How many messages of ours held more than one of an agent's: these are never joined."""
        held = [Counter(m.message_id for _, m in self.read(place, "c")) for place in range(CASES)]
        return sum(number > 1 for counted in held for number in counted.values())

    def _wanted(self, place: int, side: str) -> list[str]:
        other = "a" if side == "c" else "c"
        return [f"{other}{place}.{turn}" for turn in range(self.rounds)]


def busiest(times: list[datetime]) -> int:
    """The most that fell into one minute."""
    minute = timedelta(minutes=1)
    return max((sum(start <= at < start + minute for at in times) for start in times), default=0)
