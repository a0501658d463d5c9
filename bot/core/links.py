"""Addresses inside Telegram."""

from __future__ import annotations


def case_link(agents_chat: int | None, topic_id: int | None, card_id: int | None = None) -> str:
    """The address of a case's topic, else of its card; empty where it has neither, or its group is no supergroup."""
    group, place = str(agents_chat), topic_id or card_id
    if place is None or not group.startswith("-100"):
        return ""
    return f"https://t.me/c/{group.removeprefix('-100')}/{place}"
