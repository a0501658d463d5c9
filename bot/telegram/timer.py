"""Waiting, in one place, so that tests need not wait."""

from __future__ import annotations

import asyncio
import random
import time


class Timer:
    """A steady clock in seconds, and waiting on it."""

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


def backoff(tries: int, longest: float = 60.0) -> float:
    """Seconds to wait after failing ``tries`` times: half a second, doubling, never twice the same."""
    span: float = min(longest, 0.5 * 2.0 ** min(tries, 16))
    return span * random.uniform(0.5, 1.0)
