"""What the two sides of the understanding process say to each other: pickled objects, each with its length before it.

Both ends are ours, over pipes that nobody else can write to.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from pathlib import Path

from bot.core.content import Catalogue
from bot.core.understanding import Understanding
from bot.ports import Hints

_LENGTH = struct.Struct("!I")
HEAD = _LENGTH.size
"""Bytes before each parcel that say how long it is."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """The first thing that is said: be taught this, and keep it in ``folder``."""

    catalogue: Catalogue
    folder: Path


@dataclass(frozen=True, slots=True)
class Question:
    """What does this mean?"""

    number: int
    text: str
    hints: Hints


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training has come."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Taught:
    """Training is over; ``trouble`` says why it failed."""

    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """To the question of this number. No understanding: ``trouble`` says why."""

    number: int
    understanding: Understanding | None = None
    trouble: str = ""


Parcel = Lessons | Question | Progress | Taught | Answer


def wrap(parcel: Parcel) -> bytes:
    content = pickle.dumps(parcel)
    return _LENGTH.pack(len(content)) + content


def length(head: bytes) -> int:
    """How long the parcel is that comes behind ``head``."""
    return int(_LENGTH.unpack(head)[0])


def unwrap(content: bytes) -> Parcel:
    parcel = pickle.loads(content)  # noqa: S301 - see above
    assert isinstance(parcel, Parcel)
    return parcel
