"""Checksummed frames: how every append-only file of the store is laid out, and how it is read after a crash.

A file is a sequence of frames: a line with the CRC-32 and the length of what follows, then that many bytes, the last
of them a newline. A frame is written as one group of transactions, so what a crash tears is a whole group whose
durability was promised to nobody.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.store.disk import read_part

_HEADER = re.compile(rb"([0-9a-f]{8}) (\d{1,10})\n")


def frame(payload: bytes) -> bytes:
    """``payload`` (lines, each ended by a newline) as it stands in the file."""
    return b"%08x %d\n%b" % (zlib.crc32(payload), len(payload), payload)


@dataclass(frozen=True, slots=True)
class Damage:
    """From ``offset`` on, the file at ``path`` cannot be read.

    ``torn``: nothing that can be read follows, which is what a crash leaves at the end of a file.
    """

    path: Path
    offset: int
    torn: bool

    def remedy(self) -> str:
        """What a person is told who must decide."""
        return (
            f"{self.path} is damaged at byte {self.offset}, and good records follow. Stop Keepword, copy its folder. "
            f"Then put a backup in its place; or, giving up all that was written to this file after the damage, run: "
            f"truncate -s {self.offset} {self.path}"
        )


class Frames:
    """The frames of one file, read once. After the iteration ``damage`` says whether all of it could be read.

    ``good`` counts the bytes of the frames that were found good so far.
    """

    def __init__(self, path: Path, start: int = 0, size: int | None = None) -> None:
        """Read the file, or ``size`` bytes of it from ``start``, where a frame begins.

        A file that is missing raises FileNotFoundError, one that cannot be read StoreError.
        """
        self._path = path
        self._content = read_part(path, start, size)
        self.good = 0
        self.damage: Damage | None = None

    def __iter__(self) -> Iterator[memoryview]:
        whole = memoryview(self._content)
        while self.good < len(whole):
            span = _payload_at(self._content, whole, self.good)
            if span is None:
                self.damage = Damage(self._path, self.good, torn=not self._anything_after(whole))
                return
            yield whole[span[0] : span[1]]
            self.good = span[1]

    def whole(self) -> bytes:
        """The bytes of all frames that were found good so far."""
        return self._content[: self.good]

    def _anything_after(self, whole: memoryview) -> bool:
        """Whether a good frame starts anywhere behind the damage."""
        return any(
            _payload_at(self._content, whole, candidate.start()) is not None
            for candidate in _HEADER.finditer(self._content, self.good + 1)
        )


def _payload_at(content: bytes, whole: memoryview, offset: int) -> tuple[int, int] | None:
    """Where the payload of a good frame at ``offset`` begins and ends."""
    header = _HEADER.match(content, offset)
    if header is None:
        return None
    start, length = header.end(), int(header[2])
    payload = whole[start : start + length]
    if len(payload) < length or zlib.crc32(payload) != int(header[1], 16):
        return None
    return start, start + length
