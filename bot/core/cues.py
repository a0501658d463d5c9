"""Words by which customers speak of their own case, as the content lists them, found in what they write.

One spelling stands for all: case, diacritics, kinds of apostrophes and of spaces make no difference. The cues of every
language apply, since people mix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from bot.core.content import Catalogue, Cue, Cues

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_PUNCTUATION = re.compile(r"[.,!?;:…]")
_FIRST = re.compile(r"\\w\*|\\.|.", re.DOTALL)
_LONGEST = 2000
"""Characters that are looked at: who writes more has more to say than when they will be called."""


def prepare(catalogue: Catalogue) -> None:
    """Be ready to look for the cues of a catalogue. Else it is done at the first text, and holds up others."""
    _patterns_of(catalogue)


def heard(text: str, catalogue: Catalogue) -> frozenset[Cue]:
    """The sorts of cues in ``text``."""
    plain = folded(text[:_LONGEST])
    return frozenset(cue for cue, pattern in _patterns_of(catalogue).items() if pattern.search(plain))


def is_just(text: str, cue: Cue, catalogue: Catalogue) -> bool:
    """Whether ``text`` is such a cue and nothing else, punctuation apart."""
    pattern = _patterns_of(catalogue).get(cue)
    return pattern is not None and pattern.fullmatch(folded(_PUNCTUATION.sub(" ", text))) is not None


_Patterns = dict[Cue, re.Pattern[str]]


class _Listed:
    """The cues of a catalogue, known by being the same object: to compare their words takes as long as a search."""

    def __init__(self, cues: Cues) -> None:
        self.cues = cues

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Listed) and self.cues is other.cues

    def __hash__(self) -> int:
        return id(self.cues)


def _patterns_of(catalogue: Catalogue) -> _Patterns:
    return _patterns(_Listed(catalogue.cues))


@lru_cache(maxsize=16)
def _patterns(listed: _Listed) -> _Patterns:
    """One pattern for each sort, over all languages."""
    by_cue: dict[Cue, list[str]] = {}
    for by_language in listed.cues.values():
        for cue, phrases in by_language.items():
            by_cue.setdefault(cue, []).extend(phrases)
    return {cue: _pattern(phrases) for cue, phrases in by_cue.items() if phrases}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    plain = sorted({re.escape(folded(phrase)).replace(r"\*", r"\w*") for phrase in phrases})
    alike = [(begin, list(those)) for begin, those in groupby(plain, _beginning)]
    either = "|".join(f"{begin}(?:{'|'.join(each[len(begin) :] for each in those)})" for begin, those in alike)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def _beginning(pattern: str) -> str:
    """Its first character: phrases that begin alike are tried only where a text goes on so."""
    found = _FIRST.match(pattern)
    return found[0] if found else ""


def folded(text: str) -> str:
    """``text`` in the one spelling: without case and diacritics, with plain apostrophes and single spaces."""
    plain = unicodedata.normalize("NFD", text.casefold()).translate(_APOSTROPHES)
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(bare.replace("đ", "dj").split())
