"""Bots killed at random moments under load, started again, and counted up: what was answered 200 must not be lost."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.core.conversation import Author
from bot.store.deliveries import FOLDER, DeliveryReader, Place
from bot.store.tiny import TinyStore
from tests.benchmarks.load.generator import Deliveries, Generator
from tests.benchmarks.load.processes import Bots, Running, Side, arrivals
from tests.benchmarks.load.trials import run, serials

RATE = 200.0
CHATS = 300
LONGEST_LIFE = 1.5
"""Seconds under load before a kill, at most."""


@dataclass(frozen=True, slots=True)
class Toll:
    """Of ``answered`` updates, ``lost`` were forgotten and ``twice`` dealt with more than once."""

    kills: int
    answered: int
    lost: int
    twice: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def kill_keepword(bots: Bots, kills: int, seed: int) -> Toll:
    """What was not answered is delivered again in the next life, as Telegram does; the last life ends in a kill too."""
    chance = random.Random(seed)
    answered: set[int] = set()
    again: list[int] = []
    for _ in range(kills):
        with bots.run("keepword", "killed") as running:
            deliveries = run(_live(running, again, chance.uniform(0.0, LONGEST_LIFE)))
        answered |= deliveries.answered.keys()
        again = deliveries.unanswered
    kept = run(_kept(bots.folder / "killed"))
    return Toll(kills, len(answered), len(answered - kept.keys()), sum(times > 1 for times in kept.values()))


def kill_stock(bots: Bots, kills: int, seed: int) -> Toll:
    """It keeps nothing: lost is what was answered 200 and not reacted to when it was killed."""
    chance = random.Random(seed)
    answered: set[int] = set()
    side: Side = "stock"
    for _ in range(kills):
        with bots.run(side) as running:
            answered |= run(_live(running, [], chance.uniform(0.0, LONGEST_LIFE))).answered.keys()
    return Toll(kills, len(answered), len(answered - arrivals(bots.api).keys()), 0)


async def _live(running: Running, again: Sequence[int], seconds: float) -> Deliveries:
    """Deliver what is due again and then news, until the bot is killed, at its busiest."""
    async with Generator(running.target, CHATS) as generator:
        numbers = [*again, *serials(int(RATE * (seconds + 1.0)))]
        load = asyncio.create_task(generator.deliver(numbers, RATE))
        await asyncio.sleep(seconds)
        running.process.kill()
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)
        await asyncio.sleep(0.1)  # answers that were sent before the kill are still on their way
        running.kill()
        return generator.deliveries


async def _kept(folder: Path) -> Counter[int]:
    """How often each message is kept: to be taken over, to be dealt with, or in its customer's conversation."""
    store = await TinyStore.peek(folder)
    kept = Counter(update.update_id for update in await store.unhandled())
    for conversation in await store.open_conversations():
        for past in (*await store.past_conversations(conversation.chat_id), conversation):
            said = (*past.messages, *past.pending)
            kept.update(message.ref for message in said if message.author is Author.CUSTOMER)
    kept.update(_not_taken_over(folder / FOLDER) - kept.keys())
    return kept


def _not_taken_over(folder: Path) -> set[int]:
    """What is among the deliveries; most of it is in the store as well."""
    reader = DeliveryReader(folder)
    until = Place(reader.following, 0)
    found: set[int] = set()
    while True:
        deliveries, place = reader.take(until)
        if not deliveries:
            return found
        found |= {int(json.loads(delivery.body)["update_id"]) for delivery in deliveries}
        reader.go_on(place)
