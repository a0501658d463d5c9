"""What is in the outbox, what is being sent, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.core.errors import StoreError
from bot.core.outgoing import Delivery, Outgoing, Receipt
from bot.ports import Cursor, Store
from bot.telegram.timer import Timer

log = structlog.get_logger(__name__)


class Ledger:
    """Hands out every row of the outbox once, and keeps its receipt. ``failed`` hears of those that failed for good."""

    def __init__(self, store: Store, timer: Timer, failed: Callable[[Outgoing, Receipt], Awaitable[None]]) -> None:
        self._store = store
        self._timer = timer
        self._failed = failed
        self._read = Cursor()

    async def new_rows(self) -> tuple[tuple[Outgoing, Delivery], ...]:
        """Rows that were not handed out before. Raises StoreError."""
        return await self._store.outbox(self._read)

    async def conclude(self, receipt: Receipt) -> None:
        """Keep a receipt, however long the store takes to recover."""
        tries = 0
        while not await self._kept(receipt):
            await self._timer.sleep(self._timer.backoff(tries))
            tries += 1

    async def tell(self, row: Outgoing, receipt: Receipt) -> None:
        """Let someone know, where it failed."""
        if receipt.delivery is not Delivery.FAILED:
            return
        log.warning("a message was not delivered", outgoing=row.id, problem=receipt.problem, error=receipt.error)
        try:
            await self._failed(row, receipt)
        except Exception:  # the receipt is kept: telling a colleague may fail, sending must go on
            log.exception("nobody could be told of a failed delivery", outgoing=row.id)

    async def _kept(self, receipt: Receipt) -> bool:
        try:
            await self._store.receive(receipt)
        except StoreError as error:
            log.critical("a receipt cannot be kept, trying again", outgoing=receipt.outgoing_id, error=str(error))
            return False
        return True
