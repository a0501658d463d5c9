"""The live board of each agents' group: one message, pinned in a topic of its own, edited as the queue changes.

It goes after everything else that is to be told to the group: at most one edit in :data:`APART`, only where it would
read otherwise, and only when its turn comes among what is sent; what it says is looked up then. Its ids are kept, so
that a restart makes no other one. Where its message or its topic was deleted, they are made anew; where the group has
no topics, or the bot may not make any, the message is pinned in the common chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from telegram import Bot, LinkPreviewOptions
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.core.outgoing import Text
from bot.ports import Clock, Store
from bot.telegram.failures import is_topic_gone, says
from bot.telegram.formats import entities_of

log = structlog.get_logger(__name__)

APART = timedelta(seconds=20)
"""Between two looks at what has changed: three edits a minute at most, of the twenty messages that a group takes."""

MINUTE = timedelta(minutes=1)
"""Between two looks where nothing changes but the time that is left; with no case open that is no edit."""

_NO_TOPICS = ("not a forum", "channel_forum_missing", "not enough rights", "topics_too_much", "admin_required")
_PLAIN = LinkPreviewOptions(is_disabled=True)

T = TypeVar("T")


class Beside(Protocol):
    """Makes calls after all that is more urgent."""

    async def beside(self, chat_id: int, do: Callable[[Bot], Awaitable[T]]) -> T:
        """Make one call, counted in a chat's budget. Raises what it raises."""
        ...


Show = Callable[[int], Awaitable[tuple[str, Text]]]
"""What the board of a group is called, and shows now."""


@dataclass(slots=True)
class _Board:
    """Where a group's board is, as far as it has been made; ``shown`` is what it says."""

    thread_id: int | None = None
    message_id: int | None = None
    shown: Text | None = None


class Boards:
    """Keeps the boards of ``groups`` up to date."""

    def __init__(
        self,
        sender: Beside,
        store: Store,
        clock: Clock,
        groups: Collection[int],
        *,
        show: Show,
        failed: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self._sender = sender
        self._store = store
        self._clock = clock
        self._groups = set(groups)
        self._show = show
        self._failed = failed
        self._boards: dict[int, _Board] = {}
        self._renewed: set[int] = set()
        self._at_work: set[int] = set()
        self._woken = asyncio.Event()
        self._changed = True
        self._looked_at: datetime | None = None

    def changed(self) -> None:
        """A case is not as it was, or a colleague."""
        self._changed = True
        self._woken.set()

    def look_again(self) -> None:
        """The clock was set."""
        self._woken.set()

    def renewed(self, old: int, new: int) -> None:
        """A group has come back, has topics now, or has moved to another id."""
        self._groups.discard(old)
        self._groups.add(new)
        self._renewed.add(new)
        self.changed()

    async def run(self) -> None:
        """Keep them up to date for ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                while (nap := self._nap()) > timedelta(0):
                    self._woken.clear()
                    await self._wait(nap)
                self._changed, self._looked_at = False, self._clock.now()
                for group in sorted(self._groups - self._at_work):
                    self._at_work.add(group)  # one that waits for its turn holds up no other
                    tasks.create_task(self._keep_up(group))

    def _nap(self) -> timedelta:
        """How long until there may be something to do; not more than zero: there is now."""
        if self._looked_at is None:
            return timedelta(0)
        every = APART if self._changed else MINUTE
        left = self._looked_at + every - self._clock.now()
        return min(left, every)  # a clock that was set back must not stop it

    async def _wait(self, nap: timedelta) -> None:
        try:
            async with asyncio.timeout(nap.total_seconds()):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _keep_up(self, group: int) -> None:
        try:
            await self._bring_up_to_date(group)
        except Forbidden:
            log.info("the board of a group is not shown: the bot is not in it", group=group)
        except TelegramError as error:
            log.warning("the board of a group could not be brought up to date", group=group, error=str(error))
        except Exception as error:  # the board is a convenience: nothing else must end with it
            self._failed(error)
        finally:
            self._at_work.discard(group)

    async def _bring_up_to_date(self, group: int) -> None:
        board = self._boards.get(group) or await self._recall(group)
        if group in self._renewed:
            self._renewed.discard(group)
            await self._leave_common_chat(group, board)
        title, shown = await self._show(group)
        if board.message_id is not None and shown == board.shown:
            return
        if board.message_id is None or not await self._edit(group, board):
            await self._post(group, board, title)

    # its place

    async def _recall(self, group: int) -> _Board:
        known = await self._store.known(_fact(group))
        thread, _, message = (known or "").partition(":")
        board = _Board(int(thread) or None, int(message)) if known else _Board()
        self._boards[group] = board
        return board

    # its words

    async def _edit(self, group: int, board: _Board) -> bool:
        """Have it read as it should now. False: it is not there any more."""

        async def edit(bot: Bot) -> Text:
            _, shown = await self._show(group)
            await bot.edit_message_text(
                shown.text,
                group,
                board.message_id,
                entities=entities_of(shown.entities),
                link_preview_options=_PLAIN,
            )
            return shown

        try:
            board.shown = await self._sender.beside(group, edit)
        except BadRequest as error:
            if says(error, "not modified"):
                return True
            if says(error, "message to edit not found", "message can't be edited"):
                board.message_id = None
                return False
            raise
        return True

    async def _post(self, group: int, board: _Board, title: str) -> None:
        """Write it, where it belongs, and pin it there."""
        if board.thread_id is None:
            board.thread_id = await self._topic(group, title)

        async def post(bot: Bot) -> tuple[int, Text]:
            _, shown = await self._show(group)
            message = await bot.send_message(
                group,
                shown.text,
                message_thread_id=board.thread_id,
                entities=entities_of(shown.entities),
                disable_notification=True,
                link_preview_options=_PLAIN,
            )
            return message.message_id, shown

        try:
            message_id, board.shown = await self._sender.beside(group, post)
        except BadRequest as error:
            if board.thread_id is None or not is_topic_gone(error):
                raise
            board.thread_id = None
            await self._post(group, board, title)
            return
        board.message_id = message_id
        await self._store.note(_fact(group), f"{board.thread_id or 0}:{message_id}")
        await self._pin(group, message_id)

    async def _topic(self, group: int, title: str) -> int | None:
        """A topic for it; None: there can be none."""

        async def make(bot: Bot) -> int:
            return (await bot.create_forum_topic(group, title)).message_thread_id

        try:
            return await self._sender.beside(group, make)
        except BadRequest as error:
            if says(error, *_NO_TOPICS):
                return None
            raise

    async def _leave_common_chat(self, group: int, board: _Board) -> None:
        """There may be topics now: the message in the common chat goes, and is made anew where it belongs."""
        message_id = board.message_id
        if message_id is None or board.thread_id is not None:
            return

        async def delete(bot: Bot) -> bool:
            return await bot.delete_message(group, message_id)

        board.message_id = None
        try:
            await self._sender.beside(group, delete)
        except BadRequest as error:
            log.info("an old board could not be deleted", group=group, error=str(error))

    async def _pin(self, group: int, message_id: int) -> None:
        """A board that can't be pinned is still a board."""

        async def pin(bot: Bot) -> bool:
            return await bot.pin_chat_message(group, message_id, disable_notification=True)

        try:
            await self._sender.beside(group, pin)
        except BadRequest as error:
            log.info("the board of a group could not be pinned", group=group, error=str(error))


def _fact(group: int) -> str:
    return f"board:{group}"
