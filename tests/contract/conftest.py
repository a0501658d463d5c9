"""Every kind of store, for the tests that all of them must pass."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from bot.ports import Store
from bot.store.tiny import TinyStore


class Backend(Protocol):
    """Where a store keeps things: can be opened, and looked at as a crash would leave it."""

    async def open(self) -> Store:
        """Open what is kept here."""
        ...

    def crashed(self) -> Backend:
        """What would be found here if the machine stopped now."""
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

    def crashed(self) -> Backend:
        self._crashes += 1
        copy = self.folder.with_name(f"{self.folder.name}-{self._crashes}")
        try:
            shutil.copytree(self.folder, copy)
        except shutil.Error:  # a case file was renamed on the way; a real crash sees one moment
            shutil.rmtree(copy)
            return self.crashed()
        return TinyBackend(copy)

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
