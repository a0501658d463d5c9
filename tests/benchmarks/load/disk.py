"""What the disk takes by itself: whoever keeps something before answering can't be faster than that."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.slices import ask_for_turns

_RECORD = b"x" * 600
"""About what an update takes."""


def sync_seconds(folder: Path, rate: float, seconds: float) -> list[float]:
    """The time of each write and ``fdatasync`` of a small record, so many a second, by a thread as ours is."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_sync, folder / "disk.probe", rate, int(rate * seconds)).result()


def _sync(path: Path, rate: float, times: int) -> list[float]:
    ask_for_turns()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        os.write(descriptor, _RECORD)
        os.fdatasync(descriptor)
        taken.append(time.perf_counter() - began)
        time.sleep(1 / rate)
    os.close(descriptor)
    path.unlink()
    return taken
