"""kill -9 at every step of sending: nothing is lost, and nobody's words are put into their mouth twice."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.conversation import Conversation
from bot.core.outgoing import Content, Copy, Lane, Outgoing, Text, To
from bot.core.people import Customer
from bot.core.step import Step
from bot.simulator.server import Simulator
from bot.store.tiny import TinyStore
from tests.integration.dying import MOMENTS
from tests.integration.simulated import ANA, GROUP, MAJA, simulated
from tests.integration.telegram_house import WallClock

ID = f"{MAJA}-1"
ROOT = Path(__file__).parents[2]
UNSENT = MOMENTS[:2]
UNKNOWN = MOMENTS[2:4]


async def put(folder: Path, *rows: tuple[Content, Lane]) -> None:
    """Commit rows to the customer, as a life of the process that ended at once."""
    store = await TinyStore.open(folder)
    now = WallClock().now()
    outbox = tuple(
        Outgoing(f"{ID}:1:{place}", ID, MAJA, To.CUSTOMER, lane, content, now)
        for place, (content, lane) in enumerate(rows)
    )
    async with store.lease(MAJA):
        talk = Conversation(ID, MAJA, Customer(MAJA, "Maja"), now, "en", agents_chat=GROUP, steps=1)
        await store.commit(Step(talk, outbox=outbox))
    await store.close()


@dataclass
class Lives:
    """Has senders live and die."""

    process: subprocess.Popen[str]

    async def live(self, simulator: Simulator, folder: Path, moment: str) -> tuple[int, list[str]]:
        """One life of a sender; its exit code, and the problems it told of."""
        return await asyncio.to_thread(self._live, f"{simulator.url} {simulator.token} {folder} {moment}\n")

    def _live(self, life: str) -> tuple[int, list[str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(life)
        self.process.stdin.flush()
        problems = list[str]()
        for line in self.process.stdout:
            what, _, value = line.strip().partition(" ")
            if what == "end":
                return int(value), problems
            problems.append(value)
        raise AssertionError("the process that has them live has died itself")


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    words = [sys.executable, "-m", "tests.integration.dying"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Lives(process)


def said(simulator: Simulator) -> list[str]:
    return [message.text for message in simulator.world.said(MAJA)]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_an_answer_arrives_whenever_we_are_killed_and_what_follows_it_in_order(
    moment: str, tmp_path: Path, lives: Lives
) -> None:
    async with simulated(WallClock()) as simulator:
        simulator.world.send(MAJA, MAJA, "/start")
        await put(tmp_path, (Text("one"), Lane.ANSWER), (Text("two"), Lane.PROMISE))
        code, _ = await lives.live(simulator, tmp_path, moment)
        assert code == -9
        assert await lives.live(simulator, tmp_path, "never") == (0, [])
    once_more = ["one"] if moment in UNKNOWN else []
    assert said(simulator) == [*once_more, "one", "two"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_an_agents_words_arrive_once_or_are_reported_whenever_we_are_killed(
    moment: str, tmp_path: Path, lives: Lives
) -> None:
    async with simulated(WallClock()) as simulator:
        simulator.world.send(MAJA, MAJA, "/start")
        words = simulator.world.send(GROUP, ANA, "I will look")
        await put(tmp_path, (Copy(GROUP, words.message_id), Lane.AGENT), (Text("two"), Lane.ANSWER))
        code, _ = await lives.live(simulator, tmp_path, moment)
        assert code == -9
        code, problems = await lives.live(simulator, tmp_path, "never")
    assert code == 0
    arrived = said(simulator)
    assert arrived[-1] == "two"
    assert arrived.count("I will look") <= 1
    if "I will look" not in arrived or moment in UNKNOWN:
        assert problems == ["UnknownDelivery"]
    else:
        assert problems == []
