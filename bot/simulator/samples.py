"""Small files of each type, made here, for people on the page who send "a photo" without choosing one."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache


def png(width: int, height: int) -> bytes:
    """A picture: a soft gradient from the sea to the sand."""
    top, bottom = (88, 152, 214), (246, 214, 152)
    rows = []
    for y in range(height):
        share = y / max(1, height - 1)
        ends = [(round(a + (b - a) * share), 18 * (1 - share)) for a, b in zip(top, bottom, strict=True)]
        row = bytes(
            min(255, max(0, round(level + wave * math.sin(x / 40)))) for x in range(width) for level, wave in ends
        )
        rows.append(b"\0" + row)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def wav(seconds: float, pitch: float = 440.0, rate: int = 8000) -> bytes:
    """A tone that swells and fades, 8 bit mono."""
    count = int(seconds * rate)
    wave = bytes(
        128 + round(60 * math.sin(math.pi * n / count) * math.sin(2 * math.pi * pitch * n / rate)) for n in range(count)
    )
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate, 1, 8)
    return b"RIFF" + struct.pack("<I", 36 + count) + b"WAVEfmt " + form + b"data" + struct.pack("<I", count) + wave


def gif(frames: int = 8, side: int = 32) -> bytes:
    """A square that changes its shade, over and over."""
    palette = b"".join(bytes((64 + 12 * n, 150, 220 - 12 * n)) for n in range(16))
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0b1011_0011, 0, 0) + palette
    loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    return head + loop + b"".join(_gif_frame(side, n % 16) for n in range(frames)) + b";"


def _gif_frame(side: int, shade: int) -> bytes:
    """One frame: each pixel a code of 5 bits, with a clear code often enough for the codes never to grow."""
    codes: list[int] = []
    for n in range(side * side):
        if n % 12 == 0:
            codes.append(16)
        codes.append(shade)
    codes.append(17)
    bits = sum(code << (5 * place) for place, code in enumerate(codes))
    packed = bits.to_bytes((5 * len(codes) + 7) // 8, "little")
    blocks = b"".join(bytes((len(part),)) + part for part in (packed[i : i + 255] for i in range(0, len(packed), 255)))
    control = b"!\xf9\x04\x04" + struct.pack("<H", 12) + b"\0\0"
    return control + b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x04" + blocks + b"\0"


def mp4() -> bytes:
    """The head of a film without pictures: enough to be sent, named and measured."""
    brand = b"isom\0\0\x02\0isomiso2mp41"
    return struct.pack(">I", 8 + len(brand)) + b"ftyp" + brand + struct.pack(">I", 8) + b"mdat"


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" \
      b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip


_MAKERS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "photo": ("photo.png", "image/png", lambda: png(480, 320)),
    "video": ("video.mp4", "video/mp4", mp4),
    "video_note": ("video_note.mp4", "video/mp4", mp4),
    "voice": ("voice.ogg", "audio/ogg", lambda: wav(2)),
    "audio": ("tune.wav", "audio/x-wav", lambda: wav(3, 523.25)),
    "document": ("receipt.pdf", "application/pdf", lambda: PDF),
    "sticker": ("sticker.webp", "image/webp", lambda: png(128, 128)),
    "animation": ("wave.gif", "image/gif", gif),
}


@cache
def sample(kind: str) -> tuple[str, str, bytes]:
    """Name, media type and bytes of the sample of a kind of media."""
    name, mime, make = _MAKERS[kind]
    return name, mime, make()
