"""The calls that the bot has made, for those who look into it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from bot.simulator.wire import JsonObject

KEPT = 10_000
"""How many calls are remembered."""


class Calls:
    """The last calls, numbered from 1."""

    def __init__(self) -> None:
        self._kept: deque[JsonObject] = deque(maxlen=KEPT)
        self.last_id = 0

    def add(self, at: datetime, method: str, parameters: Mapping[str, object], via: str) -> JsonObject:
        """Remember a call; its ``status`` is to be filled in when it is known (None until then)."""
        self.last_id += 1
        call: JsonObject = {
            "id": self.last_id,
            "at": at.isoformat(),
            "method": method,
            "parameters": dict(parameters),
            "status": None,
            "error": None,
            "via": via,
        }
        self._kept.append(call)
        return call

    def after(self, call_id: int) -> list[JsonObject]:
        """The calls with a larger id, oldest first."""
        wanted = max(0, min(len(self._kept), self.last_id - call_id))
        return list(islice(reversed(self._kept), wanted))[::-1]

    def clear(self) -> None:
        """Forget them; numbers go on."""
        self._kept.clear()
