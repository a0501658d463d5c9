"""A short scene for the page: a customer, an answer, a topic with its card, agents, an album; then an echo."""

from __future__ import annotations

import json
from collections.abc import Mapping

import aiohttp

from bot.simulator.server import Simulator
from bot.simulator.wire import JsonObject, number_of, object_of, text_of

CARD = (
    "Maja · English · upset\nComplaint: item damaged\norder_id: KW-20417\n\n"
    "“The blue vase arrived broken.”\n\nPromised: a person by 16:30"
)


class Echo:
    """A tiny bot, over HTTP like any other."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self._base = f"{simulator.url}/bot{simulator.token}"
        self._session = session

    async def call(self, method: str, **parameters: object) -> JsonObject:
        """One call of the Bot API; an empty object where the result is none."""
        async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
            answer = json.loads(await response.text())
        return object_of(answer, "result") or {}

    async def run(self) -> None:
        """Answer what customers write, and stop the spinner of every button."""
        offset = 0
        while True:
            url = f"{self._base}/getUpdates"
            async with self._session.post(url, json={"offset": offset, "timeout": 30}) as response:
                updates: list[JsonObject] = json.loads(await response.text()).get("result", [])
            for update in updates:
                offset = (number_of(update, "update_id") or 0) + 1
                await self.answer(update)

    async def answer(self, update: Mapping[str, object]) -> None:
        """React to one update."""
        callback, message = object_of(update, "callback_query"), object_of(update, "message")
        if callback:
            text = f"You pressed {text_of(callback, 'data')}"
            await self.call("answerCallbackQuery", callback_query_id=callback["id"], text=text)
        chat = object_of(message or {}, "chat") or {}
        if message and chat.get("type") == "private":
            seen = [{"type": "emoji", "emoji": "👀"}]
            there = {"chat_id": chat["id"], "message_id": message["message_id"]}
            await self.call("setMessageReaction", **there, reaction=seen)
            words = text_of(message, "text") or "that"
            await self.call("sendMessage", chat_id=chat["id"], text=f"You said: {words}")


async def play(simulator: Simulator) -> None:
    """Play the scene, then echo until cancelled."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        echo = Echo(simulator, session)
        thread_id = await _customer_side(simulator, echo)
        await _agents_side(simulator, echo, thread_id)
        await echo.call("getUpdates", offset=-1)
        await echo.run()


async def _customer_side(simulator: Simulator, echo: Echo) -> int:
    world, maja = simulator.world, 5001
    world.send(maja, maja, "Hi! Are you open on Saturday?")
    buttons = [
        [
            {"text": "Opening hours", "callback_data": "i:opening_hours"},
            {"text": "Something else", "callback_data": "i:else"},
        ]
    ]
    await echo.call(
        "sendMessage", chat_id=maja, text="Good morning, Maja. Did you mean…", reply_markup={"inline_keyboard": buttons}
    )
    complaint = world.send(maja, maja, "Also, the blue vase arrived broken. Order KW-20417 😞")
    there = {"chat_id": maja, "message_id": complaint.message_id}
    await echo.call("setMessageReaction", **there, reaction=[{"type": "emoji", "emoji": "👀"}])
    world.album(maja, maja, [{"type": "photo", "caption": "This is how it came"}, {"type": "photo"}])
    topic = await echo.call("createForumTopic", chat_id=simulator.agents_chat, name="Maja: item damaged")
    await echo.call(
        "sendMessage",
        chat_id=maja,
        text="I'm sorry, your vase arrived broken. <b>A colleague will write to you by 16:30.</b>",
        parse_mode="HTML",
        reply_parameters={"message_id": complaint.message_id},
    )
    world.react(maja, complaint.message_id, maja, "👍")
    return number_of(topic, "message_thread_id") or 0


async def _agents_side(simulator: Simulator, echo: Echo, thread_id: int) -> None:
    world, group = simulator.world, simulator.agents_chat
    rows = [
        [{"text": "Claim", "callback_data": "c:claim"}, {"text": "Resolve", "callback_data": "c:resolve"}],
        [{"text": "Hand back", "callback_data": "c:back"}],
    ]
    place = {"chat_id": group, "message_thread_id": thread_id}
    card = await echo.call("sendMessage", **place, text=CARD, reply_markup={"inline_keyboard": rows})
    await echo.call("pinChatMessage", chat_id=group, message_id=card["message_id"], disable_notification=True)
    pictures = [message.message_id for message in world.state.chats[5001].messages.values() if message.media_group_id]
    await echo.call("copyMessages", **place, from_chat_id=5001, message_ids=pictures)
    world.send(group, 7001, "I have a new one on the shelf. Sending it today.", thread_id=thread_id)
    world.send(group, 7002, "// she is a regular, add a card", thread_id=thread_id)
    world.send(group, 7001, thread_id=thread_id, media={"type": "voice"})
    world.send(group, 7002, "Good morning all ☕")
    other = await echo.call("createForumTopic", chat_id=group, name="Luka: refund status", icon_color=16478047)
    await echo.call("closeForumTopic", chat_id=group, message_thread_id=other["message_thread_id"])
    await echo.call("sendChatAction", chat_id=5001, action="typing")
