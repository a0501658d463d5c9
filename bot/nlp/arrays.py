"""Arrays kept in a folder, and looked at where they are: memory holds what of them is used, and can let go of that.

What nobody writes in takes no memory then, however many languages were learnt.
"""

from __future__ import annotations

import mmap
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def keep(folder: Path, **arrays: Array) -> None:
    """Write each into a file of its own, in place of what was there. Raises OSError.

    The files are new ones: those that somebody looks at must never be written to. They stay until nobody does. What
    was :func:`kept` elsewhere is not copied: its file gets another name.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        if not _linked(path, array):
            np.save(path, np.asarray(array, order="C"), allow_pickle=False)


def _linked(path: Path, array: Array) -> bool:
    """Give the file that holds just this ``array`` also the name ``path``, where there is one and that can be done."""
    whole = array
    while not isinstance(whole, np.memmap):
        if not isinstance(whole.base, np.ndarray):
            return False
        whole = whole.base
    same = array.shape == whole.shape and array.dtype == whole.dtype and array.strides == whole.strides
    if not same or array.ctypes.data != whole.ctypes.data or whole.filename is None:
        return False
    try:
        os.link(whole.filename, path)
    except OSError:  # it is gone, or elsewhere
        return False
    return True


def kept(folder: Path) -> dict[str, Array]:
    """What :func:`keep` wrote, by name; it can't be changed. Raises OSError, ValueError for what is damaged."""
    return {path.stem: np.asarray(_seen(path)) for path in folder.glob("*.npy")}


def let_go(array: Array) -> None:
    """Of an array that was :func:`kept`, drop from memory what was read of it; it is read again where it is used."""
    held: object = array
    while held is not None and not isinstance(held, mmap.mmap):
        held = getattr(held, "base", None)
    if held is not None and hasattr(mmap, "MADV_DONTNEED"):
        held.madvise(mmap.MADV_DONTNEED)


class Lines(Sequence[str]):
    """Texts that lie in an array: none of them takes memory until it is asked for."""

    def __init__(self, letters: Array, ends: Array) -> None:
        self._letters, self._ends = letters, ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Lines:
        """The ``texts``, in UTF-8."""
        if isinstance(texts, Lines):
            return texts
        written = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = np.cumsum([0, *(len(one) for one in written)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(written), np.uint8), ends)

    @property
    def as_arrays(self) -> dict[str, Array]:
        """What one is made of, by name."""
        return {"letters": self._letters, "ends": self._ends}

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        at = range(len(self))[place]
        return self._letters[self._ends[at] : self._ends[at + 1]].tobytes().decode("utf-8", "surrogatepass")


def _seen(path: Path) -> Array:
    found: Array = np.lib.format.open_memmap(path, mode="r")
    return found
