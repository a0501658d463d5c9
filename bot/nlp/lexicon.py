"""Words as they are properly written, learnt from the examples: what is typed without diacritics, in Greeklish or with
a slip of the finger is brought back before it is embedded, since the models know proper words far better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.nlp.greek import sound_of_greek, sound_of_greeklish
from bot.nlp.notes import Notes
from bot.nlp.slips import Words, numbers
from bot.nlp.text import strip_diacritics

_WORD = re.compile(r"[^\W\d_]+|(?<=\w)[’'][^\W\d_]+|[38](?=[a-z])[a-z]+|[a-z]+[38][a-z]*")

_GREEK = re.compile("[α-ωά-ώ]")


class Lexicon:
    """``forms`` gives, by language and by what a word is without its marks, its most frequent form; ``words`` are all
    that stand in the examples of a language, without their marks.
    """

    def __init__(
        self, forms: Mapping[str, Mapping[str, str]] | None = None, words: Mapping[str, Words] | None = None
    ) -> None:
        self.forms = forms or {}
        self.words = words or {}

    @classmethod
    def learn(cls, texts: Mapping[str, Sequence[str]], notes: Notes | None = None) -> Lexicon:
        """From texts of each language, in lower case."""
        notes = notes or Notes()
        forms: dict[str, Mapping[str, str]] = {}
        words: dict[str, Words] = {}
        for language, own in texts.items():
            forms[language] = notes.of(f"words-{language}", own, partial(_proper_words, language=language))
            words[language] = Words.of(notes.of(f"counts-{language}", own, partial(_counts, language=language)))
        return cls(forms, words)

    def restored(self, text: str, language: str, is_word: Callable[[str], bool] | None = None) -> str:
        """``text`` (lower case) with the words that are known put as they are properly written.

        Where ``is_word`` tells which words there are at all, slips of the finger are mended in the others.
        """
        known = self.forms.get(language, {})
        words = self.words.get(language) if is_word else None
        if not known and not words:
            return text
        greeklish = language == "el" and not _GREEK.search(text)

        def put(match: re.Match[str]) -> str:
            word = match.group()
            key = _key_of(word, language, greeklish=greeklish)
            proper = word if key is None or _has_marks(word) else known.get(key, word)
            if proper != word or key is None or not words or not is_word:
                return proper
            meant = words.meant_by(key)
            return word if meant is None or is_word(word) else known.get(meant, meant)

        return _WORD.sub(put, text)

    def to_dict(self) -> dict[str, Any]:
        """What :meth:`of_dict` makes the same lexicon of."""
        words = {language: [dict(own.counts), own.rare.tolist()] for language, own in self.words.items()}
        return {"forms": {language: dict(own) for language, own in self.forms.items()}, "words": words}

    @classmethod
    def of_dict(cls, facts: Mapping[str, Any]) -> Lexicon:
        """Raises KeyError, TypeError, ValueError for what is damaged."""
        words = {language: Words(counts, numbers(rare)) for language, (counts, rare) in facts["words"].items()}
        return cls(facts["forms"], words)


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


def _counts(texts: Iterable[str], language: str) -> dict[str, int]:
    """How often each word occurs, by what it is without its marks."""
    found: Counter[str] = Counter()
    for word, count in Counter(word for text in texts for word in _WORD.findall(text)).items():
        found[_key(word, language)] += count
    return found


def _key_of(word: str, language: str, *, greeklish: bool) -> str | None:
    """What a word of a message is without its marks; None for a foreign one."""
    if language != "el":
        return strip_diacritics(word)
    if not word.isascii():
        return sound_of_greek(strip_diacritics(word))
    return sound_of_greeklish(word) if greeklish else None


def _has_marks(word: str) -> bool:
    """Who writes some writes them all."""
    return strip_diacritics(word) != word
