"""How wide and high a picture or film is, read from the head of its file."""

from __future__ import annotations

import struct

Size = tuple[int, int]
_FILMS = {b"avc1", b"hvc1", b"hev1", b"av01", b"vp09", b"mp4v"}


def measure(data: bytes) -> Size | None:
    """Width and height in pixels; None where the file is no PNG, GIF, JPEG, WebP or MP4, or is cut short."""
    try:
        return _measure(data)
    except (struct.error, IndexError):
        return None


def _measure(data: bytes) -> Size | None:
    if data.startswith(b"\x89PNG"):
        return _pair(">II", data, 16)
    if data.startswith(b"GIF8"):
        return _pair("<HH", data, 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return _mp4(data) if data[4:8] == b"ftyp" else None


def _pair(form: str, data: bytes, place: int) -> Size:
    first, second = struct.unpack_from(form, data, place)
    return first, second


def _jpeg(data: bytes) -> Size | None:
    """The first frame header among the segments."""
    place = 2
    while data[place] == 0xFF:
        kind, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = _pair(">HH", data, place + 5)
            return width, height
        place += 2 + length
    return None


def _webp(data: bytes) -> Size:
    form = data[12:16]
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = _pair("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _mp4(data: bytes) -> Size | None:
    """From the first sample description, where that is a film's."""
    place = data.find(b"stsd")
    if place < 0 or data[place + 16 : place + 20] not in _FILMS:
        return None
    return _pair(">HH", data, place + 44)
