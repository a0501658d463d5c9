"""Pushing updates to the bot's webhook: in order within a lane, lanes side by side, again until it says 2xx."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp

from bot.simulator.state import State
from bot.simulator.updates import PendingUpdate
from bot.simulator.wire import JsonObject

PATIENCE = timedelta(hours=24)
"""For how long an update is offered; then it is dropped, as Telegram does."""

TIMEOUT = aiohttp.ClientTimeout(total=60)

Execute = Callable[[JsonObject], Awaitable[None]]
"""Calls the method that a webhook's answer names; its result goes nowhere."""


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 … 64."""
    return float(2 ** min(failures - 1, 6))


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates go, and how many at a time."""

    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong last."""

    at: datetime
    reason: str


class Webhook:
    """Delivers the queue's updates while a hook is set. ``wait_after`` gives the pause after so many failures."""

    def __init__(self, state: State, execute: Execute, wait_after: Callable[[int], float] = backoff) -> None:
        self._state = state
        self._execute = execute
        self._wait_after = wait_after
        self._lanes: dict[str, deque[PendingUpdate]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._connections = asyncio.Semaphore(1)
        self._session: aiohttp.ClientSession | None = None
        self.hook: Hook | None = None
        self.trouble: Trouble | None = None

    def point_to(self, hook: Hook | None) -> None:
        """Deliver there from now on, what is pending first; or nowhere."""
        for worker in self._workers:
            worker.cancel()
        self._lanes = {}
        self.hook = hook
        self.trouble = None
        self._state.updates.on_update = self._push if hook else None
        if hook:
            self._connections = asyncio.Semaphore(hook.max_connections)
            for update in self._state.updates.pending():
                self._push(update)

    async def close(self) -> None:
        """Stop delivering."""
        workers = list(self._workers)
        self.point_to(None)
        await asyncio.gather(*workers, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def _push(self, update: PendingUpdate) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        assert self.hook, "updates are pushed only while a hook is set"
        worker = asyncio.create_task(self._drain(update.lane, self._lanes, self.hook, self._connections))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _drain(
        self, name: str, lanes: dict[str, deque[PendingUpdate]], hook: Hook, connections: asyncio.Semaphore
    ) -> None:
        """Deliver what is in a lane, one after another, until it is empty."""
        lane = lanes[name]
        while lane:
            await self._deliver(lane[0], hook, connections)
            self._state.updates.remove(lane.popleft().update_id)
        del lanes[name]

    async def _deliver(self, update: PendingUpdate, hook: Hook, connections: asyncio.Semaphore) -> None:
        """Offer an update until it is taken, or too old to matter."""
        failures = 0
        while self._state.now() - update.at < PATIENCE:
            async with connections:
                reason = await self._offer(update, hook)
            if reason is None:
                return
            failures += 1
            self.trouble = Trouble(self._state.now(), reason)
            await asyncio.sleep(self._wait_after(failures))

    async def _offer(self, update: PendingUpdate, hook: Hook) -> str | None:
        """One attempt; why it failed, or None. A method in the answer is executed."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with self._client().post(
                hook.url, json=update.as_json(), headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return "Connection refused" if isinstance(error, aiohttp.ClientConnectorError) else "Read timeout expired"
        if not 200 <= response.status < 300:
            return f"Wrong response from the webhook: {response.status} {_phrase(response.status)}"
        method = _method_in(body)
        if method:
            await self._execute(method)
        return None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _method_in(body: bytes) -> JsonObject | None:
    """The call in a webhook's answer, if there is one."""
    if not body.strip():
        return None
    try:
        call = json.loads(body)
    except ValueError:
        return None
    return call if isinstance(call, dict) and "method" in call else None
