"""Small files of each type, made here, for people on the page who send "a photo" without choosing one."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache

from bot.simulator.sample_sound import ogg, wav
from bot.simulator.sample_video import mp4


def png(width: int, height: int, pixel: Callable[[int, int], bytes], size: int = 1) -> bytes:
    """A picture of ``width`` by ``height`` dots, each ``size`` pixels wide: red, green, blue, opacity."""
    rows = (b"\0" + b"".join(pixel(x, y) * size for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width * size, height * size, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(row * size for row in rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _dunes(x: int, y: int) -> bytes:
    """Sky, a low sun, and two rows of dunes, 240 by 160."""
    if y > 125 + 11 * math.sin(x / 35):
        return b"\xc9\x8b\x52\xff"
    if y > 102 + 8 * math.sin(x / 22 + 2):
        return b"\xe3\xb0\x72\xff"
    if (x - 175) ** 2 + (y - 60) ** 2 < 17**2:
        return b"\xff\xf1\xc4\xff"
    return bytes((88 + 158 * y // 110, 152 + 58 * y // 110, 214 - 44 * y // 110, 255))


def _smile(x: int, y: int) -> bytes:
    """A face on nothing, 128 by 128."""
    from_centre = math.hypot(x - 64, y - 64)
    eye = min(math.hypot(x - 44, y - 52), math.hypot(x - 84, y - 52)) < 7
    mouth = abs(math.hypot(x - 64, y - 60) - 34) < 4 and y > 76
    if from_centre > 60:
        return b"\0\0\0\0"
    return b"\x5a\x3c\x0a\xff" if eye or mouth else b"\xff\xcc\x3d\xff"


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


def pdf() -> bytes:
    """A page with a line on it."""
    drawing = b"BT /F1 14 Tf 20 60 Td (Receipt KW-20417) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, each)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n" % (len(objects) + 1) + table + end


_MAKERS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "photo": ("photo.png", "image/png", lambda: png(240, 160, _dunes, 2)),
    "video": ("video.mp4", "video/mp4", mp4),
    "video_note": ("video_note.mp4", "video/mp4", mp4),
    "voice": ("voice.ogg", "audio/ogg", lambda: ogg(3)),
    "audio": ("tune.wav", "audio/x-wav", lambda: wav(3, 523.25)),
    "document": ("receipt.pdf", "application/pdf", pdf),
    "sticker": ("sticker.png", "image/png", lambda: png(128, 128, _smile)),
    "animation": ("wave.gif", "image/gif", gif),
}


@cache
def sample(kind: str) -> tuple[str, str, bytes]:
    """Name, media type and bytes of the sample of a kind of media."""
    name, mime, make = _MAKERS[kind]
    return name, mime, make()
