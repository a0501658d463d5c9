"""Reads what was delivered as the update that it is, or says why it is none."""

from __future__ import annotations

import json
from datetime import datetime

from bot.core.incoming import Update
from bot.telegram.reading import update_from


class NoUpdateError(ValueError):
    """What was delivered is no update, now or ever; says why."""


def update_of(body: bytes, received_at: datetime) -> Update:
    """The update that was delivered. Raises NoUpdateError."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoUpdateError(f"not JSON: {error}") from error
    update = update_from(raw, received_at)
    if update is None:
        raise NoUpdateError("no update_id")
    return update
