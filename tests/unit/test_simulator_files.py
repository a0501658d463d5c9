"""Files: how large they are, and what the samples are made of."""

from __future__ import annotations

import struct

import pytest

from bot.simulator.errors import ApiError
from bot.simulator.files import MEDIA, MEGABYTE, Files
from bot.simulator.measure import measure
from bot.simulator.samples import sample

_SEGMENT = b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF"
JPEG = b"\xff\xd8" + _SEGMENT + b"\xff\xc0" + struct.pack(">HBHH", 11, 8, 600, 800) + b"\0" * 6
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (799 | 599 << 14).to_bytes(4, "little")
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (799).to_bytes(3, "little") + (599).to_bytes(3, "little")
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 800, 600)


@pytest.mark.parametrize("data", [JPEG, WEBP_LOSSLESS, WEBP_EXTENDED, WEBP_LOSSY])
def test_pictures_are_measured(data: bytes) -> None:
    assert measure(data) == (800, 600)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"GIF8", JPEG[:14], b"hello", b"\0\0\0\x08ftyp"])
def test_what_can_not_be_measured_has_no_size(data: bytes) -> None:
    assert measure(data) is None


@pytest.mark.parametrize(
    ("kind", "size"),
    [("photo", (480, 320)), ("sticker", (128, 128)), ("animation", (32, 32)), ("video", (128, 96)), ("voice", None)],
)
def test_samples_are_what_they_say(kind: str, size: tuple[int, int] | None) -> None:
    assert measure(sample(kind)[2]) == size


def test_photo_has_a_small_size_first() -> None:
    files = Files("/file/")
    sizes = files.attachment(files.sample("photo"), "photo").payload
    assert isinstance(sizes, list)
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 60), (480, 320)]
    assert files.find(sizes[0]["file_id"]).data == files.find(sizes[1]["file_id"]).data


@pytest.mark.parametrize("kind", MEDIA)
def test_same_sample_is_one_file(kind: str) -> None:
    files = Files("/file/")
    assert files.sample(kind) is files.sample(kind)


def test_files_are_neither_empty_nor_too_large() -> None:
    files = Files("/file/")
    with pytest.raises(ApiError, match="non-empty"):
        files.keep("a.txt", None, b"")
    with pytest.raises(ApiError, match="Request Entity Too Large"):
        files.keep("a.png", None, bytes(10 * MEGABYTE + 1), "photo")
