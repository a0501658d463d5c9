"""Pushing updates to the bot's webhook: in order within a lane, lanes side by side, again until it says 2xx."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot.simulator.state import State
from bot.simulator.updates import PendingUpdate
from bot.simulator.wire import JsonObject

PATIENCE = timedelta(hours=24)
"""For how long an update is offered; then it is dropped, as Telegram does."""

TIMEOUT = aiohttp.ClientTimeout(total=60)

Execute = Callable[[JsonObject], Coroutine[None, None, None]]
"""Calls the method that a webhook's answer names; its result goes nowhere."""


_NEVER_FROM_ANSWERS = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
"""Methods that Telegram ignores in a webhook's answer, besides all that begin with "get"."""


Backoff = Callable[[int, float], float]
"""Seconds to wait after so many failures in a row, given the seconds that the webhook asks for (0: it doesn't)."""


def backoff(failures: int, asked: float) -> float:
    """As Telegram waits: as long as it is asked to, else not at all at first, and then 2, 4, 8 … 64 seconds."""
    return asked or (0.0 if failures == 1 else float(2 ** min(failures - 1, 6)))


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


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An attempt that failed: why, and after how many seconds the bot asks to be tried again (0: it doesn't)."""

    reason: str
    retry_after: float = 0.0


class Webhook:
    """Delivers the queue's updates while a hook is set. ``wait_after`` gives the seconds between attempts."""

    def __init__(self, state: State, execute: Execute, wait_after: Backoff) -> None:
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
        self._in_background(self._drain(update.lane, self._lanes, self.hook, self._connections))

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
        """Offer an update until it is taken, dropped, or too old to matter."""
        failures = 0
        while self._state.updates.holds(update) and self._state.now() - update.at < PATIENCE:
            async with connections:
                refusal = await self._offer(update, hook)
            if refusal is None:
                return
            failures += 1
            self.trouble = Trouble(self._state.now(), refusal.reason)
            await asyncio.sleep(self._wait_after(failures, refusal.retry_after))

    async def _offer(self, update: PendingUpdate, hook: Hook) -> _Refusal | None:
        """One attempt; why it failed, or None. A method in the answer is executed, and nobody waits for it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with self._client().post(
                hook.url, json=update.as_json(), headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                body = await response.read()
        except aiohttp.ClientConnectorError:
            return _Refusal("Connection refused")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return _Refusal("Webhook connection closed")
        if not 200 <= response.status < 300:
            retry_after = response.headers.get("Retry-After", "")
            reason = f"Wrong response from the webhook: {response.status} {response.reason}"
            return _Refusal(reason, float(min(int(retry_after), 3600)) if retry_after.isdecimal() else 0.0)
        if method := _method_in(body):
            self._in_background(self._execute(method))
        return None

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session


def _method_in(body: bytes) -> JsonObject | None:
    """The call in a webhook's answer, if there is one."""
    if not body.strip():
        return None
    try:
        call = json.loads(body)
    except ValueError:
        return None
    method = str(call.get("method", "")).lower() if isinstance(call, dict) else ""
    return None if not method or method in _NEVER_FROM_ANSWERS or method.startswith("get") else call
