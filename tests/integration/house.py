"""The whole house for tests: the app, joined to a simulator over HTTP, with a small content and a clock of its own.

::

    async with house(tmp_path) as home:
        reply = await home.customer_says("when are you open")
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.app import App
from bot.core.content import Catalogue
from bot.core.conversation import Conversation
from bot.core.understanding import Understanding
from bot.nlp.encoder import encoder_named
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import load_or_train
from bot.ports import Hints, Understander
from bot.settings import Settings, read_settings
from bot.shelf import Train
from bot.simulator.chats import Message
from bot.simulator.server import Simulator
from tests.content_samples import write_content
from tests.integration.simulated import ANA, GROUP, MAJA, simulated

MONDAY_MORNING = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)

STANDARDS = """languages: [en]
zone: Europe/Ljubljana
calendars:
  office: {zone: Europe/Ljubljana, open: {mon-fri: ["09:00-17:00"]}}
promises: {calendar: office, complaint: 2h, request: 1h}
gather: 0.05s
"""


class RunningClock:
    """Real time, begun on a Monday morning, that can be moved on."""

    def __init__(self) -> None:
        self._ahead = MONDAY_MORNING - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, span: timedelta) -> None:
        self._ahead += span


class House:
    """An app, and the simulator that it talks to."""

    def __init__(self, app: App, simulator: Simulator, clock: RunningClock) -> None:
        self.app, self.simulator, self.world, self.clock = app, simulator, simulator.world, clock

    async def customer_says(self, text: str) -> Message:
        """Maja writes, and this is what the bot writes back."""
        return await self.world.wait_for_reply(self.world.send(MAJA, MAJA, text))

    async def topic(self) -> int:
        """The thread of the newest topic with a card; the board's is none."""

        def found() -> int | None:
            topics = self.world.state.group.topics.values()
            with_card = [topic for topic in topics if topic.pinned and topic.title != "Queue"]
            return with_card[-1].thread_id if with_card else None

        return await self.world.wait_for(found)

    def card(self, thread: int) -> Message:
        return next(iter(self.world.state.group.topics[thread].pinned.values()))

    def agent_says(self, thread: int, text: str, agent: int = ANA) -> Message:
        return self.world.send(GROUP, agent, text, thread_id=thread)

    def press(self, message: Message, label: str, person: int) -> None:
        """Press the button with this label."""
        (data,) = [button["callback_data"] for row in message.buttons() for button in row if button["text"] == label]
        self.world.press(message.chat.id, message.message_id, person, str(data))

    async def until_customer_reads(self, part: str) -> Message:
        def found() -> Message | None:
            return next((m for m in reversed(self.world.said(MAJA)) if part in (m.text or "")), None)

        return await self.world.wait_for(found, timeout=20)

    async def until_topic_reads(self, thread: int | None, part: str) -> Message:
        def found() -> Message | None:
            return next((m for m in reversed(self.world.said(GROUP, thread)) if part in (m.text or "")), None)

        return await self.world.wait_for(found, timeout=20)

    async def conversation(self) -> Conversation:
        """Maja's last conversation, as the store has it."""
        async with self.app.store.lease(MAJA) as conversation:
            assert conversation is not None
        return conversation

    def pass_time(self, span: timedelta) -> None:
        """Move the clock on, and have the app look at it."""
        self.clock.advance(span)
        self.app.timer.look_again()
        self.app.boards.look_again()


def free_port() -> int:
    """A port that nothing listens on, and that nobody is given who asks for any."""
    while True:
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", Random().randrange(20_000, 32_000)))
            return int(found.getsockname()[1])


def settings_for(folder: Path, simulator: Simulator, **more: object) -> Settings:
    """Settings of an app that talks to ``simulator`` and keeps everything in ``folder``."""
    given: dict[str, object] = {
        "telegram_token": simulator.token,
        "telegram_api": simulator.url,
        "agents_chat": str(simulator.agents_chat),
        "listen": "127.0.0.1:0",
        "store": f"tinydb:{folder / 'store'}",
        "data": folder / "data",
        "content": folder / "content",
        "encoder": "ngrams",
        "board": False,
    }
    return read_settings(_env_file=None, **{**given, **more})


class Near(Understander):
    """A pipeline in a thread: it starts sooner than a process, which has tests of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def understand(self, text: str, hints: Hints) -> Understanding:
        return await self._pipeline.understand(text, hints)

    async def close(self) -> None:
        await asyncio.to_thread(self._pipeline.close)


def in_this_process(settings: Settings) -> Train:
    """Trains without a process of its own."""

    async def train(catalogue: Catalogue) -> Near:
        encoder = encoder_named(settings.encoder)
        return Near(await asyncio.to_thread(load_or_train, catalogue, settings.model_folder, encoder=encoder))

    return train


@asynccontextmanager
async def running(settings: Settings, simulator: Simulator, clock: RunningClock | None = None) -> AsyncIterator[House]:
    """An app with these settings, started and ready, stopped at the end."""
    time = clock or RunningClock()
    app = App(settings, clock=time, train=in_this_process(settings))
    try:
        await app.start()
        await app.trained()
        yield House(app, simulator, time)
    finally:
        await app.stop()


@asynccontextmanager
async def house(folder: Path, *, standards: str = STANDARDS, **more: object) -> AsyncIterator[House]:
    """A simulator, a small content and an app, all new."""
    write_content(folder / "content", **{"standards.yml": standards})
    async with simulated() as simulator, running(settings_for(folder, simulator, **more), simulator) as home:
        yield home
