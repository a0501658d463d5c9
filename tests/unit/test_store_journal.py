"""The journal's files: groups, torn ends, damage, a disk that refuses, one owner."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.core.errors import StoreDamagedError, StoreError, StoreLockedError
from bot.store.disk import FolderLock, write_aside
from bot.store.entries import put_line
from bot.store.frames import Frames, frame
from bot.store.journal import Journal, segment_path
from bot.store.replay import Contents, read_folder, repair


class News:
    """Collects what a journal's thread tells, and waits for it."""

    def __init__(self) -> None:
        self.told: list[tuple[int, OSError | None]] = []
        self._came = threading.Condition()

    def __call__(self, number: int, error: OSError | None) -> None:
        with self._came:
            self.told.append((number, error))
            self._came.notify_all()

    def wait_for(self, number: int) -> OSError | None:
        with self._came:
            assert self._came.wait_for(lambda: any(told >= number for told, _ in self.told), timeout=20)
            return next(error for told, error in self.told if told >= number)


def line(key: int) -> bytes:
    return put_line("things", key, b'{"n":%d}' % key)


def keys(contents: Contents) -> list[int | str]:
    return list(contents.tables.get("things", {}))


@contextmanager
def journal(folder: Path, news: News) -> Iterator[Journal]:
    opened = Journal(folder, 1, fsync=True, settled=news)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A journal's file with three groups."""
    path = segment_path(tmp_path, 1)
    path.write_bytes(b"".join(frame(line(key)) for key in (1, 2, 3)))
    return path


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    news = News()
    with journal(tmp_path, news) as opened:
        numbers = [opened.append(line(key)) for key in range(50)]
        assert news.wait_for(numbers[-1]) is None
    assert keys(read_folder(tmp_path)) == list(range(50))


def test_entries_given_while_the_disk_is_busy_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy, release, syncs, news = threading.Event(), threading.Event(), [0], News()

    def slow_sync(_descriptor: int) -> None:
        syncs[0] += 1
        busy.set()
        assert release.wait(20)

    monkeypatch.setattr(os, "fdatasync", slow_sync)
    with journal(tmp_path, news) as opened:
        opened.append(line(0))
        assert busy.wait(20)
        last = [opened.append(line(key)) for key in range(1, 100)][-1]
        release.set()
        news.wait_for(last)
    assert syncs[0] == 2
    assert [number for number, _ in news.told] == [1, 100]


def test_what_is_queued_is_written_before_the_journal_closes(tmp_path: Path) -> None:
    with journal(tmp_path, News()) as opened:
        for key in range(200):
            opened.append(line(key))
    assert keys(read_folder(tmp_path)) == list(range(200))
    with pytest.raises(StoreError, match="closed"):
        opened.append(line(0))


def test_a_journal_goes_on_in_its_next_file(tmp_path: Path) -> None:
    with journal(tmp_path, News()) as opened:
        opened.append(line(1))
        opened.rotate()
        opened.append(line(2))
    assert opened.number == 2
    assert list(Frames(segment_path(tmp_path, 2))) == [line(2)]
    assert keys(read_folder(tmp_path)) == [1, 2]


def test_a_disk_that_refuses_loses_only_what_was_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    news = News()
    with journal(tmp_path, news) as opened:
        news.wait_for(opened.append(line(1)))
        with monkeypatch.context() as full:
            full.setattr("bot.store.journal.write_all", refuse_halfway)
            error = news.wait_for(opened.append(line(2)))
        assert error is not None
        opened.append(line(3))  # may build on what was lost: goes too
        opened.resume()
        assert news.wait_for(opened.append(line(4))) is None
    assert keys(read_folder(tmp_path)) == [1, 4]


def refuse_halfway(descriptor: int, content: bytes) -> None:
    os.write(descriptor, content[: len(content) // 2])
    raise OSError(28, "No space left on device")


def test_every_torn_end_is_cut_off_and_all_before_it_kept(written: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = written.read_bytes()
    one = len(whole) // 3
    for length in range(len(whole)):
        written.write_bytes(whole[:length])
        contents = read_folder(written.parent)
        assert keys(contents) == [1, 2, 3][: length // one]
        if contents.torn:
            repair(contents.torn)
        assert written.stat().st_size == length // one * one
    assert f"off {written}" in caplog.text


@pytest.mark.parametrize("tail", [b"\0" * 100, b"garbage", b"deadbeef 5\n12345", b"\n\n", b"00000000 99999\n"])
def test_garbage_at_the_end_is_a_torn_end(written: Path, tail: bytes) -> None:
    with written.open("ab") as file:
        file.write(tail)
    contents = read_folder(written.parent)
    assert keys(contents) == [1, 2, 3]
    assert contents.torn is not None


def test_damage_in_the_middle_is_refused_with_what_to_do(written: Path) -> None:
    whole = bytearray(written.read_bytes())
    offset = len(whole) // 3
    whole[offset + 15] ^= 1
    written.write_bytes(whole)
    with pytest.raises(StoreDamagedError, match=re.escape(f"truncate -s {offset} {written}")):
        read_folder(written.parent)


def test_a_torn_file_that_others_follow_is_damage(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:-1])
    segment_path(written.parent, 2).write_bytes(frame(line(4)))
    with pytest.raises(StoreDamagedError):
        read_folder(written.parent)


def test_a_missing_file_between_others_is_damage(written: Path) -> None:
    segment_path(written.parent, 3).write_bytes(frame(line(4)))
    with pytest.raises(StoreDamagedError, match="missing"):
        read_folder(written.parent)


def test_a_snapshot_without_its_end_is_damage(tmp_path: Path) -> None:
    (tmp_path / "snapshot-00000002").write_bytes(frame(line(1)))
    with pytest.raises(StoreDamagedError, match="snapshot-00000002"):
        read_folder(tmp_path)


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreLockedError, match=rf"process {os.getpid()}.*KEEPWORD_STORE"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def test_a_file_written_aside_is_the_old_one_until_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case.json"
    write_aside(path, b"old")
    monkeypatch.setattr("bot.store.disk.write_all", refuse_halfway)
    with pytest.raises(OSError, match="No space"):
        write_aside(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["case.json"]
