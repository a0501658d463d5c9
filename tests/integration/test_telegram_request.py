"""The HTTP transport: what python-telegram-bot asks of it, with real connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from telegram.error import NetworkError, TimedOut

from bot.telegram.client import telegram_bot
from bot.telegram.failures import may_have_arrived
from bot.telegram.request import AiohttpRequest
from tests.fake_telegram import TOKEN
from tests.integration.simulated import MAJA, simulated

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot{TOKEN}/getMe"
    finally:
        await runner.cleanup()


async def never(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def hang_up(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.close()
    return web.Response()


async def test_files_are_sent_as_files_and_words_as_they_are() -> None:
    async with simulated() as simulator, telegram_bot(simulator.token, simulator.url) as bot:
        simulator.world.send(MAJA, MAJA, "/start")
        message = await bot.send_document(MAJA, b"the bill: \x00\xff", filename="račun.pdf", caption="Ž & co.")
        assert message.caption == "Ž & co."
        assert message.document
        assert message.document.file_name == "račun.pdf"
        file = await bot.get_file(message.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"the bill: \x00\xff"


async def test_many_requests_at_once_share_a_small_pool() -> None:
    async with simulated() as simulator:
        request = AiohttpRequest(connection_pool_size=4)
        async with request:
            url = f"{simulator.url}/bot{simulator.token}/getMe"
            answers = await asyncio.gather(*(request.do_request(url, "POST") for _ in range(100)))
    assert {status for status, _ in answers} == {200}


async def test_an_answer_that_does_not_come_is_timed_out_and_may_have_arrived() -> None:
    async with serving(never) as url, AiohttpRequest(read_timeout=0.05) as request:
        with pytest.raises(TimedOut) as caught:
            await request.do_request(url, "POST")
    assert may_have_arrived(caught.value)


async def test_a_call_may_have_a_timeout_of_its_own() -> None:
    async with serving(never) as url, AiohttpRequest() as request:
        with pytest.raises(TimedOut):
            await request.do_request(url, "POST", read_timeout=0.05)


async def test_a_connection_that_broke_may_have_carried_the_request() -> None:
    async with serving(hang_up) as url, AiohttpRequest() as request:
        with pytest.raises(NetworkError) as caught:
            await request.do_request(url, "POST")
    assert may_have_arrived(caught.value)


async def test_where_nobody_listens_nothing_arrived_and_the_token_is_not_shown() -> None:
    async with AiohttpRequest(connect_timeout=1) as request:
        with pytest.raises(NetworkError) as caught:
            await request.do_request(f"http://127.0.0.1:9/bot{TOKEN}/getMe", "POST")
        with pytest.raises(NetworkError) as invalid:
            await request.do_request(f"http:///bot{TOKEN}/getMe", "POST")
    assert not may_have_arrived(caught.value)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in str(invalid.value)


async def test_a_full_pool_is_timed_out_without_sending() -> None:
    async with serving(never) as url, AiohttpRequest(connection_pool_size=1, pool_timeout=0.05) as request:
        first = asyncio.create_task(request.do_request(url, "POST", connect_timeout=0.05))
        await asyncio.sleep(0)
        with pytest.raises(TimedOut) as caught:
            await request.do_request(url, "POST", connect_timeout=0.05)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert isinstance(caught.value.__cause__, aiohttp.ConnectionTimeoutError)
    assert not may_have_arrived(caught.value)


async def test_closed_it_says_so_and_may_be_opened_again() -> None:
    request = AiohttpRequest(read_timeout=3)
    assert request.read_timeout == 3
    with pytest.raises(RuntimeError, match="initialize"):
        await request.do_request("http://127.0.0.1:9", "POST")
    for _ in range(2):
        await request.initialize()
        await request.shutdown()
    await request.shutdown()
