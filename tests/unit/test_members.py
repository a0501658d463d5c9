"""Asking Telegram who belongs to a group."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from telegram import Bot, ChatMember, ChatMemberMember, User
from telegram.error import TimedOut

from bot.core.errors import DeliveryError
from bot.core.people import Role
from bot.telegram.roles import Members, Roles
from tests.integration.simulated import ANA, BEN, GROUP


class Slow:
    """A Bot API that answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answers = asyncio.Event()
        self.out_of_order = False

    async def get_chat_member(self, chat_id: int, user_id: int) -> ChatMember:
        self.asked.append(user_id)
        await self.answers.wait()
        if self.out_of_order:
            raise TimedOut
        return ChatMemberMember(User(user_id, "Somebody", is_bot=False))


async def all_ask(members: Members, *users: int) -> list[asyncio.Task[Role | None]]:
    asking = [asyncio.create_task(members.role(GROUP, user)) for user in users]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return asking


async def test_what_many_messages_of_one_want_to_know_is_asked_once() -> None:
    slow = Slow()
    members = Members(cast("Bot", slow), Roles())
    asking = await all_ask(members, ANA, ANA, BEN, ANA)
    slow.answers.set()
    assert await asyncio.gather(*asking) == [Role.AGENT] * 4
    assert slow.asked == [ANA, BEN]


async def test_later_it_is_asked_again() -> None:
    slow = Slow()
    slow.answers.set()
    members = Members(cast("Bot", slow), Roles())
    for _ in range(2):
        assert await members.role(GROUP, ANA) is Role.AGENT
    assert slow.asked == [ANA, ANA]


async def test_each_who_asked_hears_that_telegram_could_not_say() -> None:
    slow = Slow()
    slow.out_of_order = True
    asking = await all_ask(Members(cast("Bot", slow), Roles()), ANA, ANA)
    slow.answers.set()
    for each in asking:
        with pytest.raises(DeliveryError, match="Try again"):
            await each


async def test_whoever_gives_up_leaves_the_others_their_answer() -> None:
    slow = Slow()
    first, second = await all_ask(Members(cast("Bot", slow), Roles()), ANA, ANA)
    first.cancel()
    await asyncio.sleep(0)
    slow.answers.set()
    assert await second is Role.AGENT
    assert slow.asked == [ANA]
