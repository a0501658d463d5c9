"""Embeddings that come with the product: of the shipped examples, so that a first start need not make them.

Kept along the directions in which they differ most, as bytes with one scale a direction: two fifths of the size, and
nearly the same vectors. (Our own messages are understood as with the whole ones; with 768 directions 0.5 points worse,
with 448 by 0.7 more.) Examples that were edited since are simply embedded anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.nlp.encoder import Encoder, Vectors, unit
from bot.nlp.projection import main_directions

FOLDER = Path(__file__).parent / "shipped"
_DIRECTIONS = 1024
_SEEN = 6_000

Halves = npt.NDArray[np.float16]


def read_shipped(encoder: Encoder, folder: Path = FOLDER) -> dict[bytes, Halves]:
    """Vectors by key, as far as any came for this ``encoder``."""
    path = _path(encoder, folder)
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        mean, directions = arrays["mean"].astype(np.float32), arrays["directions"].astype(np.float32)
        steps, scales = arrays["steps"], arrays["scales"].astype(np.float32)
        rows = np.empty((len(steps), len(mean)), np.float16)
        for start in range(0, len(steps), _SEEN):
            part = slice(start, start + _SEEN)
            rows[part] = unit((steps[part] * scales) @ directions.T + mean)
        return {key.tobytes(): row for key, row in zip(arrays["keys"], rows, strict=True)}


def write_shipped(encoder: Encoder, vectors: Mapping[bytes, npt.NDArray[np.floating]], folder: Path = FOLDER) -> Path:
    """Keep ``vectors`` (by key) for those who install the product; the file they are in."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted(vectors)
    rows: Vectors = np.stack([vectors[key] for key in keys]).astype(np.float32)
    mean = rows.mean(axis=0)
    rows -= mean
    directions = main_directions(rows[:: -(-len(rows) // _SEEN)], min(_DIRECTIONS, rows.shape[1]))
    along = rows @ directions
    scales = np.abs(along).max(axis=0) / 127 + 1e-12
    path = _path(encoder, folder)
    np.savez(
        path,
        allow_pickle=False,
        keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1),
        mean=mean.astype(np.float16),
        directions=directions.astype(np.float16),
        scales=scales.astype(np.float32),
        steps=np.rint(along / scales).astype(np.int8),
    )
    return path


def _path(encoder: Encoder, folder: Path) -> Path:
    return folder / f"{re.sub(r'[^A-Za-z0-9._-]', '_', encoder.id)}.npz"
