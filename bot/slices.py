"""Getting a turn on the processor as soon as there is something to do, also on a busy machine."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

SHORTEST = 100_000
"""Nanoseconds to run at a time: the least that Linux allows, and plenty for an acknowledgement."""

SHORT = 700_000
"""For an event loop beside others that compute: they have twice as much on two processors, more on more."""

USUAL = 0
"""As long as the system has it."""

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""size, policy, flags, nice, priority, slice, deadline, period (``struct sched_attr`` in sched_setattr(2))."""


def ask_for_turns(of: int = SHORTEST) -> bool:
    """Have this thread, and what it starts, run for so many nanoseconds at a time, but all the sooner when it wakes.
    False: the system has no such wish.

    From Linux 6.12 on, whoever wants less time goes before whoever has a longer turn under way. Else we would wait for
    the end of that turn: on a processor with something else to do, 3 to 5 ms for each sync of the disk. No rights are
    needed, since no more time is had in all.
    """
    number = _SCHED_SETATTR.get(platform.machine())
    if sys.platform != "linux" or number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return False  # who was started with a policy of its own keeps it
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    wish = ctypes.create_string_buffer(_ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, of, 0, 0))
    return bool(ctypes.CDLL(None).syscall(number, 0, wish, 0) == 0)
