"""The content that is live, and the pipeline that belongs to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.content import Catalogue
from bot.core.errors import UnderstandingError
from bot.core.understanding import Understanding
from bot.ports import Hints
from bot.shelf import Shelf
from tests.catalogues import catalogue, understood


class Echo:
    """Understands everything as the version of content that it was trained on."""

    def __init__(self, content: Catalogue) -> None:
        self.version = content.version
        self.closed = False

    async def close(self) -> None:
        self.closed = True

    async def understand(self, text: str, hints: Hints) -> Understanding:
        return replace(understood(), language=self.version)


async def train(content: Catalogue) -> Echo:
    if content.version == "untrainable":
        raise UnderstandingError("no")
    return Echo(content)


def version(name: str) -> Catalogue:
    return replace(catalogue(), version=name)


async def test_who_asks_before_the_first_training_is_over_waits_for_it() -> None:
    shelf = Shelf(version("one"), train)
    asked = asyncio.create_task(shelf.current().understander.understand("hi", Hints()))
    await asyncio.sleep(0)
    assert not shelf.ready
    await shelf.train_first()
    assert (await asked).language == "one"
    assert shelf.ready


async def test_a_failed_first_training_is_told_to_everyone() -> None:
    shelf = Shelf(version("untrainable"), train)
    asked = asyncio.create_task(shelf.current().understander.understand("hi", Hints()))
    with pytest.raises(UnderstandingError):
        await shelf.train_first()
    with pytest.raises(UnderstandingError):
        await asked
    assert not shelf.ready


async def test_content_and_pipeline_change_together() -> None:
    shelf = Shelf(version("one"), train)
    await shelf.train_first()
    await shelf.put(version("two"))
    knowledge = shelf.current()
    assert knowledge.catalogue.version == "two"
    assert (await knowledge.understander.understand("hi", Hints())).language == "two"


async def test_what_can_not_be_trained_leaves_the_old_content_in_place() -> None:
    shelf = Shelf(version("one"), train)
    await shelf.train_first()
    with pytest.raises(UnderstandingError):
        await shelf.put(version("untrainable"))
    assert shelf.current().catalogue.version == "one"


async def test_an_edit_that_comes_during_the_first_training_comes_after_it() -> None:
    shelf = Shelf(version("one"), train)
    await asyncio.gather(shelf.train_first(), shelf.put(version("two")))
    assert shelf.current().catalogue.version == "two"


async def test_the_old_pipeline_may_be_asked_for_a_while_and_all_are_closed_at_the_end() -> None:
    made: list[Echo] = []

    async def remembered(content: Catalogue) -> Echo:
        made.append(await train(content))
        return made[-1]

    shelf = Shelf(version("one"), remembered)
    await shelf.train_first()
    await shelf.put(version("two"))
    await asyncio.sleep(0)
    assert [echo.closed for echo in made] == [False, False]
    await shelf.close()
    assert [echo.closed for echo in made] == [True, True]
