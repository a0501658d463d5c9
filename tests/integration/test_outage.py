"""While nothing can be kept, customers are told so, once, and what they wrote is dealt with when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.core.incoming import Update
from tests.integration.house import House, house
from tests.integration.simulated import MAJA

TOLD = "could not take in your message"


@contextmanager
def full_disk(home: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    async def refuse(update: Update) -> bool:
        raise StoreError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(home.app.store, "accept", refuse)
        yield


async def test_a_customer_is_told_once_that_nothing_can_be_kept_and_is_answered_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as home:
        with full_disk(home, monkeypatch):
            home.world.send(MAJA, MAJA, "when are you open")
            await home.until_customer_reads(TOLD)
            home.world.send(MAJA, MAJA, "and where")
        await home.until_customer_reads("from 9 to 17")
        assert sum(TOLD in (message.text or "") for message in home.world.said(MAJA)) == 1
