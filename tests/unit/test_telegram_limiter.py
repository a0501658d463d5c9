"""Calls that are not in the outbox keep to the limits too, and wait for their turn among the rest."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import BadRequest, NetworkError

from bot.core.outgoing import Lane, Outgoing, Receipt
from bot.core.step import Step
from bot.telegram.budget import Rate, Rates
from bot.telegram.client import TelegramBot
from bot.telegram.limiter import Limiter
from bot.telegram.outbound import TelegramSender
from tests.contract.builders import commit, conversation, row
from tests.fake_telegram import TOKEN, FakeTelegram
from tests.fakes import FakeClock, FakeStore, FakeTimer
from tests.integration.simulated import until


async def untold(_row: Outgoing, _receipt: Receipt) -> None:
    """Nobody is told of failures."""


class House:
    def __init__(self, rates: Rates | None = None) -> None:
        self.telegram, self.timer, self.store = FakeTelegram(), FakeTimer(), FakeStore()
        self.limiter = Limiter(rates, self.timer)
        self.bot = TelegramBot(
            TOKEN, request=self.telegram, get_updates_request=self.telegram, rate_limiter=self.limiter
        )
        self.sender = TelegramSender(self.bot, self.store, FakeClock(), failed=untold, rates=rates, timer=self.timer)


async def test_without_a_sender_calls_keep_to_a_budget_of_their_own() -> None:
    house = House(Rates(overall=Rate(2, 1.0, 1)))
    for _ in range(5):
        await house.bot.get_chat_administrators(-100)
    assert house.timer.seconds == pytest.approx(2.0)


async def test_beside_a_sender_calls_share_its_budget() -> None:
    house = House(Rates(overall=Rate(2, 1.0, 1)))
    await house.sender.start()
    try:
        await house.sender.acknowledge(5001, 1)
        await asyncio.gather(*(house.bot.get_chat_administrators(-100) for _ in range(5)))
    finally:
        await house.sender.stop()
    assert len(house.telegram.asked) == 7
    assert house.timer.seconds == pytest.approx(3.0)


async def test_what_updates_depend_on_does_not_wait_behind_a_backlog() -> None:
    house = House()
    for chat in range(5000, 5600):
        talk = conversation(chat)
        await commit(house.store, Step(talk, outbox=(row(talk),)))
    await house.sender.start()
    try:
        await until(lambda: house.sender.waiting > 500)
        await house.bot.delete_webhook()
        assert house.sender.waiting > 500
    finally:
        await house.sender.stop()


async def test_what_is_written_to_a_group_counts_in_the_group() -> None:
    house = House(Rates(group=Rate(2, 60.0, 2)))
    await house.sender.start()
    try:
        for _ in range(3):
            await house.bot.edit_forum_topic(-100, 7, name="x")
        assert house.timer.seconds >= 60
        before = house.timer.seconds
        await house.bot.get_chat_administrators(-100)
        assert house.timer.seconds < before + 1
    finally:
        await house.sender.stop()


async def test_told_to_slow_down_a_call_is_made_again_and_other_refusals_are_heard() -> None:
    house = House()
    house.telegram.refuse("getChatAdministrators", 429, "Too Many Requests", retry_after=3)
    house.telegram.refuse("setMyCommands", 400, "Bad Request: no")
    await house.sender.start()
    try:
        assert await house.bot.get_chat_administrators(-100) == ()
        assert house.timer.seconds >= 3
        with pytest.raises(BadRequest):
            await house.bot.set_my_commands([("help", "Help")])
    finally:
        await house.sender.stop()


async def test_who_waits_for_an_answer_when_we_stop_is_not_left_waiting() -> None:
    house = House(Rates(overall=Rate(1, 3600.0, 1)))
    await house.sender.start()
    await house.sender.acknowledge(5001, 1)
    asking = asyncio.create_task(house.bot.get_chat_administrators(-100))
    await until(lambda: bool(house.telegram.asked) and house.sender.waiting == 2)
    await house.sender.stop()
    with pytest.raises(NetworkError):
        await asking


def test_lanes_are_in_the_order_of_their_urgency() -> None:
    assert sorted(Lane) == [
        Lane.ACKNOWLEDGE,
        Lane.PROMISE,
        Lane.ANSWER,
        Lane.AGENT,
        Lane.CARD,
        Lane.SMALLTALK,
        Lane.FOLLOW_UP,
    ]
