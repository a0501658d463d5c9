"""Things that go wrong on purpose: calls that fail, wait, or are cut off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.simulator.errors import ApiError, PageError
from bot.simulator.wire import JsonObject, number_of, object_of, text_of

_KEYS = {"method", "chat_id", "times", "error_code", "description", "parameters", "delay", "drop"}


@dataclass(slots=True)
class Fault:
    """The next ``times`` calls that match go wrong: wait ``delay`` seconds, then fail, or are cut off.

    ``drop`` is ``"before"`` (nothing is done) or ``"after"`` (done, but never answered). ``method`` and ``chat_id``
    narrow down what matches.
    """

    times: int = 1
    method: str | None = None
    chat_id: int | None = None
    error_code: int | None = None
    description: str = ""
    parameters: JsonObject | None = None
    delay: float = 0.0
    drop: Literal["before", "after"] | None = None

    def matches(self, method: str, chat_id: str) -> bool:
        """Whether this is one of the calls that go wrong."""
        by_method = self.method is None or self.method.lower() == method.lower()
        return self.times > 0 and by_method and (self.chat_id is None or str(self.chat_id) == chat_id)

    def error(self) -> ApiError | None:
        """The refusal to answer with, if it is one."""
        if self.error_code is None:
            return None
        return ApiError(self.error_code, self.description or f"Simulated error {self.error_code}", self.parameters)


class Faults:
    """The rules that hold now, first match first."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def replace(self, rules: Iterable[Fault]) -> None:
        """These rules hold from now on, and no others."""
        self._rules = list(rules)

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The fault that this call meets; it counts as one of its times."""
        for rule in self._rules:
            if rule.matches(method, chat_id):
                rule.times -= 1
                return rule
        return None


def fault_from(source: JsonObject) -> Fault:
    """A rule as the page writes it. PageError names what is wrong with it."""
    unknown = set(source) - _KEYS
    if unknown:
        raise PageError(f"a rule has no {', '.join(sorted(unknown))}: it may have {', '.join(sorted(_KEYS))}")
    delay, drop = source.get("delay", 0), source.get("drop")
    if isinstance(delay, bool) or not isinstance(delay, int | float) or delay < 0:
        raise PageError("delay is a number of seconds")
    if drop not in (None, "before", "after"):
        raise PageError('drop is "before" or "after"')
    times = number_of(source, "times")
    return Fault(
        times=1 if times is None else times,
        method=text_of(source, "method") or None,
        chat_id=number_of(source, "chat_id"),
        error_code=number_of(source, "error_code"),
        description=text_of(source, "description"),
        parameters=object_of(source, "parameters"),
        delay=float(delay),
        drop="before" if drop == "before" else "after" if drop == "after" else None,
    )
