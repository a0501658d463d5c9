"""Words as they are properly written, learnt from the examples: what is typed without diacritics, with letters written
out ("shodien"), in Greeklish or with a slip of the finger is brought back before it is embedded, since the models know
proper words far better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from bot.nlp.calm import drawn_in, is_drawn_out
from bot.nlp.greek import sound_of_greek, sound_of_greeklish, sounds_of_greeklish
from bot.nlp.notes import Notes
from bot.nlp.slips import Words, numbers
from bot.nlp.text import strip_diacritics

_WORD = re.compile(r"[38](?=[a-z])[a-z38]+|[a-z]+[38](?=[a-z])[a-z38]*|[^\W\d_]+|(?<=\w)[’'][^\W\d_]+")

_GREEK = re.compile("[α-ωά-ώ]")

_SOUNDS = {"sh": "š", "ch": "č", "zh": "ž"}
_WRITTEN_OUT = {
    "lv": _SOUNDS | {"aa": "ā", "ee": "ē", "ii": "ī", "uu": "ū", "nj": "ņ", "lj": "ļ", "kj": "ķ", "gj": "ģ"},
    "lt": _SOUNDS,
    "sl": _SOUNDS,
    "sr": _SOUNDS,
}
"""How letters with marks are written out by those who have none: "ljoti" is "ļoti", "shodien" is "šodien"."""

_LETTERS = {language: re.compile("|".join(letters)) for language, letters in _WRITTEN_OUT.items()}

_SOUND = "sound"
"""Beside the languages, for what is remembered."""

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
        self._remembered: dict[tuple[str, str], str] = {}

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
        self._remembered.clear()

    def restored(self, text: str, language: str) -> str:
        """``text`` (lower case) with the words that are known put as they are properly written, and slips mended."""
        known = self.forms.get(language, {})
        words = self.words.get(language) if self._is_word else None
        if not known and not words:
            return text
        greeklish = language == "el" and not _GREEK.search(text)

        def put(match: re.Match[str]) -> str:
            word = match.group()
            if is_drawn_out(word):
                word = _drawn_in(word, words, language)
            if greeklish and words and (sound := self._sound(word, words)) is not None:
                return known.get(sound, word)
            key = _key_of(word, language, greeklish=greeklish)
            if key is None:
                return word
            proper = word if _has_marks(word) else known.get(key, word)
            if proper != word or not words:
                return proper
            if (short := _drawn_together(key, language)) and words.is_rather(short, key):
                return known.get(short, short)
            return self._meant(word, key, language) if words.may_be_slip(key) else word

        return _WORD.sub(put, text)

    def _sound(self, word: str, words: Words) -> str | None:
        """Of all that a Greek word in Latin letters may sound as, what is used most; None where nothing is."""
        found = self._remembered.get((word, _SOUND))
        if found is None:
            found = max(sounds_of_greeklish(word), key=lambda sound: words.counts.get(sound, int(sound in words)))
            found = found if found in words else ""
            self._remember(word, _SOUND, found)
        return found or None

    def _meant(self, word: str, key: str, language: str) -> str:
        """What was meant by a ``word`` that may be a slip. Remembered: sentences say again what the whole says."""
        found = self._remembered.get((word, language))
        if found is None:
            is_one = self._is_word is not None and self._is_word(word)
            near = None if is_one else self.words[language].meant_by(key)
            found = word if near is None else self.forms.get(language, {}).get(near, near)
            self._remember(word, language, found)
        return found

    def _remember(self, word: str, what: str, found: str) -> None:
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[word, what] = found

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


def _drawn_in(word: str, words: Words | None, language: str) -> str:
    """With letters that were drawn out once, unless twice makes it a word that is used more."""
    once, twice = drawn_in(word)
    return twice if words and words.is_rather(_key(twice, language), _key(once, language)) else once


def _drawn_together(key: str, language: str) -> str | None:
    """A word of which some letters may be written out, with those letters without their marks; None for others."""
    letters = _LETTERS.get(language)
    if letters is None or not letters.search(key):
        return None
    return letters.sub(lambda found: strip_diacritics(_WRITTEN_OUT[language][found.group()]), key)


def _has_marks(word: str) -> bool:
    """Who writes some writes them all."""
    return strip_diacritics(word) != word
