"""How pressing it is to the customer: cues in their words, and how loud they are typed.

Cues are data, one file a language under ``cues/``. They are matched in folded text, so that one spelling stands for
all; those of every configured language apply, since people mix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.model import Kind, Severity
from bot.nlp.reading import reading
from bot.nlp.text import fold, letters

_URGENT = ("urgent", "safety")
_UPSET = ("insult", "anger", "leave", "legal", "waiting")
_CALM = "calm"
_LOUD_SIGNS = re.compile(r"!{3,}|\?!|!\?|[!?]{4,}|[😠😡🤬😤👿🖕]")
_LOUD_LETTERS = 8
_WORD = re.compile(r"\S+")

Cues = dict[str, re.Pattern[str]]


@lru_cache(maxsize=8)
def cues_of(languages: tuple[str, ...]) -> Cues:
    """One pattern for each sort of cue, over all ``languages`` that have a file, for folded text."""
    phrases: dict[str, list[str]] = {}
    for language in languages:
        file = files("bot.nlp") / "cues" / f"{language}.yml"
        if file.is_file():
            for sort, found in YAML(typ="safe").load(file.read_text(encoding="utf-8")).items():
                phrases.setdefault(sort, []).extend(str(phrase) for phrase in found)
    return {sort: _pattern(found) for sort, found in phrases.items()}


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
        self._cues = cues_of(tuple(dict.fromkeys((*languages, "en"))))

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.severity = self.judge(doc.text, read.kind)
        return doc

    def judge(self, text: str, kind: Kind = Kind.NONE) -> Severity:
        """The severity of ``text``. Praise may be as loud as it likes."""
        words = fold(text).replace("’", "'")
        if _CALM in self._cues:
            words = self._cues[_CALM].sub(" ", words)
        if self._any(_URGENT, words):
            return Severity.URGENT
        upset = self._any(_UPSET, words) or is_loud(text)
        return Severity.UPSET if upset and kind not in (Kind.PRAISE, Kind.SMALLTALK) else Severity.CALM

    def _any(self, sorts: Iterable[str], words: str) -> bool:
        return any(sort in self._cues and self._cues[sort].search(words) for sort in sorts)


@SpacyLanguage.factory(
    "keepword_severity",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"languages": ["en"]},
)
def make_severity(nlp: SpacyLanguage, name: str, languages: list[str]) -> SeverityComponent:
    """Cues of ``languages``, and English ones."""
    return SeverityComponent(languages)
