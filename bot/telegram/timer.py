"""Waiting, in one place, so that tests need not wait."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

Chance = Callable[[], float]
"""A number from 0 up to 1, another each time."""


class Timer:
    """A steady clock in seconds, waiting on it, and the chance that keeps those who wait from coming all at once."""

    chance: Chance = staticmethod(random.random)

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until ``event`` is set, but no longer than ``seconds`` (None: as long as it takes)."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    def backoff(self, tries: int, longest: float = 60.0) -> float:
        """Seconds to wait after failing ``tries`` times, as :func:`backoff` has it."""
        return backoff(tries, longest, self.chance)


def backoff(tries: int, longest: float = 60.0, chance: Chance = random.random) -> float:
    """Seconds to wait after failing ``tries`` times: half a second, doubling, and of that the half up to all of it."""
    span: float = min(longest, 0.5 * 2.0 ** min(tries, 16))
    return span * (0.5 + 0.5 * chance())
