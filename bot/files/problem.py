"""What is wrong with the content files, said so that whoever edits them can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple


class Place(NamedTuple):
    """A character of a content file; ``line`` and ``column`` count from 1, ``file`` is relative to the folder."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it is, and the remedy. Problems sort by file, then line."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(slots=True)
class Report:
    """Collects problems while the files are read, so that all are told at once.

    ``doubtful`` names what could not be read completely (a file, or a group of files): what seems to be missing from
    there may stand in the part that could not be read, so nothing is said about it.
    """

    errors: set[Problem] = field(default_factory=set)
    warnings: set[Problem] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)

    def error(self, place: Place, message: str) -> None:
        """Something that keeps this content from being used."""
        self.errors.add(_problem(place, message))

    def warn(self, place: Place, message: str) -> None:
        """Something worth knowing, which keeps nothing from working."""
        self.warnings.add(_problem(place, message))


def _problem(place: Place, message: str) -> Problem:
    """One line each: what people wrote, and a message quotes, may hold line breaks."""
    return Problem(place.file, place.line, place.column, " ".join(message.split()))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean …?`` with a leading space, or nothing where no known word is close."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean ‘{close[0]}’?" if close else ""


def listed(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
