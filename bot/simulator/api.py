"""The Bot API over HTTP: reads a call in any of its forms, has it done, and answers as Telegram does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from aiohttp import BodyPartReader, web

from bot.simulator.calls import Calls
from bot.simulator.delivery import Delivery, Described
from bot.simulator.errors import ApiError, bad_request
from bot.simulator.faults import Fault, Faults
from bot.simulator.files import StoredFile
from bot.simulator.limits import Limits
from bot.simulator.methods import HANDLERS, messages_in, weight
from bot.simulator.parameters import Arguments, Upload, canonical, read
from bot.simulator.state import State
from bot.simulator.webhook import Backoff, Webhook, backoff
from bot.simulator.wire import JsonObject

Raw = dict[str, object]
Uploads = dict[str, Upload]


class CutOff(Exception):  # noqa: N818 - nothing went wrong: it is what was asked for
    """The connection is to be closed without an answer."""


class Api:
    """All methods of the Bot API, with limits and faults in front of them."""

    def __init__(self, state: State, webhook_backoff: Backoff = backoff) -> None:
        self._state = state
        self.calls = Calls()
        self.limits = Limits(state.now)
        self.faults = Faults()
        self.webhook = Webhook(state, self._execute_answer, webhook_backoff)
        self._delivery = Delivery(state, self.webhook)

    @property
    def polled(self) -> bool:
        """Whether the bot waits for updates in a poll."""
        return self._delivery.polled

    async def call(self, method: str, raw: Mapping[str, object], uploads: Mapping[str, Upload], via: str) -> object:
        """Do what the bot asks; ``via`` is ``http``, or ``webhook`` for a call in a webhook's answer.

        Raises ApiError for what Telegram would refuse, and CutOff where a fault wants no answer.
        """
        entry = self.calls.add(self._state.now(), method, raw, via)
        try:
            result = await self._call(method, raw, uploads, via)
        except ApiError as error:
            entry |= {"status": error.code, "error": error.description}
            raise
        except CutOff:
            entry |= {"status": 0, "error": "cut off by a fault"}
            raise
        entry["status"] = 200
        return result

    async def _call(self, method: str, raw: Mapping[str, object], uploads: Mapping[str, Upload], via: str) -> object:
        name = canonical(method)
        arguments = read(name, raw, uploads)
        fault = self.faults.take(name, arguments.text("chat_id"))
        if fault:
            await self._begin(fault)
        self._spend(name, arguments, via)
        result = await self._perform(name, arguments)
        if fault and fault.drop == "after":
            raise CutOff
        return result

    async def _begin(self, fault: Fault) -> None:
        """What a fault does before anything is done."""
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop == "before":
            raise CutOff
        error = fault.error()
        if error:
            raise error

    def _spend(self, method: str, arguments: Arguments, via: str) -> None:
        """Count the call in Telegram's limits; a reaction in a webhook's answer is free."""
        counts = weight(method)
        chat_id = arguments.text("chat_id")
        if counts == "none" or not chat_id.removeprefix("-").isdecimal() or (counts, via) == ("reaction", "webhook"):
            return
        in_chat = counts == "message" or (counts == "edit" and chat_id.startswith("-"))
        self.limits.spend(int(chat_id), messages_in(method, arguments), in_chat)

    async def _perform(self, method: str, arguments: Arguments) -> object:
        match method:
            case "getUpdates":
                return await self._delivery.get_updates(arguments)
            case "setWebhook":
                return self._delivery.set_webhook(arguments)
            case "deleteWebhook":
                return self._delivery.delete_webhook(arguments)
            case "getWebhookInfo":
                return self._delivery.webhook_info(arguments)
            case _:
                return HANDLERS[method](self._state, arguments)

    async def _execute_answer(self, call: JsonObject) -> None:
        """A method in a webhook's answer: nobody hears whether it worked, but the list of calls shows it."""
        raw = {name: value for name, value in call.items() if name != "method"}
        try:
            await self.call(str(call["method"]), raw, {}, "webhook")
        except (ApiError, CutOff):
            return

    async def close(self) -> None:
        """Stop delivering updates and end the polls that wait."""
        await self.webhook.close()
        self._delivery.end_poll()

    # over HTTP

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """``/bot<token>/<method>``."""
        try:
            self._check_token(request.match_info["token"])
            raw, uploads = await _body(request)
            result = await self.call(request.match_info["method"], raw, uploads, "http")
        except ApiError as error:
            return web.json_response(error.answer(), status=error.code)
        except CutOff:
            return _cut_off(request)
        if isinstance(result, Described):
            return web.json_response({"ok": True, "result": result.result, "description": result.description})
        return web.json_response({"ok": True, "result": result})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """``/file/bot<token>/<path>``."""
        try:
            self._check_token(request.match_info["token"])
        except ApiError as error:
            return web.json_response(error.answer(), status=error.code)
        file = self._state.files.at(request.match_info["path"])
        if file is None:
            return web.json_response(ApiError(404, "Not Found").answer(), status=404)
        return _part(request, file)

    def _check_token(self, token: str) -> None:
        if token != self._state.token:
            raise ApiError(401, "Unauthorized")


async def _body(request: web.Request) -> tuple[Raw, Uploads]:
    """The arguments of a call, from its address and from its body in any of the three forms."""
    raw: Raw = dict(request.query)
    uploads: Uploads = {}
    if request.content_type == "application/json":
        raw |= _json_body(await request.text())
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise bad_request("can't parse the multipart body")
            if part.filename is None:
                raw[part.name] = await part.text()
            else:
                uploads[part.name] = Upload(part.filename, part.headers.get("Content-Type"), bytes(await part.read()))
    elif request.can_read_body:
        raw |= dict(await request.post())
    return raw, uploads


def _json_body(text: str) -> Raw:
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise bad_request("can't parse the body as JSON") from None
    if not isinstance(body, dict):
        raise bad_request("the body must be a JSON object")
    return body


def _part(request: web.Request, file: StoredFile) -> web.Response:
    """The file, or the part of it that was asked for: players look for the end of a recording first.

    Whatever was uploaded runs no scripts here.
    """
    headers = {"Accept-Ranges": "bytes", "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    size = len(file.data)
    try:
        start, stop, _ = request.http_range.indices(size)
    except ValueError:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    status = 206 if "Range" in request.headers else 200
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return web.Response(body=file.data[start:stop], status=status, content_type=file.mime, headers=headers)


def _cut_off(request: web.Request) -> web.Response:
    """Close the connection; the response is never sent."""
    if request.transport:
        request.transport.abort()
    return web.Response()
