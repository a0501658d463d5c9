"""The encoder of a transformer (BERT's layout: Devlin et al. 2019), run by onnxruntime on packed weights.

The models come with weights in four or eight bits, a scale for every block of them. Here they get one scale an output
and seven bits, which onnxruntime multiplies by inputs in eight bits (its operator DynamicQuantizeMatMul): on processors
without VNNI that is three times as fast as blocks are (its MatMulNBits), and twice as fast as real numbers. With eight
bits in place of seven, sums of two products would overflow there. The graph is written here, operator by operator; the
numbers of the fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot.nlp import protobuf

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Steps = npt.NDArray[np.int8]

_IR_VERSION, _OPSET = 9, 17
_OWN = "com.microsoft"
"""The set of operators that are onnxruntime's own."""

_STEPS = 63
"""Steps up and down from nothing: seven bits."""

_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6}
_FLOAT, _INT = 1, 2

_FAR = 4.0
"""So many standard deviations from its mean a value is still to be expected."""

_MOST = 0.95
"""Inputs share one scale. This share of them sets it; the others, which are larger, are made as small beforehand, and
their weights larger (SmoothQuant: Xiao et al. 2023, https://arxiv.org/abs/2211.10438)."""


_HALF_A_BYTE = 4


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
class Norm:
    """Scale and shift of a layer normalisation."""

    scale: Floats
    shift: Floats


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
        self._session = _session(made["graph"])

    def means(
        self, embedded: Floats, lengths: Sequence[int], spans: Sequence[Sequence[tuple[int, int]]] | None = None
    ) -> Floats:
        """The mean of what the last layer makes of pieces: of all of a text's, or of each of its ``spans``.

        ``embedded`` holds a row a piece, text after text; a span goes from its first piece up to its second number.
        """
        longest = max(lengths)
        hidden = np.zeros((len(lengths), longest, embedded.shape[1]), np.float32)
        mask = np.zeros((len(lengths), longest), np.int32)
        start = 0
        for row, length in enumerate(lengths):
            hidden[row, :length] = self._normalised(embedded[start : start + length] + self._positions[:length])
            mask[row, :length] = 1
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
    norm, graph = weights.after_embedding, _Graph(weights.heads, weights.epsilon)
    model = graph.written(weights.layers, additions, norm, weights.positions.shape[1])
    return {
        "graph": np.frombuffer(model, np.uint8),
        "positions": weights.positions,
        "scale": norm.scale,
        "shift": norm.shift,
        "epsilon": np.array(weights.epsilon, np.float32),
    }


def _session(model: npt.NDArray[np.uint8]) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # While they wait for one another its threads would spin, and take the processor from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    with NamedTemporaryFile(suffix=".onnx") as file:  # of a model that is no file, a copy would be kept in memory
        file.write(model.tobytes())
        file.flush()
        return onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])


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
class _Graph:
    """An ONNX graph as it grows. Methods add an operator and give the name of what comes out of it."""

    heads: int
    epsilon: float
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)

    def written(self, layers: Sequence[Layer], additions: Sequence[Additions], norm: Norm, width: int) -> bytes:
        """The model: hidden (texts, pieces, width) and mask (texts, pieces; 1 where there is a piece) -> hidden."""
        added = [*[Additions()] * (len(layers) - len(additions)), *additions]
        answer = self._through(layers, _Stream("hidden", norm), added).name
        graph = b"".join(protobuf.field(1, node) for node in self.nodes) + protobuf.field(2, "transformer")
        graph += b"".join(protobuf.field(5, tensor) for tensor in self.tensors)
        graph += protobuf.field(11, _value("hidden", "float32", ("texts", "pieces", width)))
        graph += protobuf.field(11, _value("mask", "int32", ("texts", "pieces")))
        graph += protobuf.field(12, _value(answer, "float32", ("texts", "pieces", width)))
        sets = [protobuf.field(1, "") + protobuf.field(2, _OPSET), protobuf.field(1, _OWN) + protobuf.field(2, 1)]
        return (
            protobuf.field(1, _IR_VERSION) + protobuf.field(7, graph) + b"".join(protobuf.field(8, one) for one in sets)
        )

    def _through(self, layers: Sequence[Layer], given: _Stream, additions: Sequence[Additions]) -> _Stream:
        for layer, added in zip(layers, additions, strict=True):
            attended = self._times(self._attended(given, layer, added), _whole(layer.merge, added.merge))
            hidden = self._normalised(attended, given.name, layer.after_attention, layer.merge_bias)
            widen, narrow = _whole(layer.widen, added.widen), _whole(layer.narrow, added.narrow)
            wide = self._times(hidden, widen, _of_norm(layer.after_attention))
            wide = self._node("BiasGelu", [wide, self._kept(layer.widen_bias)])
            thought = self._times(wide, narrow, _of_gelu(layer.after_attention, widen, layer.widen_bias))
            name = self._normalised(thought, hidden, layer.after_thought, layer.narrow_bias)
            given = _Stream(name, layer.after_thought)
        return given

    def _attended(self, given: _Stream, layer: Layer, added: Additions) -> str:
        pairs = ((layer.query, added.query), (layer.key, added.key), (layer.value, added.value))
        matrix = np.hstack([_whole(packed, addition) for packed, addition in pairs])
        product = self._times(given.name, matrix, _of_norm(given.norm))
        parts = self._nodes("Split", [product], 3, _integer("axis", 2), of="")
        return self._node(
            "MultiHeadAttention",
            [*parts, self._kept(layer.attend_bias), "mask"],
            _integer("num_heads", self.heads),
        )

    def _times(self, name: str, matrix: Floats, expected: Floats | None = None) -> str:
        """Rows times a matrix, in integers. ``expected`` says how large each input may be, where some are far larger
        than others.
        """
        if expected is not None:
            smaller = np.maximum(expected / np.quantile(expected, _MOST), 1).astype(np.float32)
            name = self._node("Mul", [name, self._kept(1 / smaller)], of="")
            matrix = matrix * smaller[:, None]
        scales = np.maximum(np.abs(matrix).max(axis=0), np.float32(1e-12)) / np.float32(_STEPS)
        steps = np.rint(matrix / scales).astype(np.int8)
        return self._node("DynamicQuantizeMatMul", [name, self._kept(steps), self._kept(scales)])

    def _normalised(self, name: str, beside: str, norm: Norm, bias: Floats) -> str:
        given = [name, beside, self._kept(norm.scale), self._kept(norm.shift), self._kept(bias)]
        return self._node("SkipLayerNormalization", given, _real("epsilon", self.epsilon))

    def _node(self, operator: str, given: Sequence[str], *attributes: bytes, of: str = _OWN) -> str:
        (name,) = self._nodes(operator, given, 1, *attributes, of=of)
        return name

    def _nodes(
        self, operator: str, given: Sequence[str], answers: int, *attributes: bytes, of: str = _OWN
    ) -> list[str]:
        names = [f"n{len(self.nodes)}.{place}" for place in range(answers)]
        node = b"".join(protobuf.field(1, one) for one in given) + b"".join(protobuf.field(2, one) for one in names)
        node += protobuf.field(4, operator) + b"".join(protobuf.field(5, one) for one in attributes)
        self.nodes.append(node + protobuf.field(7, of))
        return names

    def _kept(self, array: Floats | Steps) -> str:
        """The name of an array, which is written into the model."""
        name = f"t{len(self.tensors)}"
        tensor = b"".join(protobuf.field(1, size) for size in array.shape)
        tensor += protobuf.field(2, _TYPES[str(array.dtype)]) + protobuf.field(8, name)
        self.tensors.append(tensor + protobuf.field(9, np.ascontiguousarray(array).tobytes()))
        return name


def _integer(name: str, value: int) -> bytes:
    return protobuf.field(1, name) + protobuf.field(3, value) + protobuf.field(20, _INT)


def _real(name: str, value: float) -> bytes:
    return protobuf.field(1, name) + protobuf.float_field(2, value) + protobuf.field(20, _FLOAT)


def _value(name: str, kind: str, shape: Sequence[str | int]) -> bytes:
    sizes = (protobuf.field(2 if isinstance(size, str) else 1, size) for size in shape)
    tensor = protobuf.field(1, _TYPES[kind]) + protobuf.field(2, b"".join(protobuf.field(1, size) for size in sizes))
    return protobuf.field(1, name) + protobuf.field(2, protobuf.field(1, tensor))
