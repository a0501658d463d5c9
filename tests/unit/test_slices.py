"""Turns on the processor, where Linux lets one wish for them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bot.slices import SHORT, SHORTEST, USUAL

ASKING = """
import sys
from pathlib import Path
from bot.slices import ask_for_turns
asked = [ask_for_turns(int(of)) for of in sys.argv[1:]]
print(asked[-1], Path("/proc/self/sched").read_text() if Path("/proc/self/sched").exists() else "")
"""


def slice_after(*wishes: int) -> int:
    """Nanoseconds that a process has at a time after these wishes."""
    wished = [sys.executable, "-c", ASKING, *map(str, wishes)]
    told = subprocess.run(wished, capture_output=True, check=True, text=True).stdout
    found = re.search(r"se\.slice\s*:\s*(\d+)", told)
    if told.startswith("False") or found is None:
        pytest.skip("this system has no such wish, or does not tell")
    return int(found[1])


@pytest.mark.parametrize("wish", [SHORTEST, SHORT])
def test_turns_are_as_long_as_was_asked_for(wish: int) -> None:
    assert slice_after(wish) == wish


def test_who_is_started_by_others_may_have_turns_as_long_as_usual_again() -> None:
    assert slice_after(SHORT, USUAL) > SHORT
