"""A film for the samples: a few pictures in H.264 without any compression, in an MP4 file.

Every macroblock is I_PCM, so that its 384 bytes are the pixels themselves (ITU-T H.264, 7.3.5). Pixels stay above 15,
so no sequence of theirs can be taken for a start code.
"""

from __future__ import annotations

import struct

WIDTH, HEIGHT = 128, 96
_FRAMES, _TICKS = 3, 1000
_SPS = bytes.fromhex("6742000af841a2")  # baseline, level 1, 8 by 6 macroblocks
_PPS = bytes.fromhex("68ce3880")
_SLICE = bytes.fromhex("05888421a0")  # one slice with the whole picture, up to its first macroblock
_NEXT = b"\x0d\x00"  # the head of each further macroblock


def mp4() -> bytes:
    """Three pictures, one a second: a bright square that wanders."""
    pictures = [_picture(number) for number in range(_FRAMES)]
    samples = [struct.pack(">I", len(picture)) + picture for picture in pictures]
    head = _box(b"ftyp", b"isom\0\0\2\0isomavc1mp41")
    first = len(head) + len(_moov(samples, 0)) + 8
    return head + _moov(samples, first) + _box(b"mdat", b"".join(samples))


def _picture(number: int) -> bytes:
    blocks = []
    for place in range(48):
        row, column = divmod(place, 8)
        bright = abs(column - 2 - 2 * number) <= 1 and 2 <= row <= 3
        luma = 210 if bright else 60 + 8 * row
        blocks.append(bytes([luma]) * 256 + bytes([110 if bright else 150]) * 64 + bytes([160 if bright else 110]) * 64)
    return _SLICE + _NEXT.join(blocks) + b"\x80"


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def _full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *parts)


def _moov(samples: list[bytes], first: int) -> bytes:
    """The table of contents; ``first`` is where the first picture stands in the file."""
    span = _FRAMES * _TICKS
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mvhd = _full(
        b"mvhd", struct.pack(">4IIHH8x", 0, 0, _TICKS, span, 0x10000, 0x100, 0), matrix, bytes(24), b"\0\0\0\2"
    )
    size = struct.pack(">II", WIDTH << 16, HEIGHT << 16)
    tkhd = _full(b"tkhd", struct.pack(">5I8xHHHH", 0, 0, 1, 0, span, 0, 0, 0, 0), matrix, size, flags=3)
    mdhd = _full(b"mdhd", struct.pack(">4IHH", 0, 0, _TICKS, span, 0x55C4, 0))
    hdlr = _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"video\0")
    source = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    media = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), source, _sample_table(samples, first))
    return _box(b"moov", mvhd, _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, media)))


def _sample_table(samples: list[bytes], first: int) -> bytes:
    config = b"\1" + _SPS[1:4] + b"\xff\xe1" + struct.pack(">H", len(_SPS)) + _SPS
    config += b"\1" + struct.pack(">H", len(_PPS)) + _PPS
    look = struct.pack(">6xH16xHHIIIH32sHh", 1, WIDTH, HEIGHT, 0x480000, 0x480000, 0, 1, b"", 24, -1)
    sizes = struct.pack(f">II{len(samples)}I", 0, len(samples), *map(len, samples))
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"avc1", look, _box(b"avcC", config))),
        _full(b"stts", struct.pack(">III", 1, len(samples), _TICKS)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, len(samples), 1)),
        _full(b"stsz", sizes),
        _full(b"stco", struct.pack(">II", 1, first)),
    )
