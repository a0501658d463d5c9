"""What our own examples teach the encoder: small additions to its last layers, which come with the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.graph import Floats
from bot.nlp.transformer import Addition, Additions

FILE = Path(__file__).parent / "adapter.npz"
_MATRICES = tuple(each.name for each in fields(Additions))


@dataclass(frozen=True, slots=True)
class Adapter:
    """``additions`` to the last layers of multilingual-e5-small, in order; ``id`` is another one for others."""

    additions: tuple[Additions, ...]
    id: str


def read_adapter(path: Path = FILE) -> Adapter:
    """What :func:`write_adapter` wrote. Raises UnderstandingError."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name].astype(np.float32) for name in arrays.files}
        depth = len(found) // (2 * len(_MATRICES))
        additions = tuple(Additions(**_of_layer(found, layer)) for layer in range(depth))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}. Install Keepword anew.") from problem
    said = b"".join(found[name].tobytes() for name in sorted(found))
    return Adapter(additions, blake2b(said, digest_size=4).hexdigest())


def _of_layer(found: Mapping[str, Floats], layer: int) -> dict[str, Addition]:
    return {each: Addition(found[f"{layer}.{each}.down"], found[f"{layer}.{each}.up"]) for each in _MATRICES}


def write_adapter(additions: tuple[Additions, ...], path: Path = FILE) -> None:
    """Keep it, in half precision."""
    np.savez(
        path,
        allow_pickle=False,
        **{
            f"{layer}.{each}.{part}": np.asarray(getattr(getattr(of_layer, each), part), np.float16)
            for layer, of_layer in enumerate(additions)
            for each in _MATRICES
            for part in ("down", "up")
        },
    )
