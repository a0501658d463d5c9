"""Whatever customer and agent do, in whatever order: both sides read the same.

The flow, the sender and the simulator's world and Bot API, joined without HTTP and on a time of their own.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from bot.core.content import CannedReply, Reply
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Groups
from bot.core.incoming import Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.people import Agent, Customer
from bot.core.step import Step
from bot.flow import Flow
from bot.ports import Knowledge
from bot.simulator.api import Api
from bot.simulator.chats import Message
from bot.simulator.errors import ApiError
from bot.simulator.world import World
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.reading import ALLOWED_UPDATES, TelegramChannel, lane_of
from tests.catalogues import MONDAY, catalogue
from tests.fakes import FakeClock, FakeStore, FakeTimer
from tests.integration.simulated import ANA, GROUP, MAJA

TOKEN = re.compile(r"[ca]\d+e*")
CANNED = "/r say word="
"""An agent's message that asks for a canned reply: the customer reads the word behind it."""
EMOJI = ["👍", "❤", "🎉"]


class Straight(BaseRequest):
    """Requests that go to the simulator's Bot API without a network."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        raw = dict(request_data.json_parameters) if request_data else {}
        try:
            result = await self._api.call(url.rpartition("/")[2], raw, {}, "http")
        except ApiError as error:
            return error.code, json.dumps(error.answer()).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()


class Shelf:
    """Content of which nothing is needed here but its words: an agent has the case."""

    def current(self) -> Knowledge:
        say = CannedReply(Reply("say", {"other": "{word}"}))
        return Knowledge(replace(catalogue(), canned={"en": {"say": say}}), None)  # type: ignore[arg-type]  # nobody asks it


@dataclass
class TwoSides:
    """A case that Ana has, as the two sides see it."""

    world: World = field(default_factory=World)
    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(MONDAY))
    failures: list[Receipt] = field(default_factory=list)
    count: int = 0
    taken_back: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        state = self.world.state
        bot = TelegramBot(state.token, request=Straight(Api(state)), get_updates_request=Straight(Api(state)))
        self.sender = TelegramSender(bot, self.store, self.clock, failed=self._failed, timer=FakeTimer())
        self.flow = Flow(
            store=self.store,
            sender=self.sender,
            library=Shelf(),
            channel=TelegramChannel({GROUP}, state.bot.id, "bot"),
            clock=self.clock,
            groups=Groups(GROUP),
        )
        state.updates.allow(ALLOWED_UPDATES)
        self.thread = state.new_topic(state.bot, "Maja", 0x6FB9F0, None).thread_id
        state.people[MAJA].started = True

    async def _failed(self, row: Outgoing, receipt: Receipt) -> None:
        self.failures.append(receipt)
        await self.flow.on_failure(row, receipt)

    async def begin(self) -> None:
        self.world.state.updates.clear()
        case = Conversation(
            f"{MAJA}-1",
            MAJA,
            Customer(MAJA, "Maja"),
            MONDAY,
            "en",
            Phase.HUMAN,
            agent=Agent(ANA, "Ana"),
            agents_chat=GROUP,
            topic_id=self.thread,
        )
        await self.store.commit(Step(case))
        await self.sender.start()

    async def hear(self) -> None:
        """The bot hears what was done."""
        for update in self.world.state.updates.pending():
            raw = update.as_json()
            kept = Update(update.update_id, lane_of(raw), self.clock.now(), raw)
            await self.store.accept(kept)
            await self.flow.on_update(kept)
            self.world.state.updates.remove(update.update_id)

    async def settle(self) -> None:
        """The bot has done all that it had to do."""
        await self.hear()
        assert await self.sender.drain(100_000)

    # what can be done

    def seen(self, side: str, *, by: str | None = None) -> list[Message]:
        """Messages with words of ours that a side sees; written by ``c`` or ``a``, if that is given."""
        chat = self.world.state.chats[MAJA if side == "c" else GROUP]
        found = [message for message in chat.messages.values() if lines(message)]
        return [message for message in found if by is None or lines(message)[0][0] == by]

    def own(self, side: str) -> list[Message]:
        """What this side wrote, and has not taken back."""
        return [message for message in self.seen(side, by=side) if not self.taken_back & set(lines(message))]

    def place(self, side: str) -> dict[str, Any]:
        return {"chat_id": MAJA, "from_id": MAJA} if side == "c" else {"chat_id": GROUP, "from_id": ANA}

    def new(self, side: str) -> str:
        self.count += 1
        return f"{side}{self.count}"

    def act(self, side: str, deed: str, which: int) -> None:  # noqa: C901  # one line for each deed
        """Do something, to the ``which``-th of the messages that it can be done to."""
        where = self.place(side)
        thread = None if side == "c" else self.thread
        match deed:
            case "write":
                self.world.send(**where, text=self.new(side), thread_id=thread)
            case "chatter":
                for _ in range(6):  # so many in a row become lines of one message in the topic
                    self.world.send(**where, text=self.new(side), thread_id=thread)
            case "picture":
                self.world.send(**where, media={"type": "photo"}, caption=self.new(side), thread_id=thread)
            case "album":
                items: list[dict[str, object]] = [
                    {"type": "photo", "caption": self.new(side)} for _ in range(2 + which % 3)
                ]
                self.world.album(**where, items=items, thread_id=thread)
            case "answer":
                self._answer(side, which)
            case "edit":
                self._edit(side, which)
            case "react":
                self._react(side, which)
            case "note" if side == "a":
                self.world.send(**where, text=f"// {self.new(side)}", thread_id=thread)
            case "canned" if side == "a":
                self.world.send(**where, text=f"{CANNED}{self.new(side)}", thread_id=thread)
            case "take back" if side == "a":
                self._take_back(which)

    def _answer(self, side: str, which: int) -> None:
        possible = [message for message in self.seen(side) if not self.taken_back & set(lines(message))]
        if possible:
            answered, thread = possible[which % len(possible)], None if side == "c" else self.thread
            word = self.new(side)
            self.world.send(**self.place(side), text=word, thread_id=thread, reply_to=answered.message_id)
            self.answers[word] = stem(lines(answered)[0])

    def _edit(self, side: str, which: int) -> None:
        if possible := self.own(side):
            message, where = possible[which % len(possible)], self.place(side)
            self.world.edit(where["chat_id"], message.message_id, where["from_id"], f"{message.text}e")

    def _react(self, side: str, which: int) -> None:
        """To what the other side wrote."""
        if possible := self.seen(side, by="a" if side == "c" else "c"):
            message, where = possible[which % len(possible)], self.place(side)
            emoji = ["", *EMOJI][which % 4]
            self.world.react(where["chat_id"], message.message_id, where["from_id"], emoji)
            self.given[stem(lines(message)[0])] = emoji

    def _take_back(self, which: int) -> None:
        if possible := self.own("a"):
            message = possible[which % len(possible)]
            self.world.send(GROUP, ANA, "/delete", thread_id=self.thread, reply_to=message.message_id)
            self.taken_back |= {stem(word) for word in lines(message)} | set(lines(message))


def lines(message: Message) -> list[str]:
    """Our words in a message; none where it is one of the bot's own."""
    words = message.text.removeprefix(CANNED).split("\n")
    return words if all(TOKEN.fullmatch(word) for word in words) else []


def stem(word: str) -> str:
    """A word before it was edited."""
    return word.rstrip("e")


def albums(messages: list[Message]) -> list[bool]:
    """Which of the pictures are of an album."""
    return [message.media_group_id is not None for message in messages if message.content.attachment]


def script(messages: list[Message]) -> list[str]:
    return [word for message in messages for word in lines(message)]


DEEDS = ["write", "chatter", "picture", "album", "answer", "edit", "react", "note", "canned", "take back"]
ACTS = st.lists(
    st.tuples(
        st.sampled_from("ca"), st.sampled_from(DEEDS), st.integers(0, 20), st.sampled_from(["", "hear", "settle"])
    ),
    max_size=20,
)


@given(acts=ACTS)
@settings(max_examples=40, deadline=None)
def test_whatever_both_sides_do_they_read_the_same_in_the_order_of_who_wrote_it(
    acts: list[tuple[str, str, int, str]],
) -> None:
    asyncio.run(play(acts, in_turn=False))


@given(acts=ACTS)
@settings(max_examples=20, deadline=None)
def test_where_each_waits_for_the_other_even_the_order_of_all_is_the_same(
    acts: list[tuple[str, str, int, str]],
) -> None:
    asyncio.run(play(acts, in_turn=True))


async def play(acts: list[tuple[str, str, int, str]], *, in_turn: bool) -> None:
    sides = TwoSides()
    await sides.begin()
    for side, deed, which, then in acts:
        sides.act(side, deed, which)
        if in_turn or then == "settle":
            await sides.settle()
        elif then == "hear":
            await sides.hear()
    await sides.settle()
    await sides.sender.stop()
    check(sides, in_turn=in_turn)


def check(sides: TwoSides, *, in_turn: bool) -> None:
    customer, agents = sides.seen("c"), sides.seen("a")
    kept = [message for message in agents if not sides.taken_back & {stem(word) for word in lines(message)}]
    for by in "ca":
        here, there = [[message for message in read if lines(message)[0][0] == by] for read in (customer, kept)]
        assert script(here) == script(there)
        assert albums(here) == albums(there)
    if in_turn:
        assert script(customer) == script(kept)
    for message in (*customer, *kept):
        _check_answer(sides, message)
    _check_reactions(sides)


def _check_answer(sides: TwoSides, message: Message) -> None:
    """It answers on this side what it answered on the other; what was taken back can't be answered."""
    wanted = sides.answers.get(stem(lines(message)[0]))
    if wanted is None or wanted in sides.taken_back:
        return
    assert message.reply_to is not None
    assert wanted in [stem(word) for word in lines(message.reply_to)]


def _check_reactions(sides: TwoSides) -> None:
    bot = sides.world.state.bot.id
    for word, emoji in sides.given.items():
        theirs = [message for message in sides.seen(word[0]) if stem(lines(message)[0]) == word]
        for message in theirs:
            assert message.reactions.get(bot, ()) == ((emoji,) if emoji else ())


@pytest.mark.parametrize("deed", sorted(set(DEEDS)))
def test_each_deed_does_something(deed: str) -> None:
    async def done() -> int:
        sides = TwoSides()
        await sides.begin()
        for side in "ca":
            sides.act(side, "write", 0)
        await sides.settle()
        before = len(sides.store.record)
        for side in "ca":
            sides.act(side, deed, 1)
        await sides.settle()
        await sides.sender.stop()
        return len(sides.store.record) - before

    assert asyncio.run(done()) > 0
