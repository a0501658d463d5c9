"""Texts in which some characters become others, by a table that knows only those it has met."""

from __future__ import annotations

from collections.abc import Callable

_MOST = 4_096


class Letters(dict[int, str | None]):
    """A table for ``str.translate`` that is filled in as characters are met: None takes one out."""

    def __init__(self, becomes: Callable[[str], str | None]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, place: int) -> str | None:
        if len(self) >= _MOST:
            self.clear()
        self[place] = found = self._becomes(chr(place))
        return found
