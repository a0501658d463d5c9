"""Reads and writes protocol buffers without their description: all that the model files here need, in a page.

Encoding: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
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


def field(number: int, content: bytes | str | int) -> bytes:
    """One field, written: a whole number (not below zero), a text, or bytes such as a message inside."""
    if isinstance(content, int):
        return _written(number << 3 | _VARINT) + _written(content)
    data = content.encode() if isinstance(content, str) else content
    return _written(number << 3 | _BYTES) + _written(len(data)) + data


def float_field(number: int, value: float) -> bytes:
    """One field with a number in single precision, written."""
    return _written(number << 3 | _FOUR_BYTES) + struct.pack("<f", value)


def _written(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
