"""Memory that is not needed any more, given back."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Hand freed memory back to the system, where its C library can (glibc): loading a model leaves half of it free.

    Without this a process stays as large as it once was.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, TypeError, AttributeError):  # another C library: it does as it does
        return
