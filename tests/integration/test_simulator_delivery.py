"""Updates reach the bot by polling and by webhook as Telegram delivers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.simulator.server import Simulator
from bot.simulator.webhook import backoff
from tests.integration.simulated import ANA, GROUP, MAJA, at, bot_of, simulated, until

SECRET = "a-secret_1"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with simulated() as simulator:
        yield simulator


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    async with bot_of(simulator) as bot:
        yield bot


class Receiver:
    """A webhook that keeps what it gets and answers as told: a status, or a status and a body."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, object]] = []
        self.secrets: list[str | None] = []
        self.answer: Callable[[dict[str, object]], web.Response] = lambda _update: web.Response()
        self._arrived = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        update: dict[str, object] = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.got.append(update)
        async with self._arrived:
            self._arrived.notify_all()
        return self.answer(update)

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(5), self._arrived:
            await self._arrived.wait_for(lambda: len(self.got) >= count)

    def texts(self) -> list[object]:
        return [message["text"] for update in self.got if isinstance(message := update.get("message"), dict)]


@asynccontextmanager
async def _receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with _receiver() as receiver:
        yield receiver


# polling


async def test_updates_come_until_they_are_confirmed(simulator: Simulator, bot: Bot) -> None:
    for text in ("one", "two", "three"):
        simulator.world.send(MAJA, MAJA, text)
    first = await bot.get_updates(limit=2)
    assert [at(update, "message.text") for update in first] == ["one", "two"]
    again = await bot.get_updates(offset=first[0].update_id + 1)
    assert [at(update, "message.text") for update in again] == ["two", "three"]
    assert await bot.get_updates(offset=again[-1].update_id + 1) == ()


async def test_negative_offset_forgets_all_but_the_last(simulator: Simulator, bot: Bot) -> None:
    for text in ("one", "two", "three"):
        simulator.world.send(MAJA, MAJA, text)
    assert [at(update, "message.text") for update in await bot.get_updates(offset=-1)] == ["three"]
    assert len(await bot.get_updates()) == 1


async def test_poll_waits_for_an_update(simulator: Simulator, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: simulator.api.polled)
    simulator.world.send(MAJA, MAJA, "at last")
    async with asyncio.timeout(5):
        assert [at(update, "message.text") for update in await poll] == ["at last"]


async def test_second_poll_ends_the_first_with_a_conflict(simulator: Simulator, bot: Bot) -> None:
    async with bot_of(simulator) as other:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await until(lambda: simulator.api.polled)
        second = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        simulator.world.send(MAJA, MAJA, "for the second")
        assert len(await second) == 1


async def test_webhook_ends_a_poll_with_a_conflict(simulator: Simulator, bot: Bot, receiver: Receiver) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: simulator.api.polled)
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll


async def test_only_the_types_asked_for_are_kept(simulator: Simulator, bot: Bot) -> None:
    message = simulator.world.send(MAJA, MAJA, "hello")
    simulator.world.react(MAJA, message.message_id, MAJA, "👍")
    assert len(await bot.get_updates(offset=-1, allowed_updates=["message_reaction"])) == 1
    simulator.world.send(MAJA, MAJA, "unheard")
    simulator.world.react(MAJA, message.message_id, MAJA, "❤")
    reaction = (await bot.get_updates())[-1].message_reaction
    assert at(reaction, "old_reaction")[0].emoji == "👍"  # type: ignore[index]
    assert at(reaction, "new_reaction")[0].emoji == "❤"  # type: ignore[index]
    assert len(await bot.get_updates()) == 2


async def test_people_s_doings_are_faithful_updates(simulator: Simulator, bot: Bot) -> None:
    message = simulator.world.send(MAJA, MAJA, "/start hello 👍")
    simulator.world.edit(MAJA, message.message_id, MAJA, "hello")
    album = simulator.world.album(MAJA, MAJA, [{"type": "photo", "caption": "look"}, {"type": "photo"}])
    started, edited, *pictures = await bot.get_updates()
    assert at(started, "message.entities")[0].type == "bot_command"  # type: ignore[index]
    assert at(started, "message.from_user.language_code") == "en"
    assert at(edited, "edited_message.text") == "hello"
    assert at(edited, "edited_message.edit_date")
    assert [at(update, "message.media_group_id") for update in pictures] == [album[0].media_group_id] * 2
    assert [at(update, "message.caption") for update in pictures] == ["look", None]


# webhooks


async def test_webhook_gets_pending_and_new_updates_with_the_secret(
    simulator: Simulator, bot: Bot, receiver: Receiver
) -> None:
    simulator.world.send(MAJA, MAJA, "before")
    assert await bot.set_webhook(receiver.url, secret_token=SECRET)
    simulator.world.send(MAJA, MAJA, "after")
    await receiver.wait_for(2)
    assert receiver.texts() == ["before", "after"]
    assert receiver.secrets == [SECRET] * 2
    await until(lambda: len(simulator.world.state.updates) == 0)


async def test_polling_conflicts_with_a_webhook(bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_refused_update_comes_again_before_the_next_of_its_chat(receiver: Receiver) -> None:
    statuses = iter([500, 502, 200, 200])
    receiver.answer = lambda _update: web.Response(status=next(statuses))
    async with simulated(webhook_backoff=lambda _failures, _asked: 0.0) as simulator, bot_of(simulator) as bot:
        await bot.set_webhook(receiver.url)
        simulator.world.send(MAJA, MAJA, "one")
        simulator.world.send(MAJA, MAJA, "two")
        await receiver.wait_for(4)
        assert receiver.texts() == ["one", "one", "one", "two"]
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 502 Bad Gateway"


def test_pauses_between_attempts_are_telegram_s() -> None:
    assert [backoff(failures, 0) for failures in (1, 2, 3, 6, 9)] == [0, 2, 4, 32, 64]
    assert backoff(3, 90) == 90


async def test_pause_that_the_webhook_asks_for_is_heard(receiver: Receiver) -> None:
    statuses = iter([503, 200])
    receiver.answer = lambda _update: web.Response(status=next(statuses), headers={"Retry-After": "90"})
    asked: list[tuple[int, float]] = []

    def at_once(failures: int, seconds: float) -> float:
        asked.append((failures, seconds))
        return 0.0

    async with simulated(webhook_backoff=at_once) as simulator, bot_of(simulator) as bot:
        simulator.world.send(MAJA, MAJA, "hello")
        await bot.set_webhook(receiver.url)
        await receiver.wait_for(2)
    assert asked == [(1, 90)]


async def test_updates_that_were_dropped_are_not_delivered(simulator: Simulator, bot: Bot, receiver: Receiver) -> None:
    receiver.answer = lambda update: web.Response(status=500 if "old" in receiver.texts()[-1:] else 200)
    await bot.set_webhook(receiver.url)
    simulator.world.send(MAJA, MAJA, "old")
    await receiver.wait_for(2)
    simulator.world.reset()
    await bot.set_webhook(receiver.url, max_connections=1)
    simulator.world.send(MAJA, MAJA, "new")
    await until(lambda: "new" in receiver.texts())
    assert receiver.texts()[-1] == "new"


async def test_chat_that_is_refused_holds_up_no_other(simulator: Simulator, bot: Bot, receiver: Receiver) -> None:
    receiver.answer = lambda update: web.Response(status=500 if _chat(update) == MAJA else 200)
    await bot.set_webhook(receiver.url)
    luka = simulator.world.add_customer("Luka")
    simulator.world.send(MAJA, MAJA, "refused")
    simulator.world.send(luka.id, luka.id, "taken")
    await receiver.wait_for(3)
    assert "taken" in receiver.texts()


def _chat(update: dict[str, object]) -> object:
    message = update["message"]
    assert isinstance(message, dict)
    return message["chat"]["id"]


async def test_method_in_the_answer_is_executed(simulator: Simulator, bot: Bot, receiver: Receiver) -> None:
    reaction = [{"type": "emoji", "emoji": "👀"}]
    receiver.answer = lambda _update: web.json_response(
        {"method": "setMessageReaction", "chat_id": MAJA, "message_id": 1, "reaction": reaction}
    )
    await bot.set_webhook(receiver.url)
    message = simulator.world.send(MAJA, MAJA, "hello")
    await simulator.world.wait_for(lambda: message.reactions)
    assert message.reactions == {bot.id: ("👀",)}
    call = simulator.api.calls.after(0)[-1]
    assert (call["method"], call["via"], call["status"]) == ("setMessageReaction", "webhook", 200)


async def test_method_in_the_answer_that_fails_is_not_tried_again(
    simulator: Simulator, bot: Bot, receiver: Receiver
) -> None:
    receiver.answer = lambda _update: web.json_response({"method": "sendMessage", "chat_id": 1, "text": "x"})
    await bot.set_webhook(receiver.url)
    simulator.world.send(MAJA, MAJA, "hello")
    await until(lambda: len(simulator.world.state.updates) == 0)
    assert len(receiver.got) == 1


async def test_wrong_webhooks_are_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)bad webhook"):
        await bot.set_webhook("nonsense")
    with pytest.raises(BadRequest, match=r"(?i)unallowed characters"):
        await bot.set_webhook("https://example.org", secret_token="not allowed")


async def test_group_messages_and_presses_come_by_webhook_too(
    simulator: Simulator, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url, drop_pending_updates=True)
    topic = await bot.create_forum_topic(GROUP, "Maja")
    simulator.world.send(GROUP, ANA, "hello", thread_id=topic.message_thread_id)
    await receiver.wait_for(2)
    assert [sorted(update)[0] for update in receiver.got] == ["message", "message"]
