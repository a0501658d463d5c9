"""What a method is, once its arguments have been read."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.parameters import Arguments
from bot.simulator.state import State

Handler = Callable[[State, Arguments], object]
"""Does what a call asks for and gives the result. Raises ApiError for what Telegram would refuse."""

Handlers = dict[str, Handler]
"""Methods by name."""
