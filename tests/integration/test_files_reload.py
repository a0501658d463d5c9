"""Content files that change on disk while they are watched."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.files.live import LiveContent
from bot.files.load import Loaded, load
from tests.content_samples import edit, write_content

SETTLE = timedelta(milliseconds=100)

PATIENCE = 20
"""Seconds after which something that should have been noticed counts as missed."""


class Watched:
    """A folder being watched; ``next()`` is the next version, ``quiet()`` that none has come."""

    def __init__(self, folder: Path, versions: asyncio.Queue[Loaded]) -> None:
        self.folder = folder
        self._versions = versions

    async def next(self) -> Loaded:
        async with asyncio.timeout(PATIENCE):
            return await self._versions.get()

    def quiet(self) -> bool:
        return self._versions.empty()


@pytest.fixture(params=[False, True], ids=["told", "polling"])
async def content(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Watched]:
    folder = write_content(tmp_path / "content")
    live = LiveContent(folder, settle=SETTLE, look_again=timedelta(seconds=1), force_polling=request.param)
    versions: asyncio.Queue[Loaded] = asyncio.Queue()

    async def follow(since: str) -> None:
        async with aclosing(live.watch(since)) as found:
            async for loaded in found:
                versions.put_nowait(loaded)

    task = asyncio.create_task(follow(load(folder).version))
    yield Watched(folder, versions)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_edit_is_noticed_and_undoing_it_too(content: Watched) -> None:
    first = load(content.folder)
    edit(content.folder, "responses/en/talk.yml", "weekdays", "Mondays")
    changed = await content.next()
    assert changed.catalogue
    assert "Mondays" in changed.catalogue.replies["en"]["opening_hours"].text
    edit(content.folder, "responses/en/talk.yml", "Mondays", "weekdays")
    assert (await content.next()).version == first.version
    assert content.quiet()


async def test_a_mistake_comes_with_its_problem_and_the_correction_with_a_catalogue(content: Watched) -> None:
    edit(content.folder, "standards.yml", "languages", "langages")
    refused = await content.next()
    assert refused.catalogue is None
    assert str(refused.problems[0]).startswith("standards.yml:1:1: There is no key ‘langages’ here.")
    edit(content.folder, "standards.yml", "langages", "languages")
    assert (await content.next()).catalogue


async def test_a_file_written_aside_and_renamed_is_noticed_again_and_again(content: Watched) -> None:
    for house in ("Oak", "Beech"):
        aside = content.folder / "responses" / "brand.yml.new"
        aside.write_text(f"name: {house}\n")
        aside.replace(content.folder / "responses" / "brand.yml")
        changed = await content.next()
        assert changed.catalogue
        assert changed.catalogue.brand.name == house


async def test_a_new_language_is_noticed_and_watched(content: Watched) -> None:
    for top in ("intents", "responses"):
        shutil.copytree(content.folder / top / "en", content.folder / top / "sl")
    edit(content.folder, "standards.yml", "[en]", "[en, sl]")
    changed = await content.next()
    while not changed.catalogue or changed.catalogue.standards.languages != ("en", "sl"):
        changed = await content.next()
    edit(content.folder, "responses/sl/talk.yml", "Hello {name}", "Zdravo {name}")
    changed = await content.next()
    assert changed.catalogue
    assert changed.catalogue.replies["sl"]["greeting"].text.startswith("Zdravo")


async def test_a_folder_that_vanishes_for_a_moment_is_waited_for(content: Watched) -> None:
    away = content.folder.with_name("away")
    content.folder.rename(away)
    edit(away, "responses/brand.yml", "Lumen", "Back again")
    await asyncio.to_thread(shutil.copytree, away, content.folder)
    changed = await content.next()
    while not changed.catalogue:
        changed = await content.next()
    assert changed.catalogue.brand.name == "Back again"
    edit(content.folder, "responses/brand.yml", "Back again", "Still here")
    changed = await content.next()
    assert changed.catalogue
    assert changed.catalogue.brand.name == "Still here"


async def test_what_changes_without_changing_content_yields_nothing(content: Watched) -> None:
    (content.folder / "notes.txt").write_text("nothing of ours")
    (content.folder / "intents" / ".orders.yml.swp").write_text("an editor's")
    (content.folder / "standards.yml").touch()
    edit(content.folder, "responses/brand.yml", "Lumen", "Oak")
    changed = await content.next()
    assert changed.catalogue
    assert changed.catalogue.brand.name == "Oak"
    assert content.quiet()
