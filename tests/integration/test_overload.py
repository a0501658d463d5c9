"""Many write at once, or one writes very much: everyone is heard, and nobody waits for another."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulator.chats import Message
from tests.integration.house import House, house
from tests.integration.simulated import GROUP, MAJA


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        home.simulator.api.limits.enforce = True
        yield home


async def told(home: House, chat: int, part: str) -> Message:
    def found() -> Message | None:
        return next((m for m in reversed(home.world.said(chat)) if part in (m.text or "")), None)

    return await home.world.wait_for(found, timeout=30)


async def test_one_flooding_customer_is_told_once_answered_once_and_delays_nobody(home: House) -> None:
    for number in range(40):
        home.world.send(MAJA, MAJA, f"my lamp arrived broken {number}")
    ben = home.world.add_customer("Ben")
    began = time.monotonic()
    home.world.send(ben.id, ben.id, "when are you open")
    await told(home, ben.id, "open")
    assert time.monotonic() - began < 10
    await told(home, MAJA, "by 12:00 today")
    await told(home, MAJA, "reading them together")
    assert sum("reading them together" in m.text for m in home.world.said(MAJA)) == 1


async def test_a_flood_in_one_case_leaves_room_for_the_card_of_another(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    await home.topic()
    for number in range(60):
        home.world.send(MAJA, MAJA, f"and another thing {number}")
    ben = home.world.add_customer("Ben")
    home.world.send(ben.id, ben.id, "my lamp arrived broken")
    await told(home, ben.id, "by 12:00 today")

    def card_of_ben() -> bool:
        topics = home.world.state.group.topics.values()
        return any("Ben" in m.text for topic in topics for m in home.world.said(GROUP, topic.thread_id))

    await home.world.wait_for(card_of_ben, timeout=30)
    refused = [call for call in home.simulator.api.calls.after(0) if call["status"] == 429]
    assert refused == []


async def test_in_an_outage_everyone_is_promised_a_time_within_seconds(home: House) -> None:
    customers = [home.world.add_customer(f"Customer {number}") for number in range(60)]
    began = time.monotonic()
    for customer in customers:
        home.world.send(customer.id, customer.id, "my lamp arrived broken")
    for customer in customers:
        await told(home, customer.id, "by 12:00 today")
    assert time.monotonic() - began < 30
