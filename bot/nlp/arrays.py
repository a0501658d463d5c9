"""Arrays kept in a folder, and looked at where they are: memory holds what of them is used, and can let go of that.

What nobody writes in takes no memory then, however many languages were learnt.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def keep(folder: Path, **arrays: Array) -> None:
    """Write each into a file of its own, in place of what was there. Raises OSError.

    The files are new ones: those that somebody looks at must never be written to. They stay until nobody does.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", np.asarray(array, order="C"), allow_pickle=False)


def kept(folder: Path) -> dict[str, Array]:
    """What :func:`keep` wrote, by name; it can't be changed. Raises OSError, ValueError for what is damaged."""
    return {path.stem: np.asarray(_seen(path)) for path in folder.glob("*.npy")}


def _seen(path: Path) -> Array:
    found: Array = np.lib.format.open_memmap(path, mode="r")
    return found
