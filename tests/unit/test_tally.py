"""How soon messages are acknowledged goes on record."""

from __future__ import annotations

import pytest

from bot.core import promptness
from bot.core.errors import StoreError
from bot.core.step import Event
from bot.tally import Tally
from tests.fakes import FakeClock, FakeStore


async def test_all_that_was_heard_makes_one_line() -> None:
    store, clock = FakeStore(), FakeClock()
    tally = Tally(store, clock)
    for seconds in (0.0004, 0.0008, 0.3):
        tally.acknowledged(seconds)
    await tally.write()
    await tally.write()
    assert store.record == [Event(clock.now(), "", promptness.ACKNOWLEDGED, facts={"0.001": "2", "0.5": "1"})]


async def test_what_could_not_be_kept_is_in_the_next_line(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FakeStore()
    tally = Tally(store, FakeClock())
    tally.acknowledged(0.3)

    async def full(events: object) -> None:
        raise StoreError("no space left")

    with monkeypatch.context() as disk:
        disk.setattr(store, "append", full)
        await tally.close()
    tally.acknowledged(0.0004)
    await tally.close()
    assert [line.facts for line in store.record] == [{"0.001": "1", "0.5": "1"}]
