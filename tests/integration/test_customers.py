"""What a customer brings along by a link, and which language they choose, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.store.tiny import TinyStore
from tests.integration.house import House, house
from tests.integration.simulated import GROUP, MAJA, until


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as home:
        yield home


async def test_an_order_number_of_a_link_reaches_the_case_and_is_not_asked_for(home: House) -> None:
    hello = await home.customer_says("/start order_123456")
    assert hello.text == "Hi Maja! I see that this is about 123456. How can I help?"
    reply = await home.customer_says("my lamp arrived broken")
    assert "order number" not in reply.text
    card = home.card(await home.topic())
    assert "Order id: 123456" in card.text
    assert "Came by link: order_123456" in card.text


async def test_a_link_alone_makes_no_topic(home: House) -> None:
    told = await home.customer_says("/start item_damaged")
    assert told.text.startswith("Hi Maja! So this is about “Damaged item”.")
    assert home.world.state.group.topics == {}
    await home.customer_says("my lamp arrived broken")
    assert home.world.said(GROUP, await home.topic())


async def test_a_link_while_a_colleague_is_awaited_keeps_the_case(home: House) -> None:
    await home.customer_says("my lamp arrived broken")
    thread = await home.topic()
    reply = await home.customer_says("/start order_123456")
    assert reply.text.startswith("Your case is with us.")
    await home.world.wait_for(lambda: "Order id: 123456" in home.card(thread).text)
    assert (await home.conversation()).id == "5001-1"


async def test_a_strange_link_greets_as_ever_and_stands_on_the_card(home: House) -> None:
    assert "x7-Qz" not in (await home.customer_says("/start x7-Qz")).text
    await home.customer_says("my lamp arrived broken")
    assert "Came by link: x7-Qz" in home.card(await home.topic()).text


async def test_the_language_is_chosen_by_a_button(home: House) -> None:
    asked = await home.customer_says("/language")
    home.press(asked, "English", MAJA)
    await home.world.wait_for(lambda: asked.text == "All right, from now on I answer in English.")
    assert not asked.buttons()
    assert (await home.conversation()).customer.language == "en"


async def test_an_erasure_that_the_disk_refused_is_done_when_it_can_be(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = home.app.store
    assert isinstance(store, TinyStore)
    erase, refusals = store.erase, iter([StoreError("the disk is full")])

    async def refused_once(chat_id: int, at: object) -> None:
        for refusal in refusals:
            raise refusal
        await erase(chat_id, at)  # type: ignore[arg-type]  # whatever the flow gives

    monkeypatch.setattr(store, "erase", refused_once)
    await home.customer_says("where is my order 123456")
    home.press(await home.customer_says("/mydata"), "Delete my data", MAJA)
    home.press(await home.until_customer_reads("It can't be undone"), "Yes, delete it", MAJA)
    await home.until_customer_reads("are being deleted here")
    await until(lambda: store.db.table("due").all() == [], seconds=30)
    assert (await home.conversation()).messages == ()
