"""Sounds for the samples: a tone, and a voice message of silence."""

from __future__ import annotations

import math
import struct
from functools import cache


def wav(seconds: float, pitch: float = 440.0, rate: int = 8000) -> bytes:
    """A tone that swells and fades, 8 bit mono."""
    count = int(seconds * rate)
    wave = bytes(
        128 + round(60 * math.sin(math.pi * n / count) * math.sin(2 * math.pi * pitch * n / rate)) for n in range(count)
    )
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate, 1, 8)
    return b"RIFF" + struct.pack("<I", 36 + count) + b"WAVEfmt " + form + b"data" + struct.pack("<I", count) + wave


def ogg(seconds: int) -> bytes:
    """Silence in Ogg Opus, as voice messages are: 50 packets a second of 20 ms each, a page a second."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 9) + b"simulator" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, 0b010), _page([tags], 1, 0, 0)]
    for second in range(1, seconds + 1):
        last = 0b100 if second == seconds else 0
        pages.append(_page([b"\xf8\xff\xfe"] * 50, second + 1, 48000 * second, last))
    return b"".join(pages)


def _page(packets: list[bytes], number: int, samples: int, flags: int) -> bytes:
    """One page of an Ogg stream (RFC 3533); every packet here is shorter than 255 bytes."""
    lengths = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, samples, 1, number, 0) + bytes((len(packets),)) + lengths
    body = b"".join(packets)
    return head[:22] + struct.pack("<I", _checksum(head + body)) + head[26:] + body


def _checksum(page: bytes) -> int:
    """Ogg's CRC: polynomial 04c11db7, nothing reflected, nothing inverted."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _table()[value >> 24 ^ byte]
    return value


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
        rows.append(value)
    return tuple(rows)
