"""The one shape of HTTP request that we read ourselves: Telegram's, with its length and nothing unusual."""

from __future__ import annotations

from dataclasses import dataclass

_END = b"\r\n\r\n"
_LONGEST_HEAD = 16 * 1024
_MOST_KNOWN = 512
_LONGEST_KNOWN = 1024
"""So many heads, each of so many bytes at most, are known again."""

_UNUSUAL = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"te", b"trailer"})
"""Headers that change how a body is read."""

_ONCE = frozenset({b"content-length", b"connection"})


class UnusualError(Exception):
    """Not such a request, though perhaps a good one: someone else must read it."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request's head of ``size`` bytes; ``length`` bytes of body follow. ``closes``: it is the connection's last."""

    size: int
    length: int
    headers: dict[bytes, bytes]
    closes: bool


class HeadReader:
    """Reads the heads of requests ``POST path``.

    Telegram's are the same but for the length of what follows, so a head that was read before is known again.
    """

    def __init__(self, path: str) -> None:
        self._start = b"POST %b HTTP/1." % path.encode("ascii")
        self._known: dict[bytes, Head] = {}

    def read(self, content: bytes) -> Head | None:
        """The head that ``content`` begins with; None: more is to come. Raises UnusualError."""
        end = content.find(_END, 0, _LONGEST_HEAD)
        whole = content[:end] if 0 <= end <= _LONGEST_KNOWN else b""
        head = self._known.get(whole)
        if head is None:
            head = self._read(content, end)
            if head is not None and whole:
                self._remember(whole, head)
        return head

    def _remember(self, whole: bytes, head: Head) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[whole] = head

    def _read(self, content: bytes, end: int) -> Head | None:
        start = self._start
        if not content.startswith(start if len(content) >= len(start) else start[: len(content)]):
            raise UnusualError
        if end < 0:
            if len(content) >= _LONGEST_HEAD:
                raise UnusualError
            return None
        version, *lines = content[len(start) : end].split(b"\r\n")
        if version not in {b"0", b"1"}:
            raise UnusualError
        headers = _headers(lines)
        connection = headers.get(b"connection", b"").lower()
        if connection not in {b"", b"keep-alive", b"close"}:
            raise UnusualError
        closes = connection == b"close" or (version == b"0" and connection != b"keep-alive")
        return Head(end + len(_END), _length(headers), headers, closes)


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        name = name.lower()
        if not colon or not name or name != name.strip() or name in _UNUSUAL or (name in _ONCE and name in headers):
            raise UnusualError
        if name in headers:
            value = headers[name] + b"," + value
        headers[name] = value.strip(b" \t")
    return headers


def _length(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"")
    if not value.isdigit() or len(value) > 9:
        raise UnusualError
    return int(value)
