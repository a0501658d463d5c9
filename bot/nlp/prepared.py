"""What is made of the packages' model files, kept on disk: to unpack and pack them takes seconds of every start.

Each thing is a folder of arrays, looked at where it is (:mod:`bot.nlp.arrays`): what is not used takes no memory. Where
nothing is to be kept, it is made each time.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from bot.nlp import arrays
from bot.nlp.arrays import Array

_FOLDER = "prepared"

_FORMAT = 2
"""Raise this when what an older version kept must not be used any more."""

_KEPT = 2
"""So many of a sort, those used last: two versions may share a folder."""

_NAMES = "names"
"""The array that tells which others there are."""

_place: list[Path] = []


def keep_in(folder: Path | None) -> None:
    """From now on, in all of this process: keep what is prepared in a pipeline's ``folder``, or nowhere."""
    _place[:] = [folder / _FOLDER] if folder else []


def has(sort: str) -> bool:
    """Whether anything of a ``sort`` is kept."""
    return bool(_place) and any(_place[0].glob(f"{sort}@*"))


def together(**parts: dict[str, Array]) -> dict[str, Array]:
    """The arrays of several things as those of one; for :func:`part`."""
    return {f"{name}.{each}": array for name, own in parts.items() for each, array in own.items()}


def part(name: str, found: Mapping[str, Array]) -> dict[str, Array]:
    """Those of one of the things that were put :func:`together`."""
    return {each.removeprefix(f"{name}."): array for each, array in found.items() if each.startswith(f"{name}.")}


def prepared(sort: str, of: str, make: Callable[[], dict[str, Array]]) -> dict[str, Array]:
    """The arrays that ``make`` makes of a ``sort`` of thing, ``of`` a version of it. What is kept can't be changed.

    What is damaged is made anew, and what can't be written is not kept.
    """
    if not _place:
        return make()
    place = _place[0] / re.sub(r"[^\w.@-]", "_", f"{sort}@{of}@{_FORMAT}")
    found = _kept(place)
    if found is None:
        found = make()
        with contextlib.suppress(OSError):  # no room, or another process has just kept the same
            _keep(place, found)
        found = _kept(place) or found
    return found


def _kept(place: Path) -> dict[str, Array] | None:
    try:
        found = arrays.kept(place)
        names = found.pop(_NAMES).tolist()
        os.utime(place)
    except (OSError, ValueError, EOFError, KeyError):
        return None
    return found if sorted(found) == names else None


def _keep(place: Path, made: dict[str, Array]) -> None:
    """Complete, or not at all; then drop all of the sort but the last few."""
    aside = place.with_name(f"{place.name}.{os.getpid()}.new")
    try:
        arrays.keep(aside, **made, **{_NAMES: np.array(sorted(made))})
        shutil.rmtree(place, ignore_errors=True)
        aside.rename(place)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    alike = place.parent.glob(f"{place.name.partition('@')[0]}@*")
    for old in sorted((x for x in alike if x.suffix != ".new"), key=lambda x: x.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
