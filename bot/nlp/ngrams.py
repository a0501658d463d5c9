"""Words and character n-grams of a text: what says the same in the same letters."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from bot.nlp.text import fold, shorten

MAX_CHARS = 1_000
"""Features are taken from this many characters at most, so that no message takes long."""

_WORD = re.compile(r"\w+|[^\w\s]")
_CHARACTERS = range(2, 6)


def grams(text: str) -> Counter[str]:
    """Counts of words, pairs of words (``w:``) and character n-grams within words (``c:``) of the folded text."""
    words = _WORD.findall(shorten(fold(text), MAX_CHARS))
    counts = Counter(f"w:{word}" for word in words)
    counts.update(f"w:{first} {second}" for first, second in pairwise(words))
    for word in words:
        padded = f" {word} "
        counts.update(f"c:{padded[i : i + n]}" for n in _CHARACTERS for i in range(max(len(padded) - n + 1, 0)))
    return counts
