"""What Telegram delivered, just as it came: kept by the process that listens, until the store has taken it over.

One process appends to numbered files of frames, as the journal's; another reads behind it, and removes files that it
has done with. A record stands in a frame as a line with when it came (microseconds since the epoch) and its length,
then that many bytes and a newline.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.errors import StoreDamagedError
from bot.store.disk import PRIVATE_FILE
from bot.store.frames import Frames, frame
from bot.store.journal import segment_path
from bot.store.replay import numbered

log = logging.getLogger(__name__)

FOLDER = "deliveries"
"""Where they are kept, inside the store's folder."""

FILE_SIZE = 8 << 20
"""From this size on, in bytes, a new file is begun."""

_AT_ONCE = 16 << 10
"""How many bytes are read in one go, where a frame is not larger: what is done about them holds up everyone else."""

_RECORD = re.compile(rb"(\d{1,17}) (\d{1,10})\n")
_UPDATE_ID = re.compile(rb'"update_id":\s*(\d{1,18})')
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The body of one delivery, whatever it is."""

    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Before a byte of the file of a number."""

    number: int
    offset: int


def record(body: bytes, microseconds: int) -> bytes:
    """A delivery as it stands in a frame."""
    return b"%d %d\n%b\n" % (microseconds, len(body), body)


def records_of(payload: bytes) -> Iterator[Delivery]:
    """The deliveries of a frame."""
    start = 0
    while start < len(payload):
        head = _RECORD.match(payload, start)
        if head is None:
            raise StoreDamagedError(f"a frame of deliveries has no record at byte {start}; a newer Keepword wrote it?")
        end = head.end() + int(head[2])
        yield Delivery(_EPOCH + timedelta(microseconds=int(head[1])), payload[head.end() : end])
        start = end + 1


class DeliveryLock:
    """Held by whoever appends. It goes with the process; the one before may need a moment to end."""

    def __init__(self, folder: Path) -> None:
        """Raises BlockingIOError: another process still has it; OSError: it cannot be written."""
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        os.close(self._descriptor)


class DeliveryReader:
    """Reads deliveries in the order in which they were kept, each once, as often as :meth:`take` is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = Place(min(self._files(), default=1), 0)

    @property
    def following(self) -> int:
        """The number for the files of whoever appends next: nothing stands there yet."""
        return max([*self._files(), self._place.number]) + 1

    def take(self, until: Place) -> tuple[Sequence[Delivery], Place]:
        """The next deliveries before ``until``, and the place behind them; none: all were read.

        They come again until :meth:`go_on` is told. Raises StoreDamagedError, StoreError.
        """
        place = self._place
        while place < until:
            if not segment_path(self._folder, place.number).exists():
                place = self._next_file(place, until)
                continue
            found, place = self._read(place, until)
            if found:
                return found, place
        return (), place

    def go_on(self, place: Place) -> bool:
        """All before ``place`` is in other hands: it is not read again. True: there are files to be removed."""
        moved = place.number > self._place.number
        self._place = place
        return moved

    def remove_done(self) -> None:
        """Remove the files that are done with."""
        for number in self._files():
            if number < self._place.number:
                segment_path(self._folder, number).unlink(missing_ok=True)

    def _read(self, place: Place, until: Place) -> tuple[Sequence[Delivery], Place]:
        path = segment_path(self._folder, place.number)
        is_last = place.number == until.number
        payloads, frames = _some_frames(path, place.offset, until.offset - place.offset if is_last else None)
        if payloads:
            found = [delivery for payload in payloads for delivery in records_of(bytes(payload))]
            return found, Place(place.number, place.offset + frames.good)
        if frames.damage and (is_last or not frames.damage.torn):
            raise StoreDamagedError(
                f"{path} is damaged at byte {place.offset}. Stop Keepword, copy the file, and give up what follows: "
                f"truncate -s {place.offset} {path}"
            )
        return (), self._next_file(place, until)

    def _next_file(self, place: Place, until: Place) -> Place:
        """Where to go on: an end that a crash tore held nothing that was ever acknowledged."""
        following = min((number for number in self._files() if number > place.number), default=until.number)
        return Place(following, 0) if following <= until.number else until

    def _files(self) -> list[int]:
        return numbered(self._folder, "journal")


def _some_frames(path: Path, start: int, size: int | None) -> tuple[Sequence[memoryview], Frames]:
    """The next frames: a few, or one that is large."""
    frames = Frames(path, start, _AT_ONCE if size is None else min(size, _AT_ONCE))
    payloads = list(frames)
    if frames.damage and not payloads:
        frames = Frames(path, start, size)
        payloads = list(frames)
    return payloads, frames


def blank(folder: Path, is_done_with: Callable[[int], bool]) -> None:
    """Leave nothing of what was delivered and is dealt with, but the ids of those updates.

    Files may be appended to meanwhile, so each frame is written over in its place, by one of the same length. What is
    not dealt with yet stays as it is. Raises OSError.
    """
    for number in numbered(folder / FOLDER, "journal"):
        with suppress(FileNotFoundError):  # it is done with, and was removed
            _blank_file(segment_path(folder / FOLDER, number), is_done_with)


def _blank_file(path: Path, is_done_with: Callable[[int], bool]) -> None:
    frames = Frames(path)
    descriptor = os.open(path, os.O_WRONLY)
    try:
        for payload in frames:
            records = list(records_of(bytes(payload)))
            blanked = [_blanked(each, is_done_with) for each in records]
            if blanked != records:
                os.pwrite(descriptor, frame(b"".join(map(_as_record, blanked))), frames.good)  # where it began
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_record(delivery: Delivery) -> bytes:
    return record(delivery.body, (delivery.received_at - _EPOCH) // timedelta(microseconds=1))


def _blanked(delivery: Delivery, is_done_with: Callable[[int], bool]) -> Delivery:
    found = _UPDATE_ID.search(delivery.body)
    if found is None or not is_done_with(int(found[1])):
        return delivery
    return replace(delivery, body=(b'{"update_id":%b}' % found[1]).ljust(len(delivery.body)))
