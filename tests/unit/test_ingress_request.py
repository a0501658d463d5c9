"""The one shape of request that the front door reads itself; all others are someone else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingress.request import HeadReader, UnusualError

HEADS = HeadReader("/telegram/webhook")
PLAIN = (
    b"POST /telegram/webhook HTTP/1.1\r\nHost: keepword.example\r\nContent-Type: application/json\r\n"
    b"X-Telegram-Bot-Api-Secret-Token: a-secret\r\nContent-Length: 2\r\n\r\n"
)


def with_line(line: bytes) -> bytes:
    return PLAIN[:-2] + line + b"\r\n\r\n"


def test_a_plain_delivery_is_read() -> None:
    head = HEADS.read(PLAIN + b"{}")
    assert head is not None
    assert (head.size, head.length, head.closes) == (len(PLAIN), 2, False)
    assert head.headers[b"x-telegram-bot-api-secret-token"] == b"a-secret"


@given(st.lists(st.integers(0, 99_999), min_size=1, max_size=30), st.binary(max_size=50))
def test_a_head_that_was_read_before_is_read_the_same(lengths: list[int], body: bytes) -> None:
    reader = HeadReader("/telegram/webhook")
    for length in [*lengths, *lengths]:
        content = PLAIN.replace(b"Content-Length: 2", b"Content-Length: %d" % length) + body
        assert reader.read(content) == HeadReader("/telegram/webhook").read(content)


def test_more_and_longer_heads_than_are_known_again_are_read_the_same() -> None:
    reader = HeadReader("/telegram/webhook")
    for number in range(2_000):
        with_number = with_line(b"X-Other: %d" % number)
        assert reader.read(with_number) == HeadReader("/telegram/webhook").read(with_number)
    long = with_line(b"X-Long: " + b"a" * 10_000)
    assert reader.read(long) == reader.read(long) == HeadReader("/telegram/webhook").read(long)


@given(st.integers(0, len(PLAIN) - 1))
def test_a_head_that_is_not_all_here_is_waited_for(size: int) -> None:
    assert HEADS.read(PLAIN[:size]) is None


@pytest.mark.parametrize(
    ("version", "line", "closes"),
    [
        (b"1.1", b"Connection: close", True),
        (b"1.1", b"Connection: Keep-Alive", False),
        (b"1.0", b"X-Other: 1", True),
        (b"1.0", b"Connection: keep-alive", False),
    ],
)
def test_whether_it_is_the_connections_last_is_seen(version: bytes, line: bytes, closes: bool) -> None:
    head = HEADS.read(with_line(line).replace(b"HTTP/1.1", b"HTTP/" + version))
    assert head is not None
    assert head.closes is closes


@pytest.mark.parametrize(
    "content",
    [
        b"GET /healthz HTTP/1.1\r\n",
        b"G",
        PLAIN.replace(b"POST", b"PUT"),
        PLAIN.replace(b"/webhook", b"/webhook/"),
        PLAIN.replace(b"/webhook", b"/webhook?x=1"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.2"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.1 "),
        PLAIN.replace(b"Content-Length: 2\r\n", b""),
        PLAIN.replace(b"Content-Length: 2", b"Content-Length: +2"),
        PLAIN.replace(b"Content-Length: 2", b"Content-Length: 2, 2"),
        PLAIN.replace(b"Content-Length: 2", b"Content-Length: 99999999999"),
        PLAIN.replace(b"Content-Length: 2", b"Content-Length : 2"),
        PLAIN.replace(b"Host:", b" Host:"),
        PLAIN.replace(b"Host: keepword.example", b"Host"),
        with_line(b"Content-Length: 2"),
        with_line(b"Transfer-Encoding: chunked"),
        with_line(b"TRANSFER-ENCODING: chunked"),
        with_line(b"Content-Encoding: gzip"),
        with_line(b"Expect: 100-continue"),
        with_line(b"Connection: Upgrade"),
        with_line(b"Upgrade: websocket"),
        PLAIN[:-2] + b"X: " + b"y" * 20_000,
    ],
)
def test_whatever_else_it_is_is_left_to_others(content: bytes) -> None:
    with pytest.raises(UnusualError):
        HEADS.read(content)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_lead_to_an_error_of_another_kind(content: bytes) -> None:
    for given_bytes in (content, PLAIN[:-2] + content, PLAIN[:40] + content + PLAIN[40:]):
        try:
            HEADS.read(given_bytes)
        except UnusualError:
            continue


def test_a_secret_that_is_given_twice_is_no_secret_of_ours() -> None:
    head = HEADS.read(with_line(b"X-Telegram-Bot-Api-Secret-Token: a-secret"))
    assert head is not None
    assert head.headers[b"x-telegram-bot-api-secret-token"] == b"a-secret, a-secret"
