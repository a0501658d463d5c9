"""Memory that is not needed any more, given back."""

from __future__ import annotations

import ctypes
import gc
import mmap

_LARGE_PIECES = -3
"""glibc's M_MMAP_THRESHOLD."""

_LARGE = 1 << 18


def give_back() -> None:
    """Hand freed memory back to the system, where its C library can (glibc): loading a model leaves half of it free.

    Without this a process stays as large as it once was. From now on large pieces are handed back as soon as they are
    freed: left to itself the library keeps more and more of them.
    """
    gc.collect()
    try:
        library = ctypes.CDLL(None)
        library.mallopt(_LARGE_PIECES, _LARGE)
        library.malloc_trim(0)
    except (OSError, TypeError, AttributeError):  # another C library: it does as it does
        return


def hold_little(file: mmap.mmap) -> None:
    """Keep of a mapped ``file`` only the pages that are looked up, not their neighbours; drop what was read so far."""
    for advice in ("MADV_DONTNEED", "MADV_RANDOM"):
        if hasattr(mmap, advice):
            file.madvise(getattr(mmap, advice))
