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

AHEAD = "ahead"
"""Said to the understanding process when it is started: load the pipeline that was used last."""

_LENGTH = struct.Struct("!I")
HEAD = _LENGTH.size
"""Bytes before each parcel that say how long it is."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Be taught this, and keep it in ``folder``: the first thing that is said, and again later.

    Questions name the ``course``. With ``little``, only if no language must be learnt anew.
    """

    course: int
    catalogue: Catalogue
    folder: Path
    little: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What does this mean, to who was taught in this ``course``?"""

    number: int
    course: int
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
    """Training is over; ``trouble`` says why it failed. ``much``: there is more to learn than a little."""

    course: int
    trouble: str | None = None
    much: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """Nobody will ask about this course any more."""

    course: int


@dataclass(frozen=True, slots=True)
class Answer:
    """To the question of this number. No understanding: ``trouble`` says why."""

    number: int
    understanding: Understanding | None = None
    trouble: str = ""


Parcel = Lessons | Question | Progress | Taught | Forget | Answer


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
