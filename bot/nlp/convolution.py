"""The convolutional network of the Universal Sentence Encoder (multilingual: Yang et al. 2019), run by onnxruntime.

It looks at every piece of a word alone and among its neighbours, in windows of two, three and five pieces, two layers
deep, and adds up what it sees. So a sentence within a message looks as it does by itself, but for the pieces at its
ends, and a message need be read only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.nlp.graph import Floats, Graph, Model, Norm, integer, session

Places = npt.NDArray[np.int64]

WINDOWS = ((2, 0), (3, 1), (5, 2))
"""Of each size: how many of its pieces stand before the one that is looked at."""

_BEFORE = max(before for _, before in WINDOWS)
_WIDEST = max(size for size, _ in WINDOWS)


@dataclass(frozen=True, slots=True)
class Window:
    """What is made of the pieces of a window, in two layers: matrices of (pieces times width) by width, and biases."""

    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats


@dataclass(frozen=True, slots=True)
class Head:
    """What is made of the sum over a text: ``merge``, and layers beyond it, some of which see an earlier one too."""

    merge: Floats
    merge_bias: Floats
    widths: tuple[Floats, ...]
    """d0, d1, p1, d2, p3 and d3 of the model: from the sum to the first layer, from there to the second, from the sum
    to the second, from there to the third, from the second to the answer, from the third to it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """All but the vectors of pieces, which all have the same length; ``windows`` are those of :data:`WINDOWS`."""

    epsilon: float
    narrow: Floats
    narrow_bias: Floats
    narrowed: Norm
    windows: tuple[Window, ...]
    seen: Norm
    head: Head


class Convolution:
    """Takes the vectors of pieces of words, gives one vector a text, or a span of one."""

    def __init__(self, model: Model) -> None:
        """With what :func:`written` gave."""
        self._session = session(model)

    def read(self, embedded: Floats, lengths: Sequence[int], spans: Sequence[Sequence[tuple[int, int]]]) -> Floats:
        """A row for each of the ``spans`` of each text.

        ``embedded`` holds a row a piece, text after text, each with a piece that begins it and one that ends it: those
        belong to every span. A span goes from its first piece up to its second number.
        """
        starts = np.cumsum([0, *lengths])
        members = np.zeros((sum(len(own) for own in spans), len(embedded)), np.float32)
        row = 0
        for start, end, own in zip(starts, starts[1:], spans, strict=False):
            for first, last in own:
                members[row, start + first : start + last] = 1
                members[row, [start, end - 1]] = 1
                row += 1
        roots = np.sqrt(members.sum(axis=1, keepdims=True))
        given = {"embedded": embedded, "near": _near(lengths), "members": members / roots, "roots": roots}
        (answer,) = self._session.run(None, given)
        found: Floats = answer
        return found


def _near(lengths: Sequence[int]) -> Places:
    """Of each piece those in its widest window; the one after the last of all where its text has none."""
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1])[:, None] + np.arange(-_BEFORE, _WIDEST - _BEFORE)
    inside = (places >= np.repeat(ends - lengths, lengths)[:, None]) & (places < np.repeat(ends, lengths)[:, None])
    return np.where(inside, places, ends[-1])


def written(weights: Weights) -> Model:
    """The model: vectors of pieces, what is near each of them, and which of them belong together -> vectors."""
    graph, head = Graph(), weights.head
    embedded = graph.given("embedded", "float32", ("pieces", len(weights.narrow)))
    near = graph.given("near", "int64", ("pieces", _WIDEST))
    members = graph.given("members", "float32", ("spans", "pieces"))
    roots = graph.given("roots", "float32", ("spans", 1))
    narrow = graph.times(embedded, weights.narrow, bias=weights.narrow_bias)
    narrow = graph.normal(narrow, weights.narrowed, weights.epsilon)
    parts = graph.in_equal_parts(narrow, len(WINDOWS), axis=1)
    looks = []
    for part, window, (size, before) in zip(parts, weights.windows, WINDOWS, strict=True):
        columns = graph.kept(np.arange(_BEFORE - before, _BEFORE - before + size))
        own = graph.node("Gather", [near, columns], integer("axis", 1))
        first = _looked(graph, part, own, window.first, window.first_bias)
        looks.append(_looked(graph, first, own, window.second, window.second_bias))
    seen = graph.node("Concat", [embedded, *looks], integer("axis", 1))
    seen = graph.normal(seen, weights.seen, weights.epsilon)
    together = graph.times(graph.node("MatMul", [members, seen]), head.merge)
    together = graph.node("Add", [together, graph.node("Mul", [roots, graph.kept(head.merge_bias[None])])])
    return graph.written(_through(graph, together, head), ("spans", head.widths[-1].shape[1]))


def _looked(graph: Graph, rows: str, near: str, matrix: Floats, bias: Floats) -> str:
    """What a window adds to ``rows``: of each the rows ``near`` it, one after the other, times ``matrix``."""
    nothing = graph.kept(np.zeros((1, matrix.shape[1]), np.float32))
    beside = graph.node("Gather", [graph.node("Concat", [rows, nothing], integer("axis", 0)), near])
    in_a_row = graph.node("Reshape", [beside, graph.kept(np.array([-1, len(matrix)]))])
    product = graph.times(in_a_row, matrix, bias=bias)
    return graph.node("Add", [graph.node("Relu", [product]), rows])


def _through(graph: Graph, together: str, head: Head) -> str:
    """Three layers and the answer: the second sees the sum as well, the answer the second layer."""
    to_first, to_second, past_first, to_third, past_third, to_answer = head.widths
    first = graph.node("Relu", [graph.times(together, to_first)])
    second = graph.node("Add", [graph.times(together, past_first), graph.times(first, to_second)])
    second = graph.node("Relu", [second])
    third = graph.node("Relu", [graph.times(second, to_third)])
    answer = graph.node("Add", [graph.times(second, past_third), graph.times(third, to_answer)])
    return graph.node("Tanh", [answer])
