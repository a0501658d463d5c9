"""When to send nothing for a while: Telegram asks for it, or cannot be reached."""

from __future__ import annotations

import math

import structlog
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.telegram.client import WHEN_REFUSED
from bot.telegram.failures import is_cut_off
from bot.telegram.job import Job
from bot.telegram.schedule import Schedule, Turn
from bot.telegram.timer import Timer

log = structlog.get_logger(__name__)

QUIET = 10.0
"""Seconds between two lines of the log about one outage."""

LONGEST = 5.0
"""Seconds between two attempts while the line is cut: so soon after it is back everything goes on."""


class Pauses:
    """Pauses a chat, or everything, and says so."""

    def __init__(self, schedule: Schedule[Job], timer: Timer) -> None:
        self._schedule = schedule
        self._timer = timer
        self._flooded: dict[int, float] = {}
        self._slow_until = -math.inf
        self._cut_tries = 0
        self._cut_until = -math.inf
        self._quiet_until = -math.inf

    def slow_down(self, turn: Turn[Job], error: RetryAfter) -> None:
        """Pause this chat. When other customers are refused meanwhile it is not the chat: pause everything."""
        now = self._timer.now()
        until = now + error._retry_after.total_seconds()  # the public property has two types and warns of one
        self._schedule.pause(turn.place, until)
        everywhere = False
        if turn.item.chat_id > 0:  # a group has a limit of its own, which it reaches easily
            self._flooded = {chat: end for chat, end in self._flooded.items() if end > now}
            self._flooded[turn.item.chat_id] = until
            everywhere = len(self._flooded) > 1
        if everywhere:
            self._slow_until = max(self._slow_until, until)
            self._schedule.pause_all(until)
        log.warning("Telegram asks to slow down", seconds=until - now, everywhere=everywhere)

    def complain(self, error: TelegramError) -> bool:
        """Say what is wrong, but not for every message that meets it. True: the line is cut, and everything waits."""
        now = self._timer.now()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET
            if isinstance(error, InvalidToken):
                log.error(WHEN_REFUSED)
            else:
                log.warning("Telegram cannot be reached, trying again", error=str(error))
        if not is_cut_off(error):
            return False
        if now >= self._cut_until:  # those that were on their way meanwhile are no further attempts
            self._cut_until = now + self._timer.backoff(self._cut_tries, LONGEST)
            self._cut_tries += 1
            self._schedule.pause_all(self._cut_until)
        return True

    def reached(self) -> None:
        """Telegram has answered: if the line was cut, everything goes on."""
        if not self._cut_tries:
            return
        self._cut_tries, self._cut_until = 0, -math.inf
        self._schedule.go_on()
        self._schedule.pause_all(self._slow_until)
