"""Holds the content that is live, with the pipeline trained on it. Both change together, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.core.content import Catalogue
from bot.core.cues import prepare
from bot.core.understanding import Understanding
from bot.ports import Hints, Knowledge, Understander

LAST_QUESTIONS = 30.0
"""Seconds that who took the old knowledge has to ask it what there is to ask."""


class Trained(Understander, Protocol):
    """An understander that holds on to something until it is closed."""

    async def close(self) -> None:
        """Let go of it; nothing is asked any more."""
        ...


Train = Callable[[Catalogue], Awaitable[Trained]]
"""Makes a pipeline for a catalogue, off the event loop. Raises UnderstandingError."""


class _Training:
    """An understander that is still being trained: who asks it waits until it is ready, or has failed."""

    def __init__(self, ready: asyncio.Future[Trained]) -> None:
        self._ready = ready

    async def understand(self, text: str, hints: Hints) -> Understanding:
        understander = await asyncio.shield(self._ready)
        return await understander.understand(text, hints)


class Shelf:
    """A :class:`bot.ports.Library`. Messages that come before the first training is over wait for it."""

    def __init__(self, catalogue: Catalogue, train: Train) -> None:
        self._train = train
        self._first: asyncio.Future[Trained] = asyncio.get_running_loop().create_future()
        self._knowledge = Knowledge(catalogue, _Training(self._first))
        self._one_at_a_time = asyncio.Lock()
        self._live: Trained | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    def current(self) -> Knowledge:
        return self._knowledge

    @property
    def ready(self) -> bool:
        """Whether messages can be understood now."""
        return self._first.done() and not self._first.cancelled() and self._first.exception() is None

    @property
    def live(self) -> Trained | None:
        """The pipeline that understands now; None before the first training is over."""
        return self._live

    @property
    def learning(self) -> bool:
        """Whether a pipeline is being trained to go live."""
        return self._one_at_a_time.locked()

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
            self._go_live(catalogue, understander)
            await asyncio.to_thread(prepare, catalogue)  # not before: who starts should be ready soon

    async def put(self, catalogue: Catalogue) -> None:
        """Make this content live once a pipeline is trained on it; until then, and if that fails, the old one stays."""
        async with self._one_at_a_time:
            if catalogue.version == self._knowledge.catalogue.version:
                return
            trained, _ = await asyncio.gather(self._train(catalogue), asyncio.to_thread(prepare, catalogue))
            self._go_live(catalogue, trained)

    async def close(self) -> None:
        """Close the pipelines."""
        for task in self._retiring:
            task.cancel()  # each then closes at once
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if self._live is not None:
            await self._live.close()

    def _go_live(self, catalogue: Catalogue, trained: Trained) -> None:
        old, self._live = self._live, trained
        self._knowledge = Knowledge(catalogue, trained)
        if old is not None:
            task = asyncio.create_task(_retire(old), name="an old pipeline")
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)


async def _retire(old: Trained) -> None:
    try:
        await asyncio.sleep(LAST_QUESTIONS)
    finally:
        await old.close()
