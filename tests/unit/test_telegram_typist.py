"""Customers see "typing" while an agent's words wait to reach them, and not otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.core.outgoing import Content, Copy, Lane, Outgoing, Text, To
from bot.telegram.typist import AFTER, AGAIN, Typist
from tests.catalogues import GROUP, MAJA, MONDAY
from tests.fakes import FakeTimer

WORDS = Copy(GROUP, 31)


def row(number: int, *, lane: Lane = Lane.AGENT, content: Content = WORDS) -> Outgoing:
    return Outgoing(f"5001-1:{number}:0", "5001-1", MAJA.id, To.CUSTOMER, lane, content, MONDAY)


@dataclass
class Desk:
    """A typist at work, and when it showed what to whom."""

    timer: FakeTimer = field(default_factory=FakeTimer)
    shown: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.typist = Typist(self.timer, lambda chat_id: self.shown.append((self.timer.seconds, chat_id)))


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    working = asyncio.create_task(desk.typist.run())
    try:
        yield desk
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_it_is_shown_from_time_to_time_until_the_words_have_gone() -> None:
    async with desk() as found:
        found.typist.expect(row(1))
        await found.timer.sleep(11)
        found.typist.is_done(row(1))
        await found.timer.sleep(60)
        assert found.shown == [(AFTER, MAJA.id), (AFTER + AGAIN, MAJA.id), (AFTER + 2 * AGAIN, MAJA.id)]


async def test_words_that_go_at_once_show_nothing() -> None:
    async with desk() as found:
        found.typist.expect(row(1))
        await found.timer.sleep(0.3)
        found.typist.is_done(row(1))
        await found.timer.sleep(60)
        assert found.shown == []


async def test_it_goes_on_while_others_of_the_same_customer_wait() -> None:
    async with desk() as found:
        for number in (1, 2):
            found.typist.expect(row(number))
        found.typist.is_done(row(1))
        await found.timer.sleep(1)
        assert found.shown == [(AFTER, MAJA.id)]


async def test_the_bots_own_words_show_nothing() -> None:
    async with desk() as found:
        found.typist.expect(row(1, lane=Lane.ANSWER, content=Text("Hi")))
        await found.timer.sleep(60)
        assert found.shown == []
