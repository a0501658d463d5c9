"""When two sentences say the same to the letter."""

from __future__ import annotations

import unicodedata

from bot.core.letters import Letters


def _without_punctuation(character: str) -> str:
    """The braces of placeholders stay."""
    return " " if unicodedata.category(character)[0] == "P" and character not in "{}" else character


_BARE = Letters(_without_punctuation)


def normalised(sentence: str) -> str:
    """What makes two sentences the same: letters without case, and no punctuation; spaces count once."""
    folded = unicodedata.normalize("NFC", sentence).casefold()
    return " ".join(folded.translate(_BARE).split()) or " ".join(folded.split())
