"""The front door: a process that keeps and acknowledges deliveries, and hands on everything else."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.core.errors import StoreError
from bot.door import Door
from bot.ingress.gate import possible
from bot.ingress.keeper import Keeper
from bot.ingress.messages import Charge, News
from bot.settings import read_settings
from bot.store.deliveries import FOLDER, Delivery, DeliveryReader, Place
from bot.store.disk import make_folder
from bot.telegram.webhook import PATH, SECRET_HEADER
from tests.integration.simulated import GROUP, MAJA
from tests.integration.test_telegram_inbound import update

pytestmark = pytest.mark.skipif(not possible, reason="this system has no front door in a process of its own")

SECRET = "a-secret_1"


@dataclass
class Hall:
    """What is behind the door: takes deliveries over, and remembers what it was told."""

    door: Door
    taken: list[bytes] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    broken: bool = False
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def address(self) -> str:
        return f"{self.door.address}{PATH}"

    async def take(self, deliveries: Sequence[Delivery]) -> None:
        async with self.came:
            if self.broken:
                raise StoreError("the disk is full")
            self.taken += [delivery.body for delivery in deliveries]
            self.came.notify_all()

    async def until_taken(self, *bodies: bytes) -> None:
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: self.taken == list(bodies))


async def slow(request: web.Request) -> web.Response:
    """The webhook of the main process, and any other route: says what it read."""
    body = await request.read()
    return web.Response(text=f"{request.method} {request.path} {len(body)}", status=418)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Hall]:
    settings = read_settings(_env_file=None, store=f"tinydb:{folder}", listen="127.0.0.1:0")
    news: list[News] = []
    hall = Hall(Door(settings, news.append), news=news)
    charge = Charge(str(folder / FOLDER), 0, PATH, SECRET, [GROUP], 42, "shop_bot", "error")
    async with AsyncExitStack() as undo:
        await hall.door.open([web.post(PATH, slow), web.get("/healthz", slow)], charge, undo)
        await hall.door.take_what_is_left(hall.take)
        running = asyncio.create_task(hall.door.run(hall.take))
        yield hall
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with opened(tmp_path) as hall:
        yield hall


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={SECRET_HEADER: SECRET}) as session:
        yield session


async def deliver(session: aiohttp.ClientSession, hall: Hall, body: bytes) -> tuple[int, bytes]:
    async with session.post(hall.address, data=body) as response:
        return response.status, await response.read()


async def test_a_customers_message_is_acknowledged_and_then_taken_over(
    hall: Hall, session: aiohttp.ClientSession
) -> None:
    status, answer = await deliver(session, hall, update())
    assert (status, json.loads(answer)) == (
        200,
        {
            "method": "setMessageReaction",
            "chat_id": MAJA,
            "message_id": 9,
            "reaction": [{"type": "emoji", "emoji": "👀"}],
        },
    )
    await hall.until_taken(update())
    assert sum(len(news.took) for news in hall.news) == 1


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[]", b'{"update_id": 5, "telepathy": {}}'])
async def test_whatever_was_delivered_is_kept_and_not_asked_for_again(
    hall: Hall, session: aiohttp.ClientSession, body: bytes
) -> None:
    assert await deliver(session, hall, body) == (200, b"")
    await hall.until_taken(body)


async def test_deliveries_are_taken_over_in_the_order_in_which_they_were_acknowledged(
    hall: Hall, session: aiohttp.ClientSession
) -> None:
    bodies = [update(number) for number in range(1, 200)]
    for body in bodies:
        await deliver(session, hall, body)
    await hall.until_taken(*bodies)


async def test_other_requests_are_answered_by_the_main_process_on_the_same_connection(hall: Hall) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        for _ in range(2):
            async with session.post(hall.address, data=update(), headers={SECRET_HEADER: SECRET}) as response:
                assert response.status in {200, 418}
            async with session.get(f"{hall.door.address}/healthz") as response:
                assert (response.status, await response.text()) == (418, "GET /healthz 0")


@pytest.mark.parametrize("secret", ["", "wrong", "a-secret_1 and more"])
async def test_who_does_not_know_the_secret_is_not_kept(hall: Hall, secret: str) -> None:
    async with (
        aiohttp.ClientSession(headers={SECRET_HEADER: secret}) as session,
        session.post(hall.address, data=update()) as response,
    ):
        assert response.status == 418
    assert hall.taken == []


async def test_what_is_too_large_or_comes_in_chunks_is_left_to_the_main_process(
    hall: Hall, session: aiohttp.ClientSession
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a" * 1000
        yield b"b" * 1000

    async with session.post(hall.address, data=chunks()) as response:
        assert (response.status, await response.text()) == (418, f"POST {PATH} 2000")
    async with session.post(hall.address, data=io.BytesIO(b"x" * 1024 * 1025)) as response:
        assert (response.status, await response.text()) == (418, f"POST {PATH} {1024 * 1025}")


async def test_a_delivery_may_come_byte_by_byte_and_two_at_once(hall: Hall) -> None:
    request = f"POST {PATH} HTTP/1.1\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 2\r\n\r\n[]".encode()
    host, port = hall.door.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for byte in request:
        writer.write(bytes([byte]))
        await writer.drain()
    writer.write(request + request)
    async with asyncio.timeout(20):
        for _ in range(3):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()
    await hall.until_taken(b"[]", b"[]", b"[]")


async def test_while_the_store_refuses_deliveries_are_acknowledged_and_taken_over_later(
    hall: Hall, session: aiohttp.ClientSession
) -> None:
    hall.broken = True
    assert (await deliver(session, hall, update(1)))[0] == 200
    assert (await deliver(session, hall, update(2)))[0] == 200
    hall.broken = False
    await hall.until_taken(update(1), update(2))


async def test_what_was_acknowledged_and_not_taken_over_is_there_in_the_next_life(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with opened(tmp_path) as hall:
        hall.broken = True
        await deliver(session, hall, update(1))
    async with opened(tmp_path) as hall:
        assert hall.taken == [update(1)]
        await deliver(session, hall, update(2))
        await hall.until_taken(update(1), update(2))


async def test_when_updates_are_asked_for_what_was_delivered_before_is_not_forgotten(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with opened(tmp_path) as hall:
        hall.broken = True
        await deliver(session, hall, update(1))
    settings = read_settings(_env_file=None, store=f"tinydb:{tmp_path}", listen="127.0.0.1:0")
    polling = Hall(Door(settings, hall.news.append))
    await polling.door.take_what_is_left(polling.take)
    assert polling.taken == [update(1)]


def listening_processes() -> list[int]:
    """Ours: children of this very process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == os.getpid() and b"bot.ingress.process" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


async def test_a_listening_process_that_is_killed_is_replaced_and_nothing_acknowledged_is_lost(
    hall: Hall, session: aiohttp.ClientSession
) -> None:
    acknowledged: list[bytes] = []
    for number in range(1, 61):
        if number in {20, 40}:
            (process,) = listening_processes()
            os.kill(process, signal.SIGKILL)
        with contextlib.suppress(aiohttp.ClientError):
            async with asyncio.timeout(60):
                status, _ = await deliver(session, hall, update(number))
            assert status == 200
            acknowledged.append(update(number))
    assert len(acknowledged) >= 55
    async with asyncio.timeout(30), hall.came:
        await hall.came.wait_for(lambda: set(acknowledged) <= set(hall.taken))
    assert [body for body in hall.taken if body in acknowledged] == acknowledged


LIVING = """
import asyncio, sys
from pathlib import Path
from tests.integration.test_ingress import opened, listening_processes

async def main():
    async with opened(Path(sys.argv[1])) as hall:
        print(hall.door.address, *listening_processes(), flush=True)
        await asyncio.sleep(100)

asyncio.run(main())
"""


def killed_at_its_door(folder: Path) -> str:
    """A main process is killed, and its listening process ends; the address that they had."""
    with subprocess.Popen([sys.executable, "-c", LIVING, folder], stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        address, process = main.stdout.readline().split()
        ended = os.pidfd_open(int(process))
        main.kill()
        assert select.select([ended], [], [], 20)[0]
        os.close(ended)
    return address.removeprefix("http://")


async def test_the_listening_process_ends_with_the_main_one_and_leaves_the_address_free(tmp_path: Path) -> None:
    address = killed_at_its_door(tmp_path)
    settings = read_settings(_env_file=None, store=f"tinydb:{tmp_path}", listen=address)
    heard: list[News] = []
    async with AsyncExitStack() as undo:
        await Door(settings, heard.append).open([], None, undo)


# the keeper, on a disk that refuses


@dataclass
class Outcome:
    """Waits for what becomes of a delivery."""

    told: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def kept(self) -> None:
        self.told.set_result("kept")

    def refused(self) -> None:
        self.told.set_result("refused")


async def kept(keeper: Keeper, *bodies: bytes) -> list[str]:
    outcomes = [Outcome() for _ in bodies]
    for body, outcome in zip(bodies, outcomes, strict=True):
        keeper.keep(body, outcome)
    async with asyncio.timeout(20):
        return [await outcome.told for outcome in outcomes]


async def test_what_a_full_disk_refuses_is_said_and_what_comes_later_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / FOLDER)
    places: list[Place] = []
    keeper = Keeper(tmp_path / FOLDER, 1, lambda place, _: places.append(place))
    assert await kept(keeper, b"1") == ["kept"]

    def refuse_halfway(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("bot.store.journal.write_all", refuse_halfway)
        assert await kept(keeper, b"2", b"3") == ["refused", "refused"]
    assert await kept(keeper, b"4") == ["kept"]
    keeper.close()
    found, _ = DeliveryReader(tmp_path / FOLDER).take(places[-1])
    assert [delivery.body for delivery in found] == [b"1", b"4"]


async def test_when_too_much_waits_more_is_refused_until_it_was_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / FOLDER)
    monkeypatch.setattr("bot.ingress.keeper.FILE_SIZE", 10)
    monkeypatch.setattr("bot.ingress.keeper.MOST_FILES", 3)
    monkeypatch.setattr("bot.ingress.keeper.LOOK_AGAIN", 0.01)
    places: list[Place] = []
    keeper = Keeper(tmp_path / FOLDER, 1, lambda place, _: places.append(place))
    assert [(await kept(keeper, b"%d" % number))[0] for number in range(20)].index("refused") <= 5
    reader = DeliveryReader(tmp_path / FOLDER)
    found, place = reader.take(places[-1])
    while found:
        reader.go_on(place)
        found, place = reader.take(places[-1])
    reader.remove_done()
    await asyncio.sleep(0.2)  # it looks again by itself, every hundredth of a second
    assert await kept(keeper, b"again") == ["kept"]
    keeper.close()
