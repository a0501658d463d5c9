"""python-telegram-bot's HTTP on aiohttp: its own httpx pool collapses under many parallel requests."""

from __future__ import annotations

import re
from typing import TypeVar

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

T = TypeVar("T")

_TOKEN = re.compile(r"/bot[^/\s]+")


class AiohttpRequest(BaseRequest):
    """A pool of connections to the Bot API. Times are seconds; ``None`` waits for ever.

    ``media_write_timeout`` stands in for ``write_timeout`` when files are sent. Raises ``NetworkError`` and
    ``TimedOut`` with aiohttp's own error as the cause, and never shows the token in a text.
    """

    def __init__(
        self,
        connection_pool_size: int = 256,
        *,
        read_timeout: float | None = 10.0,
        write_timeout: float | None = 10.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
        media_write_timeout: float | None = 60.0,
    ) -> None:
        self._pool_size = connection_pool_size
        self._read = read_timeout
        self._write = write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._media_write = media_write_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """How many seconds to wait for an answer when a call does not say."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool; does nothing where it is open."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": self.USER_AGENT})

    async def shutdown(self) -> None:
        """Close the pool; it may be opened again."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

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
        """The status and body of the answer, whatever the status."""
        if self._session is None:
            raise RuntimeError("The connection to Telegram is closed: call initialize() first.")
        has_files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            read=_given(read_timeout, self._read),
            write=_given(write_timeout, self._media_write if has_files else self._write),
            connect=_given(connect_timeout, self._connect),
            pool=_given(pool_timeout, self._pool),
        )
        try:
            async with self._session.request(method, url, data=_body(request_data), timeout=timeout) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(f"Telegram did not answer in time ({type(error).__name__})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_TOKEN.sub("/bot…", f"{type(error).__name__}: {error}")) from error


def _given(value: ODVInput[T], default: T | None) -> T | None:
    return default if isinstance(value, DefaultValue) else value


def _sum(*spans: float | None) -> float | None:
    """Spans one after another; without end if one of them is."""
    known = [span for span in spans if span is not None]
    return sum(known) if len(known) == len(spans) else None


def _timeout(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    """Aiohttp has no limit for writing alone, so that it bounds the whole together with the others."""
    return aiohttp.ClientTimeout(
        total=_sum(read, write, connect, pool), connect=_sum(connect, pool), sock_connect=connect, sock_read=read
    )


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    # File names go as they are: Telegram takes percent signs for part of the name.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form
