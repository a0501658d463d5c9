"""When two sentences say the same to the letter."""

from __future__ import annotations

import unicodedata


def normalised(sentence: str) -> str:
    """What makes two sentences the same: letters without case, and no punctuation; spaces count once."""
    folded = unicodedata.normalize("NFC", sentence).casefold()
    bare = "".join(" " if unicodedata.category(char)[0] == "P" and char not in "{}" else char for char in folded)
    return " ".join(bare.split()) or " ".join(folded.split())
