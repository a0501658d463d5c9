"""Words as they are properly written, learnt from the examples: what is typed without diacritics, or in Greeklish, is
brought back before it is embedded, since the models know proper words far better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bot.nlp.greek import sound_of_greek, sound_of_greeklish
from bot.nlp.notes import Notes
from bot.nlp.text import strip_diacritics

_WORD = re.compile(r"[^\W\d_]+|(?<=\w)[’'][^\W\d_]+|[38](?=[a-z])[a-z]+|[a-z]+[38][a-z]*")

_GREEK = re.compile("[α-ωά-ώ]")


class Lexicon:
    """``forms`` gives, by language and by what a word is without its marks, its most frequent form."""

    def __init__(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        self.forms = forms

    @classmethod
    def learn(cls, texts: Mapping[str, Sequence[str]], notes: Notes | None = None) -> Lexicon:
        """From texts of each language, in lower case."""
        notes = notes or Notes()
        return cls(
            {
                language: notes.of(f"words-{language}", own, partial(_proper_words, language=language))
                for language, own in texts.items()
            }
        )

    def restored(self, text: str, language: str) -> str:
        """``text`` (lower case) with the words that are known put as they are properly written."""
        known = self.forms.get(language)
        if not known:
            return text
        greeklish = language == "el" and not _GREEK.search(text)
        return _WORD.sub(lambda match: _restored(match.group(), known, language, greeklish=greeklish), text)


def _proper_words(texts: Iterable[str], language: str) -> dict[str, str]:
    """By what they are without their marks, the words of texts in lower case that can be written in a poorer way."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(_WORD.findall(text))
    best: dict[str, str] = {}
    for word, _ in sorted(
        words.items(), key=lambda item: (item[1], item[0])
    ):  # the most frequent comes last, and stays
        best[_key(word, language)] = word
    return {key: word for key, word in best.items() if key != word}


def _key(word: str, language: str) -> str:
    bare = strip_diacritics(word)
    return sound_of_greek(bare) if language == "el" else bare


def _restored(word: str, known: Mapping[str, str], language: str, *, greeklish: bool) -> str:
    if strip_diacritics(word) != word:
        return word  # who writes some marks writes them all
    if language != "el":
        return known.get(word, word)
    latin = word.isascii()
    key = sound_of_greeklish(word) if latin else sound_of_greek(word)
    return known.get(key, word) if greeklish or not latin else word
