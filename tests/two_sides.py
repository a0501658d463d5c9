"""A case as its two sides see it: the flow, the sender and the simulator, without HTTP, on a time of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.core.conversation import Conversation, Phase
from bot.core.draft import Groups
from bot.core.incoming import Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.people import Agent, Customer
from bot.core.step import Step
from bot.flow import Flow
from bot.ports import Library
from bot.simulator.api import Api
from bot.simulator.chats import Message
from bot.simulator.world import World
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.reading import ALLOWED_UPDATES, TelegramChannel, lane_of
from tests.catalogues import MONDAY
from tests.fakes import FakeClock, FakeStore, FakeTimer
from tests.integration.simulated import ANA, GROUP, MAJA
from tests.straight import Shelf, Straight

TOKEN = re.compile(r"[ca]\d+e*")
CANNED = "/r say word="
"""An agent's message that asks for a canned reply: the customer reads the word behind it."""
EMOJI = ["👍", "❤", "🎉"]


@dataclass
class TwoSides:
    """A case that Ana has, as the two sides see it."""

    world: World = field(default_factory=World)
    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(MONDAY))
    library: Library = field(default_factory=Shelf)
    failures: list[Receipt] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    count: int = 0
    taken_back: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        state = self.world.state
        self.api = Api(state)
        self.timer = FakeTimer()
        self.join()
        state.updates.allow(ALLOWED_UPDATES)
        self.thread: int = state.new_topic(state.bot, "Maja", 0x6FB9F0, None).thread_id
        state.people[MAJA].started = True

    def join(self) -> None:
        """A sender and a flow, as at the start of the process."""
        state = self.world.state
        bot = TelegramBot(state.token, request=Straight(self.api), get_updates_request=Straight(self.api))
        self.sender = TelegramSender(bot, self.store, self.clock, failed=self._failed, timer=self.timer)
        self.flow = Flow(
            store=self.store,
            sender=self.sender,
            library=self.library,
            channel=TelegramChannel({GROUP}, state.bot.id, "bot"),
            clock=self.clock,
            groups=Groups(GROUP),
            failed=self.errors.append,
        )

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
            await self.deal_with(kept)
            self.world.state.updates.remove(update.update_id)

    async def deal_with(self, update: Update) -> None:
        await self.flow.on_update(update)

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

    def here(self, side: str, *, by: str | None = None) -> list[Message]:
        """As :meth:`seen`; for agents in the topic that they are in now, from which one can't answer into another."""
        return [message for message in self.seen(side, by=by) if side == "c" or message.thread_id == self.thread]

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
        possible = [message for message in self.here(side) if not self.taken_back & set(lines(message))]
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
        if possible := [message for message in self.own("a") if message.thread_id == self.thread]:
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
