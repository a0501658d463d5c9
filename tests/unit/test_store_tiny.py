"""What the TinyDB store does beyond the port: looking while it runs, forgetting, tidying, refusing."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tinydb import TinyDB, where

from bot.core.conversation import Phase
from bot.core.errors import StoreDamagedError, StoreError, StoreLockedError
from bot.core.outgoing import Delivery
from bot.core.step import Step
from bot.ports import Cursor
from bot.store.tiny import TinyStore
from tests.contract.builders import (
    AGENTS,
    after,
    all_of,
    commit,
    conversation,
    due,
    event,
    row,
    sent,
    update,
)
from tests.full_disk import no_file_larger_than


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await TinyStore.open(tmp_path, fsync=False)
    yield opened
    await opened.close()


async def resolve(store: TinyStore, ordinal: int = 1) -> None:
    """A conversation from its opening to its case file."""
    past = conversation(ordinal=ordinal, phase=Phase.RESOLVED, agents_chat=AGENTS, topic_id=ordinal)
    await commit(store, Step(past, (event(past, "resolved"),), (row(past),)))
    await store.receive(sent(row(past), 100 + ordinal))
    await store.tidy()


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- one owner, many who look


async def test_a_folder_in_use_is_not_opened_twice(store: TinyStore, tmp_path: Path) -> None:
    with pytest.raises(StoreLockedError):
        await TinyStore.open(tmp_path)
    await store.close()
    await (await TinyStore.open(tmp_path)).close()


async def test_one_may_look_at_a_store_while_it_is_used_and_writes_nothing(store: TinyStore, tmp_path: Path) -> None:
    await resolve(store)
    talk = conversation(ordinal=2)
    await commit(store, Step(talk, (event(talk, "opened"),), (row(talk),), (due("turn", 1, talk),)))
    before = everything_in(tmp_path)
    looking = await TinyStore.peek(tmp_path)
    assert await looking.open_conversations() == (talk,)
    assert await looking.due(after(5)) == (due("turn", 1, talk),)
    assert await looking.outbox() == ((row(talk), Delivery.PENDING),)
    assert len(await looking.past_conversations(5001)) == 1
    assert await all_of(looking.events(), lambda found: found.name) == ["resolved", "opened"]
    with pytest.raises(StoreError, match="look only"):
        await looking.accept(update(1))
    await looking.close()
    assert everything_in(tmp_path) == before


async def test_looking_at_a_torn_journal_shows_what_is_whole_and_repairs_nothing(
    store: TinyStore, tmp_path: Path
) -> None:
    await commit(store, Step(conversation()))
    path = tmp_path / "journal" / "journal-00000001"
    with path.open("ab") as file:
        file.write(b"01234567 999\nhalf")
    size = path.stat().st_size
    looking = await TinyStore.peek(tmp_path)
    assert await looking.open_conversations() == (conversation(),)
    assert path.stat().st_size == size


async def test_looking_where_there_is_no_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"KEEPWORD_STORE.*keepword run"):
        await TinyStore.peek(tmp_path / "nowhere")


async def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="KEEPWORD_STORE"):
        await TinyStore.open(tmp_path / "file" / "data")


@contextmanager
def nobody_in_particular() -> Iterator[None]:
    """Root may write anywhere: this process is someone else for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def only_readable(folder: Path) -> Iterator[None]:
    """Everyone may read the folder, and nobody may write to it."""
    (folder / "lock").chmod(0o444)
    folder.chmod(0o555)
    try:
        with nobody_in_particular():
            yield
    finally:
        folder.chmod(0o700)


async def test_a_folder_that_may_only_be_read_says_so_at_the_start() -> None:
    with TemporaryDirectory() as name:
        await (await TinyStore.open(Path(name), fsync=False)).close()
        with only_readable(Path(name)), pytest.raises(StoreError, match=r"cannot be written .*; make it writable"):
            await TinyStore.open(Path(name))


async def test_a_disk_that_turns_read_only_loses_nothing_and_works_again(
    store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.accept(update(1))
    with monkeypatch.context() as while_read_only:
        while_read_only.setattr(os, "write", refused_by_a_read_only_disk)
        with pytest.raises(StoreError, match=r"Read-only file system.*make the folder writable"):
            await store.accept(update(2))
    assert await store.unhandled() == (update(1),)
    assert await store.accept(update(2)) is True
    assert await store.unhandled() == (update(1), update(2))


def refused_by_a_read_only_disk(_descriptor: int, _content: bytes) -> int:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


# --- memory does not grow with history


async def test_a_resolved_conversation_leaves_memory_for_its_case_file(store: TinyStore, tmp_path: Path) -> None:
    await resolve(store)
    assert len(store.db.table("conversations")) == 0
    assert await store.conversation("5001-1") is not None
    with TinyDB(tmp_path / "cases" / "001" / "5001" / "5001-1.json", access_mode="r") as case:
        assert case.table("conversation").all()[0]["phase"] == "resolved"
        assert [found["id"] for found in case.table("sent")] == ["5001-1:0:0"]


async def test_a_resolved_conversation_stays_until_everything_is_sent_and_nobody_has_it(store: TinyStore) -> None:
    past = conversation(phase=Phase.RESOLVED)
    async with store.lease(5001):
        await store.commit(Step(past, outbox=(row(past),)))
        await store.tidy()
        assert len(store.db.table("conversations")) == 1
    await store.tidy()
    assert len(store.db.table("conversations")) == 1
    async with store.lease(5001):
        await store.receive(sent(row(past), 7))
        await store.tidy()
        assert len(store.db.table("conversations")) == 1
    await store.tidy()
    assert len(store.db.table("conversations")) == 0


async def test_a_lease_that_is_held_while_the_case_file_is_written_keeps_the_conversation(store: TinyStore) -> None:
    past = conversation(phase=Phase.RESOLVED)
    await commit(store, Step(past))
    tidying = asyncio.create_task(store.tidy())
    async with store.lease(5001) as found:
        await tidying
        assert found == past
        await store.commit(Step(replace(past, failures=1)))
    await store.tidy()
    assert await store.conversation(past.id) == replace(past, failures=1)


async def test_only_recent_cases_keep_their_message_map_in_memory(tmp_path: Path) -> None:
    store = await TinyStore.open(tmp_path, fsync=False, keep_cases=2)
    for ordinal in (1, 2, 3):
        await resolve(store, ordinal)
    assert await store.counterpart(5001, 101) is None
    assert await store.counterpart(5001, 103) is not None
    assert len(store.db.table("sent")) == 2
    await commit(store, Step(conversation(ordinal=3, phase=Phase.HUMAN)))
    assert await store.counterpart(5001, 103) is not None
    await store.close()


async def test_what_was_sent_in_an_old_case_is_known_again_when_it_changes(tmp_path: Path) -> None:
    store = await TinyStore.open(tmp_path, fsync=False, keep_cases=0)
    await resolve(store)
    assert await store.counterpart(5001, 101) is None
    past = await store.conversation("5001-1")
    assert past is not None
    await commit(store, Step(replace(past, failures=1), outbox=(row(past),)))
    assert await store.outbox() == ()
    assert await store.counterpart(5001, 101) is not None
    await store.close()


async def test_only_the_last_handled_updates_are_remembered(tmp_path: Path) -> None:
    store = await TinyStore.open(tmp_path, fsync=False, keep_updates=3)
    await store.accept(update(1))
    for update_id in range(10, 16):
        await store.accept(update(update_id))
        await store.discard(update_id, "nothing to do")
    await store.close()
    store = await TinyStore.open(tmp_path, fsync=False, keep_updates=3)
    assert [await store.accept(update(update_id)) for update_id in (1, 12, 13, 14, 15)] == [False, True] + [False] * 3
    await store.close()


async def test_a_damaged_case_file_names_itself(store: TinyStore, tmp_path: Path) -> None:
    await resolve(store)
    path = tmp_path / "cases" / "001" / "5001" / "5001-1.json"
    path.write_text(path.read_text()[:-9])
    with pytest.raises(StoreDamagedError, match=r"5001-1\.json"):
        await store.conversation("5001-1")


# --- compaction


async def test_compaction_keeps_everything_and_drops_what_is_dead(store: TinyStore, tmp_path: Path) -> None:
    talk = conversation()
    for count in range(300):
        await commit(store, Step(replace(talk, failures=count), (event(talk, f"step {count}"),)))
    size = sum(path.stat().st_size for path in (tmp_path / "journal").iterdir())
    await store.compact()
    assert sum(path.stat().st_size for path in (tmp_path / "journal").iterdir()) < size / 50
    assert {path.name for path in (tmp_path / "journal").iterdir()} == {"journal-00000002", "snapshot-00000002"}
    await commit(store, Step(replace(talk, failures=300), (event(talk, "step 300"),)))
    await store.close()
    store = await TinyStore.open(tmp_path, fsync=False)
    assert await store.conversation(talk.id) == replace(talk, failures=300)
    assert await all_of(store.events(), lambda found: found.name) == [f"step {count}" for count in range(301)]
    await store.close()


async def test_what_a_killed_compaction_left_is_removed_when_the_store_is_opened(tmp_path: Path) -> None:
    await (await TinyStore.open(tmp_path, fsync=False)).close()
    (tmp_path / "archive").mkdir(exist_ok=True)
    left = [tmp_path / "journal" / "new-snapshot-00000007", tmp_path / "archive" / "new-2026-11.jsonl"]
    for path in left:
        path.write_bytes(b"half a snapsh")
    await TinyStore.peek(tmp_path)
    assert all(path.exists() for path in left)  # who only looks changes nothing
    opened = await TinyStore.open(tmp_path, fsync=False)
    await opened.close()
    assert not any(path.exists() for path in left)


async def test_compaction_comes_by_itself_when_most_of_the_journal_is_dead(tmp_path: Path) -> None:
    store = await TinyStore.open(tmp_path, fsync=False)
    for count in range(60):
        await commit(store, Step(conversation(intent="x" * 100_000, failures=count)))
    await store.close()
    assert sum(path.stat().st_size for path in (tmp_path / "journal").iterdir()) < 5_000_000


async def test_writes_during_a_compaction_are_kept(store: TinyStore, tmp_path: Path) -> None:
    await commit(store, Step(conversation()))
    compacting = asyncio.create_task(store.compact())
    for update_id in range(50):
        await store.accept(update(update_id))
    await compacting
    await store.close()
    store = await TinyStore.open(tmp_path, fsync=False)
    assert len(await store.unhandled()) == 50
    assert await store.conversation("5001-1") == conversation()
    await store.close()


async def test_events_that_a_crash_left_in_journal_and_archive_are_read_once(tmp_path: Path) -> None:
    store = await TinyStore.open(tmp_path, fsync=False)
    talk = conversation()
    await commit(store, Step(talk, (event(talk, "one"), event(talk, "two"))))
    old = (tmp_path / "journal" / "journal-00000001").read_bytes()
    await store.compact()
    await store.close()
    # As if the machine had stopped after the archive was written and before the snapshot was:
    (tmp_path / "journal" / "snapshot-00000002").unlink()
    (tmp_path / "journal" / "journal-00000001").write_bytes(old)
    store = await TinyStore.open(tmp_path, fsync=False)
    await commit(store, Step(replace(talk, failures=1), (event(talk, "three"),)))
    assert await all_of(store.events(), lambda found: found.name) == ["one", "two", "three"]
    await store.compact()
    assert await all_of(store.events(), lambda found: found.name) == ["one", "two", "three"]
    await store.close()


async def test_files_that_a_snapshot_replaced_and_a_crash_left_are_removed(store: TinyStore, tmp_path: Path) -> None:
    await commit(store, Step(conversation()))
    old = (tmp_path / "journal" / "journal-00000001").read_bytes()
    await store.compact()
    await store.close()
    (tmp_path / "journal" / "journal-00000001").write_bytes(old)
    await (await TinyStore.open(tmp_path, fsync=False)).close()
    assert not (tmp_path / "journal" / "journal-00000001").exists()


# --- a disk that refuses, a machine that stops


async def test_what_the_disk_refuses_has_not_happened_and_later_works_again(store: TinyStore, tmp_path: Path) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1)), due=(due("a", 1, talk),)))
    size = (tmp_path / "journal" / "journal-00000001").stat().st_size
    with no_file_larger_than(size + 40):
        with pytest.raises(StoreError, match="Make room"):
            await store.accept(update(10))
        with pytest.raises(StoreError, match="Make room"):
            await commit(store, Step(replace(talk, failures=1), (event(talk, "lost"),), done=("a",)))
        with pytest.raises(StoreError, match="Make room"):
            await store.receive(sent(row(talk, 0), 7))
    assert await store.unhandled() == ()
    assert await store.conversation(talk.id) == talk
    assert await store.due(after(5)) == (due("a", 1, talk),)
    assert [outgoing for outgoing, _ in await store.outbox()] == [row(talk, 0), row(talk, 1)]
    assert await store.counterpart(5001, 7) is None
    assert await store.accept(update(10)) is True
    await store.close()
    store = await TinyStore.open(tmp_path, fsync=False)
    assert await store.unhandled() == (update(10),)
    assert await all_of(store.events()) == []
    await store.close()


async def test_a_duplicate_of_an_update_that_the_disk_refuses_is_not_taken_for_kept(store: TinyStore) -> None:
    with no_file_larger_than(0):
        results = await asyncio.gather(*(store.accept(update(10)) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreError] * 3
    assert await store.accept(update(10)) is True


async def test_a_send_that_began_when_the_disk_refused_does_not_stop_the_others(store: TinyStore) -> None:
    talk = conversation()
    await commit(store, Step(talk, outbox=(row(talk),)))
    with no_file_larger_than(0):
        await store.attempt(row(talk).id)
        with pytest.raises(StoreError):
            await store.outbox()
    assert await store.outbox() == ((row(talk), Delivery.PENDING),)


async def test_what_the_disk_refused_is_read_with_a_cursor_once_it_is_kept(store: TinyStore) -> None:
    one, other, cursor = conversation(), conversation(chat_id=5002), Cursor()
    await commit(store, Step(one, outbox=(row(one),)))
    with no_file_larger_than(0):
        async with store.lease(5002):
            refused = asyncio.ensure_future(store.commit(Step(other, outbox=(row(other),))))
            await asyncio.sleep(0)
            results = await asyncio.gather(refused, store.outbox(cursor), return_exceptions=True)
    assert [type(result) for result in results] == [StoreError, StoreError]
    assert await store.outbox(cursor) == ((row(one), Delivery.PENDING),)
    await commit(store, Step(other, outbox=(row(other),)))
    assert await store.outbox(cursor) == ((row(other), Delivery.PENDING),)


async def test_a_receipt_that_the_disk_refused_leaves_its_row_where_it_was(store: TinyStore) -> None:
    talk, cursor = conversation(), Cursor()
    await commit(store, Step(talk, outbox=(row(talk, 0), row(talk, 1))))
    await store.outbox(cursor)
    with no_file_larger_than(0), pytest.raises(StoreError):
        await store.receive(sent(row(talk, 0), 77))
    assert [outgoing for outgoing, _ in await store.outbox()] == [row(talk, 0), row(talk, 1)]
    assert await store.outbox(cursor) == ()


KILLED = """
import asyncio, sys
from bot.store.tiny import TinyStore
from tests.contract.builders import commit, conversation, event, row, update
from bot.core.step import Step

async def main():
    store = await TinyStore.open(sys.argv[1])
    async def serve(first):
        for update_id in range(first, 10**9, 8):
            await store.accept(update(update_id))
            talk = conversation(chat_id=first, steps=update_id)
            await commit(store, Step(talk, (event(talk, str(update_id)),), (row(talk),), update_id=update_id))
            print(update_id, flush=True)
            if update_id % 40 == 0:
                await store.compact()
    await asyncio.gather(*(serve(first) for first in range(1, 9)))

asyncio.run(main())
"""


def told_before_killed(folder: Path) -> list[int]:
    """The updates of which a process said that they were dealt with, before it was killed."""
    with subprocess.Popen([sys.executable, "-c", KILLED, folder], stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(120)]
        process.kill()
        return told + [int(line) for line in process.stdout.read().splitlines()]


async def test_nothing_that_was_kept_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    told = told_before_killed(tmp_path)
    store = await TinyStore.open(tmp_path)
    recorded = await all_of(store.events(), lambda found: int(found.name))
    assert set(told) <= set(recorded)
    assert len(set(recorded)) == len(recorded)
    assert not set(told) & {left.update_id for left in await store.unhandled()}
    assert {int(outgoing.id.split(":")[1]) for outgoing, _ in await store.outbox()} == set(recorded)
    await store.close()


# --- TinyDB's own queries, and files that people can read


async def test_the_tables_answer_tinydbs_queries(store: TinyStore) -> None:
    await commit(store, Step(conversation(intent="order_status")))
    await commit(store, Step(conversation(chat_id=5002, intent="warranty")))
    found = store.db.table("conversations").search(where("intent") == "warranty")
    assert [document["id"] for document in found] == ["5002-1"]
    assert store.db.table("conversations").count(where("customer").name == "Ana") == 2


async def test_what_was_set_aside_is_in_a_log_with_its_reason(store: TinyStore, tmp_path: Path) -> None:
    await store.accept(update(10, "strange"))
    await store.discard(10, "nobody knows what this is")
    await store.compact()
    lines = (tmp_path / "archive" / "aside" / "aside-00000001").read_bytes().splitlines()
    aside = json.loads(lines[1].split(b"\t")[3])
    assert aside["reason"] == "nobody knows what this is"
    assert aside["update"]["update_id"] == 10
