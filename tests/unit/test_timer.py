"""What falls due is done in time, in order within a conversation, and in spite of trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

from bot.core.errors import StoreError
from bot.core.step import Due, DueKind, Step
from bot.ports import Store
from bot.timer import LONGEST_NAP, SIDE_BY_SIDE, TURNS_AT_ONCE, Order, Timer, as_they_come
from tests.catalogues import MONDAY, conversation
from tests.integration.simulated import until


class Rows:
    """A store that only knows due rows, and the clock beside it."""

    def __init__(self, *rows: Due) -> None:
        self.rows = {row.id: row for row in rows}
        self.time = MONDAY
        self.troubles = 0

    def now(self) -> datetime:
        return self.time

    async def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        if self.troubles:
            self.troubles -= 1
            raise StoreError("the disk is full")
        rows = sorted((row for row in self.rows.values() if row.at <= now), key=lambda row: row.at)
        return tuple(rows[:limit])


def row(name: str, minutes: float = 0, of: str = "5001-1", kind: DueKind = DueKind.REMIND) -> Due:
    return Due(name, MONDAY + timedelta(minutes=minutes), kind, 5001, of)


class Bell:
    """Notes what rang; a row is done when it has rung."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.rang = rows, list[str]()
        self.failures: list[Exception] = []

    async def ring(self, due: Due) -> None:
        self.rang.append(due.id)
        self.rows.rows.pop(due.id, None)


@asynccontextmanager
async def running(
    rows: Rows, bell: Bell, ring: Callable[[Due], Awaitable[None]] | None = None, order: Order = as_they_come
) -> AsyncIterator[Timer]:
    timer = Timer(cast("Store", rows), rows, ring or bell.ring, bell.failures.append, order)
    timer.start()
    try:
        yield timer
    finally:
        await timer.stop(0)


async def test_what_is_due_rings_earliest_first_and_the_rest_waits() -> None:
    rows = Rows(row("late", 5), row("second", -1), row("first", -2))
    bell = Bell(rows)
    async with running(rows, bell):
        await until(lambda: len(bell.rang) == 2)
    assert bell.rang == ["first", "second"]


async def test_it_rings_when_the_clock_has_moved_on() -> None:
    rows = Rows(row("later", 5))
    bell = Bell(rows)
    async with running(rows, bell) as timer:
        rows.time += timedelta(minutes=6)
        timer.look_again()
        await until(lambda: bell.rang == ["later"])


async def test_a_step_with_an_earlier_time_is_noticed() -> None:
    rows = Rows(row("far", 25))
    bell = Bell(rows)
    async with running(rows, bell) as timer:
        rows.rows["near"] = row("near", -1)
        timer.committed(Step(conversation(), due=(rows.rows["near"],)))
        await until(lambda: bell.rang == ["near"])


async def test_a_slow_conversation_holds_up_no_other() -> None:
    rows = Rows(row("slow", -5), row("slow too", -4), row("quick", -3, of="5002-1"))
    bell, hold = Bell(rows), asyncio.Event()

    async def ring(due: Due) -> None:
        if due.id == "slow":
            await hold.wait()
        await bell.ring(due)

    async with running(rows, bell, ring):
        await until(lambda: bell.rang == ["quick"])
        hold.set()
        await until(lambda: bell.rang == ["quick", "slow", "slow too"])


async def test_trouble_with_one_row_is_told_and_the_others_go_on() -> None:
    rows = Rows(row("bad", -5), row("good", -3, of="5002-1"))
    bell = Bell(rows)

    async def ring(due: Due) -> None:
        if due.id == "bad":
            raise ValueError("no such thing")
        await bell.ring(due)

    async with running(rows, bell, ring):
        await until(lambda: bell.rang == ["good"] and len(bell.failures) >= 1)
    assert isinstance(bell.failures[0], ValueError)


async def test_a_store_in_trouble_is_asked_again() -> None:
    rows = Rows(row("due", -1))
    rows.troubles = 1
    bell = Bell(rows)
    async with running(rows, bell) as timer:
        await until(lambda: bool(bell.failures))
        timer.look_again()
        await until(lambda: bell.rang == ["due"])


async def test_stopping_does_not_wait_for_what_never_ends() -> None:
    rows = Rows(row("endless", -1))
    bell, began = Bell(rows), asyncio.Event()

    async def ring(due: Due) -> None:
        began.set()
        await asyncio.Event().wait()

    async with running(rows, bell, ring):
        await began.wait()
    assert rows.rows == {"endless": row("endless", -1)}


async def test_while_something_rings_commits_do_not_have_the_store_searched_each_time() -> None:
    rows = Rows(row("slow", -1))
    bell, gate, looks = Bell(rows), asyncio.Event(), list[datetime]()
    look = rows.due

    async def counted(now: datetime, limit: int = 100) -> tuple[Due, ...]:
        looks.append(now)
        return await look(now, limit)

    async def ring(due: Due) -> None:
        await gate.wait()
        await bell.ring(due)

    rows.due = counted  # type: ignore[method-assign]  # watched from outside
    async with running(rows, bell, ring) as timer:
        await until(lambda: bool(looks))
        before = len(looks)
        for _ in range(100):
            timer.committed(Step(conversation(), due=(row("later", 5),)))
            await asyncio.sleep(0)
        assert len(looks) - before < 50
        gate.set()
        await until(lambda: bell.rang == ["slow"])


async def test_a_flood_of_turns_is_dealt_with_a_few_at_a_time_and_in_order() -> None:
    rows = Rows(*(row(f"{number:03}", -500 + number, of=f"{number}-1") for number in range(300)))
    bell, under_way, most = Bell(rows), 0, 0

    async def ring(due: Due) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        await bell.ring(due)
        under_way -= 1

    async with running(rows, bell, ring):
        await until(lambda: len(bell.rang) == 300, seconds=20)
    assert bell.rang == sorted(bell.rang)
    assert most <= SIDE_BY_SIDE


async def test_few_turns_are_begun_at_a_time_in_their_order() -> None:
    turns = [row(f"turn {n}", -30 + n / 10, of=f"{n}-1", kind=DueKind.TURN) for n in range(30)]
    rows = Rows(*turns, *(row(f"other {n}", -1, of=f"{100 + n}-1") for n in range(4)))
    bell = Bell(rows)
    begun: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()

    async def ring(due: Due) -> None:
        begun.append((loop.time(), due.id))
        await asyncio.sleep(0.01)
        await bell.ring(due)

    async with running(rows, bell, ring):
        await until(lambda: len(bell.rang) == 34)
    names = [name for _, name in begun]
    assert [name for name in names if name.startswith("turn")] == [turn.id for turn in turns]
    times = [at for at, name in begun if name.startswith("turn")]
    assert all(later - earlier > 0.005 for earlier, later in zip(times, times[TURNS_AT_ONCE:], strict=False))


async def test_rows_of_what_is_being_dealt_with_hide_no_others() -> None:
    rows = Rows(*(row(f"slow {number}", -500 + number) for number in range(200)), row("other", -1, of="5002-1"))
    bell, hold = Bell(rows), asyncio.Event()

    async def ring(due: Due) -> None:
        if due.id.startswith("slow"):
            await hold.wait()
        await bell.ring(due)

    async with running(rows, bell, ring):
        await until(lambda: bell.rang == ["other"])


async def last_first(rows: Sequence[Due]) -> Sequence[Due]:
    return sorted(rows, key=lambda row: row.at, reverse=True)


async def test_what_is_more_than_can_be_started_at_once_goes_in_the_order_that_is_given() -> None:
    rows = Rows(*(row(f"{number:04}", -2000 + number, of=f"{number}-1") for number in range(300)))
    bell = Bell(rows)
    async with running(rows, bell, order=last_first):
        await until(lambda: len(bell.rang) == 300, seconds=20)
    assert bell.rang == sorted(bell.rang, reverse=True)


async def test_a_few_that_are_due_at_once_do_so_too() -> None:
    rows = Rows(row("first", -3, of="1-1"), row("second", -2, of="2-1"))
    bell = Bell(rows)
    async with running(rows, bell, order=last_first):
        await until(lambda: len(bell.rang) == 2)
    assert bell.rang == ["second", "first"]


async def test_a_row_in_line_that_fails_is_tried_again_and_holds_up_no_other() -> None:
    rows = Rows(*(row(f"{number:03}", -500 + number, of=f"{number}-1") for number in range(100)))
    bell, failed = Bell(rows), list[str]()

    async def ring(due: Due) -> None:
        if due.id == "042" and not failed:
            failed.append(due.id)
            raise ValueError("once")
        await bell.ring(due)

    async with running(rows, bell, ring, order=last_first):
        await until(lambda: len(bell.rang) == 100, seconds=20)
    assert bell.rang[-1] == "042"


async def test_a_clock_that_is_set_forward_is_noticed_within_a_second_or_so() -> None:
    rows = Rows(row("later", 5))
    bell = Bell(rows)
    async with running(rows, bell):
        await asyncio.sleep(0)
        rows.time += timedelta(minutes=6)
        await until(lambda: bell.rang == ["later"], seconds=10)
    assert timedelta(seconds=1) >= LONGEST_NAP


async def test_a_clock_that_is_set_back_rings_nothing_early_and_nothing_twice() -> None:
    rows = Rows(row("past", -1), row("later", 5, of="5002-1"))
    bell = Bell(rows)
    async with running(rows, bell) as timer:
        await until(lambda: bell.rang == ["past"])
        rows.time -= timedelta(hours=3)
        timer.look_again()
        await asyncio.sleep(0.05)
        assert bell.rang == ["past"]
        rows.time += timedelta(hours=4)
        timer.look_again()
        await until(lambda: bell.rang == ["past", "later"])
