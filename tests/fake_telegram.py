"""A Bot API without HTTP: what the bot asks for is written down, and answered as a test likes."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.telegram.client import TelegramBot

TOKEN = "123456:" + "A" * 35


@dataclass(frozen=True)
class Asked:
    """One request: the method and its parameters, decoded."""

    method: str
    parameters: dict[str, Any]


Refusal = tuple[int, str, dict[str, int]]


class FakeTelegram(BaseRequest):
    """Answers every method as Telegram does when all is well, unless a refusal or an error was queued for it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.results: dict[str, Any] = {}
        self._faults: dict[str, deque[Refusal | NetworkError]] = {}
        self._last_id = 100
        self._unplugged = 0

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    def bot(self) -> TelegramBot:
        return TelegramBot(TOKEN, request=self, get_updates_request=self)

    def refuse(self, method: str, status: int, description: str, times: int = 1, **parameters: int) -> None:
        """The next calls of a method are refused like this."""
        for _ in range(times):
            self._faults.setdefault(method, deque()).append((status, description, parameters))

    def cut_off(self, method: str) -> None:
        """The next call of a method may or may not have arrived."""
        error = TimedOut("cut off")
        error.__cause__ = aiohttp.ServerDisconnectedError()
        self._faults.setdefault(method, deque()).append(error)

    def unplug(self, times: int) -> None:
        """The next requests of any kind find no connection."""
        self._unplugged = times

    def asked_for(self, method: str) -> list[dict[str, Any]]:
        return [asked.parameters for asked in self.asked if asked.method == method]

    @property
    def texts(self) -> list[str]:
        """What was sent as words, in order."""
        return [parameters["text"] for parameters in self.asked_for("sendMessage")]

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
        name = url.rpartition("/")[2]
        parameters = dict(request_data.parameters) if request_data else {}
        self.asked.append(Asked(name, parameters))
        if self._unplugged:
            self._unplugged -= 1
            unreachable = NetworkError("no connection")
            unreachable.__cause__ = aiohttp.ConnectionTimeoutError("no connection")
            raise unreachable
        waiting = self._faults.get(name)
        if waiting:
            fault = waiting.popleft()
            if isinstance(fault, NetworkError):
                raise fault
            status, description, extra = fault
            answer = {"ok": False, "error_code": status, "description": description, "parameters": extra}
            return status, json.dumps(answer).encode()
        return 200, json.dumps({"ok": True, "result": self._result(name, parameters)}).encode()

    def _result(self, name: str, parameters: dict[str, Any]) -> Any:
        if name in self.results:
            return self.results[name]
        self._last_id += 1
        match name:
            case "sendMessage":
                chat = {"id": parameters["chat_id"], "type": "private"}
                return {"message_id": self._last_id, "date": 1, "chat": chat, "text": parameters["text"]}
            case "copyMessage":
                return {"message_id": self._last_id}
            case "createForumTopic":
                return {"message_thread_id": self._last_id, "name": parameters["name"], "icon_color": 7322096}
            case "getMe":
                return {"id": 42, "is_bot": True, "first_name": "Shop", "username": "ShopBot", "can_join_groups": True}
            case "getUpdates" | "getChatAdministrators":
                return []
            case _:
                return True
