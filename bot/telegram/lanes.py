"""Updates handled in order within a conversation, side by side across conversations."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from bot.core.incoming import Update


class InboundLanes:
    """Hands updates to ``handle``: one at a time in each lane, in the order they were put, lanes in parallel.

    At most ``limit`` updates are held; beyond that :meth:`put` waits, so that memory is bounded. What ``handle``
    raises goes to ``failed`` and the lane goes on.

    When many write at once, lanes start one in each round of the event loop, so that those who write next are
    acknowledged before those who wrote first are answered.
    """

    def __init__(
        self,
        handle: Callable[[Update], Awaitable[None]],
        failed: Callable[[Update, Exception], None],
        limit: int = 10_000,
    ) -> None:
        self._handle = handle
        self._failed = failed
        self._room = asyncio.Semaphore(limit)
        self._lanes: dict[str, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._fresh: deque[str] = deque()
        self._starter: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def held(self) -> int:
        """How many updates are waiting or being handled."""
        return sum(len(lane) for lane in self._lanes.values())

    async def put(self, update: Update) -> None:
        """Queue an update, waiting for room. After :meth:`close` it is left to the journal, and not queued."""
        await self._room.acquire()
        if self._closed:
            self._room.release()
            return
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque((update,))
        self._fresh.append(update.lane)
        if self._starter is None or self._starter.done():
            self._starter = self._begin(self._start_fresh(), "lanes")

    async def close(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109  # a limit on the drain, not on the call
        """Take no more, and wait up to ``timeout`` seconds until all are handled. False: some were cut off."""
        self._closed = True
        try:
            async with asyncio.timeout(timeout):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            late = list(self._tasks)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            return False
        return True

    def _begin(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _start_fresh(self) -> None:
        while self._fresh:
            name = self._fresh.popleft()
            self._begin(self._run(name), f"lane {name}")
            await asyncio.sleep(0)

    async def _run(self, name: str) -> None:
        lane = self._lanes[name]
        try:
            while lane:
                await self._one(lane[0])
                lane.popleft()
                self._room.release()
        finally:
            del self._lanes[name]
            for _ in lane:
                self._room.release()

    async def _one(self, update: Update) -> None:
        try:
            await self._handle(update)
        except Exception as error:  # whatever it is, the next message of this customer must be heard
            self._failed(update, error)
