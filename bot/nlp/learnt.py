"""What was learnt of each language, kept for the next training: an edit in one language teaches that one alone anew.

The machines of the others stay as they are: fitted to what that language said before, from which an example more or
less takes little away. Else an edit would take as long as the first training. Where little was edited, what was learnt
before is brought up to date (:mod:`bot.nlp.revision`). What the shipped examples teach comes with the product, in short
(:mod:`bot.nlp.shipped`).
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.abroad import SPEAKING, Adviser
from bot.nlp.kernel import EXACT, LANDMARKS
from bot.nlp.machine import Gist, LeftOut, Lesson, Machine
from bot.nlp.vectors import Parts

_FORMAT = 8
"""Raise this when what an older version kept must not be used any more."""

KEY_BYTES = 12
_SETTING_BYTES = 4

_KEPT = 12
"""So many are kept, those that were asked for last: six languages, and as many edits that may be taken back."""

_MACHINE, _LEFT_OUT = "machine", "left_out.npz"
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class MuchToLearnError(UnderstandingError):
    """There is more to learn than a few examples, and only a little was to be learnt."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of one language's lessons."""

    machine: Machine
    left_out: LeftOut

    @property
    def adviser(self) -> Adviser | None:
        """What others ask, where there are others."""
        return self.machine.adviser if self.machine.alone.size else None


@dataclass(frozen=True, slots=True)
class InShort:
    """The same as :class:`Learnt` for who has the lessons at hand."""

    gist: Gist
    left_out: LeftOut


class Memory(Protocol):
    """Remembers what was learnt, by the :func:`digest` of the lessons."""

    def recall(self, key: str) -> Learnt | None:
        """What was learnt from just these lessons, if it is remembered."""
        ...

    def in_short(self, key: str) -> InShort | None:
        """The same, where only that is remembered which takes long to learn."""
        ...

    def others(self, key: str) -> Iterator[Learnt]:
        """What was learnt in the same setting of other lessons of the language, the last first."""
        ...

    def remember(self, key: str, learnt: Learnt) -> None:
        """Keep it for :meth:`recall`."""
        ...


class Oblivion:
    """A :class:`Memory` that remembers nothing."""

    def recall(self, key: str) -> Learnt | None:
        return None

    def in_short(self, key: str) -> InShort | None:
        return None

    def others(self, key: str) -> Iterator[Learnt]:
        return iter(())

    def remember(self, key: str, learnt: Learnt) -> None:
        """Forgotten at once."""


def digest(
    language: str, lessons: Sequence[Lesson], labels: tuple[str, ...], parts: Parts, among: Sequence[str]
) -> str:
    """The same for the same lessons of a language, learnt ``among`` the same ones; a memory is of one encoder.

    It begins alike whatever the lessons are.
    """
    told = [(lesson.text, lesson.intent, lesson.excluded) for lesson in lessons]
    groups = _renumbered([lesson.group for lesson in lessons])
    setting = (_FORMAT, EXACT, LANDMARKS, SPEAKING, language, labels, parts, tuple(among))
    return _hashed(setting, _SETTING_BYTES) + _hashed((told, groups), KEY_BYTES - _SETTING_BYTES)


def _hashed(facts: object, size: int) -> str:
    return blake2b(repr(facts).encode("utf-8", "replace"), digest_size=size).hexdigest()


def _renumbered(groups: Sequence[int]) -> list[int]:
    """Which lessons belong together, whatever their numbers: those change with examples of other languages."""
    places: dict[int, int] = {}
    return [places.setdefault(group, len(places)) for group in groups]


class LearntFolder:
    """A :class:`Memory` on disk. What is damaged there is learnt anew; what can't be written is not remembered.

    What is kept is of one ``encoder``. ``shipped`` is known in short, whatever is on the disk.
    """

    def __init__(self, folder: Path, encoder: str, shipped: Mapping[str, InShort] | None = None) -> None:
        self._folder, self._encoder = folder, encoder
        self._shipped = shipped or {}

    def in_short(self, key: str) -> InShort | None:
        return self._shipped.get(key)

    def recall(self, key: str) -> Learnt | None:
        return self._learnt(self._place(key))

    def others(self, key: str) -> Iterator[Learnt]:
        alike = self._folder.glob(f"{key[: 2 * _SETTING_BYTES]}*-{self._encoder}")
        for place in sorted(alike, key=_when, reverse=True):
            if (found := self._learnt(place)) is not None:
                yield found

    def _learnt(self, place: Path) -> Learnt | None:
        if not place.is_dir():
            return None
        try:
            found = Learnt(Machine.load(place / _MACHINE), _load_left_out(place / _LEFT_OUT))
            os.utime(place)
        except _UNREADABLE:
            shutil.rmtree(place, ignore_errors=True)
            return None
        return found

    def remember(self, key: str, learnt: Learnt) -> None:
        """Complete, or not at all; then drop all but the last ones."""
        place = self._place(key)
        aside = place.with_name(f"{place.name}.{os.getpid()}.new")
        try:
            aside.mkdir(parents=True, exist_ok=True)
            learnt.machine.save(aside / _MACHINE)
            _save_left_out(learnt.left_out, aside / _LEFT_OUT)
            aside.rename(place)
        except OSError:  # no room, or another process has just kept the same
            shutil.rmtree(aside, ignore_errors=True)
        self._prune()

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}-{self._encoder}"

    def _prune(self) -> None:
        kept = sorted((each for each in self._folder.glob("*") if each.suffix != ".new"), key=_when, reverse=True)
        for old in kept[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def _when(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:  # another process has just dropped it
        return 0.0


def _save_left_out(left_out: LeftOut, path: Path) -> None:
    arrays = {"labels": left_out.labels, "figures": left_out.figures, "strange": left_out.strange}
    np.savez(path, allow_pickle=False, **arrays)


def _load_left_out(path: Path) -> LeftOut:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return LeftOut(arrays["figures"], arrays["labels"], arrays["strange"])
