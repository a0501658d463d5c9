"""Holds the content that is live, with the pipeline trained on it. Both change together, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.core.content import Catalogue
from bot.core.model import Understanding
from bot.ports import Hints, Knowledge, Understander

Train = Callable[[Catalogue], Awaitable[Understander]]
"""Makes a pipeline for a catalogue, off the event loop. Raises UnderstandingError."""


class _Training:
    """An understander that is still being trained: who asks it waits until it is ready, or has failed."""

    def __init__(self, ready: asyncio.Future[Understander]) -> None:
        self._ready = ready

    async def understand(self, text: str, hints: Hints) -> Understanding:
        understander = await asyncio.shield(self._ready)
        return await understander.understand(text, hints)


class Shelf:
    """A :class:`bot.ports.Library`. Messages that come before the first training is over wait for it."""

    def __init__(self, catalogue: Catalogue, train: Train) -> None:
        self._train = train
        self._first: asyncio.Future[Understander] = asyncio.get_running_loop().create_future()
        self._knowledge = Knowledge(catalogue, _Training(self._first))
        self._one_at_a_time = asyncio.Lock()

    def current(self) -> Knowledge:
        return self._knowledge

    @property
    def ready(self) -> bool:
        """Whether messages can be understood now."""
        return self._first.done() and not self._first.cancelled() and self._first.exception() is None

    async def trained(self) -> None:
        """Wait for the first training. Raises what it raised."""
        await asyncio.shield(self._first)

    async def train_first(self) -> None:
        """Train on the content we started with. Raises what the training raises; who waits is told the same."""
        async with self._one_at_a_time:
            catalogue = self._knowledge.catalogue
            try:
                understander = await self._train(catalogue)
            except Exception as error:
                self._first.set_exception(error)
                self._first.exception()  # nobody may be waiting: it was told to our caller
                raise
            self._first.set_result(understander)
            self._knowledge = Knowledge(catalogue, understander)

    async def put(self, catalogue: Catalogue) -> None:
        """Make this content live once a pipeline is trained on it; until then, and if that fails, the old one stays."""
        async with self._one_at_a_time:
            if catalogue.version == self._knowledge.catalogue.version:
                return
            understander = await self._train(catalogue)
            self._knowledge = Knowledge(catalogue, understander)
