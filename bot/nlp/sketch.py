"""How near texts are to many landmarks, quickly: those are multiplied in integers (:mod:`bot.nlp.graph`).

Of a few texts that takes an eighth of the time that real numbers take, most of which goes by in fetching them from
memory, and half the room. A cosine is off by 0.0004 (standard deviation), of landmarks in fourteen bits; in seven it
would be by 0.0015. What is learnt is learnt with real numbers.
"""

from __future__ import annotations

import numpy as np

from bot.nlp.arrays import let_go
from bot.nlp.graph import Graph, session
from bot.nlp.vectors import Vectors


class Sketch:
    """Knows where landmarks are."""

    def __init__(self, landmarks: Vectors) -> None:
        graph = Graph()
        rows = graph.given("rows", "float32", ("rows", landmarks.shape[1]))
        cosines = graph.times_twice(rows, landmarks.T)
        self._session = session(graph.written(cosines, ("rows", len(landmarks))))
        self._bounds = np.zeros((2, landmarks.shape[1]), np.float32)
        self._bounds[:, 0] = 1, -128 / 127  # in eight bits, so that one and nothing are whole steps
        let_go(landmarks)

    def cosines(self, rows: Vectors) -> Vectors:
        """A row for each of ``rows``, which are of unit length, and a column for each landmark.

        Rows that are multiplied at the same time share one scale. So all are made to reach as far as the bounds, and
        each is what it is by itself.
        """
        reach = np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.float32(1e-6))
        found: Vectors = self._session.run(None, {"rows": np.vstack([rows / reach, self._bounds])})[0][:-2]
        found *= reach
        return np.minimum(found, 1, out=found)


class Voice:
    """Says what landmarks together say of a text, by their ``weights``; it is looked at in some ``directions``."""

    def __init__(self, directions: Vectors, landmarks: Vectors, weights: Vectors, sharpness: float) -> None:
        graph = Graph()
        width = len(directions) if directions.size else landmarks.shape[1]
        rows = graph.given("rows", "float32", ("rows", width))
        if directions.size:
            rows = graph.node("LpNormalization", [graph.times(rows, directions)])
        cosines = graph.times(rows, landmarks.T)
        less, sharp = (graph.kept(np.array([number], np.float32)) for number in (1, sharpness))
        alike = graph.node("Exp", [graph.node("Mul", [graph.node("Sub", [cosines, less]), sharp])])
        scores = graph.node("MatMul", [alike, graph.kept(weights)])
        self._session = session(graph.written(scores, ("rows", weights.shape[1])))
        for array in (landmarks, weights):
            let_go(array)

    def scores(self, rows: Vectors) -> Vectors:
        """A row for each of ``rows``, which are of unit length, and a column for each column of the weights."""
        found: Vectors = self._session.run(None, {"rows": rows})[0]
        return found
