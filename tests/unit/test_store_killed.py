"""The store's process is killed at every single step of its writing: what it had promised by then is there, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.outgoing import Delivery
from bot.store.deliveries import DeliveryReader, Place
from bot.store.tiny import TinyStore
from tests.contract.builders import all_of

SUICIDE = """
import os, signal
import bot.store.journal as journal

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Steps:
    "Dies at one moment of the write of this number."
    def __init__(self, moment, number):
        self.moment, self.left = moment, number
        self.write_all, self.fdatasync = journal.write_all, os.fdatasync
        journal.write_all, os.fdatasync = self.write, self.sync

    def write(self, descriptor, content):
        self.left -= 1
        if self.left == 0 and self.moment == "before":
            die()
        if self.left == 0 and self.moment == "halfway":
            os.write(descriptor, content[: len(content) // 2])
            die()
        self.write_all(descriptor, content)
        if self.left == 0 and self.moment == "written":
            die()

    def sync(self, descriptor):
        self.fdatasync(descriptor)
        if self.left == 0 and self.moment == "synced":
            die()
"""

ONE_MESSAGE = (
    SUICIDE
    + """
import asyncio, sys
from bot.core.step import Step
from bot.store.tiny import TinyStore
from tests.contract.builders import commit, conversation, due, event, row, sent, update

async def main(folder, moment, number):
    store = await TinyStore.open(folder)
    Steps(moment, int(number))
    talk = conversation(1)
    await store.accept(update(1))
    print("accepted", flush=True)
    step = Step(talk, (event(talk, "answered"),), (row(talk),), (due("1-1:turn", 5, talk),), update_id=1)
    await commit(store, step)
    print("committed", flush=True)
    await store.attempt(row(talk).id)
    await store.outbox()
    print("attempted", flush=True)
    await store.receive(sent(row(talk), 77))
    print("received", flush=True)
    await store.compact()
    await store.accept(update(2))
    print("accepted again", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
)

DELIVERIES = (
    SUICIDE
    + """
import asyncio, sys
from pathlib import Path
from bot.ingress.keeper import Keeper

class Said:
    def __init__(self, name): self.name, self.told = name, asyncio.Event()
    def kept(self):
        print(self.name, flush=True)
        self.told.set()

async def main(folder, moment, number):
    keeper = Keeper(Path(folder), 1, lambda place, count: None)
    Steps(moment, int(number))
    for name in ("a", "b", "c"):
        said = Said(name)
        keeper.keep(name.encode(), said)
        await said.told.wait()

asyncio.run(main(*sys.argv[1:]))
"""
)

MOMENTS = pytest.mark.parametrize("moment", ["before", "halfway", "written", "synced"])


def promised(script: str, folder: Path, moment: str, number: int) -> list[str]:
    """What a process said before it killed itself at this moment of its write of this number."""
    words = [sys.executable, "-c", script, str(folder), moment, str(number)]
    ended = subprocess.run(words, capture_output=True, text=True, cwd=Path.cwd(), check=False)
    assert ended.returncode in {0, -9}, ended.stderr
    return ended.stdout.splitlines()


@MOMENTS
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
async def test_what_was_promised_is_there_and_nothing_is_there_by_half(
    tmp_path: Path, moment: str, number: int
) -> None:
    said = promised(ONE_MESSAGE, tmp_path, moment, number)
    store = await TinyStore.open(tmp_path)
    waiting = {update.update_id for update in await store.unhandled()}
    outbox = await store.outbox()
    answered = [event.name for event in await all_of(store.events())] == ["answered"]
    known = (await store.conversation("1-1")) is not None
    sent = await store.counterpart(1, 77) is not None

    if "accepted" in said:
        assert answered or 1 in waiting
    if "committed" in said:
        assert answered
    if "attempted" in said:
        assert sent or [delivery for _, delivery in outbox] == [Delivery.ATTEMPTED]
    if "received" in said:
        assert sent
    if "accepted again" in said:
        assert 2 in waiting
    # all of a step, or nothing of it
    assert answered == known == (1 not in waiting and (bool(outbox) or sent))
    assert not (outbox and sent)
    await store.close()


@MOMENTS
@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_delivery_that_was_acknowledged_is_there(tmp_path: Path, moment: str, number: int) -> None:
    said = promised(DELIVERIES, tmp_path, moment, number)
    found, _ = DeliveryReader(tmp_path).take(Place(2, 0))
    bodies = [delivery.body.decode() for delivery in found]
    assert bodies[: len(said)] == said
    assert bodies == ["a", "b", "c"][: len(bodies)]
    assert len(said) == number - 1
