"""``/mydata`` over real HTTP: a customer sees what we keep, has it as a file, and has it erased."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.conversation import PromiseState
from bot.simulator.chats import Message
from bot.store.tiny import TinyStore
from tests.integration.house import House, free_port, house
from tests.integration.simulated import GROUP, MAJA, until


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


async def file_of(home: House) -> Message:
    def found() -> Message | None:
        return next((m for m in reversed(home.world.said(MAJA)) if m.content.attachment is not None), None)

    return await home.world.wait_for(found)


async def erased(home: House) -> None:
    """Wait until there is nothing left to do about it."""
    store = home.app.store
    assert isinstance(store, TinyStore)
    await until(lambda: store.db.table("due").all() == [], seconds=20)
    await home.app.sender.drain(5)
    await store.tidy()


def holding(home: House, *secrets: bytes) -> list[str]:
    """The files of the store that hold one of these."""
    files = [path for path in home.app.settings.store_folder.rglob("*") if path.is_file()]
    return [str(path) for path in files for secret in secrets if secret in path.read_bytes()]


def labels(message: Message) -> list[str]:
    return [str(button["text"]) for row in message.buttons() for button in row]


async def test_it_says_what_is_kept_in_plain_words(home: House) -> None:
    await home.customer_says("where is my order 123456")
    told = await home.customer_says("/mydata")
    assert told.text.startswith("This is what we keep about you, Maja:")
    assert "conversations: 1 (the first: 23 November 2026)" in told.text
    assert "details you gave us: 123456" in told.text
    assert labels(told) == ["Send it to me as a file", "Delete my data"]


async def test_all_of_it_comes_as_a_file(home: House) -> None:
    await home.customer_says("where is my order 123456")
    home.press(await home.customer_says("/mydata"), "Send it to me as a file", MAJA)
    sent = await file_of(home)
    assert sent.text.startswith("Everything that we keep about you, Maja.")
    assert sent.content.attachment is not None
    assert sent.content.attachment.file is not None
    assert sent.content.attachment.file.name == "my-data.json"
    told = json.loads(sent.content.attachment.file.data)
    assert told["customer"]["name"].startswith("Maja")
    assert told["conversations"][0]["details"] == {"order_id": "123456"}
    assert told["conversations"][0]["messages"][0]["text"] == "where is my order 123456"


async def test_colleagues_notes_are_not_in_the_customers_file(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    home.agent_says(thread, "// a difficult one")
    home.agent_says(thread, "Hello Maja")
    await home.until_customer_reads("Hello Maja")
    home.press(await home.customer_says("/mydata"), "Send it to me as a file", MAJA)
    sent = await file_of(home)
    assert sent.content.attachment is not None
    assert sent.content.attachment.file is not None
    assert b"difficult" not in sent.content.attachment.file.data
    assert b"Hello Maja" in sent.content.attachment.file.data


async def test_an_erasure_is_asked_about_first_and_then_nothing_is_left(home: House) -> None:
    await home.customer_says("where is my order 123456")
    home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
    asked = await home.until_customer_reads("It can't be undone")
    assert labels(asked) == ["Yes, delete it", "Leave it as it is"]
    home.press(asked, "Yes, delete it", MAJA)
    await home.until_customer_reads("are being deleted here")
    await erased(home)
    assert holding(home, b"where is my order", b"123456", b"Maja") == []


async def test_what_a_webhook_delivered_is_blank_too(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram/webhook"
    async with house(
        tmp_path, mode="webhook", webhook_secret="s3cret", webhook_url=url, listen=f"127.0.0.1:{port}"
    ) as home:
        await home.customer_says("where is my order 123456")
        assert any("deliveries" in path for path in holding(home, b"where is my order"))
        home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
        home.press(await home.until_customer_reads("It can't be undone"), "Yes, delete it", MAJA)
        await home.until_customer_reads("are being deleted here")
        await erased(home)
        assert holding(home, b"where is my order", b"123456", b"Maja") == []


async def test_who_leaves_it_as_it_is_keeps_everything(home: House) -> None:
    await home.customer_says("where is my order 123456")
    home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
    asked = await home.until_customer_reads("It can't be undone")
    home.press(asked, "Leave it as it is", MAJA)
    await home.world.wait_for(lambda: not asked.buttons())
    assert (await home.conversation()).messages


async def test_an_open_promise_is_asked_about_before_it_goes_and_the_team_is_told(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
    asked = await home.until_customer_reads("Deleting your data would end that too")
    assert asked.text.startswith("Your case is with us. A colleague will reply to you here by 12:00 today.")
    home.press(asked, "Yes, withdraw and delete", MAJA)
    await home.until_customer_reads("are being deleted here")
    await home.until_topic_reads(thread, "has had their data deleted")
    left = await home.conversation()
    assert left.promises[-1].state is PromiseState.CANCELLED
    await home.world.wait_for(lambda: "broken" not in home.card(thread).text)
    assert "Maja" not in home.card(thread).text
    assert "Maja" not in home.world.state.group.topics[thread].title
    assert home.world.said(GROUP, thread)


async def test_a_customer_who_writes_again_starts_afresh(home: House) -> None:
    await home.customer_says("where is my order 123456")
    home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
    home.press(await home.until_customer_reads("It can't be undone"), "Yes, delete it", MAJA)
    await home.until_customer_reads("are being deleted here")
    assert "Hi Maja!" in (await home.customer_says("when are you open")).text
    assert (await home.conversation()).slots == {}
