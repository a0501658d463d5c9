"""What Telegram refuses, the simulator refuses in the same words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.client import _RequestContextManager
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaAudio, InputMediaPhoto
from telegram.error import BadRequest, EndPointNotFound, Forbidden, TelegramError

from bot.simulator.errors import PageError
from bot.simulator.faults import Fault
from bot.simulator.samples import sample
from bot.simulator.server import Simulator
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, SetClock, bot_of, simulated

PICTURE = sample("photo")[2]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def simulator(clock: SetClock) -> AsyncIterator[Simulator]:
    async with simulated(clock) as simulator:
        simulator.world.send(MAJA, MAJA, "/start")
        yield simulator


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    async with bot_of(simulator) as bot:
        yield bot


def _button(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Press", callback_data=data)]])


@pytest.mark.parametrize(
    ("chat_id", "text", "words"),
    [
        (MAJA, "   \n", "Message text is empty"),
        (MAJA, "x" * 4097, "Message is too long"),
        (MAJA, "👍" * 2049, "Message is too long"),
        (424242, "x", "Chat not found"),
    ],
)
async def test_text_that_is_refused(bot: Bot, chat_id: int, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(chat_id, text)


async def test_markup_does_not_count_to_the_length_of_a_text(bot: Bot) -> None:
    assert await bot.send_message(MAJA, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(MAJA, "<b>x", parse_mode="HTML")


async def test_caption_is_at_most_1024_units(bot: Bot) -> None:
    assert await bot.send_photo(MAJA, PICTURE, caption="x" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(MAJA, PICTURE, caption="x" * 1025)


@pytest.mark.parametrize("data", ["", "x" * 65, "č" * 33])
async def test_button_data_is_1_to_64_bytes(bot: Bot, data: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid|text buttons are unallowed"):
        await bot.send_message(MAJA, "Choose", reply_markup=_button(data))


async def test_customer_who_never_wrote_can_not_be_written_to(simulator: Simulator, bot: Bot) -> None:
    luka = simulator.world.add_customer("Luka")
    for chat_id in (luka.id, ANA):
        with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
            await bot.send_message(chat_id, "Hello")


async def test_customer_who_tried_to_send_nothing_has_not_started_the_bot(simulator: Simulator, bot: Bot) -> None:
    luka = simulator.world.add_customer("Luka")
    with pytest.raises(PageError, match="nothing to send"):
        simulator.world.send(luka.id, luka.id, " ")
    with pytest.raises(Forbidden):
        await bot.send_message(luka.id, "Hello")


async def test_blocked_bot_hears_of_it_and_is_refused(simulator: Simulator, bot: Bot) -> None:
    simulator.world.block(MAJA)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(MAJA, "Hello")
    standing = (await bot.get_updates())[-1].my_chat_member
    assert standing
    assert (standing.old_chat_member.status, standing.new_chat_member.status) == ("member", "kicked")
    simulator.world.block(MAJA, blocked=False)
    assert await bot.send_message(MAJA, "Welcome back")


async def test_edits_that_are_refused(simulator: Simulator, bot: Bot) -> None:
    message = await bot.send_message(MAJA, "Choose", reply_markup=_button("a"))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Choose", MAJA, message.message_id, reply_markup=_button("a"))
    assert await bot.edit_message_text("Choose", MAJA, message.message_id, reply_markup=_button("b"))
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", MAJA, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", MAJA, 1)
    with pytest.raises(BadRequest, match="There is no caption"):
        await bot.edit_message_caption(MAJA, message.message_id, caption="x")


async def test_messages_that_are_not_there(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await bot.copy_message(GROUP, MAJA, 999)
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await bot.forward_message(GROUP, MAJA, 999)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(MAJA, 999)
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await bot.pin_chat_message(MAJA, 999)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(MAJA, "x", reply_to_message_id=999)
    assert await bot.send_message(MAJA, "x", reply_to_message_id=999, allow_sending_without_reply=True)


async def test_topics_that_are_not_there(simulator: Simulator, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    simulator.world.topic(topic.message_thread_id, "delete")
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(GROUP, "x", message_thread_id=topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
        await bot.close_forum_topic(GROUP, topic.message_thread_id)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(MAJA, "x", message_thread_id=2)


async def test_topic_that_is_as_it_should_be_is_not_modified(bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.reopen_forum_topic(GROUP, topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.edit_forum_topic(GROUP, topic.message_thread_id, name="Maja")


async def test_rights_in_the_group_matter(simulator: Simulator, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    simulator.world.topic(topic.message_thread_id, "close")
    assert await bot.send_message(GROUP, "x", message_thread_id=topic.message_thread_id)
    simulator.world.set_bot("administrator", {"can_manage_topics": False})
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(GROUP, "Luka")
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(GROUP, "x", message_thread_id=topic.message_thread_id)
    simulator.world.set_bot("kicked")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(GROUP, "x")


async def test_group_is_silent_to_a_bot_that_is_no_administrator(simulator: Simulator, bot: Bot) -> None:
    simulator.world.set_bot("member")
    await bot.get_updates(offset=-1)
    simulator.world.send(GROUP, BEN, "Anyone there?")
    assert [update.my_chat_member is not None for update in await bot.get_updates()] == [True]


async def test_reactions_are_one_and_among_those_allowed(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(MAJA, 1, "🦖")
    with pytest.raises(BadRequest, match=r"(?i)reactions_too_many"):
        await bot.set_message_reaction(MAJA, 1, ["👀", "👍"])
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(MAJA, 999, "👀")


async def test_pressed_button_is_answered_once_and_in_time(simulator: Simulator, bot: Bot, clock: SetClock) -> None:
    card = await bot.send_message(MAJA, "Choose", reply_markup=_button("a"))
    first = simulator.world.press(MAJA, card.message_id, MAJA, "a")
    assert await bot.answer_callback_query(first)
    second = simulator.world.press(MAJA, card.message_id, MAJA, "a")
    clock.advance(timedelta(minutes=1))
    for callback_id in (first, second, "123"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(callback_id)


async def test_albums_do_not_mix_what_can_not_be_mixed(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(MAJA, [InputMediaPhoto(PICTURE), InputMediaAudio(PICTURE)])


async def test_what_else_telegram_refuses(simulator: Simulator, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    with pytest.raises(BadRequest, match="Wrong latitude"):
        await bot.send_location(MAJA, 91, 0)
    with pytest.raises(BadRequest, match=r"(?i)topic_title_too_long"):
        await bot.edit_forum_topic(GROUP, topic.message_thread_id, name="x" * 129)
    with pytest.raises(BadRequest, match=r"(?i)topic_icon_color_invalid"):
        await bot.create_forum_topic(GROUP, "Luka", icon_color=1)
    with pytest.raises(BadRequest, match="not a forum"):
        await bot.create_forum_topic(MAJA, "Luka")
    with pytest.raises(BadRequest, match="Message can't be copied"):
        await bot.copy_message(MAJA, GROUP, topic.message_thread_id)
    with pytest.raises(BadRequest, match="strictly increasing"):
        await bot.copy_messages(GROUP, MAJA, [2, 1])
    with pytest.raises(BadRequest, match="no messages to copy"):
        await bot.copy_messages(GROUP, MAJA, [998, 999])
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Not A Command", "x")])
    message = await bot.send_message(MAJA, "short")
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.edit_message_text("x" * 4097, MAJA, message.message_id)
    simulator.world.set_bot("administrator", {"can_delete_messages": False, "can_pin_messages": False})
    theirs = simulator.world.send(GROUP, ANA, "mine")
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(GROUP, theirs.message_id)
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
        await bot.pin_chat_message(GROUP, theirs.message_id)


async def test_unknown_parameter_and_method_are_errors(bot: Bot) -> None:
    with pytest.raises(BadRequest, match='Unknown parameter "colour"'):
        await bot.send_message(MAJA, "x", api_kwargs={"colour": "red"})
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendCoffee")


async def test_wrong_token_is_unauthorized(simulator: Simulator) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{simulator.url}/bot1:wrong/getMe") as response:
        assert response.status == 401
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def _call(session: aiohttp.ClientSession, url: str, form: str, arguments: dict[str, str]) -> _RequestContextManager:
    match form:
        case "json":
            return session.post(url, json=arguments)
        case "form":
            return session.post(url, data=arguments)
        case _:
            return session.get(url, params=arguments)


@pytest.mark.parametrize("form", ["json", "form", "address"])
async def test_calls_are_read_from_json_forms_and_addresses(simulator: Simulator, form: str) -> None:
    url, arguments = f"{simulator.url}/bot{simulator.token}/sendMessage", {"chat_id": str(MAJA), "text": "hello"}
    async with aiohttp.ClientSession() as session, _call(session, url, form, arguments) as response:
        assert (await response.json())["result"]["text"] == "hello"


async def test_files_that_are_not_there(simulator: Simulator, bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.send_photo(MAJA, "nonsense")
    with pytest.raises(BadRequest, match="Failed to get http url content"):
        await bot.send_photo(MAJA, "http://127.0.0.1/a.png")
    url = f"{simulator.url}/file/bot{simulator.token}/photos/none.png"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 404


async def test_wait_for_tells_what_was_said_instead(simulator: Simulator) -> None:
    with pytest.raises(TimeoutError, match="Maja: '/start'"):
        await simulator.world.wait_for(lambda: simulator.world.said(MAJA), timeout=0.01)


async def test_telegram_error_of_a_fault_is_the_one_that_was_asked_for(simulator: Simulator, bot: Bot) -> None:
    fault = Fault(method="sendMessage", error_code=500, description="Internal Server Error")
    simulator.api.faults.replace([fault])
    with pytest.raises(TelegramError, match="Internal Server Error"):
        await bot.send_message(MAJA, "x")
    assert await bot.send_message(MAJA, "x")
