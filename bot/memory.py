"""Memory that is not needed any more, given back, where the C library can (glibc)."""

from __future__ import annotations

import ctypes
import gc
import mmap
from collections.abc import Iterator
from contextlib import contextmanager

_LARGE_PIECES = -3
"""glibc's M_MMAP_THRESHOLD."""

_ARENAS = -8
"""glibc's M_ARENA_MAX."""

_TRIM = -1
"""glibc's M_TRIM_THRESHOLD."""

_LARGE = 1 << 18
_SPARE = 1 << 17

_VERY_LARGE = 1 << 20
_KEPT = 1 << 22


def stay_small() -> None:
    """For a process that runs for months: all threads share one arena, and large pieces go back as they are freed.

    Left to itself, the library gives threads arenas of their own, and each keeps what was once asked of it: at 20
    messages a second the process grew by 5 MB a minute, though what it held stayed the same. Call it before there are
    threads. What came of it: the soak in docs/performance.md.
    """
    _set(_ARENAS, 1)
    _set(_LARGE_PIECES, _LARGE)
    _set(_TRIM, _SPARE)


@contextmanager
def all_stays() -> Iterator[None]:
    """While code and content are loaded: what is made meanwhile stays, and is not looked through for garbage.

    That is done again and again otherwise, and takes a fifth of the time. Who wants to have looked through it once
    calls ``gc.unfreeze`` before.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def give_back() -> None:
    """Hand freed memory back to the system: loading a model leaves half of it free.

    Without this a process stays as large as it once was. From now on very large pieces are handed back as soon as they
    are freed: left to itself the library keeps more and more of them. Those that a model needs from layer to layer are
    kept: a sixth of the time of a long message went by while they were fetched from the system again and again.
    """
    gc.collect()
    _set(_LARGE_PIECES, _VERY_LARGE)
    _set(_TRIM, _KEPT)
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, TypeError, AttributeError):  # another C library: it does as it does
        return


def hold_little(file: mmap.mmap) -> None:
    """Keep of a mapped ``file`` only the pages that are looked up, not their neighbours; drop what was read so far."""
    for advice in ("MADV_DONTNEED", "MADV_RANDOM"):
        if hasattr(mmap, advice):
            file.madvise(getattr(mmap, advice))


def _set(option: int, value: int) -> None:
    try:
        ctypes.CDLL(None).mallopt(option, value)
    except (OSError, TypeError, AttributeError):  # another C library: it does as it does
        return
