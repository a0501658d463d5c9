"""The encoder of a transformer (BERT's layout: Devlin et al. 2019), run by onnxruntime on packed weights.

The models come with weights in four or eight bits, a scale for every block of them. Here they get one scale an output
and seven bits (:mod:`bot.nlp.graph`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bot.nlp.graph import Floats, Graph, Model, Norm, integer, session

Bytes = npt.NDArray[np.uint8]

_FAR = 4.0
"""So many standard deviations from its mean a value is still to be expected."""

_HALF_A_BYTE = 4

_NO_HEED = -1e4
"""Added to how much heed is paid to what is not there."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix, outputs by inputs: ``steps`` in blocks of ``block`` inputs, each with one of ``scales``.

    A weight is its step, less half of what its bits can hold, times its block's scale. Two steps of four bits share a
    byte, the earlier one in the lower half.
    """

    bits: int
    block: int
    outputs: int
    inputs: int
    steps: Bytes
    scales: Floats

    def unpacked(self) -> Floats:
        """Its weights, inputs by outputs, as rows are multiplied by it."""
        halves = [self.steps & 15, self.steps >> 4] if self.bits == _HALF_A_BYTE else [self.steps]
        whole = np.stack(halves, axis=-1).reshape(self.outputs, -1, self.block).astype(np.float32)
        whole -= 1 << (self.bits - 1)
        whole *= self.scales.reshape(self.outputs, -1, 1)
        return whole.reshape(self.outputs, self.inputs).T


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the transformer; the biases of query, key and value stand one after the other."""

    query: Packed
    key: Packed
    value: Packed
    attend_bias: Floats
    merge: Packed
    merge_bias: Floats
    after_attention: Norm
    widen: Packed
    widen_bias: Floats
    narrow: Packed
    narrow_bias: Floats
    after_thought: Norm


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to a matrix: the product of ``down`` (inputs by a few) and ``up`` (as few by outputs)."""

    down: Floats
    up: Floats


@dataclass(frozen=True, slots=True)
class Additions:
    """To each matrix of a layer (LoRA: Hu et al. 2021)."""

    query: Addition | None = None
    key: Addition | None = None
    value: Addition | None = None
    merge: Addition | None = None
    widen: Addition | None = None
    narrow: Addition | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """All that a transformer consists of. ``positions`` hold the type of a text too."""

    heads: int
    epsilon: float
    positions: Floats
    after_embedding: Norm
    layers: tuple[Layer, ...]


class Transformer:
    """Takes the vectors of pieces of words, gives one vector a text. ``additions`` are to its last layers."""

    def __init__(self, weights: Weights, additions: Sequence[Additions] = ()) -> None:
        self._begin(plan(weights, additions))

    @classmethod
    def of_plan(cls, made: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The one that was made a :func:`plan` of before."""
        found = cls.__new__(cls)
        found._begin(made)
        return found

    def _begin(self, made: Mapping[str, npt.NDArray[Any]]) -> None:
        self._positions: Floats = made["positions"]
        self._norm = Norm(made["scale"], made["shift"])
        self._epsilon = np.float32(made["epsilon"])
        self._session = session(made["graph"])

    def means(
        self, embedded: Floats, lengths: Sequence[int], spans: Sequence[Sequence[tuple[int, int]]] | None = None
    ) -> Floats:
        """The mean of what the last layer makes of pieces: of all of a text's, or of each of its ``spans``.

        ``embedded`` holds a row a piece, text after text; a span goes from its first piece up to its second number.
        """
        longest = max(lengths)
        hidden = np.zeros((len(lengths), longest, embedded.shape[1]), np.float32)
        mask = np.zeros((len(lengths), 1, longest, longest), np.float32)
        start = 0
        for row, length in enumerate(lengths):
            hidden[row, :length] = self._normalised(embedded[start : start + length] + self._positions[:length])
            mask[row, :, :, length:] = _NO_HEED
            start += length
        (answer,) = self._session.run(None, {"hidden": hidden, "mask": mask})
        wanted = spans or [[(0, length)] for length in lengths]
        return np.stack([answer[row, first:end].mean(axis=0) for row, own in enumerate(wanted) for first, end in own])

    def _normalised(self, rows: Floats) -> Floats:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + self._epsilon)
        normal: Floats = centred / spread * self._norm.scale + self._norm.shift
        return normal


def plan(weights: Weights, additions: Sequence[Additions] = ()) -> dict[str, npt.NDArray[Any]]:
    """All that a :class:`Transformer` needs, as arrays; to make it takes half a second."""
    norm, layers = weights.after_embedding, _Layers(weights.heads, weights.epsilon)
    model = layers.written(weights.layers, additions, norm, weights.positions.shape[1])
    return {
        "graph": model,
        "positions": weights.positions,
        "scale": norm.scale,
        "shift": norm.shift,
        "epsilon": np.array(weights.epsilon, np.float32),
    }


@dataclass(frozen=True, slots=True)
class _Stream:
    """What a layer is given, by name, and the normalisation that it comes from."""

    name: str
    norm: Norm


def _whole(matrix: Packed, added: Addition | None) -> Floats:
    """The weights of ``matrix``, with what is ``added`` to it."""
    return matrix.unpacked() if added is None else matrix.unpacked() + added.down @ added.up


def _of_norm(norm: Norm) -> Floats:
    """How large each value may be that comes from a normalisation."""
    return np.float32(_FAR) * np.abs(norm.scale) + np.abs(norm.shift)


def _of_gelu(norm: Norm, widen: Floats, bias: Floats) -> Floats:
    """How large each value may be that comes from the widened ones: those are about as large as they are positive."""
    spread = np.sqrt(np.square(norm.scale) @ np.square(widen))
    largest: Floats = norm.shift @ widen + bias + np.float32(_FAR) * spread
    return np.maximum(largest, np.float32(1))


@dataclass(slots=True)
class _Layers:
    """A transformer's layers, as they are added to a graph."""

    heads: int
    epsilon: float
    graph: Graph = field(default_factory=Graph)

    def written(self, layers: Sequence[Layer], additions: Sequence[Additions], norm: Norm, width: int) -> Model:
        """The model: hidden (texts, pieces, width) and mask (texts, 1, pieces, pieces: what is added to how much heed a
        piece pays to another one) -> hidden.
        """
        shape = ("texts", "pieces", width)
        hidden = self.graph.given("hidden", "float32", shape)
        self.graph.given("mask", "float32", ("texts", 1, "pieces", "pieces"))
        added = [*[Additions()] * (len(layers) - len(additions)), *additions]
        return self.graph.written(self._through(layers, _Stream(hidden, norm), added).name, shape)

    def _through(self, layers: Sequence[Layer], given: _Stream, additions: Sequence[Additions]) -> _Stream:
        for layer, added in zip(layers, additions, strict=True):
            attended = self._attended(given, layer, added)
            attended = self.graph.times(attended, _whole(layer.merge, added.merge), bias=layer.merge_bias)
            hidden = self._beside(attended, given.name, layer.after_attention)
            widen, narrow = _whole(layer.widen, added.widen), _whole(layer.narrow, added.narrow)
            wide = self.graph.times(hidden, widen, _of_norm(layer.after_attention), layer.widen_bias)
            wide = self.graph.own("Gelu", [wide])
            expected = _of_gelu(layer.after_attention, widen, layer.widen_bias)
            thought = self.graph.times(wide, narrow, expected, layer.narrow_bias)
            given = _Stream(self._beside(thought, hidden, layer.after_thought), layer.after_thought)
        return given

    def _attended(self, given: _Stream, layer: Layer, added: Additions) -> str:
        pairs = ((layer.query, added.query), (layer.key, added.key), (layer.value, added.value))
        matrix = np.hstack([_whole(packed, addition) for packed, addition in pairs])
        product = self.graph.times(given.name, matrix, _of_norm(given.norm), layer.attend_bias)
        parts = self.graph.in_equal_parts(product, 3, axis=2)
        heads = [integer(f"{of}_num_heads", self.heads) for of in ("q", "kv")]
        return self.graph.node("Attention", [*parts, "mask"], *heads)

    def _beside(self, name: str, other: str, norm: Norm) -> str:
        """The sum of both, brought to the mean and deviation of ``norm``."""
        return self.graph.normal(self.graph.node("Add", [name, other]), norm, self.epsilon)
