"""Checks on single texts: placeholders, patterns of slots, length."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.core import words

LONGEST_REPLY = 4096
"""In UTF-16 units: Telegram's limit for one message."""

LONGEST_TITLE = 40
"""In characters: longer ones are cut off on a phone's button."""

LONGEST_PATTERN = 500
LONGEST_SLOT_WORD = 60

_QUANTIFIER = re.compile(r"[*+?]|\{(?:\d*,)?(\d*)\}")
_ENDLESS = float("inf")
_MANY = 20
"""A group repeated more often than this must not have variable parts: a{40} has 2^40 ways if ``a`` has two."""

_PROBE_CPU_SECONDS = 0.05
_PROBE_LENGTH = 512


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. ``ValueError`` says what is wrong with a brace; ``{{`` and ``}}`` are literal ones."""
    problem = words.syntax_problem(text)
    if problem:
        raise ValueError(f"There is {problem}.")
    return words.placeholders(text)


def contains_word(text: str, word: str) -> bool:
    """Whether ``word`` (or several words) stands in ``text``, whatever the case, not as part of a longer word."""
    within, sought = text.casefold(), word.casefold()
    return sought in within and re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", within) is not None


@lru_cache(maxsize=256)
def slot_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; upper and lower case are the same to it. ``ValueError`` says why it cannot be used."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"This pattern is longer than {LONGEST_PATTERN} characters. Write a simpler one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of an odd but working set such as [[]
            compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"This pattern is not a regular expression that can be used ({error}). Correct it.") from None
    if compiled.match(""):
        raise ValueError(r"This pattern fits an empty text too. Let it ask for something: \d{5,10} rather than \d*.")
    if _repeats_a_repetition(pattern) or _is_slow(compiled):
        raise ValueError(
            r"This pattern can take very long on some texts. Don't repeat what repeats inside: \d+, not (\d+)+."
        )
    return compiled


_SLOT_WORD = re.compile(r"[\w’'.+&/-]+\*?(?: [\w’'.+&/-]+\*?)*")


def slot_word_problem(word: str) -> str | None:
    """What is wrong with a word that finds a slot, if anything: letters, and * only where a word ends."""
    if len(word) > LONGEST_SLOT_WORD:
        return f"This is longer than {LONGEST_SLOT_WORD} characters. Write the word alone."
    if not _SLOT_WORD.fullmatch(word) or not any(c.isalnum() for c in word):
        return "A word of a slot has letters or digits, and * only at the end of a word: washing machine*."
    if any(len(part) < 4 for part in word.split() if part.endswith("*")):
        return "This fits far too much. Write at least three letters before the *."
    return None


def _repeats_a_repetition(pattern: str) -> bool:
    """Whether a group that can match in many ways is itself repeated: endlessly, or very often."""
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\.", "x", pattern))
    groups = [_Inside()]
    for index, char in enumerate(bare):
        repeated = _times(bare, index)
        if char == "(":
            groups.append(_Inside())
        elif char == ")" and len(groups) > 1:
            inside = groups.pop()
            often = _times(bare, index + 1)
            if (inside.endless and often == _ENDLESS) or (inside.varies and _MANY < often < _ENDLESS):
                return True
            groups[-1].endless |= inside.endless
            groups[-1].varies |= inside.varies
        elif repeated:
            groups[-1].endless |= repeated == _ENDLESS
            groups[-1].varies = True
    return False


@dataclass(slots=True)
class _Inside:
    """Whether a group holds a repetition without end, and whether it holds any repetition."""

    endless: bool = False
    varies: bool = False


def _times(pattern: str, index: int) -> float:
    """How often at most the quantifier at ``index`` repeats; 0 where there is none."""
    match = _QUANTIFIER.match(pattern, index)
    if not match:
        return 0
    if match[0] == "?":
        return 0 if pattern[index - 1 : index] == "(" else 1
    return _ENDLESS if match[1] is None or not match[1] else int(match[1])


def _is_slow(pattern: re.Pattern[str]) -> bool:
    """Whether the time it takes grows out of hand on texts of repeated characters, tried at growing lengths."""
    return any(_grows_slow(pattern, char) for char in sorted({*"0aA -.", *pattern.pattern}))


def _grows_slow(pattern: re.Pattern[str], char: str) -> bool:
    began = time.thread_time()
    for length in _probe_lengths():
        pattern.search(char * length + "\x00")
        if time.thread_time() - began > _PROBE_CPU_SECONDS:
            return True
    return False


def _probe_lengths() -> Iterator[int]:
    length = 8
    while length <= _PROBE_LENGTH:
        yield length
        length += max(4, length // 4)
