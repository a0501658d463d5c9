"""The store with many conversations: ``python -m tests.benchmarks.scale FOLDER [--open N] [--past N]``.

Not part of ``make bench``: it writes gigabytes, takes minutes, and wants a machine that does nothing else. What it
writes is made in FOLDER, which should be on the disk that the bot would use, and is removed at the end. It prints one
JSON object; figures are medians of five runs, the spread beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinydb import TinyDB

from bot.core.conversation import Author, Conversation, Message, Phase
from bot.core.step import Step
from bot.store.cases import Cases
from bot.store.disk import PRIVATE_FILE
from bot.store.entries import Key, Raw, pack
from bot.store.records import CONVERSATION, DUE, OUTGOING, RECEIPT
from bot.store.replay import snapshot_path, write_snapshot
from bot.store.tiny import TinyStore
from tests.contract.builders import AGENTS, NOON, commit, conversation, due, event, row, sent

RUNS = 5
COMMITS = 100
"""In each run."""

CASES_PER_CHAT = 4
FIRST_PAST_CHAT = 50_000_000

OPENING = """
import asyncio, json, sys, time
from bot.store.tiny import TinyStore

def resident():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024

async def main():
    before, began = resident(), time.perf_counter()
    store = await TinyStore.open(sys.argv[1])
    seconds, after = time.perf_counter() - began, resident()
    began = time.perf_counter()
    past = await store.past_conversations(int(sys.argv[2]))
    asked = time.perf_counter() - began
    print(json.dumps({"open_s": seconds, "store_mb": after - before, "process_mb": after,
                      "past_of_one_chat_ms": 1000 * asked, "found": len(past)}))
    await store.close()

asyncio.run(main())
"""


def talk(chat_id: int, ordinal: int = 1, **fields: Any) -> Conversation:
    """Ten messages long."""
    messages = tuple(Message(NOON, Author.CUSTOMER, f"Message {n} about my order", "Ana", n) for n in range(10))
    return conversation(chat_id, ordinal, messages=messages, **fields)


def step(of: Conversation, count: int) -> Step:
    """As a turn of the bot makes it: state, an event, a message to send, a time to watch."""
    later = replace(of, steps=count)
    return Step(later, (event(later, "answered"),), (row(later),), (due(f"{of.id}:turn", count % 60, later),))


def fill(folder: Path, size: int, *, recent: int = 0, handled: int = 0) -> None:
    """A store with so many open conversations, as a compaction leaves it; the last cases and updates in memory."""
    tables: dict[str, dict[Key, Raw]] = {name: {} for name in ("conversations", "due", "recent", "sent", "handled")}
    for chat_id in range(1, size + 1):
        one = talk(chat_id)
        watch = due(f"{one.id}:turn", chat_id % 60, one)
        tables["conversations"][one.id] = pack(CONVERSATION.dump(one))
        tables["due"][watch.id] = pack(DUE.dump(watch))
    for number in range(recent):
        one = past(number)
        words = row(one)
        tables["recent"][one.id] = pack({})
        tables["sent"][words.id] = pack(
            {"outgoing": OUTGOING.dump(words), "receipt": RECEIPT.dump(sent(words, number))}
        )
    tables["handled"] = {number: pack({}) for number in range(handled)}
    (folder / "journal").mkdir(parents=True)
    descriptor = os.open(snapshot_path(folder / "journal", 2), os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    write_snapshot(descriptor, tables, {"events": 1})
    os.fsync(descriptor)
    os.close(descriptor)


def past(number: int) -> Conversation:
    chat_id, ordinal = FIRST_PAST_CHAT + number // CASES_PER_CHAT, 1 + number % CASES_PER_CHAT
    return talk(chat_id, ordinal, phase=Phase.RESOLVED, agents_chat=AGENTS, topic_id=number)


def write_cases(folder: Path, count: int) -> None:
    """Case files like the first one, which the store itself writes; a million by its own way would take an hour."""
    first = past(0)
    Cases(folder, fsync=False).keep(CONVERSATION.dump(first), {})
    path = next((folder / "cases").rglob("*.json"))
    content = path.read_bytes().replace(first.id.encode(), b"%s")
    content = content.replace(f'"chat_id":{first.chat_id}'.encode(), b'"chat_id":%d')
    for number in range(count):
        chat_id, ordinal = FIRST_PAST_CHAT + number // CASES_PER_CHAT, 1 + number % CASES_PER_CHAT
        chat = f"{folder}/cases/{chat_id % 1000:03d}/{chat_id}"
        if ordinal == 1:
            os.makedirs(chat, exist_ok=True)
        descriptor = os.open(f"{chat}/{chat_id}-{ordinal}.json", os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
        os.write(descriptor, content % (f"{chat_id}-{ordinal}".encode(), chat_id))
        os.close(descriptor)


async def commit_seconds(room: Path, sizes: tuple[int, ...], *, fsync: bool) -> dict[int, list[float]]:
    """What one commit takes, waited for: the median of each run. The sizes take turns: noise meets them alike."""
    stores = {size: await TinyStore.open(room / str(size), fsync=fsync) for size in sizes}
    first = 0 if fsync else (RUNS + 1) * COMMITS  # a step that is committed again would cost nothing
    medians: dict[int, list[float]] = {size: [] for size in sizes}
    for run in range(RUNS + 1):
        for size, store in stores.items():
            taken = [await _one_commit(store, size, first + run * COMMITS + number) for number in range(COMMITS)]
            medians[size].append(statistics.median(taken))
    for store in stores.values():
        await store.close()
    return {size: found[1:] for size, found in medians.items()}  # the first run warms up


async def _one_commit(store: TinyStore, size: int, count: int) -> float:
    asked = step(talk(1 + (count * 7919) % size), count + 1)
    began = time.perf_counter()
    await commit(store, asked)
    return time.perf_counter() - began


def json_storage_seconds(file: Path, size: int, rounds: int) -> list[float]:
    """What an update of one document takes with TinyDB's own storage."""
    documents = {str(chat_id): CONVERSATION.dump(talk(chat_id)) for chat_id in range(1, size + 1)}
    file.write_text(json.dumps({"_default": documents}))
    taken = []
    with TinyDB(file) as db:
        for count in range(rounds):
            began = time.perf_counter()
            db.update({"steps": count}, doc_ids=[size // 2])
            taken.append(time.perf_counter() - began)
    return taken


def figures(seconds: list[float]) -> dict[str, float]:
    ms = [round(1000 * one, 3) for one in seconds]
    return {"median_ms": round(statistics.median(ms), 3), "lowest_ms": min(ms), "highest_ms": max(ms)}


def updates(room: Path, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Commits at these sizes, and what TinyDB's own storage takes at the last one."""
    for size in sizes:
        fill(room / str(size), size)
    found = {}
    for fsync, note in ((True, ""), (False, "_without_fsync")):
        for size, seconds in asyncio.run(commit_seconds(room, sizes, fsync=fsync)).items():
            found[f"update_at_{size}{note}"] = figures(seconds)
    found[f"json_storage_at_{sizes[-1]}"] = figures(json_storage_seconds(room / "baseline.json", sizes[-1], 3))
    return found


def opening(room: Path, count: int) -> dict[str, Any]:
    """A process of its own opens 10,000 open conversations with a long past behind them."""
    fill(room / "data", 10_000, recent=2_000, handled=100_000)
    began = time.perf_counter()
    write_cases(room / "data", count)
    made = time.perf_counter() - began
    runs = [_opened(room / "data", FIRST_PAST_CHAT + count // CASES_PER_CHAT // 2) for _ in range(RUNS)]
    medians = {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}
    return {"past": count, "open": 10_000, "made_in_s": round(made), **medians}


def _opened(folder: Path, chat_id: int) -> dict[str, float]:
    found: dict[str, float] = json.loads(
        subprocess.run([sys.executable, "-c", OPENING, folder, str(chat_id)], check=True, capture_output=True).stdout
    )
    return found


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description="The store with many conversations.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--open", type=int, default=100_000, help="Open conversations for the update; 0: leave it out.")
    parser.add_argument("--past", type=int, default=1_000_000, help="Past ones for the opening; 0: leave it out.")
    asked = parser.parse_args()
    parts: dict[str, Callable[[Path], dict[str, Any]]] = {}
    if asked.open:
        parts["updates"] = lambda room: updates(room, (100, asked.open))
    if asked.past:
        parts["opening"] = lambda room: opening(room, asked.past)
    found = {}
    for name, measure in parts.items():
        with TemporaryDirectory(dir=asked.folder) as room:
            found[name] = measure(Path(room))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
