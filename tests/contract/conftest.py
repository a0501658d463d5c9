"""Every kind of store, for the tests that all of them must pass."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from bot.ports import Store
from bot.store.tiny import TinyStore
from tests.full_disk import no_file_larger_than


class Backend(Protocol):
    """Where a store keeps things: can be opened, and looked at as a crash would leave it."""

    async def open(self) -> Store:
        """Open what is kept here."""
        ...

    def crashed(self, halfway: bytes = b"") -> Backend:
        """What would be found here if the machine stopped now; ``halfway``: with this much of one more write done."""
        ...

    def refusing(self) -> AbstractContextManager[None]:
        """While inside, nothing more can be kept."""
        ...

    async def tidy(self, store: Store) -> None:
        """Let the store do what it otherwise does in the background."""
        ...


class TinyBackend:
    """A folder for a :class:`TinyStore`. Without fsync: tests ask what is written, not how deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._crashes = 0

    async def open(self) -> Store:
        return await TinyStore.open(self.folder, fsync=False)

    def crashed(self, halfway: bytes = b"") -> Backend:
        self._crashes += 1
        copy = self.folder.with_name(f"{self.folder.name}-{self._crashes}")
        try:
            shutil.copytree(self.folder, copy)
        except shutil.Error:  # a case file was renamed on the way; a real crash sees one moment
            shutil.rmtree(copy)
            return self.crashed(halfway)
        with max((copy / "journal").glob("journal-*")).open("ab") as journal:
            journal.write(halfway)
        return TinyBackend(copy)

    def refusing(self) -> AbstractContextManager[None]:
        return no_file_larger_than(0)

    async def tidy(self, store: Store) -> None:
        assert isinstance(store, TinyStore)
        await store.tidy()
        await store.compact()


@pytest.fixture(params=["tinydb"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    assert request.param == "tinydb"
    return TinyBackend(tmp_path / "data")


@pytest.fixture
async def store(backend: Backend) -> AsyncIterator[Store]:
    opened = await backend.open()
    yield opened
    await opened.close()
