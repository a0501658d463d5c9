"""Calls that are not in the outbox (menus, roles, the doctor's) keep to the budgets all the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.telegram.budget import Rates
from bot.telegram.timer import Timer

Answer = bool | dict[str, Any] | list[dict[str, Any]]
"""What a method of the Bot API results in, as python-telegram-bot types it."""

Ask = Callable[[], Awaitable[Answer]]

Through = Callable[[int | None, Ask], Awaitable[Answer]]
"""Makes a call when its turn comes. The chat is that which it is counted in; None: only in all."""

_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)

_COUNTED = ("send", "copy", "forward", "edit", "pin", "createForum", "closeForum", "reopenForum")
"""How the names of methods begin that count in the chat where they happen."""


@contextmanager
def turn_taken() -> Iterator[None]:
    """Whatever is called in here has had its turn already: it goes at once."""
    token = _has_turn.set(True)
    try:
        yield
    finally:
        _has_turn.reset(token)


class Limiter(BaseRateLimiter[None]):
    """python-telegram-bot asks it before each call, but for ``getUpdates``.

    While a sender is at work, ``through`` is its schedule, and a call waits there among all others. Without one (at the
    start, in ``keepword doctor``) calls keep to a budget of their own.
    """

    def __init__(self, rates: Rates | None = None, timer: Timer | None = None) -> None:
        self._budget = (rates or Rates()).overall.budget()
        self._timer = timer or Timer()
        self.through: Through | None = None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Answer:
        """Make a call when it may go. Raises what the call raises."""

        def ask() -> Awaitable[Answer]:
            return callback(*args, **kwargs)

        if _has_turn.get():
            return await ask()
        if self.through is not None:
            return await self.through(_counted_in(endpoint, data), ask)
        return await self._alone(ask)

    async def _alone(self, ask: Ask) -> Answer:
        while (early := self._budget.free_at() - self._timer.now()) > 0:
            await self._timer.sleep(early)
        spent = self._budget.spend(self._timer.now())
        try:
            return await ask()
        finally:
            self._budget.settle(spent, self._timer.now())


def _counted_in(endpoint: str, data: dict[str, Any]) -> int | None:
    chat_id = data.get("chat_id")
    return chat_id if isinstance(chat_id, int) and endpoint.startswith(_COUNTED) else None
