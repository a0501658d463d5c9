"""Slips of the finger: which word was meant by one that nobody knows.

All that is one slip away from it is looked up (Norvig 2007, https://norvig.com/spell-correct.html); of the words found
that one was meant which people use most. Two slips were tried: they mend nothing more, and mistake what is no slip.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

SHORTEST, _LONGEST = 4, 24
"""Letters: of shorter words each is one slip from several others."""

_OFTEN = 2
"""Times: a word that stands only once may be a slip itself."""

_OTHER_LETTER = 0.3
"""How likely a wrong letter is, beside one left out, one too many, or two that changed places."""


@dataclass(frozen=True)
class Words:
    """Words without their marks: ``counts`` of those that are used often, and the ``rare`` ones, as sorted numbers."""

    counts: Mapping[str, int]
    rare: array[int]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Words:
        """From how often each word is used."""
        often = {word: count for word, count in counts.items() if count >= _OFTEN and len(word) >= SHORTEST - 1}
        return cls(often, numbers(_number(word) for word in counts.keys() - often.keys()))

    @cached_property
    def _letters(self) -> str:
        return "".join(sorted(set("".join(self.counts))))

    def __contains__(self, word: str) -> bool:
        return word in self.counts or self._is_rare(_number(word))

    def _is_rare(self, number: int) -> bool:
        place = bisect_left(self.rare, number)
        return place < len(self.rare) and self.rare[place] == number

    def is_rather(self, word: str, than: str) -> bool:
        """Whether a word is used often, and more often than the other one."""
        return self.counts.get(word, 0) > self.counts.get(than, 0)

    def may_be_slip(self, word: str) -> bool:
        """Whether it is unknown, and long enough to tell what was meant by it."""
        return SHORTEST <= len(word) <= _LONGEST and word not in self

    def meant_by(self, word: str) -> str | None:
        """The word that was meant by one that may be a slip; None where nothing is like it."""
        if not self.may_be_slip(word):
            return None
        found = [(self.counts[near] * likely, near) for near, likely in self._near(word) if near in self.counts]
        return max(found)[1] if found else None

    def _near(self, word: str) -> Iterator[tuple[str, float]]:
        """What is one slip away, with how likely that is. Hardly anybody gets the first letter wrong."""
        halves = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
        yield word[1] + word[0] + word[2:], 1.0
        for before, after in halves:
            if len(after) > 1:
                yield before + after[1] + after[0] + after[2:], 1.0
            if after:
                yield before + after[1:], 1.0
            for letter in self._letters:
                yield before + letter + after, 1.0
                if after:
                    yield before + letter + after[1:], _OTHER_LETTER


def numbers(found: Iterable[int]) -> array[int]:
    """Sorted, in four bytes each."""
    return array("I", sorted(found))


def _number(word: str) -> int:
    """Takes far less room than the word. One unknown word in two hundred thousand has that of a known one."""
    return crc32(word.encode("utf-8", "replace"))
