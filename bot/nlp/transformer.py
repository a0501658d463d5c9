"""The encoder of a transformer (BERT's layout: Devlin et al. 2019) with NumPy: pieces of words in, vectors out.

Texts of a batch stand one below the other in one matrix, so that every weight is read once for all of them; each text
attends to itself alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erf

Floats = npt.NDArray[np.float32]

_HALF = np.float32(0.5)
_ROOT_OF_HALF = np.float32(0.5**0.5)


@dataclass(frozen=True, slots=True)
class Norm:
    """Scale and shift of a layer normalisation."""

    scale: Floats
    shift: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. Matrices are inputs by outputs; those for query, key and value stand side by side in ``attend``."""

    attend: Floats
    attend_bias: Floats
    merge: Floats
    merge_bias: Floats
    after_attention: Norm
    widen: Floats
    widen_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    after_thought: Norm


@dataclass(frozen=True, slots=True)
class Transformer:
    """Weights of the whole, but for the vectors of the pieces. ``positions`` hold the type of the first text too."""

    heads: int
    epsilon: float
    positions: Floats
    after_embedding: Norm
    layers: tuple[Layer, ...]

    def means(self, embedded: Floats, lengths: Sequence[int]) -> Floats:
        """Of each text, the mean of what the last layer makes of its pieces; ``embedded`` holds a row a piece."""
        ends = np.cumsum(lengths).tolist()
        spans = [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]
        embedded += np.vstack([self.positions[:length] for length in lengths])
        hidden = _normalised(embedded, self.after_embedding, self.epsilon)
        for layer in self.layers:
            attended = _attended(hidden, layer, spans, self.heads) @ layer.merge
            attended += layer.merge_bias
            attended += hidden
            hidden = _normalised(attended, layer.after_attention, self.epsilon)
            thought = _thought(hidden, layer)
            thought += hidden
            hidden = _normalised(thought, layer.after_thought, self.epsilon)
        return np.stack([hidden[span].mean(axis=0) for span in spans])


def _attended(hidden: Floats, layer: Layer, spans: Sequence[slice], heads: int) -> Floats:
    width = hidden.shape[1]
    size = width // heads
    mixed = hidden @ layer.attend
    mixed += layer.attend_bias
    mixed[:, :width] *= np.float32(size**-0.5)
    attended = np.empty_like(hidden)
    for span in spans:
        queries, keys, values = mixed[span].reshape(-1, 3, heads, size).transpose(1, 2, 0, 3)
        shares = queries @ keys.transpose(0, 2, 1)
        shares -= shares.max(axis=-1, keepdims=True)
        np.exp(shares, out=shares)
        shares /= shares.sum(axis=-1, keepdims=True)
        attended[span] = (shares @ values).transpose(1, 0, 2).reshape(-1, width)
    return attended


def _thought(hidden: Floats, layer: Layer) -> Floats:
    """Two layers with a GELU between them."""
    wide = hidden @ layer.widen
    wide += layer.widen_bias
    gate = erf(wide * _ROOT_OF_HALF)
    gate += 1
    gate *= wide
    gate *= _HALF
    narrow: Floats = gate @ layer.narrow
    narrow += layer.narrow_bias
    return narrow


def _normalised(rows: Floats, norm: Norm, epsilon: float) -> Floats:
    rows -= rows.mean(axis=-1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])
    rows /= np.sqrt(spread + np.float32(epsilon))
    rows *= norm.scale
    rows += norm.shift
    return rows
