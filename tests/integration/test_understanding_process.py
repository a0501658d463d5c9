"""Messages are understood in a process of its own: asked together, replaced when it dies, interrupted when we stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.content import Catalogue
from bot.core.errors import UnderstandingError
from bot.files.load import load_or_raise
from bot.nlp.encoder import HashedNgrams, default_encoder
from bot.nlp.mind import Standby
from bot.nlp.parcels import Answer, Lessons, Parcel, Question
from bot.nlp.remote import RemotePipeline
from bot.nlp.worker import Mouth, School
from bot.ports import Hints
from tests.content_samples import edit, write_content


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pipeline is kept: trained once for all tests here."""
    return tmp_path_factory.mktemp("understanding")


@pytest.fixture(scope="module")
def content(room: Path) -> Catalogue:
    write_content(room / "content")
    return load_or_raise(room / "content")


@pytest.fixture
async def pipeline(room: Path, content: Catalogue) -> AsyncIterator[RemotePipeline]:
    taught = await RemotePipeline.taught(content, room / "model", Standby("ngrams"), lambda *_: None)
    yield taught
    await taught.close()


def process_of(pipeline: RemotePipeline) -> int:
    assert pipeline.process_id is not None
    return pipeline.process_id


async def test_many_may_ask_at_once_and_each_gets_the_answer_to_its_own(pipeline: RemotePipeline) -> None:
    texts = ["when are you open", "xyzzy", "when are you open on saturday", ""] * 10
    found = await asyncio.gather(*(pipeline.understand(text, Hints()) for text in texts))
    assert [each.intent for each in found[:4]] * 10 == [each.intent for each in found]
    assert found[0].intent == "opening_hours"
    assert found[3].intent == "none"


async def test_what_one_process_prepares_the_next_one_finds(tmp_path: Path, content: Catalogue) -> None:
    encoder = default_encoder().split("+")[-1]
    if encoder == "ngrams":
        pytest.skip("no model is installed here")
    folder = tmp_path / "model"
    made = []
    for _ in range(2):
        taught = await RemotePipeline.taught(content, folder, Standby(encoder, folder), lambda *_: None)
        assert (await taught.understand("when are you open", Hints())).intent == "opening_hours"
        await taught.close()
        made.append(sorted((each.name, each.stat().st_ino) for each in (folder / "prepared").glob("*/*")))
    assert made[0]
    assert made[0] == made[1]


async def test_killed_it_is_replaced_and_whoever_waits_is_answered(pipeline: RemotePipeline) -> None:
    os.kill(process_of(pipeline), signal.SIGSTOP)
    asked = [asyncio.create_task(pipeline.understand("when are you open", Hints())) for _ in range(3)]
    await asyncio.sleep(0)
    os.kill(process_of(pipeline), signal.SIGKILL)
    assert [found.intent for found in await asyncio.gather(*asked)] == ["opening_hours"] * 3
    assert (await pipeline.understand("when are you open", Hints())).intent == "opening_hours"


async def test_a_process_that_stands_by_is_taken_and_one_that_nobody_needs_ends(room: Path, content: Catalogue) -> None:
    standby = Standby("ngrams")
    await standby.begin()
    await standby.begin()
    waiting = await standby.take()
    other = await standby.take()
    assert waiting.returncode is None
    assert waiting.pid != other.pid
    for process in (waiting, other):
        process.kill()
        await process.wait()
    await standby.begin()
    taught = await RemotePipeline.taught(content, room / "model", standby, lambda *_: None)
    assert (await taught.understand("when are you open", Hints())).intent == "opening_hours"
    await taught.close()
    await standby.begin()
    left = standby.process_id
    assert left is not None
    await standby.close()
    with pytest.raises(ProcessLookupError):
        os.kill(left, 0)


async def test_closed_it_says_so_and_leaves_no_process_behind(pipeline: RemotePipeline) -> None:
    process = process_of(pipeline)
    await pipeline.close()
    with pytest.raises(UnderstandingError, match="closed"):
        await pipeline.understand("hello", Hints())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_what_cannot_be_trained_says_why(room: Path, content: Catalogue) -> None:
    with pytest.raises(UnderstandingError, match="telepathy"):
        await RemotePipeline.taught(content, room / "model", Standby("telepathy"), lambda *_: None)


async def test_training_is_told_of_and_can_be_interrupted(tmp_path: Path, content: Catalogue) -> None:
    began = asyncio.Event()
    training = asyncio.create_task(
        RemotePipeline.taught(content, tmp_path / "model", Standby("ngrams"), lambda *_: began.set())
    )
    async with asyncio.timeout(60):
        await began.wait()
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training


NEW = "are you there on bank holidays"


@pytest.fixture
def edited(tmp_path: Path) -> Catalogue:
    """One example more."""
    folder = write_content(tmp_path / "content")
    edit(folder, "intents/en/talk.yml", "[when are you open", f"[{NEW}, when are you open")
    return load_or_raise(folder)


async def beside(pipeline: RemotePipeline, catalogue: Catalogue, room: Path) -> RemotePipeline:
    return await RemotePipeline.taught(catalogue, room / "model", Standby("ngrams"), lambda *_: None, pipeline)


async def test_a_small_edit_is_learnt_by_the_process_that_answers_and_the_old_one_still_may_be_asked(
    pipeline: RemotePipeline, edited: Catalogue, room: Path
) -> None:
    learning = asyncio.create_task(beside(pipeline, edited, room))
    while not learning.done():
        assert (await pipeline.understand("when are you open", Hints())).intent == "opening_hours"
    new = await learning
    assert new.process_id == process_of(pipeline)
    sure = (await new.understand(NEW, Hints())).confidence
    assert sure > (await pipeline.understand(NEW, Hints())).confidence

    process = process_of(pipeline)
    await pipeline.close()
    with pytest.raises(UnderstandingError, match="closed"):
        await pipeline.understand(NEW, Hints())
    assert (await new.understand(NEW, Hints())).confidence == sure
    await new.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_two_may_be_learning_the_same_at_once(pipeline: RemotePipeline, tmp_path: Path, room: Path) -> None:
    folder = write_content(tmp_path / "content")
    edit(folder, "intents/en/talk.yml", "[when are you open", "[do you open before dawn, when are you open")
    catalogue = load_or_raise(folder)
    both = await asyncio.gather(*(beside(pipeline, catalogue, room) for _ in range(2)))
    assert {each.process_id for each in both} == {process_of(pipeline)}
    first, second = [(await each.understand("do you open before dawn", Hints())).confidence for each in both]
    assert first == second
    await asyncio.gather(*(each.close() for each in both))
    assert (await pipeline.understand("when are you open", Hints())).intent == "opening_hours"


async def test_much_that_is_new_is_learnt_by_a_process_of_its_own(
    pipeline: RemotePipeline, tmp_path: Path, room: Path
) -> None:
    folder = write_content(tmp_path / "content")
    many = ", ".join(f"how long do you stay open on day {number} of the week" for number in range(150))
    edit(folder, "intents/en/talk.yml", "[when are you open", f"[{many}, when are you open")
    new = await beside(pipeline, load_or_raise(folder), room)
    assert new.process_id != process_of(pipeline)
    for each in (pipeline, new):
        assert (await each.understand("when are you open", Hints())).intent == "opening_hours"
    await new.close()


async def test_killed_it_is_taught_all_its_courses_again(
    pipeline: RemotePipeline, edited: Catalogue, room: Path
) -> None:
    new = await beside(pipeline, edited, room)
    before = [(await each.understand(NEW, Hints())).confidence for each in (pipeline, new)]
    os.kill(process_of(pipeline), signal.SIGKILL)
    assert [(await each.understand(NEW, Hints())).confidence for each in (pipeline, new)] == before
    await new.close()


async def test_where_the_process_ends_while_it_learns_another_one_learns_it(
    pipeline: RemotePipeline, edited: Catalogue, room: Path
) -> None:
    os.kill(process_of(pipeline), signal.SIGSTOP)
    learning = asyncio.create_task(beside(pipeline, edited, room))
    await asyncio.sleep(0)
    os.kill(process_of(pipeline), signal.SIGKILL)
    new = await learning
    assert (await new.understand(NEW, Hints())).intent == "opening_hours"
    assert (await pipeline.understand("when are you open", Hints())).intent == "opening_hours"
    assert new.process_id != pipeline.process_id
    await new.close()


async def test_learning_may_be_given_up_and_the_process_goes_on(
    pipeline: RemotePipeline, edited: Catalogue, room: Path
) -> None:
    learning = asyncio.create_task(beside(pipeline, edited, room))
    await asyncio.sleep(0)
    learning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await learning
    assert (await pipeline.understand("when are you open", Hints())).intent == "opening_hours"


async def test_closed_while_it_learns_it_leaves_no_process_behind(
    pipeline: RemotePipeline, edited: Catalogue, room: Path
) -> None:
    process = process_of(pipeline)
    os.kill(process, signal.SIGSTOP)
    learning = asyncio.create_task(beside(pipeline, edited, room))
    await asyncio.sleep(0)
    await pipeline.close()
    learning.cancel()
    os.kill(process, signal.SIGCONT)
    with pytest.raises(asyncio.CancelledError):
        await learning
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


class Heard(Mouth):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def say(self, *parcels: Parcel) -> None:
        self.parcels += parcels


def test_a_course_that_was_given_up_while_it_was_taught_is_not_kept(content: Catalogue, room: Path) -> None:
    heard = Heard()
    school = School(HashedNgrams(), heard)
    school.forget(7)
    for course in (7, 8):
        school.teach(Lessons(course, content, room / "model"))
    school.answer([Question(course, course, "when are you open", Hints()) for course in (7, 8)])
    given_up, kept = (parcel for parcel in heard.parcels if isinstance(parcel, Answer))
    assert "forgotten" in given_up.trouble
    assert kept.understanding is not None
    gc.unfreeze()  # this process is none of its kind
