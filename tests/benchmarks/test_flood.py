"""Everyone writes at once: how soon all are acknowledged, and how soon all have an answer: ``make bench``.

First the sender alone, with the store on the disk: rows are committed as fast as customers write. Then the whole bot,
with its pipeline and its disk, which takes deliveries by webhook. Both send to a Bot API that enforces Telegram's
limits. The ideal is a sender that begins with the first message and sends 30 a second until the last. May be
set in the environment: ``BENCH_CUSTOMERS`` (10,000, who write within a minute; fewer in as many seconds less).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.conversation import Author
from bot.core.outgoing import Lane, Outgoing, Receipt, Text
from bot.core.step import Step
from bot.store.tiny import TinyStore
from bot.telegram.client import telegram_bot
from bot.telegram.outbound import TelegramSender
from tests.benchmarks.figures import keep
from tests.benchmarks.load.generator import FIRST_CHAT, Deliveries, Generator, Target
from tests.benchmarks.load.processes import Bots
from tests.benchmarks.load.strict import Called, log_of, strict_api
from tests.benchmarks.load.trials import quantile, run, serials
from tests.contract.builders import commit, conversation, row
from tests.integration.telegram_house import WallClock

TOKEN = "123456:" + "A" * 35

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "10000"))
RATE = 10_000 / 60
"""Messages a second."""
IDEAL = 30.0
"""Messages a second that Telegram takes."""
AGAIN = 0.1
"""So many of the customers write once more, so that there is an order to keep."""


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of it. ``drained`` is seconds from the first message of a customer to the last of ours, ``ideal`` what
    they would be at best; ``p50`` and ``p99`` are milliseconds until a message was acknowledged (0: that is the work of
    another)."""

    customers: int
    answers: int
    drained: float
    ideal: float
    refused: int
    out_of_order: int
    unanswered: int
    p50: float
    p99: float

    @property
    def ratio(self) -> float:
        return self.drained / self.ideal


async def send_all(folder: Path, api: str, customers: int) -> tuple[float, dict[int, list[str]]]:
    """Commit an answer to each, and to some one more; when that began, and what was to be said."""
    store, wanted = await TinyStore.open(folder), defaultdict[int, list[str]](list)
    async with telegram_bot(TOKEN, api) as bot:
        sender = TelegramSender(bot, store, WallClock(), failed=untold)
        await sender.start()
        began = time.monotonic()
        committing = set[asyncio.Task[None]]()
        for number in range(customers + int(customers * AGAIN)):
            await asyncio.sleep(began + number / RATE - time.monotonic())
            chat_id = FIRST_CHAT + number % customers
            wanted[chat_id].append(f"answer {number}")
            committing.add(asyncio.create_task(answer(store, sender, chat_id, wanted[chat_id])))
        await asyncio.gather(*committing)
        assert await sender.drain(2 * customers / IDEAL + 60)
        await sender.stop()
    await store.close()
    return began, wanted


async def answer(store: TinyStore, sender: TelegramSender, chat_id: int, texts: list[str]) -> None:
    talk = replace(conversation(chat_id), steps=len(texts))
    outgoing = replace(row(talk), id=f"{talk.id}:{len(texts)}:0", lane=Lane.ANSWER, content=Text(texts[-1]))
    await commit(store, Step(talk, outbox=(outgoing,)))
    sender.wake()


async def untold(_row: Outgoing, _receipt: Receipt) -> None:
    """Nobody is told of failures: there are none."""


def flood_of_answers(folder: Path, customers: int) -> Flood:
    """The sender alone."""
    with strict_api() as api:
        began, wanted = run(send_all(folder, api, customers))
        return judge(began, [0.0], log_of(api), wanted, customers)


async def deliver(target: Target, customers: int) -> Deliveries:
    async with Generator(target, customers) as generator:
        await generator.deliver(serials(customers + int(customers * AGAIN)), RATE)
        await generator.settle(30)
        return generator.deliveries


def answers(log: list[Called]) -> list[Called]:
    return [called for called in log if called.method == "sendMessage" and not called.refused]


def wait_until_drained(api: str, most: float) -> list[Called]:
    """Until nothing has been sent for a while."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        log = log_of(api)
        last = max((called.at for called in answers(log)), default=time.monotonic())
        if time.monotonic() - last > 10:
            break
        time.sleep(2)
    return log_of(api)


async def what_was_to_be_said(folder: Path) -> dict[int, list[str]]:
    """Our words to each customer, in order, as the store has them."""
    store = await TinyStore.open(folder)
    said = {
        talk.chat_id: [line.text for line in talk.messages if line.author is Author.BOT]
        for talk in await store.open_conversations()
    }
    await store.close()
    return said


def judge(began: float, took: list[float], log: list[Called], wanted: dict[int, list[str]], customers: int) -> Flood:
    sent = answers(log)
    said: dict[int, list[str]] = defaultdict(list)
    for called in sent:
        said[called.chat_id].append(called.text)
    return Flood(
        customers=customers,
        answers=len(sent),
        drained=max(called.at for called in sent) - began,
        ideal=len(sent) / IDEAL,
        refused=sum(called.refused for called in log),
        out_of_order=sum(not is_in_order(said[chat], texts) for chat, texts in wanted.items()),
        unanswered=sum(not said[chat] for chat in range(FIRST_CHAT, FIRST_CHAT + customers)),
        p50=1000 * quantile(took, 0.5),
        p99=1000 * quantile(took, 0.99),
    )


def is_in_order(said: list[str], wanted: list[str]) -> bool:
    """Whether all of it was said, as it came. What waits together is one message, which says the same thing once."""
    return "\n\n".join(said) in ("\n\n".join(wanted), "\n\n".join(dict.fromkeys(wanted)))


def flood(folder: Path, customers: int) -> Flood:
    """So many customers write, at the same rate however many they are."""
    with strict_api() as api, Bots(api, folder, None).run("keepword") as running:
        deliveries = run(deliver(running.target, customers))
        log = wait_until_drained(api, most=60 + 2 * customers / IDEAL)
        running.kill()
        wanted = asyncio.run(what_was_to_be_said(folder / "store"))
    took = [deliveries.acknowledged.get(serial, float("inf")) - at for serial, at in deliveries.sent.items()]
    return judge(min(deliveries.sent.values()), sorted(took), log, wanted, customers)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("whole", [False, True], ids=["the sender alone", "the whole bot"])
def test_everyone_writes_at_once(
    whole: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], benchmark: Any
) -> None:
    found: list[Flood] = []
    measure = flood if whole else flood_of_answers
    benchmark.pedantic(lambda: found.append(measure(tmp_path, CUSTOMERS)), rounds=1)
    (figures,) = found
    with capsys.disabled():
        print(f"\n{figures.customers} customers: {figures.answers} answers in {figures.drained:.1f} s,", end=" ")
        print(f"{figures.ratio:.3f} times the ideal {figures.ideal:.1f} s; refused {figures.refused},", end=" ")
        print(f"out of order {figures.out_of_order}, unanswered {figures.unanswered};", end=" ")
        print(f"acknowledged p50 {figures.p50:.1f} ms, p99 {figures.p99:.1f} ms")
    keep("flood" if whole else "flood of answers", asdict(figures) | {"ratio": figures.ratio})
    assert figures.out_of_order == 0
    assert figures.unanswered == 0
    assert figures.refused <= 0.001 * figures.answers
