"""Deliveries on disk: read once and in order, whatever a crash left of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import StoreDamagedError
from bot.store.deliveries import FOLDER, Delivery, DeliveryLock, DeliveryReader, Place, blank, record, records_of
from bot.store.frames import frame
from bot.store.journal import segment_path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(number: int) -> int:
    return int(NOON.timestamp()) * 1_000_000 + number


def written(folder: Path, number: int, *groups: list[bytes]) -> Place:
    """A file with these groups of bodies; the place behind them."""
    content = b"".join(frame(b"".join(record(body, at(0)) for body in group)) for group in groups)
    segment_path(folder, number).write_bytes(content)
    return Place(number, len(content))


def bodies(reader: DeliveryReader, until: Place) -> list[bytes]:
    """All of them, taken over."""
    taken: list[bytes] = []
    while True:
        found, place = reader.take(until)
        reader.go_on(place)
        if not found:
            return taken
        taken += [delivery.body for delivery in found]


@given(st.lists(st.binary(max_size=300)))
def test_whatever_was_delivered_is_read_as_it_came(given_bodies: list[bytes]) -> None:
    payload = b"".join(record(body, at(number)) for number, body in enumerate(given_bodies))
    read = list(records_of(payload))
    assert [delivery.body for delivery in read] == given_bodies
    assert [delivery.received_at.microsecond for delivery in read] == list(range(len(given_bodies)))


def test_when_it_came_is_kept(tmp_path: Path) -> None:
    end = written(tmp_path, 1, [b"{}"])
    assert DeliveryReader(tmp_path).take(end)[0] == [Delivery(NOON, b"{}")]


def test_nothing_is_read_beyond_what_is_durable(tmp_path: Path) -> None:
    end = written(tmp_path, 1, [b"a", b"b"])
    written(tmp_path, 1, [b"a", b"b"], [b"c"])
    reader = DeliveryReader(tmp_path)
    assert bodies(reader, end) == [b"a", b"b"]
    assert bodies(reader, end) == []
    assert bodies(reader, written(tmp_path, 1, [b"a", b"b"], [b"c"])) == [b"c"]


def test_what_was_not_taken_over_comes_again(tmp_path: Path) -> None:
    end = written(tmp_path, 1, [b"a"])
    reader = DeliveryReader(tmp_path)
    assert reader.take(end) == reader.take(end)
    assert bodies(DeliveryReader(tmp_path), end) == [b"a"]


def test_files_that_are_done_with_are_removed_and_the_last_one_is_not(tmp_path: Path) -> None:
    written(tmp_path, 1, [b"a"])
    written(tmp_path, 2, [b"b"])
    end = written(tmp_path, 4, [b"c"])
    reader = DeliveryReader(tmp_path)
    assert reader.following == 5
    assert bodies(reader, end) == [b"a", b"b", b"c"]
    reader.remove_done()
    assert [path.name for path in tmp_path.iterdir()] == [segment_path(tmp_path, 4).name]


def test_every_end_that_a_crash_tore_is_passed_over_and_all_before_it_is_read(tmp_path: Path) -> None:
    kept = written(tmp_path, 1, [b"a", b"b"]).offset
    written(tmp_path, 1, [b"a", b"b"], [b"torn, and acknowledged to nobody"])
    whole = segment_path(tmp_path, 1).read_bytes()
    end = written(tmp_path, 2, [b"c"])
    for size in range(kept, len(whole)):
        segment_path(tmp_path, 1).write_bytes(whole[:size])
        assert bodies(DeliveryReader(tmp_path), end) == [b"a", b"b", b"c"]


def test_damage_with_good_deliveries_behind_it_is_not_passed_over(tmp_path: Path) -> None:
    written(tmp_path, 1, [b"a"], [b"b"])
    whole = bytearray(segment_path(tmp_path, 1).read_bytes())
    whole[len(whole) // 2 - 2] ^= 1
    segment_path(tmp_path, 1).write_bytes(whole)
    with pytest.raises(StoreDamagedError, match="truncate"):
        bodies(DeliveryReader(tmp_path), written(tmp_path, 2, [b"c"]))


def test_many_are_taken_a_few_at_a_time_and_a_large_one_whole(tmp_path: Path) -> None:
    few, large = [[b"x" * 1000] * 10 for _ in range(100)], [b"y" * 2_000_000]
    end = written(tmp_path, 1, *few, large, [b"z"])
    reader = DeliveryReader(tmp_path)
    assert len(reader.take(end)[0]) < 1000
    assert bodies(reader, end) == [body for group in few for body in group] + [*large, b"z"]


def test_only_one_appends(tmp_path: Path) -> None:
    lock = DeliveryLock(tmp_path)
    with pytest.raises(BlockingIOError):
        DeliveryLock(tmp_path)
    lock.release()
    DeliveryLock(tmp_path).release()
    assert os.stat(tmp_path / "lock").st_mode & 0o077 == 0


# --- erased


def delivered(update_id: int, chat_id: int, text: str) -> bytes:
    return b'{"update_id":%d,"message":{"chat":{"id":%d},"text":"%b"}}' % (update_id, chat_id, text.encode())


def test_what_is_dealt_with_is_blank_and_all_else_as_it_came(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    done, waiting, broken = delivered(1, 5001, "my secret"), delivered(2, 5001, "and one more"), b"{"
    last = delivered(3, 5002, "a longer secret than the first one")
    end = written(folder, 1, [done, broken], [waiting], [last])
    blank(tmp_path, {1, 3}.__contains__)
    found = bodies(DeliveryReader(folder), end)
    assert [body.rstrip() for body in found] == [b'{"update_id":1}', broken, waiting, b'{"update_id":3}']
    assert [len(found[0]), len(found[3])] == [len(done), len(last)]


def test_where_nothing_is_delivered_there_is_nothing_to_blank(tmp_path: Path) -> None:
    blank(tmp_path, {1}.__contains__)
    assert list(tmp_path.iterdir()) == []
