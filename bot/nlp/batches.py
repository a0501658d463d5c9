"""Texts through a model: in batches that a processor's own memory can hold, and on each processor one at a time.

Two processors on one batch wait for each other more than they gain: so multilingual-e5-small read 200 messages a
second, 16 in a batch. With a batch each, of 128 pieces of words, it reads 370.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import chain, islice
from typing import TypeVar

import numpy as np

from bot.nlp.vectors import Vectors, unit

Span = tuple[int, int]
"""Of a text's pieces, those from the first number up to the second one."""

Embed = Callable[[Sequence[Sequence[int]], Sequence[Sequence[Span]]], Vectors]
"""Given the pieces of texts and spans of each: a row a span."""

_PIECES = 128
"""A batch has no more, unless a single text has."""

_MOST = 4
"""Processors: a larger machine has other work as well."""

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


def _processors() -> int:
    """That this process may use now."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, _MOST)


_free = threading.BoundedSemaphore(_processors())
"""Whoever asks, and from whatever thread: more at once would only take each other's cache."""


def in_batches(
    pieces: Sequence[Sequence[int]], embed: Embed, dim: int, spans: Sequence[Sequence[Span]] | None = None
) -> Vectors:
    """Rows of unit length, in order: one a text, or one for each of its ``spans``. Batches are of about one length."""
    wanted = spans or [[(0, len(text))] for text in pieces]
    ends = np.cumsum([len(own) for own in wanted])
    vectors = np.zeros((int(ends[-1]) if len(ends) else 0, dim), dtype=np.float32)

    def embedded(batch: Sequence[int]) -> None:
        rows = np.concatenate([np.arange(ends[i] - len(wanted[i]), ends[i]) for i in batch])
        with _free:
            vectors[rows] = embed([pieces[i] for i in batch], [wanted[i] for i in batch])

    _each(embedded, list(_of_a_length([len(text) for text in pieces])))
    return unit(vectors)


def side_by_side(calls: Sequence[Callable[[], _Found]]) -> list[_Found]:
    """What each of the ``calls`` gives: they are made at once, where there are several processors."""
    if _processors() < 2:
        return [call() for call in calls]
    first, *others = calls
    begun = [_callers().submit(call) for call in others]
    return [first(), *(call.result() for call in begun)]


def beforehand(
    work: Callable[[_Given], _Found], items: Iterable[_Given]
) -> Generator[tuple[_Given, _Found], None, None]:
    """Each of the ``items`` with what ``work`` gives for it: while one is used, the next is worked on beside.

    A single one is worked on in this thread, and so are all where there is but one processor.
    """
    coming = iter(items)
    several = _processors() > 1
    first = list(islice(coming, 2))
    if not several or len(first) < 2:
        for item in chain(first, coming):
            yield item, work(item)
        return
    begun: deque[tuple[_Given, Future[_Found]]] = deque()
    try:
        for item in chain(first, coming):
            begun.append((item, _ahead().submit(work, item)))
            if len(begun) > 1:
                yield begun[0][0], begun[0][1].result()
                begun.popleft()
        for ready, found in begun:
            yield ready, found.result()
    finally:  # nothing goes on beside whatever comes after
        wait([found for _, found in begun if not found.cancel()])


def _of_a_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions, shortest first, in batches: all are made as long as the longest, so none must be far longer."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        length = lengths[position]
        if batch and ((len(batch) + 1) * length > _PIECES or length > 1.3 * lengths[batch[0]] + 6):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _each(work: Callable[[_Given], None], items: Sequence[_Given]) -> None:
    """Raises what went wrong."""
    several = len(items) > 1 and _processors() > 1
    for _ in _workers().map(work, items) if several else map(work, items):
        """Done."""


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_processors(), thread_name_prefix="batch")


@lru_cache(maxsize=1)
def _callers() -> ThreadPoolExecutor:
    """Other threads than the workers, for whom they wait."""
    return ThreadPoolExecutor(_MOST, thread_name_prefix="encoder")


@lru_cache(maxsize=1)
def _ahead() -> ThreadPoolExecutor:
    """The thread that works :func:`beforehand`."""
    return ThreadPoolExecutor(1, thread_name_prefix="ahead")
