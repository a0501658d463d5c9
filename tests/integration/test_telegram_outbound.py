"""What is in the outbox reaches people, over HTTP, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.outgoing import (
    Button,
    Card,
    CloseTopic,
    Copy,
    Delivery,
    Lane,
    OpenTopic,
    Outgoing,
    Receipt,
    ReopenTopic,
    ShowButtons,
    Text,
    To,
)
from bot.simulator.faults import Fault
from bot.telegram.client import TelegramBot
from bot.telegram.outbound import TelegramSender
from bot.telegram.request import AiohttpRequest
from tests.integration.simulated import ANA, GROUP, MAJA
from tests.integration.telegram_house import Connected, WallClock, connected


@pytest.fixture
async def house() -> AsyncIterator[Connected]:
    async with connected() as house:
        yield house


async def untold(_row: Outgoing, _receipt: Receipt) -> None:
    """Nobody is told of failures."""


def words_to(house: Connected, chat: int, thread: int | None = None) -> list[str]:
    return [message.text for message in house.simulator.world.said(chat, thread)]


async def test_words_and_buttons_reach_the_customer(house: Connected) -> None:
    row = await house.put(Text("Do you mean this?", ((Button("Yes", "yes"), Button("No", "no")),)))
    assert await house.sent()
    (message,) = house.simulator.world.said(MAJA)
    assert message.text == "Do you mean this?"
    assert house.receipt(row).message_ids == (message.message_id,)


async def test_a_text_beyond_the_limit_arrives_in_parts(house: Connected) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "👀 word " * 100 for number in range(12))
    row = await house.put(Text(text))
    assert await house.sent()
    parts = words_to(house, MAJA)
    assert len(parts) == len(house.receipt(row).message_ids) > 1
    assert "".join("".join(parts).split()) == "".join(text.split())


async def test_a_case_is_opened_carded_written_in_and_closed(house: Connected) -> None:
    world = house.simulator.world
    said = world.send(MAJA, MAJA, "My parcel is late")
    opened = await house.put(OpenTopic("🔵 Maja · late"), to=To.CASE)
    await house.put(Card("Maja, English", ((Button("Claim", "claim:5001-1"),),)), to=To.CASE)
    await house.put(Copy(MAJA, said.message_id), to=To.CASE, lane=Lane.AGENT)
    assert await house.sent()
    thread = house.receipt(opened).thread_id
    assert thread
    assert words_to(house, GROUP, thread) == ["Maja, English", "My parcel is late"]
    card = world.said(GROUP, thread)[0]
    assert house.store.conversations["5001-1"].card_id == card.message_id
    assert "pinChatMessage" in house.methods()

    await house.put(Card("Maja, resolved"), to=To.CASE)
    await house.put(CloseTopic("✅ Maja"), to=To.CASE)
    assert await house.sent()
    assert words_to(house, GROUP, thread)[0] == "Maja, resolved"
    topic = world.state.group.topics[thread]
    assert (topic.title, topic.closed) == ("✅ Maja", True)


async def test_a_closed_topic_is_opened_again_under_another_title_and_an_open_one_is_left(
    house: Connected,
) -> None:
    opened = await house.put(OpenTopic("Maja"), to=To.CASE)
    await house.put(CloseTopic("✅ Maja"), to=To.CASE)
    again = [await house.put(ReopenTopic("🟠 Maja"), to=To.CASE) for _ in range(2)]
    assert await house.sent()
    thread = house.receipt(opened).thread_id
    assert thread
    topic = house.simulator.world.state.group.topics[thread]
    assert (topic.title, topic.closed) == ("🟠 Maja", False)
    assert [house.receipt(row).delivery for row in again] == [Delivery.SENT, Delivery.SENT]


async def test_a_button_that_shares_the_number_comes_and_goes(house: Connected) -> None:
    await house.put(Text("Which number?", share_contact="Share my number"))
    await house.put(Text("Thank you", hide_keyboard=True))
    assert await house.sent()
    asked, thanked = (message.as_page()["keyboard"] for message in house.simulator.world.said(MAJA))
    assert asked == [[{"text": "Share my number", "request_contact": True}]]
    assert thanked == "remove"


async def test_other_buttons_take_the_place_of_those_under_a_message(house: Connected) -> None:
    row = await house.put(Text("When?", ((Button("Another time", "later"),),)))
    assert await house.sent()
    (message,) = house.simulator.world.said(MAJA)
    await house.put(ShowButtons(message.message_id, ((Button("Today", "today"),),)))
    assert await house.sent()
    assert [[button["text"] for button in line] for line in message.buttons()] == [["Today"]]
    assert (message.text, house.receipt(row).delivery) == ("When?", Delivery.SENT)


async def test_what_is_for_the_team_goes_to_the_group_outside_topics(house: Connected) -> None:
    await house.put(OpenTopic("Maja"), to=To.CASE)
    await house.put(Text("Praise by Maja: lovely"), chat=GROUP, to=To.TEAM, lane=Lane.FOLLOW_UP)
    assert await house.sent()
    assert words_to(house, GROUP) == ["Praise by Maja: lovely"]


async def test_an_agents_words_are_copied_to_the_customer(house: Connected) -> None:
    opened = await house.put(OpenTopic("Maja"), to=To.CASE)
    assert await house.sent()
    said = house.simulator.world.send(GROUP, ANA, "It is on its way", thread_id=house.receipt(opened).thread_id)
    row = await house.put(Copy(GROUP, said.message_id), lane=Lane.AGENT)
    assert await house.sent()
    assert words_to(house, MAJA) == ["It is on its way"]
    assert house.receipt(row).delivery is Delivery.SENT


async def test_the_same_card_again_is_no_failure(house: Connected) -> None:
    await house.put(OpenTopic("Maja"), to=To.CASE)
    await house.put(Card("same"), to=To.CASE)
    assert await house.sent()
    again = await house.put(Card("same"), to=To.CASE)
    assert await house.sent()
    assert house.receipt(again).delivery is Delivery.SENT


async def test_a_customer_who_blocked_us_is_reported(house: Connected) -> None:
    house.simulator.world.block(MAJA)
    row = await house.put(Text("Hello"))
    assert await house.sent()
    assert house.receipt(row).problem == "CustomerGoneError"
    assert house.failures == [(row, house.receipt(row))]


async def test_a_topic_that_was_deleted_is_reported(house: Connected) -> None:
    opened = await house.put(OpenTopic("Maja"), to=To.CASE)
    assert await house.sent()
    thread = house.receipt(opened).thread_id
    assert thread
    house.simulator.world.topic(thread, "delete")
    row = await house.put(Text("note"), to=To.CASE)
    assert await house.sent()
    assert house.receipt(row).problem == "TopicGoneError"


async def test_without_the_right_to_make_topics_the_case_goes_to_the_groups_chat(house: Connected) -> None:
    house.simulator.world.set_bot("administrator", {"can_manage_topics": False})
    opened = await house.put(OpenTopic("Maja"), to=To.CASE)
    words = await house.put(Text("Maja writes"), to=To.CASE)
    assert await house.sent()
    assert house.receipt(opened).problem == "RightsError"
    assert house.receipt(words).delivery is Delivery.SENT
    assert words_to(house, GROUP) == ["Maja writes"]


async def test_told_to_slow_down_the_order_stays(house: Connected) -> None:
    house.go_wrong(Fault(method="sendMessage", times=1, error_code=429, parameters={"retry_after": 1}))
    for number in range(3):
        await house.put(Text(f"{number}"))
    assert await house.sent()
    assert words_to(house, MAJA) == ["0", "1", "2"]


async def test_errors_of_telegrams_own_are_sat_out(house: Connected) -> None:
    house.go_wrong(Fault(method="sendMessage", times=1, error_code=500, description="Internal Server Error"))
    row = await house.put(Text("Hello"))
    assert await house.sent()
    assert words_to(house, MAJA) == ["Hello"]
    assert house.receipt(row).delivery is Delivery.SENT


async def test_an_answer_whose_connection_dropped_is_repeated(house: Connected) -> None:
    house.go_wrong(Fault(method="sendMessage", times=1, drop="before"))
    await house.put(Text("Hello"))
    assert await house.sent()
    assert words_to(house, MAJA) == ["Hello"]


async def test_an_agents_words_whose_connection_dropped_are_not_repeated(house: Connected) -> None:
    opened = await house.put(OpenTopic("Maja"), to=To.CASE)
    assert await house.sent()
    said = house.simulator.world.send(GROUP, ANA, "Sorry!", thread_id=house.receipt(opened).thread_id)
    house.go_wrong(Fault(method="copyMessage", times=1, drop="after"))
    row = await house.put(Copy(GROUP, said.message_id), lane=Lane.AGENT)
    assert await house.sent()
    assert words_to(house, MAJA) == ["Sorry!"]
    assert house.receipt(row).problem == "UnknownDelivery"


async def test_it_keeps_within_telegrams_limits(house: Connected) -> None:
    house.simulator.api.limits.enforce = True
    customers = [house.simulator.world.add_customer(f"Customer {number}") for number in range(40)]
    for customer in customers:
        house.simulator.world.send(customer.id, customer.id, "/start")
        await house.put(Text("Hello"), chat=customer.id)
    assert await house.sent()
    calls = [call for call in house.simulator.api.calls.after(0) if call["method"] == "sendMessage"]
    # On a busy machine the first calls may arrive late, and one too many within a second.
    assert len(calls) <= 42
    assert all(len(words_to(house, customer.id)) == 1 for customer in customers)


async def test_a_message_is_acknowledged_with_eyes(house: Connected) -> None:
    message = house.simulator.world.send(MAJA, MAJA, "Hello?")
    await house.sender.acknowledge(MAJA, message.message_id)
    assert await house.sent()
    assert ("👀",) in message.reactions.values()
    assert "sendChatAction" in house.methods()


async def test_a_telegram_that_goes_away_and_comes_back_gets_everything_in_order(house: Connected) -> None:
    simulator = house.simulator
    port = int(simulator.url.rpartition(":")[2])
    await simulator.stop()
    for number in range(6):
        await house.put(Text(f"{number}"))
    await asyncio.sleep(0.1)
    assert words_to(house, MAJA) == []
    await simulator.start(port=port)
    assert await house.sent()
    assert "\n\n".join(words_to(house, MAJA)).split("\n\n") == [f"{number}" for number in range(6)]
    assert not house.failures


async def test_an_answer_that_telegram_is_too_slow_to_take_is_sent_again(house: Connected) -> None:
    request = AiohttpRequest(read_timeout=0.1)
    api, token = house.simulator.url, house.simulator.token
    house.go_wrong(Fault(method="sendMessage", times=1, delay=0.5, drop="before"))
    async with TelegramBot(token, base_url=f"{api}/bot", request=request, get_updates_request=request) as bot:
        sender = TelegramSender(bot, house.store, WallClock(), failed=untold)
        await house.sender.stop()
        row = await house.put(Text("Hello"))
        await sender.start()
        assert await sender.drain(20)
        await sender.stop()
    assert words_to(house, MAJA) == ["Hello"]
    assert house.receipt(row).delivery is Delivery.SENT


async def test_a_storm_of_refusals_and_errors_delays_but_loses_and_repeats_nothing(house: Connected) -> None:
    customers = [house.simulator.world.add_customer(f"Customer {number}") for number in range(12)]
    for customer in customers:
        house.simulator.world.send(customer.id, customer.id, "/start")
    house.go_wrong(
        Fault(method="sendMessage", times=3, error_code=429, parameters={"retry_after": 1}),
        Fault(method="sendMessage", times=3, error_code=502, description="Bad Gateway"),
        Fault(method="sendMessage", times=2, drop="before"),
    )
    for customer in customers:
        await house.put(Text("one"), chat=customer.id)
        await house.put(Text("two"), chat=customer.id)
    assert await house.sent()
    assert [words_to(house, customer.id) for customer in customers] == [["one", "two"]] * 12
