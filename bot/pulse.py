"""How late the event loop is: what everybody who waits for it waits besides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

BEAT = 0.02
"""Seconds between looks."""


async def watch_pulse(lag: Callable[[float], None]) -> None:
    """Until cancelled, tell how many seconds later than asked for the loop went on."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + BEAT
        await asyncio.sleep(BEAT)
        lag(max(loop.time() - due, 0.0))
