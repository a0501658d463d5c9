"""One request to Telegram, to where it goes, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import TelegramError

from bot.core.outgoing import Copy
from bot.telegram.failures import says


@dataclass(frozen=True, slots=True)
class Place:
    """Where something goes, as it is now. ``card_id`` is the case's card, if it has been posted.

    ``reply_to`` is the message there that it answers. ``targets`` are the messages there that it is to change.
    ``business`` is the connection to the business account whose chat with a customer it is.
    """

    chat_id: int
    thread_id: int | None = None
    card_id: int | None = None
    reply_to: int | None = None
    targets: tuple[int, ...] = ()
    business: str | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """Messages of another chat that are one album, in ascending order; ``copies`` are the contents they came from."""

    from_chat_id: int
    message_ids: tuple[int, ...]
    copies: tuple[Copy, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What a call made: a message, a topic, an album's messages, or nothing of the kind."""

    message_id: int | None = None
    thread_id: int | None = None
    album: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Telegram. ``instead`` says what to do where it is refused; None: it has failed. ``later`` gives
    what is to follow it, at once or, where the budget is short, when nothing more urgent waits."""

    run: Callable[[Bot], Awaitable[Made]]
    instead: Instead = lambda _error: None
    later: Callable[[Made], Call] | None = None


Instead = Callable[[TelegramError], tuple[Call, ...] | None]
"""What to do where a call is refused: other calls, nothing more, or None: it has failed."""


def change(act: Callable[[Bot], Awaitable[object]], instead: Instead = lambda _error: None) -> Call:
    """A call that makes nothing new; what Telegram answers to it tells us nothing."""

    async def run(bot: Bot) -> Made:
        await act(bot)
        return Made()

    return Call(run, instead)


def settled(*signs: str) -> Instead:
    """A refusal that has one of these ``signs`` in it leaves nothing to do."""
    return lambda error: () if says(error, *signs) else None
