"""Words by which customers speak of their own case, as the content lists them, found in what they write.

One spelling stands for all: case, diacritics, kinds of apostrophes and of spaces make no difference. The cues of every
language apply, since people mix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bot.core.content import Catalogue, Cue

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_PUNCTUATION = re.compile(r"[.,!?;:…]")
_LONGEST = 2000
"""Characters that are looked at: who writes more has more to say than when they will be called."""


def heard(text: str, catalogue: Catalogue) -> frozenset[Cue]:
    """The sorts of cues in ``text``."""
    plain = folded(text[:_LONGEST])
    return frozenset(cue for cue, pattern in _patterns_of(catalogue).items() if pattern.search(plain))


def is_just(text: str, cue: Cue, catalogue: Catalogue) -> bool:
    """Whether ``text`` is such a cue and nothing else, punctuation apart."""
    pattern = _patterns_of(catalogue).get(cue)
    return pattern is not None and pattern.fullmatch(folded(_PUNCTUATION.sub(" ", text))) is not None


_Patterns = dict[Cue, re.Pattern[str]]


def _patterns_of(catalogue: Catalogue) -> _Patterns:
    return _patterns(tuple((cue, phrases) for by_cue in catalogue.cues.values() for cue, phrases in by_cue.items()))


@lru_cache(maxsize=16)
def _patterns(listed: tuple[tuple[Cue, tuple[str, ...]], ...]) -> _Patterns:
    """One pattern for each sort, over all languages."""
    by_cue: dict[Cue, list[str]] = {}
    for cue, phrases in listed:
        by_cue.setdefault(cue, []).extend(phrases)
    return {cue: _pattern(phrases) for cue, phrases in by_cue.items() if phrases}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    plain = {re.escape(folded(phrase)).replace(r"\*", r"\w*") for phrase in phrases}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(plain, key=len, reverse=True))})(?!\w)")


def folded(text: str) -> str:
    """``text`` in the one spelling: without case and diacritics, with plain apostrophes and single spaces."""
    plain = unicodedata.normalize("NFD", text.casefold()).translate(_APOSTROPHES)
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(bare.replace("đ", "dj").split())
