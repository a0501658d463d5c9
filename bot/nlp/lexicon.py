"""Words as they are properly written, learnt from the examples: what is typed without diacritics, in Greeklish or with
a slip of the finger is brought back before it is embedded, since the models know proper words far better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from bot.nlp.greek import sound_of_greek, sound_of_greeklish
from bot.nlp.notes import Notes
from bot.nlp.slips import Words, numbers
from bot.nlp.text import strip_diacritics

_WORD = re.compile(r"[^\W\d_]+|(?<=\w)[’'][^\W\d_]+|[38](?=[a-z])[a-z]+|[a-z]+[38][a-z]*")

_GREEK = re.compile("[α-ωά-ώ]")

_REMEMBERED = 4_096
"""Unknown words, with what was meant by them: customers make the same slips."""


class Lexicon:
    """``forms`` gives, by language and by what a word is without its marks, its most frequent form; ``words`` are all
    that stand in the examples of a language, without their marks.
    """

    def __init__(
        self, forms: Mapping[str, Mapping[str, str]] | None = None, words: Mapping[str, Words] | None = None
    ) -> None:
        self.forms = forms or {}
        self.words = words or {}
        self._is_word: Callable[[str], bool] | None = None
        self._meanings: dict[tuple[str, str], str] = {}

    @classmethod
    def learn(cls, texts: Mapping[str, Sequence[str]], notes: Notes | None = None) -> Lexicon:
        """From texts of each language, in lower case."""
        notes = notes or Notes()
        forms: dict[str, Mapping[str, str]] = {}
        words: dict[str, Words] = {}
        for language, own in texts.items():
            used = cache(partial(_used, own, language))  # counted once for both, and not where nothing is new
            forms[language] = notes.of(f"words-{language}", own, partial(_proper_words, used))
            words[language] = Words.of(notes.of(f"counts-{language}", own, partial(_counts, used)))
        return cls(forms, words)

    def attach(self, is_word: Callable[[str], bool] | None) -> None:
        """Slips of the finger are mended where ``is_word`` tells which words there are at all, in the others."""
        self._is_word = is_word
        self._meanings.clear()

    def restored(self, text: str, language: str) -> str:
        """``text`` (lower case) with the words that are known put as they are properly written, and slips mended."""
        known = self.forms.get(language, {})
        words = self.words.get(language) if self._is_word else None
        if not known and not words:
            return text
        greeklish = language == "el" and not _GREEK.search(text)

        def put(match: re.Match[str]) -> str:
            word = match.group()
            key = _key_of(word, language, greeklish=greeklish)
            if key is None:
                return word
            proper = word if _has_marks(word) else known.get(key, word)
            if proper != word or not words or not words.may_be_slip(key):
                return proper
            return self._meant(word, key, language)

        return _WORD.sub(put, text)

    def _meant(self, word: str, key: str, language: str) -> str:
        """What was meant by a ``word`` that may be a slip. Remembered: sentences say again what the whole says."""
        found = self._meanings.get((word, language))
        if found is None:
            is_one = self._is_word is not None and self._is_word(word)
            near = None if is_one else self.words[language].meant_by(key)
            found = word if near is None else self.forms.get(language, {}).get(near, near)
            if len(self._meanings) >= _REMEMBERED:
                self._meanings.clear()
            self._meanings[word, language] = found
        return found

    def to_dict(self) -> dict[str, Any]:
        """What :meth:`of_dict` makes the same lexicon of."""
        words = {language: [dict(own.counts), own.rare.tolist()] for language, own in self.words.items()}
        return {"forms": {language: dict(own) for language, own in self.forms.items()}, "words": words}

    @classmethod
    def of_dict(cls, facts: Mapping[str, Any]) -> Lexicon:
        """Raises KeyError, TypeError, ValueError for what is damaged."""
        words = {language: Words(counts, numbers(rare)) for language, (counts, rare) in facts["words"].items()}
        return cls(facts["forms"], words)


_Used = list[tuple[str, str, int]]
"""Words: what each is without its marks, how it is written, and how often."""


def _used(texts: Iterable[str], language: str) -> _Used:
    times = Counter(_WORD.findall("\n".join(texts)))
    return [(_key(word, language), word, count) for word, count in times.items()]


def _key(word: str, language: str) -> str:
    bare = strip_diacritics(word)
    return sound_of_greek(bare) if language == "el" else bare


def _proper_words(used: Callable[[], _Used], texts: Iterable[str]) -> dict[str, str]:
    """By what they are without their marks, the words of texts in lower case that can be written in a poorer way."""
    in_turn = sorted(used(), key=lambda each: (each[2], each[1]))  # the most frequent comes last, and stays
    best = {key: word for key, word, _ in in_turn}
    return {key: word for key, word in best.items() if key != word}


def _counts(used: Callable[[], _Used], texts: Iterable[str]) -> dict[str, int]:
    """How often each word occurs, by what it is without its marks."""
    found: Counter[str] = Counter()
    for key, _, count in used():
        found[key] += count
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
