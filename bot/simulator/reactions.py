"""The emoji that Telegram takes as reactions."""

from __future__ import annotations

from collections.abc import Iterable

from telegram.constants import ReactionEmoji

from bot.simulator.wire import JsonObject

ALLOWED = frozenset(emoji.value for emoji in ReactionEmoji)
"""All of them; a bot may use no other."""


def reaction_types(emoji: Iterable[str]) -> list[JsonObject]:
    """``ReactionType`` objects of the Bot API."""
    return [{"type": "emoji", "emoji": one} for one in emoji]
