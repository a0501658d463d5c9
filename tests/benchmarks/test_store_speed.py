"""How fast the TinyDB store is, and whether it stays so: ``make bench``.

The figures that matter are ratios: a commit at 10,000 conversations against one at 100, and against what TinyDB's own
``JSONStorage`` takes for an update of as many documents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB
from tinydb.table import Document

from bot.core.conversation import Author, Conversation, Message
from bot.core.step import Step
from bot.store.records import CONVERSATION
from bot.store.tiny import TinyStore
from tests.contract.builders import NOON, commit, conversation, due, event, row, update

SIZES = (100, 10_000)
TOGETHER = 200
"""How many commits are under way at once where they share a sync."""


def talk(chat_id: int) -> Conversation:
    """Ten messages long."""
    messages = tuple(Message(NOON, Author.CUSTOMER, f"Message {n} about my order", "Ana", n) for n in range(10))
    return conversation(chat_id, messages=messages)


def step(of: Conversation, count: int) -> Step:
    """As a turn of the bot makes it: state, an event, a message to send, a time to watch."""
    later = replace(of, steps=count)
    return Step(later, (event(later, "answered"),), (row(later),), (due(f"{of.id}:turn", count % 60, later),))


class Running:
    """A store with so many open conversations, on a loop of its own."""

    def __init__(self, folder: Path, size: int, *, fsync: bool) -> None:
        self.loop = asyncio.new_event_loop()
        self.store = self.loop.run_until_complete(TinyStore.open(folder, fsync=fsync))
        self.size, self.count = size, 0
        self.together(range(1, size + 1))
        self.loop.run_until_complete(self.store.tidy())

    def together(self, chats: Any) -> None:
        """Commit a step in each of these chats, at the same moment."""
        self.count += 1

        async def commit_all() -> None:
            await asyncio.gather(*(commit(self.store, step(talk(chat_id), self.count)) for chat_id in chats))

        self.loop.run_until_complete(commit_all())

    def close(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    opened: list[Running] = []

    def run(size: int, *, fsync: bool = True) -> Running:
        opened.append(Running(tmp_path / "data", size, fsync=fsync))
        return opened[-1]

    yield run
    for one in opened:
        one.close()


@pytest.mark.parametrize("size", SIZES)
def test_one_commit_alone(benchmark: Any, running: Callable[..., Running], size: int) -> None:
    store = running(size)
    benchmark.pedantic(store.together, ([size // 2],), rounds=100, warmup_rounds=5)


@pytest.mark.parametrize("size", SIZES)
def test_one_commit_without_waiting_for_the_disk(benchmark: Any, running: Callable[..., Running], size: int) -> None:
    store = running(size, fsync=False)
    benchmark.pedantic(store.together, ([size // 2],), rounds=200, warmup_rounds=5)


@pytest.mark.parametrize("size", SIZES)
def test_200_commits_together(benchmark: Any, running: Callable[..., Running], size: int) -> None:
    store = running(size)
    chats = (
        [1 + number * size // TOGETHER for number in range(TOGETHER)] if size >= TOGETHER else range(1, TOGETHER + 1)
    )
    benchmark.pedantic(store.together, (chats,), rounds=10, warmup_rounds=1)


def test_200_updates_accepted_together(benchmark: Any, running: Callable[..., Running]) -> None:
    store = running(100)
    first = iter(range(0, 10**9, TOGETHER))

    async def accept_all() -> None:
        start = next(first)
        await asyncio.gather(*(store.store.accept(update(start + number)) for number in range(TOGETHER)))

    benchmark.pedantic(lambda: store.loop.run_until_complete(accept_all()), rounds=10, warmup_rounds=1)


@pytest.mark.parametrize("size", [10_000])
def test_opening(benchmark: Any, tmp_path: Path, size: int) -> None:
    Running(tmp_path / "data", size, fsync=False).close()
    benchmark.pedantic(lambda: Running(tmp_path / "data", 0, fsync=False).close(), rounds=3)


@pytest.mark.parametrize("size", [100, 1_000])
def test_baseline_one_update_with_tinydbs_own_storage(benchmark: Any, tmp_path: Path, size: int) -> None:
    with TinyDB(tmp_path / "baseline.json") as db:
        db.insert_multiple(Document(CONVERSATION.dump(talk(key)), doc_id=key) for key in range(1, size + 1))
        benchmark.pedantic(lambda: db.update({"steps": 2}, doc_ids=[size // 2]), rounds=5)
