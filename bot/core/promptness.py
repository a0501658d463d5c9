"""How soon messages are acknowledged, counted by steps: thousands of them make one line of the record."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

ACKNOWLEDGED = "acknowledged"
"""The name of such a line. It is of no one conversation."""

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 3600.0)
"""Seconds, increasing. What took longer than the last counts as that."""


def counted(seconds: Iterable[float]) -> dict[str, str]:
    """The facts of a line: for each step how many took so long at most, and longer than the step before."""
    counts = Counter(STEPS[min(bisect_left(STEPS, each), len(STEPS) - 1)] for each in seconds)
    return {str(step): str(counts[step]) for step in sorted(counts)}


def read(facts: Mapping[str, str]) -> Counter[float]:
    """How many took each step, from the facts of a line."""
    return Counter({float(step): int(count) for step, count in facts.items()})


def within(counts: Mapping[float, int], share: float) -> timedelta | None:
    """The step that this share of all were acknowledged within; None: there were none."""
    left = share * sum(counts.values())
    for step in sorted(counts):
        left -= counts[step]
        if left <= 0 and counts[step]:
            return timedelta(seconds=step)
    return None
