"""Embeddings that come with the product: of the shipped examples, so that a first start need not make them.

Kept as bytes with one scale a row: a quarter of the size, and the same vectors to three decimal places. Examples that
were edited since are simply embedded anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bot.nlp.encoder import Encoder, Vectors, unit

FOLDER = Path(__file__).parent / "shipped"


def read_shipped(encoder: Encoder, folder: Path = FOLDER) -> dict[bytes, Vectors]:
    """Vectors by key, as far as any came for this ``encoder``."""
    path = _path(encoder, folder)
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        vectors = unit(arrays["steps"].astype(np.float32))
        return {key.tobytes(): vector for key, vector in zip(arrays["keys"], vectors, strict=True)}


def write_shipped(encoder: Encoder, vectors: Mapping[bytes, Vectors], folder: Path = FOLDER) -> Path:
    """Keep ``vectors`` (by key) for those who install the product; the file they are in."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted(vectors)
    rows = np.stack([vectors[key] for key in keys])
    steps = np.rint(rows * (127 / np.abs(rows).max(axis=1, keepdims=True))).astype(np.int8)
    path = _path(encoder, folder)
    np.savez(path, allow_pickle=False, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1), steps=steps)
    return path


def _path(encoder: Encoder, folder: Path) -> Path:
    return folder / f"{encoder.id}.npz"
