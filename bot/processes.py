"""Processes of our own beside this one: what they are given, and how they end."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import Process
from pathlib import Path


def same_code() -> dict[str, str]:
    """The environment of a process that is to import what we are made of, wherever we were started."""
    root = str(Path(__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


async def ended(process: Process, within: float) -> None:
    """Wait until a process has ended by itself; after ``within`` seconds it is killed."""
    try:
        async with asyncio.timeout(within):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
