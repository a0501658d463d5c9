"""How pressing it is to the customer: cues in their words, and how loud they are typed.

Cues are data, one file a language under ``cues/``. They are matched in folded text, so that one spelling stands for
all. Those of the message's language apply, since a harmless word of one language is an insult in another; and English
words for haste and anger, which people everywhere mix in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import yaml
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.understanding import NO_INTENT, Kind, Severity
from bot.nlp.reading import reading
from bot.nlp.text import fold, letters

_URGENT = ("urgent", "safety")
_UPSET = ("insult", "anger", "leave", "legal", "waiting")
_CALM = "calm"
NOT = "not"
"""Words that take back the cue that follows them: "I'm not angry". What is dangerous is dangerous either way."""

_TAKEN_BACK = ("urgent", *_UPSET)
_BORROWED = (_CALM, "urgent", "insult")
"""English cues of these sorts count in every language."""

_RISING = (Severity.CALM, Severity.UPSET, Severity.URGENT)
_LOUD_SIGNS = re.compile(r"!{3,}|\?!|!\?|[!?]{4,}|[😠😡🤬😤👿🖕]")
_LOUD_LETTERS = 8
_WORD = re.compile(r"\S+")
_LAST_WORDS = re.compile(r"[\w']+(?: [\w']+)? $")

Cues = dict[str, re.Pattern[str]]


@lru_cache(maxsize=64)
def cues_of(language: str) -> Cues:
    """One pattern for each sort of cue of ``language``, for folded text; English where it has no file."""
    own, english = _phrases(language), _phrases("en")
    borrowed = {sort: english[sort] for sort in _BORROWED}
    return {sort: _pattern((*found, *borrowed.get(sort, ()))) for sort, found in (own or english).items()}


@lru_cache(maxsize=64)
def _phrases(language: str) -> dict[str, list[str]]:
    file = files("bot.nlp") / "cues" / f"{language}.yml"
    if not file.is_file():
        return {}
    read = yaml.load(file.read_text(encoding="utf-8"), yaml.CBaseLoader)  # noqa: S506 - all it makes are strings
    return {sort: list(found) for sort, found in read.items()}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    folded = {re.escape(fold(phrase)).replace(r"\*", r"\w*").replace("’", "'") for phrase in phrases}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(folded, key=len, reverse=True))})(?!\w)")


def is_loud(text: str) -> bool:
    """Shouted: mostly capitals over more than a word or two, or "!!!", "?!", or an angry face."""
    if _LOUD_SIGNS.search(text):
        return True
    shouted = [word for word in _WORD.findall(text) if sum(c.isupper() for c in word) > 2 and word == word.upper()]
    loud = sum(letters(word) for word in shouted)
    return len(shouted) > 1 and loud >= _LOUD_LETTERS and loud / letters(text) > 0.5


class SeverityComponent:
    """Sets ``severity``."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(dict.fromkeys((*languages, "en")))
        for language in self._languages:
            cues_of(language)  # now rather than while somebody waits

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        kind = Kind.NONE if read.intent == NO_INTENT else read.kind  # a kind that was guessed calms nobody
        read.severity = self.judge(doc.text, kind, read.language)
        return doc

    def judge(self, text: str, kind: Kind = Kind.NONE, language: str = "") -> Severity:
        """The severity of ``text``, by the cues of its ``language``; where that isn't known, by those of each.

        Praise may be as loud as it likes.
        """
        words = fold(text).replace("’", "'")
        found = self._found(words, language)
        if found is Severity.URGENT:
            return found
        upset = found is Severity.UPSET or is_loud(text)
        return Severity.UPSET if upset and kind not in (Kind.PRAISE, Kind.SMALLTALK) else Severity.CALM

    def _found(self, words: str, language: str) -> Severity:
        """What the cues say. A calm phrase of one language may be an insult in another: each is read by itself."""
        return max((_by_cues(words, one) for one in ((language,) if language else self._languages)), key=_RISING.index)


def _by_cues(words: str, language: str) -> Severity:
    cues = cues_of(language)
    if _CALM in cues:
        words = cues[_CALM].sub(" ", words)
    for severity, sorts in ((Severity.URGENT, _URGENT), (Severity.UPSET, _UPSET)):
        if any(_is_said(cues, sort, words) for sort in sorts):
            return severity
    return Severity.CALM


def _is_said(cues: Cues, sort: str, words: str) -> bool:
    """Whether a cue of ``sort`` stands in ``words`` and is not taken back just before."""
    if sort not in cues:
        return False
    found = cues[sort].finditer(words)
    return any(sort not in _TAKEN_BACK or not _is_taken_back(cues, words[: match.start()]) for match in found)


def _is_taken_back(cues: Cues, before: str) -> bool:
    """By the last word but one, or the last, with no punctuation between."""
    last = _LAST_WORDS.search(before)
    return last is not None and NOT in cues and cues[NOT].search(last.group()) is not None


@SpacyLanguage.factory(
    "keepword_severity",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"languages": ["en"]},
)
def make_severity(nlp: SpacyLanguage, name: str, languages: list[str]) -> SeverityComponent:
    """Cues of ``languages``, and English ones."""
    return SeverityComponent(languages)
