"""Measurements of one bot: how long acknowledgements take at a rate, and how high the rate may be."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count
from typing import TypeVar

import uvloop

from bot.slices import ask_for_turns
from tests.benchmarks.load.generator import Deliveries, Generator, Target
from tests.benchmarks.load.processes import arrivals

T = TypeVar("T")

IN_TIME = 1.0
"""Seconds within which an acknowledgement counts."""
_SUSTAINED = 0.99
"""The share of acknowledgements in time from which a rate counts as sustained."""

_serials = count(1)


@dataclass(frozen=True, slots=True)
class Trial:
    """So many updates at so many a second. ``p50`` and ``p99`` are milliseconds, infinite where too few came."""

    rate: float
    sent: int
    acknowledged: int
    in_time: int
    p50: float
    p99: float

    @property
    def sustained(self) -> bool:
        """Whether acknowledgements kept up."""
        return self.in_time >= self.sent * _SUSTAINED

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def run(work: Coroutine[None, None, T]) -> T:
    """On a loop that disturbs what is measured as little as possible, and is not held up itself by a busy machine.

    It has a thread of its own: the wish for short turns would else be inherited by the bots that are started.
    """

    def on_its_own() -> T:
        ask_for_turns()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(on_its_own).result()


def serials(amount: int) -> list[int]:
    """Numbers of updates that nobody has seen."""
    return [next(_serials) for _ in range(amount)]


def trial(target: Target, api: str, rate: float, seconds: float, chats: int) -> Trial:
    """Deliver at ``rate`` for so long, to so many customers' chats."""
    deliveries = run(_deliver(target, rate, serials(int(rate * seconds)), chats))
    return _judged(rate, deliveries, arrivals(api))


async def _deliver(target: Target, rate: float, numbers: Sequence[int], chats: int) -> Deliveries:
    async with Generator(target, chats) as generator:
        await generator.deliver(numbers, rate)
        await generator.settle(2 * IN_TIME)
        await asyncio.sleep(IN_TIME)  # a bot that acknowledges by a call of its own may still be at it
        return generator.deliveries


def _judged(rate: float, deliveries: Deliveries, called: dict[int, float]) -> Trial:
    first = {
        serial: min(deliveries.acknowledged.get(serial, math.inf), called.get(serial, math.inf)) - sent
        for serial, sent in deliveries.sent.items()
    }
    took = sorted(first.values())
    return Trial(
        rate,
        len(took),
        sum(math.isfinite(seconds) for seconds in took),
        sum(seconds <= IN_TIME for seconds in took),
        quantile(took, 0.5) * 1000,
        quantile(took, 0.99) * 1000,
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of values in order; never between two of them."""
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def highest_rate(attempt: Callable[[float], Trial], *, start: float, most: float) -> list[Trial]:
    """Double the rate until it is not sustained, then halve the doubt until it is small; all trials, in order.

    Each ``attempt`` is to have a bot of its own: what one left undone would weigh on the next.
    """
    trials: list[Trial] = []
    good, bad = 0.0, math.inf
    rate = start
    for _ in range(12):
        trials.append(attempt(rate))
        good, bad = (rate, bad) if trials[-1].sustained else (good, rate)
        if good >= most or bad / max(good, 1.0) < 1.1:
            break
        rate = min(2 * rate, most) if math.isinf(bad) else (good + bad) / 2
    return trials


def best(trials: Sequence[Trial]) -> float:
    """The highest rate that was sustained, in updates a second."""
    return max((each.rate for each in trials if each.sustained), default=0.0)
