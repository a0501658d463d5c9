"""What belongs to no case: an answer to a colleague, and a call that lets everything else go first."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot
from telegram.error import BadRequest

from bot.core.conversation import Entity
from bot.core.outgoing import Lane, Text, To
from tests.unit.test_telegram_outbound import GROUP, House


async def edit(bot: Bot) -> bool:
    await bot.edit_message_text("the board", chat_id=GROUP, message_id=3)
    return True


async def test_an_answer_goes_to_the_topic_where_it_was_asked_with_its_links() -> None:
    house = House()
    link = Entity("text_link", 0, 4, "https://t.me/c/1/5")
    async with house.running():
        await house.sender.tell(GROUP, Text("Maja waits", reply_to=7, entities=(link,)), 12)
        assert await house.sender.drain(60)
    (sent,) = house.telegram.asked_for("sendMessage")
    assert (sent["chat_id"], sent["text"], sent["message_thread_id"]) == (GROUP, "Maja waits", 12)
    assert sent["reply_parameters"]["message_id"] == 7
    assert sent["entities"] == [{"type": "text_link", "offset": 0, "length": 4, "url": "https://t.me/c/1/5"}]


async def test_an_answer_that_is_refused_holds_up_nothing() -> None:
    house = House()
    house.telegram.refuse("sendMessage", 400, "Bad Request: message thread not found")
    async with house.running():
        await house.sender.tell(GROUP, Text("Maja waits"), 12)
        await house.sender.tell(GROUP, Text("Nobody waits"))
        assert await house.sender.drain(60)
    assert [sent["text"] for sent in house.telegram.asked_for("sendMessage")][-1] == "Nobody waits"


async def test_what_goes_beside_lets_all_that_waits_for_the_group_go_first() -> None:
    house = House()
    rows = [house.row(Text(f"{number} " + "x" * 3000), chat=chat, to=To.CASE, lane=Lane.CARD)
            for number, chat in enumerate(range(5001, 5025))]  # fmt: skip
    for row in rows:
        await house.commit(row, topic_id=row.chat_id)
    async with house.running():
        asked = asyncio.create_task(house.sender.beside(GROUP, edit))
        assert await house.sender.drain(3600)
        assert await asked
    order = [call.method for call in house.telegram.asked if call.method in ("sendMessage", "editMessageText")]
    assert order.index("editMessageText") >= 10, "it had its share, and no more than that"


async def test_what_goes_beside_hears_why_it_was_refused() -> None:
    house = House()
    house.telegram.refuse("editMessageText", 400, "Bad Request: message to edit not found")
    async with house.running():
        with pytest.raises(BadRequest, match="to edit not found"):
            await house.sender.beside(GROUP, edit)
