"""What a customer sees while an agent is at work, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulator.faults import Fault
from tests.integration.house import House, house
from tests.integration.simulated import ANA, MAJA


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


def typed(home: House, after: int = 0) -> int:
    """How often Maja has been shown "typing"."""
    calls = home.simulator.api.calls.after(after)
    return sum(_is_typing(call["method"], call["parameters"]) and call["status"] == 200 for call in calls)


def _is_typing(method: object, parameters: object) -> bool:
    return method == "sendChatAction" and isinstance(parameters, dict) and str(parameters["chat_id"]) == str(MAJA)


def last_call(home: House) -> int:
    return int(str(home.simulator.api.calls.after(0)[-1]["id"]))


async def test_who_claims_a_case_is_seen_to_write(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    card = home.card(await home.topic())
    assert await home.app.sender.drain(20)
    before = last_call(home)
    home.press(card, "Claim", ANA)
    await home.until_customer_reads("Ana")
    assert await home.app.sender.drain(20)
    to_maja = [
        str(call["method"])
        for call in home.simulator.api.calls.after(before)
        if isinstance(call["parameters"], dict) and str(call["parameters"].get("chat_id")) == str(MAJA)
    ]
    assert to_maja == ["sendMessage", "sendChatAction"]


async def test_while_a_file_is_on_its_way_the_customer_sees_that_somebody_writes(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    assert await home.app.sender.drain(20)
    before = last_call(home)
    home.simulator.api.faults.replace([Fault(method="copyMessage", chat_id=MAJA, delay=1.5)])
    home.agent_says(thread, "Here is the manual")
    await home.until_customer_reads("Here is the manual")
    assert typed(home, before) == 1
