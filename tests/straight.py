"""The simulator without HTTP, for tests with a time of their own: requests go straight to its Bot API."""

from __future__ import annotations

import json
from dataclasses import replace

from telegram._utils.types import ODVInput
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.core.content import CannedReply, Reply
from bot.ports import Knowledge
from bot.simulator.api import Api, CutOff
from bot.simulator.errors import ApiError
from tests.catalogues import catalogue


class Straight(BaseRequest):
    """Requests that go to the simulator's Bot API without a network."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        raw = dict(request_data.json_parameters) if request_data else {}
        try:
            result = await self._api.call(url.rpartition("/")[2], raw, {}, "http")
        except ApiError as error:
            return error.code, json.dumps(error.answer()).encode()
        except CutOff as cut:
            raise NetworkError("the connection was cut off") from cut
        return 200, json.dumps({"ok": True, "result": result}).encode()


class Shelf:
    """Content of which nothing is needed here but its words: an agent has the case."""

    def current(self) -> Knowledge:
        say = CannedReply(Reply("say", {"other": "{word}"}))
        return Knowledge(replace(catalogue(), canned={"en": {"say": say}}), None)  # type: ignore[arg-type]  # nobody asks it
