"""Stopped in the middle of sending and started again, with the store that keeps things on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.core.conversation import Conversation
from bot.core.outgoing import Card, Content, Copy, Lane, OpenTopic, Outgoing, Receipt, Text, To
from bot.core.people import Customer
from bot.core.step import Step
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.store.tiny import TinyStore
from bot.telegram.client import telegram_bot
from bot.telegram.outbound import TelegramSender
from tests.integration.simulated import ANA, GROUP, MAJA, simulated
from tests.integration.telegram_house import WallClock

ID = f"{MAJA}-1"


class Run:
    """One life of the process: a store, a sender, and who was told of failures."""

    def __init__(self, store: TinyStore, sender: TelegramSender, failures: list[Receipt]) -> None:
        self.store = store
        self.sender = sender
        self.failures = failures

    async def put(self, *rows: tuple[Content, To, Lane]) -> None:
        async with self.store.lease(MAJA) as known:
            fresh = Conversation(ID, MAJA, Customer(MAJA, "Maja"), WallClock().now(), "en", agents_chat=GROUP)
            before = known or fresh
            step = before.steps + 1
            outbox = tuple(
                Outgoing(f"{ID}:{step}:{place}", ID, _chat(to), to, lane, content, before.opened_at)
                for place, (content, to, lane) in enumerate(rows)
            )
            conversation = Conversation(
                ID, MAJA, before.customer, before.opened_at, "en", agents_chat=GROUP, steps=step
            )
            await self.store.commit(Step(conversation, outbox=outbox))
        self.sender.wake()


def _chat(to: To) -> int:
    return MAJA if to is To.CUSTOMER else GROUP


@asynccontextmanager
async def running(simulator: Simulator, folder: Path) -> AsyncIterator[Run]:
    store = await TinyStore.open(folder)
    failures: list[Receipt] = []

    async def failed(_row: Outgoing, receipt: Receipt) -> None:
        failures.append(receipt)

    async with telegram_bot(simulator.token, simulator.url) as bot:
        sender = TelegramSender(bot, store, WallClock(), failed=failed)
        await sender.start()
        try:
            yield Run(store, sender, failures)
        finally:
            await sender.stop()
            await store.close()


async def attempted(simulator: Simulator, method: str) -> None:
    """Until the simulator has been asked for this."""
    async with asyncio.timeout(20):
        while not any(call["method"] == method for call in simulator.api.calls.after(0)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_after_a_stop_in_mid_send_answers_go_again_and_agents_words_do_not(tmp_path: Path) -> None:
    async with simulated(WallClock()) as simulator:
        world = simulator.world
        world.send(MAJA, MAJA, "/start")
        async with running(simulator, tmp_path) as first:
            await first.put((OpenTopic("Maja"), To.CASE, Lane.AGENT))
            assert await first.sender.drain(20)
            opened = await first.store.conversation(ID)
            assert opened
            topic = opened.topic_id
            words = world.send(GROUP, ANA, "I will look", thread_id=topic)
            simulator.api.faults.replace([Fault(method="copyMessage", delay=60), Fault(method="sendMessage", delay=60)])
            await first.put(
                (Copy(GROUP, words.message_id), To.CUSTOMER, Lane.AGENT), (Card("Maja"), To.CASE, Lane.CARD)
            )
            await attempted(simulator, "copyMessage")
            await attempted(simulator, "sendMessage")
        async with running(simulator, tmp_path) as second:
            assert await second.sender.drain(20)
            assert [receipt.problem for receipt in second.failures] == ["UnknownDelivery"]
            conversation = await second.store.conversation(ID)
        assert world.said(MAJA) == []
        assert [message.text for message in world.said(GROUP, topic)] == ["Maja"]
        assert conversation
        assert conversation.topic_id == topic
        assert conversation.card_id == world.said(GROUP, topic)[0].message_id


async def test_a_card_that_was_deleted_is_posted_anew_once(tmp_path: Path) -> None:
    async with simulated(WallClock()) as simulator, running(simulator, tmp_path) as run:
        world = simulator.world
        await run.put((OpenTopic("Maja"), To.CASE, Lane.AGENT), (Card("one"), To.CASE, Lane.CARD))
        assert await run.sender.drain(20)
        conversation = await run.store.conversation(ID)
        assert conversation
        assert conversation.card_id
        world.delete(GROUP, conversation.card_id)
        for text in ("two", "three"):
            await run.put((Card(text), To.CASE, Lane.CARD))
            assert await run.sender.drain(20)
        assert [message.text for message in world.said(GROUP, conversation.topic_id)] == ["three"]


async def test_what_was_never_attempted_is_sent_after_the_restart(tmp_path: Path) -> None:
    async with simulated(WallClock()) as simulator:
        simulator.world.send(MAJA, MAJA, "/start")
        async with running(simulator, tmp_path) as first:
            await first.sender.stop()
            await first.put((Text("one"), To.CUSTOMER, Lane.ANSWER), (Text("two"), To.CUSTOMER, Lane.AGENT))
        async with running(simulator, tmp_path) as second:
            assert await second.sender.drain(20)
        assert [message.text for message in simulator.world.said(MAJA)] == ["one", "two"]
