"""Reads protocol buffers without their description: all that the model files here need, in a page.

Encoding: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5

Value = int | memoryview
"""A number, or what stands in a field of bytes (a text, a message inside, packed numbers)."""


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """(number, value) of each field of ``message``, in order. Raises ValueError where it is not a message."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield key >> 3, value
            continue
        length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(kind)
        if kind == _BYTES:
            length, place = _varint(message, place)
        if length is None or place + length > len(message):
            raise ValueError("this is no protocol buffer")
        yield key >> 3, message[place : place + length]
        place += length


def within(message: memoryview, number: int) -> Iterator[memoryview]:
    """The messages, texts or bytes in the fields of this ``number``."""
    return (value for found, value in fields(message) if found == number and isinstance(value, memoryview))


def numbers(message: memoryview, number: int) -> list[int]:
    """The whole numbers in the fields of this ``number``, packed or not."""
    found: list[int] = []
    for name, value in fields(message):
        if name == number and isinstance(value, int):
            found.append(value)
        elif name == number and isinstance(value, memoryview):
            place = 0
            while place < len(value):
                one, place = _varint(value, place)
                found.append(one)
    return found


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(message):
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place
    raise ValueError("this protocol buffer ends in the middle of a number")
