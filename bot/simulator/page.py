"""The page's interface under ``/sim``: what people do, what there is to see, and what goes wrong on purpose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import BodyPartReader, web

from bot.simulator.api import Api
from bot.simulator.errors import ApiError, PageError
from bot.simulator.faults import fault_from
from bot.simulator.people import Part
from bot.simulator.wire import JsonObject, number_of, object_of, objects_of, text_of
from bot.simulator.world import World

SHOWN_OF_CUSTOMER = 500
SHOWN_OF_GROUP = 3000
"""How many of the last messages of a chat the state holds."""

HEARTBEAT = 15.0
"""Seconds of quiet after which a stream says that it is still there."""


class Page:
    """Answers the page. ``routes()`` has all of its calls."""

    def __init__(self, world: World, api: Api) -> None:
        self._world = world
        self._api = api
        self._streams: set[asyncio.Task[object]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The calls of ``docs/simulator.md``."""
        acts: dict[str, Callable[[JsonObject], object]] = {
            "customers": self._add_customer,
            "members": self._add_member,
            "send": self._send,
            "album": self._album,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "press": self._press,
            "block": self._block,
            "topic": self._topic,
            "topics": self._open_topic,
            "rights": self._rights,
            "group": self._group,
            "account": self._account,
            "limits": self._limits,
            "faults": self._faults,
            "reset": self._reset,
        }
        return [
            web.get("/sim/state", self._get_state),
            web.get("/sim/events", self._get_events),
            web.get("/sim/calls", self._get_calls),
            web.post("/sim/upload", self._upload),
            *(web.post(f"/sim/{name}", _answering(act)) for name, act in acts.items()),
        ]

    async def close(self) -> None:
        """End all streams."""
        for stream in self._streams:
            stream.cancel()

    def state(self) -> JsonObject:
        """A *State*."""
        state = self._world.state
        members = [person for person in state.people.values() if person.part in {Part.MEMBER, Part.ADMINISTRATOR}]
        messages = [
            message.as_page()
            for chat in state.chats.values()
            for message in chat.latest(SHOWN_OF_GROUP if chat.is_group else SHOWN_OF_CUSTOMER)
        ]
        return {
            "bot": state.bot.as_person(),
            "customers": [person.as_person() for person in state.people.values() if person.part is Part.CUSTOMER],
            "group": {
                "id": state.group.id,
                "title": state.group.title,
                "is_forum": state.group.is_forum,
                "members": [member.as_person() for member in members],
            },
            "topics": [topic.as_page() for topic in state.group.topics.values()],
            "messages": messages,
            "files_base": state.files.base,
            "last_event_id": state.events.last_id,
            "limits": {"enforce": self._api.limits.enforce},
        }

    async def _get_state(self, _request: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _get_calls(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            return _refused(PageError("after is the id of a call, a number"))
        return web.json_response(self._api.calls.after(int(after)))

    async def _get_events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, from ``Last-Event-ID`` (or ``?after=``) on, else from now on."""
        wanted = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        events = self._world.state.events
        last = int(wanted) if wanted.isdecimal() else events.last_id
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        task = asyncio.current_task()
        assert task, "a handler runs in a task"
        self._streams.add(task)
        try:
            await self._stream(response, last)
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self._streams.discard(task)
        return response

    async def _stream(self, response: web.StreamResponse, last: int) -> None:
        events = self._world.state.events
        while True:
            news = events.since(last)
            if news is None:
                news = [{"id": events.last_id, "type": "reset"}]
            last = events.last_id
            if news:
                await response.write("".join(_frame(event) for event in news).encode())
            if last != events.last_id:
                continue
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await events.changed()
            except TimeoutError:
                await response.write(b": still here\n\n")

    async def _upload(self, request: web.Request) -> web.Response:
        """Keep a file for sending; its ``type`` is what Telegram's apps would send it as."""
        if request.content_type != "multipart/form-data":
            return _refused(PageError("an upload is multipart/form-data with a field named file"))
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                return self._keep(part.filename or "file", part.headers.get("Content-Type"), bytes(await part.read()))
        return _refused(PageError("an upload has a field named file"))

    def _keep(self, name: str, mime: str | None, data: bytes) -> web.Response:
        try:
            file = self._world.state.files.keep(name, mime, data)
        except ApiError as error:
            return _refused(PageError(error.description))
        kind = {"image": "photo", "video": "video", "audio": "audio"}.get(file.mime.split("/")[0], "document")
        kind = {"image/gif": "animation", "audio/ogg": "voice", "image/svg+xml": "document"}.get(file.mime, kind)
        return web.json_response({"file_id": file.file_id, "name": file.name, "size": len(data), "type": kind})

    # what people do

    def _add_customer(self, body: JsonObject) -> object:
        language, username = text_of(body, "language_code"), text_of(body, "username")
        return self._world.add_customer(text_of(body, "name"), language, username).as_person()

    def _add_member(self, body: JsonObject) -> object:
        return self._world.add_member(text_of(body, "name"), body.get("administrator") is True).as_person()

    def _send(self, body: JsonObject) -> object:
        message = self._world.send(
            _id(body, "chat_id"),
            _id(body, "from_id"),
            text_of(body, "text"),
            thread_id=number_of(body, "thread_id"),
            reply_to=number_of(body, "reply_to"),
            media=object_of(body, "media"),
            caption=text_of(body, "caption"),
            contact=object_of(body, "contact"),
            location=object_of(body, "location"),
            entities=objects_of(body, "entities"),
        )
        return message.as_page()

    def _album(self, body: JsonObject) -> object:
        items, thread_id = objects_of(body, "items"), number_of(body, "thread_id")
        album = self._world.album(_id(body, "chat_id"), _id(body, "from_id"), items, thread_id=thread_id)
        return [message.as_page() for message in album]

    def _edit(self, body: JsonObject) -> object:
        ids = _message_ids(body)
        return self._world.edit(*ids, text_of(body, "text"), objects_of(body, "entities")).as_page()

    def _delete(self, body: JsonObject) -> object:
        self._world.delete(_id(body, "chat_id"), _id(body, "message_id"))
        return {}

    def _react(self, body: JsonObject) -> object:
        ids = _message_ids(body)
        self._world.react(*ids, text_of(body, "emoji"))
        return {}

    def _press(self, body: JsonObject) -> object:
        ids = _message_ids(body)
        return {"callback_id": self._world.press(*ids, text_of(body, "data"))}

    def _block(self, body: JsonObject) -> object:
        self._world.block(_id(body, "customer_id"), body.get("blocked") is not False)
        return {}

    def _topic(self, body: JsonObject) -> object:
        self._world.topic(_id(body, "thread_id"), text_of(body, "action"), text_of(body, "title"))
        return {}

    def _open_topic(self, body: JsonObject) -> object:
        return self._world.open_topic(text_of(body, "title"), _id(body, "from_id")).as_page()

    def _rights(self, body: JsonObject) -> object:
        rights = object_of(body, "rights") or {}
        self._world.set_bot(text_of(body, "status", "administrator"), {name: on is True for name, on in rights.items()})
        return {}

    def _group(self, body: JsonObject) -> object:
        if isinstance(body.get("topics"), bool):
            self._world.set_topics(body["topics"] is True)
        if body.get("upgrade") is True:
            self._world.upgrade()
        return {"id": self._world.agents_chat}

    def _account(self, body: JsonObject) -> object:
        self._world.delete_account(_id(body, "customer_id"))
        return {}

    def _limits(self, body: JsonObject) -> object:
        self._api.limits.enforce = body.get("enforce") is True
        return {}

    def _faults(self, body: JsonObject) -> object:
        self._api.faults.replace([fault_from(rule) for rule in objects_of(body, "rules")])
        return {}

    def _reset(self, _body: JsonObject) -> object:
        self._api.limits.clear()
        self._api.faults.replace([])
        self._api.calls.clear()
        self._world.reset()
        return self.state()


def _id(body: JsonObject, name: str) -> int:
    number = number_of(body, name)
    if number is None:
        raise PageError(f"{name} is missing: it is a number")
    return number


def _message_ids(body: JsonObject) -> tuple[int, int, int]:
    return _id(body, "chat_id"), _id(body, "message_id"), _id(body, "from_id")


def _frame(event: JsonObject) -> str:
    return f"id: {event['id']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"


def _refused(error: PageError) -> web.Response:
    return web.json_response({"error": str(error)}, status=error.status)


def _answering(act: Callable[[JsonObject], object]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that gives ``act`` the body of a request, and answers with what it returns."""

    async def handler(request: web.Request) -> web.Response:
        body: object = None
        with suppress(ValueError):
            body = await request.json() if request.can_read_body else {}
        if not isinstance(body, dict):
            return _refused(PageError("the body is not a JSON object"))
        try:
            return web.json_response(act(body))
        except PageError as error:
            return _refused(error)
        except ApiError as error:
            return _refused(PageError(error.description))

    return handler
