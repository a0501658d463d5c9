"""Whatever an agent who works alone does, in whatever order: their words reach the customer they are for, and no other.

The flow, the sender and the simulator's world and Bot API, joined without HTTP and on a time of their own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import case
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft, Groups
from bot.core.incoming import Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.people import Customer
from bot.flow import Flow
from bot.simulator.api import Api
from bot.simulator.chats import Message
from bot.simulator.world import World
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.reading import ALLOWED_UPDATES, TelegramChannel, lane_of
from tests.catalogues import MONDAY, catalogue
from tests.fakes import FakeClock, FakeStore, FakeTimer
from tests.straight import Shelf, Straight

CUSTOMERS = {5001: "Maja", 5002: "Tom"}
EVA = 5003


@dataclass
class Alone:
    """Two cases in Eva's private chat with the bot, and what each customer should have read of her words."""

    world: World = field(default_factory=World)
    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(MONDAY))
    active: int | None = None
    over: set[int] = field(default_factory=set)
    wanted: dict[int, list[str]] = field(default_factory=lambda: {customer: [] for customer in CUSTOMERS})
    words: dict[str, Message] = field(default_factory=dict)
    count: int = 0

    async def begin(self) -> None:
        for name in ("Tom", "Eva"):
            self.world.add_customer(name)
        for person in (*CUSTOMERS, EVA):
            self.world.state.people[person].started = True
        state = self.world.state
        bot = TelegramBot(state.token, request=Straight(Api(state)), get_updates_request=Straight(Api(state)))
        self.sender = TelegramSender(bot, self.store, self.clock, failed=self._failed, timer=FakeTimer())
        await self.restart()
        state.updates.allow(ALLOWED_UPDATES)
        state.updates.clear()
        for customer, name in CUSTOMERS.items():
            waiting = Conversation(
                f"{customer}-1", customer, Customer(customer, name), MONDAY, "en", Phase.WAITING, agents_chat=EVA
            )
            draft = Draft(waiting, Context(MONDAY, catalogue(), Groups(EVA)))
            case.show_card(draft)
            await self.store.commit(draft.finish())
        await self.sender.start()
        await self.settle()

    async def restart(self) -> None:
        """The bot begins anew, with what the store knows."""
        self.flow = Flow(
            store=self.store,
            sender=self.sender,
            library=Shelf(),
            channel=TelegramChannel({EVA}, self.world.state.bot.id, "bot"),
            clock=self.clock,
            groups=Groups(EVA),
        )
        await self.flow.know_everyone()

    async def _failed(self, row: Outgoing, receipt: Receipt) -> None:
        await self.flow.on_failure(row, receipt)

    async def settle(self) -> None:
        for update in self.world.state.updates.pending():
            raw = update.as_json()
            kept = Update(update.update_id, lane_of(raw), self.clock.now(), raw)
            await self.store.accept(kept)
            await self.flow.on_update(kept)
            self.world.state.updates.remove(update.update_id)
        assert await self.sender.drain(100_000)

    # --- what she does

    async def act(self, deed: str, customer: int, which: int) -> None:
        match deed:
            case "turn to" if customer not in self.over:  # there is no button any more
                self.world.press(EVA, self.card(customer).message_id, EVA, f"open:{customer}-1")
                self.active = customer
            case "write":
                self.write(self.active)
            case "reply":
                self.write(None if customer in self.over else customer, self.card(customer))
            case "note":
                self.world.send(EVA, EVA, "// a note")
            case "edit":
                self.edit(which)
            case "resolve":
                self.world.send(EVA, EVA, "/resolve", reply_to=self.card(customer).message_id)
            case "restart":
                await self.restart()
            case "customer writes":
                self.world.send(customer, customer, "hello?")
        await self.settle()
        self.over = {each for each in CUSTOMERS if not self.store.conversations[f"{each}-1"].is_open}
        self.active = None if self.active in self.over else self.active  # refused while the customer is writing

    def write(self, to: int | None, answers: Message | None = None) -> None:
        self.count += 1
        word = f"w{self.count}"
        self.words[word] = self.world.send(EVA, EVA, word, reply_to=answers.message_id if answers else None)
        if to is not None:
            self.wanted[to].append(word)

    def edit(self, which: int) -> None:
        if not self.words:
            return
        word = list(self.words)[which % len(self.words)]
        message = self.words.pop(word)
        self.words[f"{word}e"] = message
        self.world.edit(EVA, message.message_id, EVA, f"{word}e")
        self.wanted = {
            customer: [f"{word}e" if each == word else each for each in read] for customer, read in self.wanted.items()
        }

    def card(self, customer: int) -> Message:
        conversation = self.store.conversations[f"{customer}-1"]
        return self.world.state.chats[EVA].messages[conversation.card_id or 0]

    # --- what came of it

    def read(self, customer: int) -> list[str]:
        """Her words as the customer has them."""
        known = {message.text for message in self.words.values()}
        return [message.text for message in self.world.said(customer) if message.text in known]


DEEDS = ["turn to", "write", "write", "reply", "note", "edit", "resolve", "restart", "customer writes"]
ACTS = st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from(sorted(CUSTOMERS)), st.integers(0, 9)), max_size=25)


@given(acts=ACTS)
@settings(max_examples=60, deadline=None)
def test_every_word_reaches_the_customer_it_is_for_and_no_other(acts: list[tuple[str, int, int]]) -> None:
    async def play() -> None:
        alone = Alone()
        await alone.begin()
        try:
            for deed, customer, which in acts:
                await alone.act(deed, customer, which)
                assert {each: alone.read(each) for each in CUSTOMERS} == alone.wanted
        finally:
            await alone.sender.stop()

    asyncio.run(play())
