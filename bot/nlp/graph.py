"""Models for onnxruntime, written operator by operator: matrices in seven bits, which it multiplies fast everywhere.

Weights get one scale an output and seven bits, and are multiplied by inputs in eight bits (the operator
DynamicQuantizeMatMul): on processors without VNNI that is three times as fast as weights with a scale for every block
of them are (MatMulNBits), and twice as fast as real numbers. With eight bits in place of seven, sums of two products
would overflow there. The numbers of the fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot.nlp import protobuf

Floats = npt.NDArray[np.float32]
Model = npt.NDArray[np.uint8]
"""The bytes of a model."""

_IR_VERSION, _OPSET = 11, 23
_OWN = "com.microsoft"

_STEPS = 63
"""Steps up and down from nothing: seven bits."""

_TYPES = {"float32": 1, "int8": 3, "int32": 6, "int64": 7}
_FLOAT, _INT = 1, 2

_MOST = 0.95
"""Inputs share one scale. This share of them sets it; the others, which are larger, are made as small beforehand, and
their weights larger (SmoothQuant: Xiao et al. 2023, https://arxiv.org/abs/2211.10438)."""

_SLOWER = ("SkipLayerNormFusion",)
"""What onnxruntime would do by itself: an operator in place of two, in which the same takes five times as long."""

NOTHING = ""
"""In place of something that an operator need not be given."""

Shape = Sequence[str | int]
"""Sizes, by a name where they differ from one run to the next."""


@dataclass(frozen=True, slots=True)
class Norm:
    """Scale and shift of a layer normalisation."""

    scale: Floats
    shift: Floats


@dataclass(slots=True)
class Graph:
    """An ONNX graph as it grows. Methods add an operator and give the name of what comes out of it."""

    _nodes: list[bytes] = field(default_factory=list)
    _tensors: list[bytes] = field(default_factory=list)
    _given: list[bytes] = field(default_factory=list)

    def given(self, name: str, kind: str, shape: Shape) -> str:
        """Something that each run is given."""
        self._given.append(_value(name, kind, shape))
        return name

    def written(self, answer: str, shape: Shape) -> Model:
        """The whole model, which gives ``answer``: real numbers of this ``shape``."""
        graph = b"".join(protobuf.field(1, node) for node in self._nodes) + protobuf.field(2, "keepword")
        graph += b"".join(protobuf.field(5, tensor) for tensor in self._tensors)
        graph += b"".join(protobuf.field(11, value) for value in self._given)
        graph += protobuf.field(12, _value(answer, "float32", shape))
        sets = [protobuf.field(1, "") + protobuf.field(2, _OPSET), protobuf.field(1, _OWN) + protobuf.field(2, 1)]
        model = protobuf.field(1, _IR_VERSION) + protobuf.field(7, graph)
        return np.frombuffer(model + b"".join(protobuf.field(8, one) for one in sets), np.uint8)

    def times(self, name: str, matrix: Floats, expected: Floats | None = None, bias: Floats | None = None) -> str:
        """Rows times a matrix, in integers, and ``bias`` added to each. ``expected`` says how large each input may be,
        where some are far larger than others.
        """
        if expected is not None:
            smaller = np.maximum(expected / np.quantile(expected, _MOST), 1).astype(np.float32)
            name = self.node("Mul", [name, self.kept(1 / smaller)])
            matrix = matrix * smaller[:, None]
        steps, scales = _in_steps(matrix)
        given = [name, self.kept(steps), self.kept(scales)]
        return self.own("DynamicQuantizeMatMul", given if bias is None else [*given, NOTHING, self.kept(bias)])

    def normal(self, name: str, norm: Norm, epsilon: float) -> str:
        """Rows whose mean and deviation are those of ``norm``."""
        given = [name, self.kept(norm.scale), self.kept(norm.shift)]
        return self.node("LayerNormalization", given, real("epsilon", epsilon))

    def times_twice(self, name: str, matrix: Floats) -> str:
        """The same in fourteen bits: what seven bits leave is multiplied as well."""
        steps, scales = _in_steps(matrix)
        return self.node("Add", [self.times(name, matrix), self.times(name, matrix - steps * scales)])

    def node(self, operator: str, given: Sequence[str], *attributes: bytes) -> str:
        """One of ONNX's operators."""
        (name,) = self.several(operator, given, 1, *attributes)
        return name

    def own(self, operator: str, given: Sequence[str], *attributes: bytes) -> str:
        """One of onnxruntime's own operators."""
        (name,) = self.several(operator, given, 1, *attributes, of=_OWN)
        return name

    def in_equal_parts(self, name: str, count: int, axis: int) -> list[str]:
        """The ``count`` parts of what has that ``name``."""
        return self.several("Split", [name], count, integer("axis", axis), integer("num_outputs", count))

    def several(self, operator: str, given: Sequence[str], answers: int, *attributes: bytes, of: str = "") -> list[str]:
        """An operator that gives so many answers, of a set of operators: ONNX's, where none is named."""
        names = [f"n{len(self._nodes)}.{place}" for place in range(answers)]
        node = b"".join(protobuf.field(1, one) for one in given) + b"".join(protobuf.field(2, one) for one in names)
        node += protobuf.field(4, operator) + b"".join(protobuf.field(5, one) for one in attributes)
        self._nodes.append(node + protobuf.field(7, of))
        return names

    def kept(self, array: npt.NDArray[Any]) -> str:
        """An array, which is written into the model."""
        name = f"t{len(self._tensors)}"
        tensor = b"".join(protobuf.field(1, size) for size in array.shape)
        tensor += protobuf.field(2, _TYPES[str(array.dtype)]) + protobuf.field(8, name)
        self._tensors.append(tensor + protobuf.field(9, np.ascontiguousarray(array).tobytes()))
        return name


def _in_steps(matrix: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Weights as whole steps, and how large a step is in each column."""
    scales = np.maximum(np.abs(matrix).max(axis=0), np.float32(1e-12)) / np.float32(_STEPS)
    return np.rint(matrix / scales).astype(np.int8), scales


def integer(name: str, value: int) -> bytes:
    """An operator's attribute: a whole number from zero up."""
    return protobuf.field(1, name) + protobuf.field(3, value) + protobuf.field(20, _INT)


def real(name: str, value: float) -> bytes:
    """An operator's attribute."""
    return protobuf.field(1, name) + protobuf.float_field(2, value) + protobuf.field(20, _FLOAT)


def _value(name: str, kind: str, shape: Shape) -> bytes:
    sizes = (protobuf.field(2 if isinstance(size, str) else 1, size) for size in shape)
    tensor = protobuf.field(1, _TYPES[kind]) + protobuf.field(2, b"".join(protobuf.field(1, size) for size in sizes))
    return protobuf.field(1, name) + protobuf.field(2, protobuf.field(1, tensor))


def session(model: Model) -> onnxruntime.InferenceSession:
    """What runs a ``model``, in the thread that asks for it: see :mod:`bot.nlp.batches`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    with NamedTemporaryFile(suffix=".onnx") as file:  # of a model that is no file, a copy would be kept in memory
        file.write(model.tobytes())
        file.flush()
        return onnxruntime.InferenceSession(
            file.name, options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
        )
