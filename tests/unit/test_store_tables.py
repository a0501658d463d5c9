"""TinyDB over the journal: everything TinyDB does, and all of it is there again after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from bot.core.errors import StoreError
from bot.store.indexes import Lookup
from bot.store.shelves import KeptDB
from bot.store.storage import JournalStorage
from bot.store.tables import KeptTable


def opened(folder: Path) -> KeptDB:
    return KeptDB(folder, storage=JournalStorage, fsync=False)


def kept(db: TinyDB, name: str = "things", **options: Any) -> KeptTable:
    table = db.table(name, **options)
    assert isinstance(table, KeptTable)
    return table


@pytest.fixture
def db(tmp_path: Path) -> Any:
    with opened(tmp_path) as db:
        yield db


def contents(table: Table) -> dict[int, dict[str, Any]]:
    return {document.doc_id: dict(document) for document in table}


Operation = Callable[[Table], Any]

VALUES = st.integers(0, 3)
IDS = st.integers(1, 8)
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    VALUES.map(lambda n: lambda t: t.insert({"n": n, "deep": {"list": [n]}})),
    st.lists(VALUES, max_size=3).map(lambda ns: lambda t: t.insert_multiple({"n": n} for n in ns)),
    st.tuples(IDS, VALUES).map(lambda p: lambda t: t.upsert(Document({"m": p[1]}, doc_id=p[0]))),
    st.tuples(VALUES, VALUES).map(lambda p: lambda t: t.upsert({"n": p[1], "up": 1}, where("n") == p[0])),
    VALUES.map(lambda n: lambda t: t.update({"seen": True}, where("n") == n)),
    VALUES.map(lambda n: lambda t: t.update(increment("n"), where("n") == n)),
    VALUES.map(lambda n: lambda t: t.update(delete("deep"), where("deep").exists())),
    VALUES.map(lambda n: lambda t: t.update_multiple([({"a": n}, where("n") == n), ({"b": 1}, where("n") > n)])),
    st.lists(IDS, max_size=3).map(lambda ids: lambda t: t.update({"chosen": 1}, doc_ids=ids)),
    VALUES.map(lambda n: lambda t: t.update({"all": n})),
    st.lists(IDS, max_size=3, unique=True).map(lambda ids: lambda t: t.remove(doc_ids=ids)),
    VALUES.map(lambda n: lambda t: t.remove(where("n") == n)),
    st.just(lambda t: t.truncate()),
    VALUES.map(lambda n: lambda t: t.search(where("n") >= n)),
    VALUES.map(lambda n: lambda t: t.get(where("n") == n)),
    IDS.map(lambda key: lambda t: t.get(doc_id=key)),
    st.lists(IDS, max_size=3).map(lambda ids: lambda t: sorted(d.doc_id for d in t.get(doc_ids=ids))),
    VALUES.map(lambda n: lambda t: (t.contains(where("n") == n), t.contains(doc_id=n + 1))),
    VALUES.map(lambda n: lambda t: (t.count(where("n") == n), len(t), len(t.all()))),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations=st.lists(OPERATIONS, max_size=15))
def test_every_operation_does_what_it_does_in_tinydb_itself(
    operations: list[Operation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    stock = TinyDB(storage=MemoryStorage).table("things")
    with opened(folder) as db:
        for operation in operations:
            assert operation(kept(db)) == operation(stock)
            assert contents(kept(db)) == contents(stock)
    with opened(folder) as db:
        assert contents(kept(db)) == contents(stock)


def test_documents_that_were_handed_out_are_copies_all_the_way_down(db: KeptDB) -> None:
    key = kept(db).insert({"deep": {"list": [1]}})
    for document in (kept(db).get(doc_id=key), kept(db).search(where("deep").exists())[0], kept(db).all()[0]):
        document["deep"]["list"].append(2)
    assert kept(db).get(doc_id=key) == {"deep": {"list": [1]}}
    assert kept(db).search(where("deep").exists()) == [{"deep": {"list": [1]}}]


def test_ids_can_be_text(db: KeptDB, tmp_path: Path) -> None:
    table = kept(db, key=str)
    table.put("5001-1", {"n": 1})
    table.upsert(Document({"m": 2}, doc_id="5001-1"))  # type: ignore[arg-type]  # TinyDB's annotation knows int only
    assert table.insert({"n": 3}) == "1"
    assert table.get(doc_id="5001-1") == {"n": 1, "m": 2}
    assert [str(found.doc_id) for found in table.search(where("n") == 1)] == ["5001-1"]
    db.close()
    with opened(tmp_path) as again:
        assert kept(again, key=str).get(doc_id="5001-1") == {"n": 1, "m": 2}


def test_an_updater_that_fails_changes_nothing(db: KeptDB) -> None:
    def fail(document: Any) -> None:
        document["n"] = 99
        raise ZeroDivisionError

    kept(db).insert({"n": 1})
    with pytest.raises(ZeroDivisionError):
        kept(db).update(fail)
    assert kept(db).all() == [{"n": 1}]


def test_a_transaction_that_fails_changes_no_table(db: KeptDB, tmp_path: Path) -> None:
    storage = db.storage
    assert isinstance(storage, JournalStorage)
    kept(db).put(1, {"n": 1})

    def change_and_fail() -> None:
        with storage.transaction():
            kept(db).put(1, {"n": 2})
            kept(db, "others").put(1, {"n": 2})
            kept(db).drop(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert contents(kept(db)) == {1: {"n": 1}}
    db.close()
    with opened(tmp_path) as again:
        assert again.tables() == {"things"}


def test_indexes_follow_every_change(db: KeptDB) -> None:
    by_n = Lookup.of_fields("n")
    table = kept(db, indexes=(by_n,))
    table.insert_multiple([{"n": 1}, {"n": 2}, {"n": 1}, {"n": None}])
    assert by_n.find(1) == (1, 3)
    table.update({"n": 1}, doc_ids=[2])
    table.remove(doc_ids=[1])
    assert by_n.find(1) == (3, 2)
    assert by_n.find(2) == ()
    table.truncate()
    assert by_n.find(1) == ()


def test_tables_can_be_dropped(db: KeptDB, tmp_path: Path) -> None:
    kept(db).insert({"n": 1})
    kept(db, "others").insert({"n": 1})
    db.drop_table("things")
    assert db.tables() == {"others"}
    db.close()
    with opened(tmp_path) as again:
        assert again.tables() == {"others"}
        again.drop_tables()
        assert again.tables() == set()


def test_a_table_of_tinydbs_own_kind_works_over_the_journal_too(tmp_path: Path) -> None:
    with TinyDB(tmp_path, storage=JournalStorage, fsync=False) as db:
        db.insert_multiple([{"n": 1}, {"n": 2}])
        db.update({"n": 3}, where("n") == 2)
    with TinyDB(tmp_path, storage=JournalStorage, fsync=False) as db:
        assert {document.doc_id: document["n"] for document in db} == {1: 1, 2: 3}


def test_what_was_opened_to_look_only_cannot_be_written(db: KeptDB, tmp_path: Path) -> None:
    kept(db).insert({"n": 1})
    looking = KeptDB(tmp_path, storage=JournalStorage, look_only=True)
    assert kept(looking).all() == [{"n": 1}]
    with pytest.raises(StoreError, match="look only"):
        kept(looking).insert({"n": 2})
    assert kept(looking).all() == [{"n": 1}]
