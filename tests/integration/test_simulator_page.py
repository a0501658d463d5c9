"""The page's interface under /sim, as docs/simulator.md promises it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError, RetryAfter

from bot.simulator.samples import sample
from bot.simulator.server import Simulator
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, SetClock, at, bot_of, simulated

BUTTONS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Claim", callback_data="c:1"), InlineKeyboardButton("Site", url="https://example.org")]]
)


class Browser:
    """Speaks JSON to the page's interface. What comes back is as untyped as it is to a page."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def get(self, path: str) -> Any:
        async with self.session.get(path) as response:
            return await response.json()

    async def post(self, path: str, **body: object) -> Any:
        async with self.session.post(path, json=body) as response:
            return await response.json()

    async def refusal(self, path: str, **body: object) -> tuple[int, str]:
        async with self.session.post(path, json=body) as response:
            return response.status, (await response.json())["error"]


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with simulated(SetClock()) as simulator:
        yield simulator


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    async with bot_of(simulator) as bot:
        yield bot


@pytest.fixture
async def browser(simulator: Simulator) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(simulator.url) as session:
        yield Browser(session)


async def test_state_at_the_start(browser: Browser) -> None:
    state = await browser.get("/sim/state")
    assert [(person["id"], person["name"], person["role"]) for person in state["customers"]] == [
        (MAJA, "Maja", "customer")
    ]
    members = state["group"].pop("members")
    assert state["group"] == {"id": GROUP, "title": "Agents", "is_forum": True}
    assert [(person["id"], person["role"]) for person in members] == [(ANA, "administrator"), (BEN, "member")]
    assert (state["topics"], state["messages"], state["limits"]) == ([], [], {"enforce": False})
    assert set(state) == {
        "bot", "customers", "group", "topics", "messages", "files_base", "last_event_id", "limits",
    }  # fmt: skip


async def test_message_has_all_that_the_page_draws(browser: Browser, bot: Bot) -> None:
    question = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, text="Open today?")
    answer = await bot.send_message(MAJA, "Yes, see /help", reply_markup=BUTTONS, reply_to_message_id=1)
    await browser.post("/sim/react", chat_id=MAJA, message_id=answer.message_id, from_id=MAJA, emoji="👍")
    shown = (await browser.get("/sim/state"))["messages"][-1]
    assert datetime.fromisoformat(shown.pop("at")).tzinfo
    assert question["from"] == {"id": MAJA, "name": "Maja", "is_bot": False}
    assert shown == {
        "chat_id": MAJA,
        "message_id": 2,
        "thread_id": None,
        "from": {"id": bot.id, "name": "Keepword", "is_bot": True},
        "edited_at": None,
        "text": "Yes, see /help",
        "caption": None,
        "entities": [{"type": "bot_command", "offset": 9, "length": 5}],
        "media": None,
        "media_group_id": None,
        "reply_to": 1,
        "buttons": [
            [
                {"text": "Claim", "data": "c:1", "url": None},
                {"text": "Site", "data": None, "url": "https://example.org"},
            ]
        ],
        "keyboard": None,
        "reactions": [{"emoji": "👍", "from_id": MAJA}],
        "pinned": False,
        "service": None,
    }


async def test_topics_show_their_pin_and_their_service_lines(browser: Browser, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Maja")
    card = await bot.send_message(GROUP, "card", message_thread_id=topic.message_thread_id)
    await bot.pin_chat_message(GROUP, card.message_id)
    await browser.post("/sim/topic", thread_id=topic.message_thread_id, action="close")
    state = await browser.get("/sim/state")
    shown = state["topics"][0]
    assert (shown["title"], shown["closed"], shown["pinned_id"]) == ("Maja", True, card.message_id)
    lines = [message["service"] for message in state["messages"] if message["service"]]
    assert lines == ["topic created: Maja", "pinned a message", "topic closed"]
    await browser.post("/sim/topic", thread_id=topic.message_thread_id, action="delete")
    state = await browser.get("/sim/state")
    assert (state["topics"], state["messages"]) == ([], [])


async def test_uploads_are_sent_and_served(browser: Browser, bot: Bot) -> None:
    picture = sample("photo")[2]
    form = aiohttp.FormData()
    form.add_field("file", picture, filename="vase.png", content_type="image/png")
    async with browser.session.post("/sim/upload", data=form) as response:
        kept = await response.json()
    assert (kept["name"], kept["size"], kept["type"]) == ("vase.png", len(picture), "photo")
    media = {"type": "photo", "file_id": kept["file_id"]}
    sent = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, media=media, caption="broken")
    assert (sent["caption"], sent["text"], sent["media"]["mime"]) == ("broken", None, "image/png")
    async with browser.session.get(sent["media"]["url"]) as response:
        assert await response.read() == picture
    photo = (await bot.get_updates())[-1].message
    assert photo
    assert bytes(await (await bot.get_file(photo.photo[-1])).download_as_bytearray()) == picture


@pytest.mark.parametrize("kind", ["photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation"])
async def test_samples_of_every_kind_can_be_sent(browser: Browser, bot: Bot, kind: str) -> None:
    sent = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, media={"type": kind})
    assert sent["media"]["type"] == kind
    message = (await bot.get_updates())[-1].message
    assert getattr(message, kind)


async def test_contacts_and_locations_are_sent(browser: Browser) -> None:
    contact = {"phone_number": "+38640123456", "first_name": "Maja"}
    sent = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, contact=contact)
    assert sent["media"] == {"type": "contact", "user_id": MAJA, **contact}
    location = {"latitude": 46.05, "longitude": 14.5}
    sent = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, location=location)
    assert sent["media"] == {"type": "location", **location}


async def test_albums_edits_and_new_people(browser: Browser, bot: Bot) -> None:
    album = await browser.post(
        "/sim/album", chat_id=MAJA, from_id=MAJA, items=[{"type": "photo", "caption": "one"}, {"type": "photo"}]
    )
    assert album[0]["media_group_id"] == album[1]["media_group_id"]
    edited = await browser.post("/sim/edit", chat_id=MAJA, message_id=1, from_id=MAJA, text="two")
    assert (edited["caption"], edited["edited_at"] is not None) == ("two", True)
    luka = await browser.post("/sim/customers", name="Luka Novak", language_code="sl", username="luka")
    assert (luka["id"], luka["chat_id"], luka["language_code"]) == (5002, 5002, "sl")
    eva = await browser.post("/sim/members", name="Eva", administrator=True)
    assert (eva["id"], eva["role"], eva["chat_id"]) == (7003, "administrator", None)
    await browser.post("/sim/send", chat_id=5002, from_id=5002, text="Živjo")
    sender = (await bot.get_updates())[-1].effective_user
    assert sender
    assert (sender.first_name, sender.last_name) == ("Luka", "Novak")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("send", {"chat_id": 1, "from_id": MAJA, "text": "x"}, 404, "there is no chat 1"),
        ("send", {"chat_id": MAJA, "from_id": 9, "text": "x"}, 404, "nobody has the id 9"),
        ("send", {"chat_id": MAJA, "from_id": ANA, "text": "x"}, 400, "this is Maja's chat"),
        ("send", {"chat_id": GROUP, "from_id": MAJA, "text": "x"}, 400, "not a member of Agents"),
        ("send", {"chat_id": MAJA, "from_id": MAJA, "text": " "}, 400, "nothing to send"),
        ("send", {"chat_id": MAJA, "from_id": MAJA, "text": "x" * 4097}, 400, "send it in parts"),
        ("send", {"from_id": MAJA, "text": "x"}, 400, "chat_id is missing"),
        ("send", {"chat_id": MAJA, "from_id": MAJA, "media": {"type": "smell"}}, 400, "no type of media"),
        ("send", {"chat_id": MAJA, "from_id": MAJA, "media": {"type": "photo", "file_id": "x"}}, 400, "wrong file"),
        ("send", {"chat_id": GROUP, "from_id": ANA, "text": "x", "thread_id": 77}, 404, "no topic 77"),
        ("edit", {"chat_id": MAJA, "message_id": 9, "from_id": MAJA, "text": "x"}, 404, "no message 9"),
        ("album", {"chat_id": MAJA, "from_id": MAJA, "items": []}, 400, "2 to 10"),
        ("customers", {"name": " "}, 400, "need a name"),
        ("block", {"customer_id": ANA, "blocked": True}, 400, "not a customer"),
        ("topic", {"thread_id": 77, "action": "close"}, 404, "no topic 77"),
        ("rights", {"status": "king"}, 400, "no standing"),
        ("faults", {"rules": [{"when": "now"}]}, 400, "a rule has no when"),
    ],
)
async def test_what_can_not_be_done_says_why(
    browser: Browser, path: str, body: dict[str, object], status: int, words: str
) -> None:
    refused, error = await browser.refusal(f"/sim/{path}", **body)
    assert refused == status
    assert words in error


async def test_members_open_and_rename_topics_of_their_own(browser: Browser, bot: Bot) -> None:
    topic = await browser.post("/sim/topics", title="Lunch", from_id=BEN)
    await browser.post("/sim/topic", thread_id=topic["thread_id"], action="rename", title="Dinner")
    assert (await browser.get("/sim/state"))["topics"][0]["title"] == "Dinner"
    created, renamed = [update.message for update in await bot.get_updates()]
    assert (at(created, "forum_topic_created.name"), at(created, "from_user.id")) == ("Lunch", BEN)
    assert at(renamed, "forum_topic_edited.name") == "Dinner"


async def test_parts_of_files_are_served_to_players(browser: Browser) -> None:
    voice = (await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, media={"type": "voice"}))["media"]
    async with browser.session.get(voice["url"], headers={"Range": "bytes=0-3"}) as response:
        assert (response.status, await response.read()) == (206, b"OggS")
        assert response.headers["Content-Range"] == f"bytes 0-3/{voice['size']}"


async def test_members_wait_at_a_closed_topic_and_administrators_do_not(browser: Browser, bot: Bot) -> None:
    thread_id = (await bot.create_forum_topic(GROUP, "Maja")).message_thread_id
    await bot.close_forum_topic(GROUP, thread_id)
    status, error = await browser.refusal("/sim/send", chat_id=GROUP, from_id=BEN, text="x", thread_id=thread_id)
    assert (status, error) == (400, "the topic is closed: reopen it, or write as an administrator")
    assert (await browser.post("/sim/send", chat_id=GROUP, from_id=ANA, text="x", thread_id=thread_id))["text"] == "x"


class Stream:
    """A page that listens."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Any:
        async with asyncio.timeout(5):
            while True:
                line = await self._response.content.readline()
                if line.startswith(b"data: "):
                    return json.loads(line[6:])


async def test_events_tell_what_happens_as_it_happens(simulator: Simulator, browser: Browser, bot: Bot) -> None:
    async with browser.session.get("/sim/events") as response:
        assert response.content_type == "text/event-stream"
        stream = Stream(response)
        await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, text="hello")
        assert (await stream.next())["message"]["text"] == "hello"
        await bot.send_chat_action(MAJA, "typing")
        typing = await stream.next()
        assert (typing["type"], typing["chat_id"], typing["thread_id"]) == ("typing", MAJA, None)
        card = await bot.send_message(MAJA, "card", reply_markup=BUTTONS)
        assert (await stream.next())["type"] == "message"
        pressed = await browser.post("/sim/press", chat_id=MAJA, message_id=card.message_id, from_id=MAJA, data="c:1")
        await bot.answer_callback_query(pressed["callback_id"], "Claimed", show_alert=True)
        callback = await stream.next()
        del callback["id"]
        assert callback == {"type": "callback", **pressed, "from_id": MAJA, "text": "Claimed", "show_alert": True}
        await bot.edit_message_text("claimed", MAJA, card.message_id)
        edited = await stream.next()
        assert (edited["type"], edited["message"]["text"]) == ("edited", "claimed")
        await bot.delete_message(MAJA, card.message_id)
        deleted = await stream.next()
        assert (deleted["type"], deleted["message_ids"]) == ("deleted", [card.message_id])
        topic = await bot.create_forum_topic(GROUP, "Maja")
        assert [(await stream.next())["type"] for _ in range(2)] == ["topic", "message"]
        simulator.world.topic(topic.message_thread_id, "delete")
        assert (await stream.next())["thread_id"] == topic.message_thread_id
        simulator.world.block(MAJA)
        assert (await stream.next())["person"]["blocked"] is True
        await browser.post("/sim/reset")
        assert [(await stream.next())["type"] for _ in range(4)][-1] == "reset"


async def test_events_resume_where_a_page_left_off(simulator: Simulator, browser: Browser) -> None:
    simulator.world.send(MAJA, MAJA, "one")
    last = (await browser.get("/sim/state"))["last_event_id"]
    simulator.world.send(MAJA, MAJA, "two")
    async with browser.session.get("/sim/events", headers={"Last-Event-ID": str(last)}) as response:
        event = await Stream(response).next()
    assert (event["id"], event["message"]["text"]) == (last + 1, "two")


async def test_page_that_was_away_too_long_is_told_to_start_over(simulator: Simulator, browser: Browser) -> None:
    for _ in range(5000):
        simulator.world.state.events.publish("typing", dict)
    async with browser.session.get("/sim/events", headers={"Last-Event-ID": "1"}) as response:
        assert (await Stream(response).next())["type"] == "reset"


async def test_limits_are_enforced_when_asked_for(browser: Browser, bot: Bot) -> None:
    await browser.post("/sim/limits", enforce=True)
    assert (await browser.get("/sim/state"))["limits"] == {"enforce": True}
    for number in range(20):
        await bot.send_message(GROUP, str(number))
    with pytest.raises(RetryAfter) as refusal:
        await bot.create_forum_topic(GROUP, "one too many")
    assert refusal.value.retry_after == timedelta(seconds=60)
    assert (await browser.get("/sim/calls"))[-1]["status"] == 429


async def test_faults_drop_a_call_before_or_after_it_is_done(browser: Browser, bot: Bot) -> None:
    await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, text="hello")
    for drop, seen in (("before", 1), ("after", 2)):
        await browser.post("/sim/faults", rules=[{"method": "sendMessage", "times": 1, "drop": drop}])
        with pytest.raises(NetworkError):
            await bot.send_message(MAJA, drop)
        assert len((await browser.get("/sim/state"))["messages"]) == seen
    assert [call["status"] for call in await browser.get("/sim/calls?after=1")] == [0, 0]


async def test_faults_delay_and_carry_parameters(browser: Browser, bot: Bot) -> None:
    rule = {"chat_id": GROUP, "times": 1, "delay": 0.01, "error_code": 429, "parameters": {"retry_after": 7}}
    await browser.post("/sim/faults", rules=[{**rule, "description": "Too Many Requests: retry after 7"}])
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(GROUP, "x")
    assert refusal.value.retry_after == timedelta(seconds=7)
    assert await bot.send_message(GROUP, "x")


async def test_calls_are_listed_with_their_parameters(browser: Browser, bot: Bot) -> None:
    await bot.send_message(GROUP, "x")
    call = (await browser.get("/sim/calls"))[-1]
    assert (call["method"], call["status"], call["via"], call["error"]) == ("sendMessage", 200, "http", None)
    assert (call["parameters"]["chat_id"], call["parameters"]["text"]) == (str(GROUP), "x")
    assert await browser.get(f"/sim/calls?after={call['id']}") == []


async def test_rights_are_taken_and_given(browser: Browser, bot: Bot) -> None:
    await browser.post("/sim/rights", rights={"can_manage_topics": False})
    member = await bot.get_chat_member(GROUP, bot.id)
    assert member.to_dict()["can_manage_topics"] is False
    assert (await bot.get_updates())[-1].my_chat_member


async def test_reset_goes_back_to_the_start_and_reuses_no_number(browser: Browser, bot: Bot) -> None:
    before = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, text="hello")
    luka = await browser.post("/sim/customers", name="Luka")
    state = await browser.post("/sim/reset")
    assert ([person["id"] for person in state["customers"]], state["messages"]) == ([MAJA], [])
    assert await bot.get_updates() == ()
    after = await browser.post("/sim/send", chat_id=MAJA, from_id=MAJA, text="hello again")
    assert after["message_id"] > before["message_id"]
    assert (await browser.post("/sim/customers", name="Eva"))["id"] == luka["id"] + 1
