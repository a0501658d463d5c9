"""Every method of the simulated Bot API, called by python-telegram-bot over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ChatAdministratorRights,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest

from bot.simulator.parameters import METHODS
from bot.simulator.samples import sample
from bot.simulator.server import Simulator
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, at, bot_of, simulated

PICTURE = sample("photo")[2]
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Claim", callback_data="c:1")]])


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with simulated() as simulator:
        simulator.world.send(MAJA, MAJA, "/start")
        yield simulator


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    async with bot_of(simulator) as bot:
        yield bot


def _page_message(simulator: Simulator, chat_id: int, message_id: int) -> dict[str, object]:
    return simulator.world.state.chats[chat_id].messages[message_id].as_page()


async def test_tour_of_every_method(simulator: Simulator, bot: Bot) -> None:
    await _tour_of_the_bot(bot)
    first = await _tour_of_sending(bot)
    await _tour_of_messages(simulator, bot, first)
    await _tour_of_topics(bot)
    await _tour_of_chats(bot)
    await _tour_of_business(simulator, bot)
    await bot.log_out()
    await bot.close()
    called = {str(call["method"]) for call in simulator.api.calls.after(0) if call["status"] == 200}
    assert called == set(METHODS)


async def _tour_of_the_bot(bot: Bot) -> None:
    assert (await bot.get_me()).username == "keepword_sim_bot"
    assert await bot.set_my_commands([BotCommand("help", "What I can do")], scope=BotCommandScopeChat(MAJA))
    assert (await bot.get_my_commands(scope=BotCommandScopeChat(MAJA)))[0].command == "help"
    assert await bot.get_my_commands() == ()
    assert await bot.delete_my_commands(scope=BotCommandScopeChat(MAJA))
    assert await bot.get_my_commands(scope=BotCommandScopeChat(MAJA)) == ()
    assert await bot.set_my_name("Lipa", language_code="sl")
    assert (await bot.get_my_name("sl")).name == "Lipa"
    assert (await bot.get_my_name("de")).name == "Keepword"
    assert await bot.set_my_description("We keep our word")
    assert (await bot.get_my_description("it")).description == "We keep our word"
    assert await bot.set_my_short_description("Support")
    assert (await bot.get_my_short_description()).short_description == "Support"
    rights = ChatAdministratorRights.no_rights()
    assert await bot.set_my_default_administrator_rights(rights)
    assert not (await bot.get_my_default_administrator_rights()).can_manage_topics
    assert await bot.set_webhook("https://example.org/hook")
    assert (await bot.get_webhook_info()).url == "https://example.org/hook"
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def _tour_of_sending(bot: Bot) -> Message:
    message = await bot.send_message(MAJA, "<b>Hello</b>", parse_mode="HTML", reply_markup=BUTTONS)
    assert message.text_html == "<b>Hello</b>"
    assert (await bot.send_photo(MAJA, PICTURE, caption="a vase")).photo[-1].width == 480
    assert at(await bot.send_video(MAJA, PICTURE, duration=7, width=64, height=48), "video.width") == 64
    assert (await bot.send_animation(MAJA, PICTURE)).animation
    assert at(await bot.send_audio(MAJA, PICTURE, title="Waltz", performer="Ana"), "audio.title") == "Waltz"
    assert (await bot.send_voice(MAJA, PICTURE)).voice
    assert (await bot.send_video_note(MAJA, PICTURE)).video_note
    assert at(await bot.send_document(MAJA, PICTURE, filename="a.pdf"), "document.file_name") == "a.pdf"
    assert at(await bot.send_sticker(MAJA, PICTURE, emoji="🙂"), "sticker.emoji") == "🙂"
    assert at(await bot.send_location(MAJA, 46.05, 14.5), "location.latitude") == 46.05
    assert at(await bot.send_venue(MAJA, 46.05, 14.5, "Lipa", "Trg 1"), "venue.title") == "Lipa"
    assert at(await bot.send_contact(MAJA, "+38640123456", "Ana"), "contact.first_name") == "Ana"
    assert await bot.send_chat_action(MAJA, "typing")
    album = await bot.send_media_group(MAJA, [InputMediaPhoto(PICTURE, caption="one"), InputMediaPhoto(PICTURE)])
    assert len({message.media_group_id for message in album}) == 1
    return message


async def _tour_of_messages(simulator: Simulator, bot: Bot, message: Message) -> None:
    assert (await bot.copy_message(MAJA, MAJA, message.message_id)).message_id > message.message_id
    assert len(await bot.copy_messages(MAJA, MAJA, [message.message_id, message.message_id + 1])) == 2
    assert at(await bot.forward_message(MAJA, MAJA, 1), "forward_origin.sender_user.id") == MAJA
    assert len(await bot.forward_messages(MAJA, MAJA, [1])) == 1
    edited = await bot.edit_message_text("Hi", MAJA, message.message_id, reply_markup=BUTTONS)
    assert at(edited, "text") == "Hi"
    assert at(edited, "edit_date")
    assert at(await bot.edit_message_reply_markup(MAJA, message.message_id), "reply_markup") is None
    picture = message.message_id + 1
    assert at(await bot.edit_message_caption(MAJA, picture, caption="two vases"), "caption") == "two vases"
    assert at(await bot.edit_message_media(InputMediaDocument(PICTURE), MAJA, picture), "document")
    assert await bot.set_message_reaction(MAJA, 1, "👀")
    assert await bot.pin_chat_message(MAJA, message.message_id)
    assert at(await bot.get_chat(MAJA), "pinned_message.message_id") == message.message_id
    assert await bot.unpin_chat_message(MAJA)
    assert await bot.unpin_all_chat_messages(MAJA)
    card = await bot.send_message(MAJA, "Choose", reply_markup=BUTTONS)
    callback_id = simulator.world.press(MAJA, card.message_id, MAJA, "c:1")
    assert await bot.answer_callback_query(callback_id, "Thanks")
    assert await bot.delete_message(MAJA, card.message_id)
    assert await bot.delete_messages(MAJA, [message.message_id, 999])


async def _tour_of_topics(bot: Bot) -> None:
    icons = await bot.get_forum_topic_icon_stickers()
    topic = await bot.create_forum_topic(GROUP, "Maja", icon_custom_emoji_id=icons[0].custom_emoji_id)
    thread_id = topic.message_thread_id
    assert await bot.edit_forum_topic(GROUP, thread_id, name="Maja: vase")
    assert await bot.close_forum_topic(GROUP, thread_id)
    assert await bot.reopen_forum_topic(GROUP, thread_id)
    assert await bot.unpin_all_forum_topic_messages(GROUP, thread_id)
    assert await bot.delete_forum_topic(GROUP, thread_id)


async def _tour_of_business(simulator: Simulator, bot: Bot) -> None:
    """An account that the bot is connected to: it writes in the owner's name, within the rules."""
    people = simulator.world.business
    account = people.connect(ANA)
    assert (await bot.get_business_connection(account.id)).rights is not None
    asked = people.send(account, MAJA, "Are you open?")
    await bot.read_business_message(account.id, MAJA, asked.message_id)
    said = await bot.send_message(MAJA, "Yes", business_connection_id=account.id)
    assert said.from_user is not None
    assert (said.from_user.id, said.sender_business_bot) == (ANA, await bot.get_me())
    await bot.edit_message_text("Yes, we are", MAJA, said.message_id, business_connection_id=account.id)
    assert [message.text for message in people.said(account, MAJA)] == ["Yes, we are"]
    await bot.delete_business_messages(account.id, [said.message_id])
    assert not people.said(account, MAJA)
    with pytest.raises(BadRequest, match="Not enough rights"):
        await bot.delete_business_messages(account.id, [asked.message_id])
    with pytest.raises(BadRequest, match=r"(?i)business_peer_invalid"):
        await bot.send_message(BEN, "Hello", business_connection_id=account.id)
    people.change(account, enabled=False)
    with pytest.raises(BadRequest, match="Business connection not found"):
        await bot.send_message(MAJA, "Yes", business_connection_id=account.id)


async def _tour_of_chats(bot: Bot) -> None:
    assert (await bot.get_chat(GROUP)).is_forum
    me = await bot.get_chat_member(GROUP, bot.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert me.can_manage_topics
    assert (await bot.get_chat_member(GROUP, BEN)).status == "member"
    assert (await bot.get_chat_member(GROUP, MAJA)).status == "left"
    assert {member.user.id for member in await bot.get_chat_administrators(GROUP)} == {ANA, bot.id}
    assert await bot.get_chat_member_count(GROUP) == 3
    document = (await bot.send_document(MAJA, PICTURE)).document
    assert document
    file = await bot.get_file(document)
    assert bytes(await file.download_as_bytearray()) == PICTURE
    assert await bot.leave_chat(GROUP)


async def test_messages_in_a_topic_answer_the_one_that_made_it(simulator: Simulator, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    simulator.world.send(GROUP, ANA, "On it", thread_id=topic.message_thread_id)
    message = (await bot.get_updates())[-1].message
    assert at(message, "is_topic_message")
    assert at(message, "message_thread_id") == topic.message_thread_id
    assert at(message, "reply_to_message.forum_topic_created.name") == "Maja"


async def test_bot_hears_of_its_own_topics_and_pins(bot: Bot) -> None:
    await bot.get_updates(offset=-1)
    topic = await bot.create_forum_topic(GROUP, "Maja")
    card = await bot.send_message(GROUP, "card", message_thread_id=topic.message_thread_id)
    await bot.pin_chat_message(GROUP, card.message_id)
    created, pinned = [update.message for update in (await bot.get_updates())[-2:]]
    assert at(created, "forum_topic_created.name") == "Maja"
    assert at(created, "from_user.id") == bot.id
    assert at(pinned, "pinned_message.message_id") == card.message_id


async def test_replies_quote_what_they_answer(simulator: Simulator, bot: Bot) -> None:
    question = simulator.world.send(MAJA, MAJA, "Open on Sunday?")
    answer = await bot.send_message(MAJA, "No.", reply_parameters=ReplyParameters(question.message_id))
    assert at(answer, "reply_to_message.text") == "Open on Sunday?"
    assert _page_message(simulator, MAJA, answer.message_id)["reply_to"] == question.message_id


async def test_copies_keep_content_and_lose_buttons(simulator: Simulator, bot: Bot) -> None:
    album = simulator.world.album(MAJA, MAJA, [{"type": "photo", "caption": "broken"}, {"type": "video"}])
    copies = await bot.copy_messages(GROUP, MAJA, [message.message_id for message in album])
    there = [simulator.world.state.group.messages[copy.message_id] for copy in copies]
    assert [message.content for message in there] == [message.content for message in album]
    assert there[0].media_group_id == there[1].media_group_id != album[0].media_group_id
    card = await bot.send_message(MAJA, "Choose", reply_markup=BUTTONS)
    copy = await bot.copy_message(GROUP, MAJA, card.message_id)
    assert simulator.world.state.group.messages[copy.message_id].markup is None


async def test_file_ids_send_again_and_only_as_their_own_kind(simulator: Simulator, bot: Bot) -> None:
    photo = simulator.world.send(MAJA, MAJA, media={"type": "photo"})
    file = photo.content.attachment and photo.content.attachment.file
    assert file
    assert (await bot.send_photo(GROUP, file.file_id)).photo[-1].file_unique_id == file.unique_id
    with pytest.raises(BadRequest, match="Can't use file of type photo as document"):
        await bot.send_document(GROUP, file.file_id)


async def test_contact_keyboard_reaches_the_page(simulator: Simulator, bot: Bot) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Share my number", request_contact=True)]])
    message = await bot.send_message(MAJA, "Which number?", reply_markup=keyboard)
    shown = _page_message(simulator, MAJA, message.message_id)
    assert shown["keyboard"] == [[{"text": "Share my number", "request_contact": True}]]
    simulator.world.send(MAJA, MAJA, contact={"phone_number": "+38640123456", "first_name": "Maja"})
    assert at((await bot.get_updates())[-1], "message.contact.user_id") == MAJA


async def test_private_chats_share_one_sequence_of_message_ids(simulator: Simulator, bot: Bot) -> None:
    luka = simulator.world.add_customer("Luka", "sl")
    first = simulator.world.send(MAJA, MAJA, "one")
    second = simulator.world.send(luka.id, luka.id, "two")
    third = await bot.send_message(MAJA, "three")
    assert [second.message_id, third.message_id] == [first.message_id + 1, first.message_id + 2]
