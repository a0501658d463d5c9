"""The whole app stops while messages are being understood: none is answered worse for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import App
from bot.core.content import Catalogue
from bot.core.errors import UnderstandingError
from bot.core.understanding import Understanding
from bot.ports import Hints, Understander
from bot.settings import Settings
from bot.shelf import Train, Trained
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, in_this_process, running, settings_for
from tests.integration.simulated import MAJA, simulated


@dataclass
class Slow(Understander):
    """Understands when it may, and nothing after it was closed, as a process."""

    trained: Trained
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def understand(self, text: str, hints: Hints) -> Understanding:
        self.asked.set()
        waits = [asyncio.create_task(each.wait()) for each in (self.may, self.closed)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        if self.closed.is_set():
            raise UnderstandingError("This pipeline was closed.")
        return await self.trained.understand(text, hints)

    async def close(self) -> None:
        self.closed.set()
        await self.trained.close()


def slowly(settings: Settings, made: list[Slow]) -> Train:
    async def train(catalogue: Catalogue) -> Slow:
        made.append(Slow(await in_this_process(settings)(catalogue)))
        return made[-1]

    return train


@pytest.mark.parametrize("in_time", [True, False])
async def test_who_is_being_understood_when_we_stop_gets_the_answer_now_or_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_time: bool
) -> None:
    monkeypatch.setattr("bot.app.FINISH", 5.0 if in_time else 0.1)
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    async with simulated() as simulator:
        settings, clock, made = settings_for(tmp_path, simulator), RunningClock(), list[Slow]()
        app = App(settings, clock=clock, train=slowly(settings, made))
        try:
            await app.start()
            await app.trained()
            home = House(app, simulator, clock)
            asked = home.world.send(MAJA, MAJA, "when are you open")
            await asyncio.wait_for(made[0].asked.wait(), 20)
        finally:
            stopping = asyncio.create_task(app.stop())
        if in_time:
            made[0].may.set()
        await asyncio.wait_for(stopping, 20)
        assert made[0].closed.is_set()
        async with running(settings, simulator, clock) as home:
            reply = await home.world.wait_for_reply(asked)
            said = [message.text or "" for message in home.world.said(MAJA)]
    assert "open" in (reply.text or "").lower()
    assert len(said) == 1, said
