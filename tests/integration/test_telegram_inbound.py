"""Updates come in by webhook and by polling: kept first, acknowledged at once, never lost, never twice."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from bot.core.errors import SettingsError
from bot.core.incoming import CustomerMessage, Update
from bot.flow import Seen
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.telegram.client import identify, telegram_bot
from bot.telegram.polling import Polling
from bot.telegram.reading import TelegramChannel
from bot.telegram.webhook import PATH, SECRET_HEADER, Webhook, point_here
from tests.fakes import FakeStore
from tests.integration.simulated import GROUP, MAJA, simulated
from tests.integration.telegram_house import HastyTimer, WallClock

SECRET = "a-secret_1"


@dataclass
class Desk:
    """Keeps updates as the flow does, and says which to acknowledge."""

    store: FakeStore = field(default_factory=FakeStore)
    channel: TelegramChannel = field(default_factory=lambda: TelegramChannel({GROUP}, 42, "shop_bot"))
    texts: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    refused: int = 0

    async def receive(self, update: Update) -> Seen | None:
        async with self.heard:
            self.heard.notify_all()
            self.refused += self.store.broken
            new = await self.store.accept(update)
        return self._seen(update, new)

    async def set_aside(self, body: bytes, why: str) -> None:
        await self.store.set_aside(body.decode("utf-8", "replace"), why)
        self.strange.append(why)

    def _seen(self, update: Update, new: bool) -> Seen | None:
        said = self.channel.read(update)
        if not isinstance(said, CustomerMessage):
            return None
        if new:
            self.texts.append(said.text)
        return None if said.edited else Seen(said.chat_id, said.message_id)


@asynccontextmanager
async def listening(desk: Desk) -> AsyncIterator[str]:
    """Our listener with the webhook; gives its address."""
    app = web.Application()
    webhook = Webhook(SECRET, desk.receive, desk.set_aside, WallClock())
    app.add_routes(webhook.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with simulated(WallClock()) as simulator:
        yield simulator


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def address(desk: Desk) -> AsyncIterator[str]:
    async with listening(desk) as address:
        yield address


async def deliver(address: str, body: bytes, secret: str | None = SECRET) -> tuple[int, bytes]:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=io.BytesIO(body), headers=headers) as response,
    ):
        return response.status, await response.read()


def update(update_id: int = 1, text: str = "hello", **fields: object) -> bytes:
    message = {
        "message_id": 9,
        "date": 1,
        "chat": {"id": MAJA, "type": "private"},
        "from": {"id": MAJA, "is_bot": False, "first_name": "Maja"},
        "text": text,
        **fields,
    }
    return json.dumps({"update_id": update_id, "message": message}).encode()


# the webhook


async def test_a_customers_message_is_acknowledged_in_the_answer_itself(address: str, desk: Desk) -> None:
    status, body = await deliver(address, update())
    assert status == 200
    assert json.loads(body) == {
        "method": "setMessageReaction",
        "chat_id": MAJA,
        "message_id": 9,
        "reaction": [{"type": "emoji", "emoji": "👀"}],
    }
    assert desk.texts == ["hello"]


async def test_delivered_twice_it_is_acknowledged_twice_and_kept_once(address: str, desk: Desk) -> None:
    first, second = await deliver(address, update()), await deliver(address, update())
    assert first == second
    assert desk.texts == ["hello"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "a-secret_1 and more", "čšž"])
async def test_only_who_knows_the_secret_is_heard(address: str, desk: Desk, secret: str | None) -> None:
    status, _ = await deliver(address, update(), secret)
    assert status == 401
    assert not desk.store.accepted


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_not_json_is_set_aside_and_not_asked_for_again(address: str, desk: Desk, body: bytes) -> None:
    assert await deliver(address, body) == (200, b"")
    (why,) = desk.strange
    assert why.startswith("not JSON")


async def test_what_cannot_even_be_set_aside_is_asked_for_again(address: str, desk: Desk) -> None:
    desk.store.broken = True
    assert (await deliver(address, b"{"))[0] == 503


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b"{}", b'{"update_id": "x"}', b'{"update_id": true}'])
async def test_what_is_no_update_is_set_aside_and_not_asked_for_again(address: str, desk: Desk, body: bytes) -> None:
    assert await deliver(address, body) == (200, b"")
    assert desk.strange == ["no update_id"]


async def test_an_update_of_a_kind_from_tomorrow_is_kept(address: str, desk: Desk) -> None:
    assert await deliver(address, b'{"update_id": 5, "telepathy": {"thought": "?"}}') == (200, b"")
    assert desk.store.accepted == {5}


async def test_what_is_too_large_is_refused(address: str, desk: Desk) -> None:
    status, _ = await deliver(address, update(text="x" * 1024 * 1024))
    assert status == 413
    assert not desk.store.accepted


async def test_what_does_not_say_how_large_it_is_is_read_no_further_than_the_limit(address: str, desk: Desk) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 64 * 1024

    async with aiohttp.ClientSession() as session:
        with contextlib.suppress(aiohttp.ClientError):  # the connection may close before all is written
            async with session.post(address, data=endless(), headers={SECRET_HEADER: SECRET}) as response:
                assert response.status == 413
    assert not desk.store.accepted


async def test_when_it_cannot_be_kept_telegram_is_asked_to_come_again(address: str, desk: Desk) -> None:
    desk.store.broken = True
    assert (await deliver(address, update()))[0] == 503
    desk.store.broken = False
    assert (await deliver(address, update()))[0] == 200


async def test_the_simulator_shows_the_eyes_that_the_answer_carried(
    simulator: Simulator, address: str, desk: Desk
) -> None:
    async with telegram_bot(simulator.token, simulator.url) as bot:
        await point_here(bot, address, SECRET)
        message = simulator.world.send(MAJA, MAJA, "hello")
        await simulator.world.wait_for(lambda: ("👀",) in message.reactions.values(), timeout=20)
    assert desk.texts == ["hello"]


def test_a_webhook_without_a_secret_is_a_mistake_in_the_settings(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="KEEPWORD_WEBHOOK_SECRET"):
        Webhook("", desk.receive, desk.set_aside, WallClock())


# polling


@asynccontextmanager
async def polling(simulator: Simulator, desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    async with telegram_bot(simulator.token, simulator.url) as bot:
        task = asyncio.create_task(
            Polling(bot, desk.receive, desk.set_aside, WallClock(), wait=2, timer=HastyTimer()).run()
        )
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def heard(desk: Desk, *texts: str) -> None:
    async with asyncio.timeout(20):
        async with desk.heard:
            await desk.heard.wait_for(lambda: desk.texts == list(texts))


async def test_updates_are_asked_for_in_order_those_from_before_the_start_too(simulator: Simulator, desk: Desk) -> None:
    simulator.world.send(MAJA, MAJA, "one")
    async with polling(simulator, desk):
        await heard(desk, "one")
        simulator.world.send(MAJA, MAJA, "two")
        await heard(desk, "one", "two")


async def test_a_webhook_that_was_set_is_taken_away_and_what_it_owed_comes(simulator: Simulator, desk: Desk) -> None:
    async with telegram_bot(simulator.token, simulator.url) as bot:
        await point_here(bot, "http://127.0.0.1:9/telegram/webhook", SECRET)
    simulator.world.send(MAJA, MAJA, "one")
    async with polling(simulator, desk):
        await heard(desk, "one")


async def test_polling_survives_errors_limits_and_cut_connections(simulator: Simulator, desk: Desk) -> None:
    simulator.api.faults.replace(
        [
            Fault(method="deleteWebhook", error_code=500, description="Internal Server Error"),
            Fault(method="getUpdates", error_code=409, description="Conflict: terminated by other getUpdates request"),
            Fault(method="getUpdates", error_code=502, description="Bad Gateway"),
            Fault(method="getUpdates", drop="before"),
            Fault(method="getUpdates", error_code=429, parameters={"retry_after": 1}),
        ]
    )
    simulator.world.send(MAJA, MAJA, "one")
    async with polling(simulator, desk):
        await heard(desk, "one")


async def test_what_could_not_be_kept_is_not_confirmed_and_comes_again(simulator: Simulator, desk: Desk) -> None:
    desk.store.broken = True
    simulator.world.send(MAJA, MAJA, "one")
    async with polling(simulator, desk):
        async with asyncio.timeout(20), desk.heard:
            await desk.heard.wait_for(lambda: desk.refused >= 3)
        assert desk.texts == []
        desk.store.broken = False
        await heard(desk, "one")


async def test_a_refused_token_stops_polling_and_names_the_setting(simulator: Simulator, desk: Desk) -> None:
    async with polling(simulator, desk) as task:
        simulator.world.send(MAJA, MAJA, "one")
        await heard(desk, "one")
        simulator.api.faults.replace([Fault(method="getUpdates", error_code=401, description="Unauthorized")])
        simulator.world.send(MAJA, MAJA, "two")
        with pytest.raises(SettingsError, match="KEEPWORD_TELEGRAM_TOKEN"):
            await asyncio.wait_for(task, 20)


# the token


async def test_the_bot_is_identified(simulator: Simulator) -> None:
    bot = telegram_bot(simulator.token, simulator.url)
    me = await identify(bot)
    assert me.is_bot
    await bot.shutdown()


async def test_a_wrong_token_is_named_as_the_setting_to_correct(simulator: Simulator) -> None:
    bot = telegram_bot("1:" + "B" * 35, simulator.url)
    with pytest.raises(SettingsError, match="KEEPWORD_TELEGRAM_TOKEN") as caught:
        await identify(bot)
    assert "BBBB" not in str(caught.value)
    await bot.shutdown()


def test_no_token_is_named_as_the_setting_to_set() -> None:
    with pytest.raises(SettingsError, match="KEEPWORD_TELEGRAM_TOKEN"):
        telegram_bot("")
