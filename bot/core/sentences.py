"""When two sentences say the same to the letter."""

from __future__ import annotations

import unicodedata


class _Spaces(dict[int, str]):
    """What a character is replaced by: punctuation by a space, but for the braces of placeholders."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = found = " " if unicodedata.category(char)[0] == "P" and char not in "{}" else char
        return found


_FOR_PUNCTUATION = _Spaces()


def normalised(sentence: str) -> str:
    """What makes two sentences the same: letters without case, and no punctuation; spaces count once."""
    folded = unicodedata.normalize("NFC", sentence).casefold()
    return " ".join(folded.translate(_FOR_PUNCTUATION).split()) or " ".join(folded.split())
