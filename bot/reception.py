"""Where updates arrive, whichever way they come: kept, acknowledged, and then queued to be dealt with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from bot.core.errors import StoreError
from bot.core.incoming import Update
from bot.door import Door
from bot.flow import Flow, Seen
from bot.ingress.messages import News
from bot.metrics import Metrics
from bot.outage import Outage
from bot.ports import Sender, Store
from bot.store.deliveries import Delivery
from bot.telegram.delivered import NoUpdateError, update_of
from bot.telegram.lanes import InboundLanes

log = structlog.get_logger(__name__)


class Reception:
    """Takes updates that are asked for, that are delivered, and that earlier lives left behind.

    ``acknowledged`` hears how long it took, in seconds, where the answer to a delivery is the acknowledgement.
    """

    def __init__(
        self,
        flow: Flow,
        store: Store,
        sender: Sender,
        lanes: InboundLanes,
        metrics: Metrics,
        outage: Outage,
        acknowledged: Callable[[float], None],
    ) -> None:
        self._flow, self._store, self._sender, self._lanes = flow, store, sender, lanes
        self._metrics, self._outage = metrics, outage
        self._acknowledged = acknowledged

    async def run(self, door: Door) -> None:
        """Take up what earlier lives left behind, the oldest first, then take over what is kept at the door."""
        await self._take_up()
        await door.take_what_is_left(self._take_over_late)
        await door.run(self._take_over)

    async def close(self) -> None:
        """Nothing more is said."""
        await self._outage.close()

    # --- one at a time

    async def asked_for(self, update: Update) -> Seen | None:
        """Keep an update that we asked for, and acknowledge it: the sender tells when. Raises StoreError."""
        seen = await self._receive_first(update)
        await self._acknowledge(seen)
        return seen

    async def delivered(self, update: Update) -> Seen | None:
        """As :meth:`asked_for`, but the answer to the delivery carries the reaction itself."""
        began = time.perf_counter()
        seen = await self._receive_first(update)
        if seen is not None:
            self._acknowledged(time.perf_counter() - began)
            await self._sender.typing(seen.chat_id, seen.through)
        return seen

    async def set_aside(self, body: bytes, why: str) -> None:
        """Keep what came and is no update, for an admin to look at. Raises StoreError."""
        await self._store.set_aside(body.decode("utf-8", "replace"), why)
        self._metrics.aside.inc()
        log.warning("something that is no update was set aside; see `keepword aside`", why=why, size=len(body))

    async def _receive_first(self, update: Update) -> Seen | None:
        """Keep what nobody has kept yet: the customer hears of it if it can't be."""
        try:
            _, seen = await self._receive(update)
        except StoreError:
            if (refused := self._flow.seen(update)) is not None:
                connection_id = refused.through.connection_id if refused.through else None
                self._outage.not_kept(refused.chat_id, refused.language_code, connection_id)
            raise
        self._outage.is_over()
        return seen

    async def _receive(self, update: Update) -> tuple[bool, Seen | None]:
        """Keep an update, and have it dealt with if it is new. Answers whether it is, and what to acknowledge."""
        new, seen = await self._flow.receive(update)
        self._metrics.received(new=new)
        if new:
            await self._lanes.put(update)
        return new, seen

    async def _acknowledge(self, seen: Seen | None) -> None:
        if seen is not None:
            await self._sender.acknowledge(seen.chat_id, seen.message_id, seen.through)

    # --- at the door

    def heard(self, news: News) -> None:
        """What the listening process says of deliveries."""
        for seconds in news.took:
            self._acknowledged(seconds)
        if news.took:
            self._outage.is_over()
        for refused in news.refused:
            self._outage.not_kept(*refused)

    async def _take_over(self, deliveries: Sequence[Delivery]) -> None:
        """Take over what the listening process has kept and acknowledged. Raises StoreError: repeat it then."""
        for seen in await self._receive_all(deliveries):
            await self._sender.typing(seen.chat_id, seen.through)

    async def _take_over_late(self, deliveries: Sequence[Delivery]) -> None:
        """As :meth:`_take_over`, of what was kept in an earlier life: perhaps it was not even acknowledged."""
        for seen in await self._receive_all(deliveries):
            await self._acknowledge(seen)

    async def _receive_all(self, deliveries: Sequence[Delivery]) -> list[Seen]:
        """Keep all of them, together and in order; answers which new ones are customers' messages."""
        outcomes = await asyncio.gather(*(self._receive_one(each) for each in deliveries), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Seen)]

    async def _receive_one(self, delivery: Delivery) -> Seen | None:
        try:
            update = update_of(delivery.body, delivery.received_at)
        except NoUpdateError as error:
            await self.set_aside(delivery.body, str(error))
            return None
        new, seen = await self._receive(update)
        return seen if new else None

    # --- at the start

    async def _take_up(self) -> None:
        """Go on with updates that were kept and not dealt with when we stopped; perhaps not even acknowledged."""
        left = await self._store.unhandled()
        if left:
            log.info("taking up updates from before the restart", count=len(left))
        for update in left:
            await self._acknowledge(self._flow.seen(update))
            await self._lanes.put(update)
