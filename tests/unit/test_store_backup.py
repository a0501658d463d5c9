"""Backups: taken while a bot works, whole or refused, and put back only where nothing is lost by it."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.core.conversation import Phase
from bot.core.errors import StoreError, StoreLockedError
from bot.core.step import Step
from bot.store.backup import Holdings, back_up, look_into, restore
from bot.store.deliveries import FOLDER, DeliveryReader, Place, record
from bot.store.frames import frame
from bot.store.journal import segment_path
from bot.store.tiny import TinyStore
from tests.contract.builders import AGENTS, all_of, commit, conversation, event, row, sent


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await TinyStore.open(tmp_path / "data", fsync=False)
    yield opened
    await opened.close()


async def step(store: TinyStore, chat_id: int, number: int) -> None:
    talk = conversation(chat_id, steps=number)
    await commit(store, Step(talk, (event(talk, str(number)),), (row(talk),)))


async def resolve(store: TinyStore, ordinal: int, chat_id: int = 5001) -> None:
    past = conversation(chat_id, ordinal, phase=Phase.RESOLVED, agents_chat=AGENTS, topic_id=ordinal)
    await commit(store, Step(past, (event(past, "resolved"),), (row(past),)))
    await store.receive(sent(row(past), 100 + ordinal))


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- while a bot works


async def test_what_was_delivered_and_not_yet_taken_over_is_in_it_but_for_a_torn_end(
    store: TinyStore, tmp_path: Path
) -> None:
    await step(store, 1, 1)
    deliveries = tmp_path / "data" / FOLDER
    deliveries.mkdir()
    whole = frame(record(b'{"update_id": 7}', 0))
    segment_path(deliveries, 3).write_bytes(whole + frame(record(b"torn", 0))[:-1])
    await back_up(tmp_path / "data", tmp_path / "backup")
    await restore(tmp_path / "backup", tmp_path / "new")
    found, _ = DeliveryReader(tmp_path / "new" / FOLDER).take(Place(4, 0))
    assert [delivery.body for delivery in found] == [b'{"update_id": 7}']


class Working:
    """Commits without pause in some chats, resolves cases in others, and compacts, until it is told to stop."""

    def __init__(self, store: TinyStore) -> None:
        self._store = store
        self.done: dict[int, int] = dict.fromkeys(range(1, 13), 0)
        self._tasks = [asyncio.create_task(self._talk(chat_id)) for chat_id in range(1, 9)]
        self._tasks += [asyncio.create_task(self._close_cases(chat_id)) for chat_id in range(9, 13)]
        self._tasks.append(asyncio.create_task(self._compact()))

    async def _talk(self, chat_id: int) -> None:
        while True:
            await step(self._store, chat_id, self.done[chat_id] + 1)
            self.done[chat_id] += 1

    async def _close_cases(self, chat_id: int) -> None:
        while True:
            await resolve(self._store, self.done[chat_id] + 1, chat_id)
            self.done[chat_id] += 1

    async def _compact(self) -> None:
        while True:
            await self._store.compact()

    async def until(self, count: int) -> None:
        while min(self.done.values()) < count:  # noqa: ASYNC110  # of many tasks, the slowest
            await asyncio.sleep(0)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_a_backup_taken_in_the_middle_of_commits_has_all_that_was_acknowledged_and_nothing_half(
    store: TinyStore, tmp_path: Path
) -> None:
    working = Working(store)
    await working.until(5)
    acknowledged = dict(working.done)
    await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    await working.until(max(acknowledged.values()) + 3)
    await working.stop()
    await restore(tmp_path / "backup.tar.gz", tmp_path / "again")
    again = await TinyStore.open(tmp_path / "again", fsync=False)
    waiting = [outgoing.id for outgoing, _ in await again.outbox()]
    for chat_id in range(1, 9):
        talk = await again.conversation(f"{chat_id}-1")
        assert talk is not None
        assert talk.steps >= acknowledged[chat_id]
        numbers = [str(number) for number in range(1, talk.steps + 1)]
        assert await all_of(again.events(talk.id), lambda found: found.name) == numbers
        assert [name for name in waiting if name.startswith(f"{talk.id}:")] == [f"{talk.id}:{n}:0" for n in numbers]
    for chat_id in range(9, 13):
        past = [found.id for found in await again.past_conversations(chat_id)]
        assert len(past) >= acknowledged[chat_id]
        assert past == [f"{chat_id}-{ordinal}" for ordinal in range(1, len(past) + 1)]
        for name in past:
            assert await all_of(again.events(name), lambda found: found.name) == ["resolved"]
    await again.close()


async def test_the_record_goes_on_behind_a_backup_that_was_taken_while_it_was_archived(
    store: TinyStore, tmp_path: Path
) -> None:
    working = Working(store)
    await working.until(3)
    await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    await working.stop()
    await restore(tmp_path / "backup.tar.gz", tmp_path / "again")
    again = await TinyStore.open(tmp_path / "again", fsync=False)
    await again.compact()
    await step(again, 99, 1)
    await again.compact()
    assert await all_of(again.events("99-1"), lambda found: found.name) == ["1"]
    assert (await all_of(again.events()))[-1].conversation_id == "99-1"
    await again.close()


async def test_a_backup_writes_nothing_in_the_stores_folder_and_leaves_nothing_beside_it(
    store: TinyStore, tmp_path: Path
) -> None:
    await resolve(store, 1)
    await store.tidy()
    await step(store, 5002, 1)
    before = everything_in(tmp_path / "data")
    (tmp_path / "backups").mkdir()
    found = await back_up(tmp_path / "data", tmp_path / "backups" / "monday.tar.gz")
    assert found == Holdings(open_conversations=1, case_files=1, events=2)
    assert everything_in(tmp_path / "data") == before
    assert names_in(tmp_path / "backups") == {"monday.tar.gz"}


async def test_what_is_restored_is_what_was_backed_up(store: TinyStore, tmp_path: Path) -> None:
    await resolve(store, 1)
    await store.tidy()
    await store.compact()
    await step(store, 5002, 1)
    await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    await store.close()
    await restore(tmp_path / "backup.tar.gz", tmp_path / "again")
    once, again = everything_in(tmp_path / "data"), everything_in(tmp_path / "again")
    assert again.pop(Path("lock"))
    assert once.pop(Path("lock"))
    assert again == once


# --- what is refused


async def test_a_backup_never_replaces_a_file(store: TinyStore, tmp_path: Path) -> None:
    (tmp_path / "backup.tar.gz").write_text("last week's")
    with pytest.raises(StoreError, match="is there already"):
        await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").read_text() == "last week's"


@pytest.mark.parametrize(
    ("folder", "file", "why"),
    [
        ("data", "data/backup.tar.gz", "own folder"),
        ("data", "nowhere/backup.tar.gz", "no folder"),
        ("elsewhere", "backup.tar.gz", "holds no store"),
    ],
)
async def test_a_backup_that_makes_no_sense_is_refused_with_the_reason(
    store: TinyStore, tmp_path: Path, folder: str, file: str, why: str
) -> None:
    with pytest.raises(StoreError, match=why):
        await back_up(tmp_path / folder, tmp_path / file)


async def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(store: TinyStore, tmp_path: Path) -> None:
    for number in range(1, 4):
        await step(store, 5001, number)
    path = tmp_path / "data" / "journal" / "journal-00000001"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged at byte"):
        await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    assert names_in(tmp_path) == {"data"}


async def test_a_restore_never_replaces_a_store(store: TinyStore, tmp_path: Path) -> None:
    await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    with pytest.raises(StoreLockedError, match="is using"):
        await restore(tmp_path / "backup.tar.gz", tmp_path / "data")
    await store.close()
    before = everything_in(tmp_path / "data")
    with pytest.raises(StoreError, match=r"not empty.*move it away"):
        await restore(tmp_path / "backup.tar.gz", tmp_path / "data")
    assert {**everything_in(tmp_path / "data"), Path("lock"): b""} == {**before, Path("lock"): b""}


async def test_a_restore_that_was_interrupted_can_be_begun_again(store: TinyStore, tmp_path: Path) -> None:
    await step(store, 5001, 1)
    await back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    half = tmp_path / "again" / "restoring" / "journal"
    half.mkdir(parents=True)
    (half / "journal-00000007").write_text("half of it")
    await restore(tmp_path / "backup.tar.gz", tmp_path / "again")
    assert names_in(tmp_path / "again") == {"journal", "lock"}


async def test_half_a_backup_is_refused_and_leaves_nothing_behind(store: TinyStore, tmp_path: Path) -> None:
    await step(store, 5001, 1)
    file = tmp_path / "backup.tar.gz"
    await back_up(tmp_path / "data", file)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(StoreError, match="no whole backup"):
        await look_into(file)
    with pytest.raises(StoreError, match="no whole backup"):
        await restore(file, tmp_path / "again")
    assert names_in(tmp_path / "again") == {"lock"}


@pytest.mark.parametrize("name", ["journal/../../out", "/etc/out", "notes.txt", "journal/.hidden"])
async def test_what_no_backup_of_ours_has_in_it_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "backup.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(StoreError, match="no whole backup"):
        await restore(tmp_path / "backup.tar.gz", tmp_path / "again")


async def test_what_is_not_there_cannot_be_restored(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no backup"):
        await restore(tmp_path / "backup.tar.gz", tmp_path / "again")


def test_the_commands_back_up_and_restore_the_store_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fill() -> None:
        store = await TinyStore.open(tmp_path / "data", fsync=False)
        await step(store, 5001, 1)
        await store.close()

    asyncio.run(fill())
    monkeypatch.setenv("KEEPWORD_STORE", f"tinydb:{tmp_path / 'data'}")
    taken = CliRunner().invoke(cli, ["backup", str(tmp_path / "backup.tar.gz")])
    assert taken.exit_code == 0
    monkeypatch.setenv("KEEPWORD_STORE", f"tinydb:{tmp_path / 'again'}")
    restored = CliRunner().invoke(cli, ["restore", str(tmp_path / "backup.tar.gz")])
    assert restored.exit_code == 0
    assert (tmp_path / "again" / "journal").is_dir()
