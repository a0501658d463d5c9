"""The scene that ``python -m bot.simulator --demo`` plays, and what the simulator offers to tests."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.simulator.demo import play
from bot.simulator.server import Simulator
from tests.integration.simulated import GROUP, MAJA, bot_of, simulated, until


async def test_demo_shows_both_sides_and_then_echoes() -> None:
    async with simulated() as simulator:
        scene = asyncio.create_task(play(simulator))
        await until(lambda: simulator.api.polled)
        assert [call["error"] for call in simulator.api.calls.after(0) if call["error"]] == []
        titles = [topic.title for topic in simulator.world.state.group.topics.values()]
        assert titles == ["Maja: item damaged", "Luka: refund status"]
        question = simulator.world.send(MAJA, MAJA, "hello")
        assert (await simulator.world.wait_for_reply(question)).text == "You said: hello"
        scene.cancel()
        with suppress(asyncio.CancelledError):
            await scene


async def test_address_that_is_taken_is_an_error() -> None:
    async with simulated() as simulator:
        port = int(simulator.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            await Simulator().start("127.0.0.1", port)


async def test_stopping_lets_a_waiting_poll_go() -> None:
    async with simulated() as simulator, bot_of(simulator) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        await until(lambda: simulator.api.polled)
        await simulator.stop()
        async with asyncio.timeout(5):
            assert await poll == ()


async def test_what_was_said_is_told_by_chat_and_topic() -> None:
    async with simulated() as simulator, bot_of(simulator) as bot:
        simulator.world.send(MAJA, MAJA, "/start")
        await bot.send_message(MAJA, "Hello")
        topic = await bot.create_forum_topic(GROUP, "Maja")
        await bot.send_message(GROUP, "card", message_thread_id=topic.message_thread_id)
        await bot.send_message(GROUP, "outside")
        world = simulator.world
        assert [message.text for message in world.said(MAJA)] == ["Hello"]
        assert [message.text for message in world.said(GROUP, topic.message_thread_id)] == ["card"]
        assert [message.text for message in world.said(GROUP)] == ["outside"]
