"""The words with which people open and end a message: "good morning, is it ready? Thanks, Ana" is about an order.

What people say so stands in files, ``openings/<language>.txt`` and ``closings/<language>.txt``; the short examples of
small talk are such words too, where a mark sets them apart. Whoever cuts too much loses what is asked, so a number is
never cut, nor what asks, nor thanks that go on with something else ("thanks, but the lamp is missing").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.nlp.greek import has_greek, sound_of_greek, sounds_of_greeklish
from bot.nlp.text import latin_of_cyrillic, strip_diacritics

_MOST_WORDS = 3
"""Longer examples of small talk say more than one."""

_LONGEST = 6
"""Words of a known opening or closing."""

_FEWEST_WORDS = 2
"""A single word beside a greeting is a name, or part of it."""

_LONGEST_NAME = 3
"""Words."""

_ENOUGH = 4
"""Words beside a greeting that are no part of it: what they say, they say by themselves."""

_MOST = 6
"""Openings or closings one after the other ("Thanks. Regards, Ana")."""

_LONGEST_THANKS = 7
"""Words of a last part that thanks for something."""

_KINDNESSES = frozenset(
    {
        "reply", "answer", "response", "help", "assistance", "time", "info", "information", "understanding",
        "patience", "effort", "efforts", "attention", "support", "odgovor", "odziv", "pomoc", "cas", "informacijo",
        "informacije", "razumevanje", "potrpljenje", "potrpezljivost", "trud", "pozornost", "απαντηση", "ανταποκριση",
        "βοηθεια", "χρονο", "πληροφορια", "πληροφοριες", "κατανοηση", "υπομονη", "κοπο", "atbildi", "palidzibu",
        "laiku", "informaciju", "sapratni", "pacietibu", "pulem", "atsaucibu", "odgovoru", "pomoci", "vremenu",
        "informaciji", "informacijama", "razumevanju", "strpljenju", "trudu", "paznji", "atsakyma", "pagalba",
        "laika", "informacija", "supratima", "kantrybe", "demesi"
    }
)  # fmt: skip
"""What people thank for at the end of a message, in six languages, as :func:`_key` has it. For a broken lamp, or for
good service, they thank too: that is what they write for.
"""

_NOTHING = frozenset({"nothing", "no", "not", "zero", "nic", "nobene", "nista", "τιποτα", "καμια", "neko", "nieko"})
"""Who thanks for it is angry."""

_AND = frozenset({"and", "in", "ter", "i", "και", "un", "ir", "kai"})
"""Between closings: "thanks and kind regards"."""

_BEFORE_A_MARK = ","
"""Known words that end so are known only where a mark sets them apart: "Best, Ana", but "the best"."""

_FEWEST_LETTERS = 7
"""Of a single word of Greek in Latin letters. Shorter ones sound like others: γεια like για, αντίο like άδειο."""

_DEFAULT = "en"
"""What people everywhere write too."""

_WORD = re.compile(r"\S+")
_NO_LETTER = re.compile(r"[\W\d_]+")
_MARKS = frozenset(",:.!?;…–—-)")
_ENDS = frozenset(".!?;…")
_ASKS = "?"
_ASKS_IN_GREEK = "?;"
_TAIL = 4
"""Characters at the end of a word among which its marks are."""


class _Word(NamedTuple):
    """``key`` is how it is looked up: empty where there is no letter in it, None where there is a digit."""

    start: int
    end: int
    key: str | None
    capital: bool
    marks: frozenset[str]

    @property
    def apart(self) -> bool:
        """Whether a mark follows."""
        return not self.marks.isdisjoint(_MARKS)

    @property
    def ends(self) -> bool:
        """Whether a sentence ends with it."""
        return not self.marks.isdisjoint(_ENDS)


class Known(NamedTuple):
    """What is looked for: ``bare`` anywhere, ``marked`` only where a mark sets it apart. With ``greeklish`` also by how
    Latin letters sound in Greek.
    """

    bare: frozenset[str] = frozenset()
    marked: frozenset[str] = frozenset()
    greeklish: bool = False

    def has(self, words: Sequence[_Word], *, apart: bool) -> bool:
        """Whether ``words`` together are known; ``apart`` tells whether a mark sets them apart."""
        keys = [word.key for word in words]
        if None in keys or any(word.ends for word in words[:-1]):
            return False
        written = [key for key in keys if key]
        said = {" ".join(written)}
        if self.greeklish:
            said.add(" ".join(next(sounds_of_greeklish(key)) if key.isascii() else key for key in written))
        return not said.isdisjoint(self.bare) or (apart and not said.isdisjoint(self.marked))


def short_ones(examples: Iterable[str]) -> frozenset[str]:
    """Those of few words among ``examples``, in the form in which words of a message are looked up."""
    found = {_looked_up(example) for example in examples if len(example.split()) <= _MOST_WORDS}
    return frozenset(found - {""})


def known_openings(language: str) -> Known:
    """How people who write ``language`` open a message, from the files under ``openings/``."""
    return _known("openings", language)


def known_closings(language: str) -> Known:
    """How they end it, from the files under ``closings/``."""
    return _known("closings", language)


@cache
def _known(folder: str, language: str) -> Known:
    lines = {line for code in (language, _DEFAULT) for line in _lines(folder, code)}
    marked = {_looked_up(line) for line in lines if line.endswith(_BEFORE_A_MARK)}
    bare = {_looked_up(line) for line in lines if not line.endswith(_BEFORE_A_MARK)} - marked
    return Known(frozenset(bare | _sounds(bare)), frozenset(marked | _sounds(marked)), language == "el")


def _lines(folder: str, language: str) -> list[str]:
    file = files("bot.nlp") / folder / f"{language}.txt"
    if not language.isalpha() or not file.is_file():
        return []
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _sounds(lines: Iterable[str]) -> set[str]:
    """How Greek ones sound, for those who write them in Latin letters."""
    greek = {line: sound_of_greek(line) for line in lines if has_greek(line)}
    return {sound for line, sound in greek.items() if " " in line or len(sound) >= _FEWEST_LETTERS}


@dataclass(frozen=True, slots=True)
class Courtesies:
    """With what admins' examples have people open (``greetings``) and end (``closings``); of :func:`short_ones`."""

    greetings: frozenset[str] = frozenset()
    closings: frozenset[str] = frozenset()

    def point(self, text: str, language: str) -> str:
        """What is between them in ``text``; empty where there are none, or nothing to speak of between them.

        Capitals and script play no part. A name may follow a closing, and what somebody is thanked for.
        """
        words = [_word(found) for found in _WORD.finditer(text)]
        openings, closings = known_openings(language), known_closings(language)
        start = _opened(words, openings._replace(marked=openings.marked | self.greetings))
        end = _ended(words, start, closings._replace(marked=closings.marked | self.closings))
        if (start, end) == (0, len(words)) or _said(words[start:end]) < _FEWEST_WORDS:
            return ""
        return text[words[start].start : words[end - 1].end]


def says_enough(point: str) -> bool:
    """Whether a point may stand for the whole message. Of fewer words the courtesies may be the matter."""
    return sum(bool(_NO_LETTER.sub("", word)) for word in point.split()) >= _ENOUGH


def _said(words: Iterable[_Word]) -> int:
    """How many of ``words`` have letters."""
    return sum(word.key != "" for word in words)


def _opened(words: Sequence[_Word], known: Known) -> int:
    """How many of ``words`` greet."""
    start = 0
    for _ in range(_MOST):
        lengths = range(min(_LONGEST, len(words) - start), 0, -1)
        length = next((length for length in lengths if _opens(words, start, length, known)), 0)
        if not length:
            break
        start += length
    return start


def _opens(words: Sequence[_Word], start: int, length: int, known: Known) -> bool:
    end = start + length
    return bool(words[start].key) and known.has(words[start:end], apart=_apart(words, end))


def _apart(words: Sequence[_Word], place: int) -> bool:
    """Whether a mark stands between the words before ``place`` and those after."""
    return words[place - 1].apart or (place < len(words) and words[place].key == "" and words[place].apart)


def _ended(words: Sequence[_Word], start: int, known: Known) -> int:
    """How many of ``words`` come before those that end the message, of those from ``start`` on."""
    end = len(words)
    shouted = all(word.capital for word in words if word.key)
    for _ in range(_MOST):
        last = _without_signs(words, start, end)
        if end < len(words) and last > start and words[last - 1].key in _AND:
            last -= 1
        if last == start or any(_asks(word, known) for word in words[last - 1 : end]):
            break
        shorter = _before_a_closing(words, start, last, known, capitals=not shouted)
        if shorter is None:
            shorter = _before_thanks(words, start, last, known)
        if shorter is None:
            break
        end = shorter
    while start < end < len(words) and words[end - 1].key in _AND:
        end -= 1
    return end


def _without_signs(words: Sequence[_Word], start: int, end: int) -> int:
    while end > start and words[end - 1].key == "":
        end -= 1
    return end


def _asks(word: _Word, known: Known) -> bool:
    return not word.marks.isdisjoint(_ASKS_IN_GREEK if known.greeklish else _ASKS) and ")" not in word.marks


def _before_a_closing(words: Sequence[_Word], start: int, end: int, known: Known, *, capitals: bool) -> int | None:
    """Where a closing begins that only a name follows. ``capitals`` tell a name, where not all words have them."""
    for name in range(min(_LONGEST_NAME, end - start) + 1):
        before = end - name
        if not all(word.key for word in words[before:end]):
            break
        written_so = capitals and all(word.capital for word in words[before:end])
        for first in range(max(start, before - _LONGEST), before):
            begins = first == start or words[first - 1].key in _AND or _apart(words, first)
            apart = begins and (not name or _apart(words, before))
            if name and not written_so and not (name == 1 and apart):
                continue
            if words[first].key and known.has(words[first:before], apart=apart):
                return first
    return None


def _before_thanks(words: Sequence[_Word], start: int, end: int, known: Known) -> int | None:
    """Where the last part begins, if it thanks for a kindness: "Thanks for your quick reply"."""
    if words[end - 1].key not in _KINDNESSES:
        return None
    for first in range(max(start + 1, end - _LONGEST_THANKS), end):
        keys = {word.key for word in words[first:end]}
        if not _apart(words, first) or None in keys or keys & _NOTHING or any(w.ends for w in words[first : end - 1]):
            continue
        if any(known.has(words[first:after], apart=True) for after in range(first + 1, min(first + _LONGEST, end))):
            return first
    return None


def _word(found: re.Match[str]) -> _Word:
    written = found.group()
    key = None if any(character.isdigit() for character in written) else _key(written)
    marks = frozenset(character for character in written[-_TAIL:] if not character.isalnum())
    return _Word(*found.span(), key, written[:1].isupper(), marks)


def _looked_up(line: str) -> str:
    return " ".join(filter(None, map(_key, line.split())))


def _key(word: str) -> str:
    """Its letters: one case, no diacritics, Latin ones for Cyrillic ones."""
    return strip_diacritics(latin_of_cyrillic(_NO_LETTER.sub("", word.lower()))).replace("ς", "σ")
