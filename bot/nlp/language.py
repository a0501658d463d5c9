"""Which language a customer writes: what they chose, then script, then letters weighed against what is known of them.

What is known counts as evidence, so that "ok" keeps the language of the conversation and a whole sentence in another
changes it. Nothing later depends on the answer alone: intents are learnt over all languages together.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from copy import copy
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.nlp.greek import is_greeklish
from bot.nlp.reading import reading
from bot.nlp.text import letters
from bot.ports import Hints

_CYRILLIC_LANGUAGES = ("sr", "ru", "uk", "bg", "mk", "be")
_SERBIAN_LETTERS = frozenset("ђјљњћџ")
_ENOUGH_LETTERS = 3
# Letters that one language has and its neighbours lack; a word or two often hold no other evidence.
_OWN_LETTERS = {"sr": "ćđ", "lt": "ėęįųą", "lv": "āēīņļķģ", "pl": "łńśź", "de": "ßäöü", "et": "õ", "cs": "řěů"}
_OWN_LETTER_WEIGHT = 2.0

_loading = threading.Lock()


@lru_cache(maxsize=1)
def _model() -> LanguageIdentifier:
    """The identifier with all its languages: about 100 MB, so it is loaded once."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@lru_cache(maxsize=8)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier | None:
    """The identifier restricted to ``languages``; None where it knows at most one of them."""
    with _loading:
        full = _model()
        known = [language for language in languages if language in full.labels]
        if len(known) < 2:
            return None
        restricted = copy(full)  # the tables themselves are shared
        restricted.set_languages(known)
        return restricted


class LanguageComponent:
    """Sets ``language``, one of ``languages``. The weights are log-odds that a hint gives its language."""

    def __init__(self, languages: Sequence[str], so_far: float, telegram: float, first: float) -> None:
        self.languages = tuple(languages)
        self._so_far = so_far
        self._telegram = telegram
        self._first = first

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.language = self.identify(doc.text, read.hints)
        return doc

    def identify(self, text: str, hints: Hints) -> str:
        """The language of ``text``; never fails."""
        chosen = self._configured(hints.chosen)
        if chosen:
            return chosen
        if len(self.languages) == 1:
            return self.languages[0]
        possible = self._by_script(text)
        if len(possible) == 1:
            return possible[0]
        weights = {language: self._prior(language, hints) for language in possible}
        for language, weight in self._by_letters(text, possible).items():
            weights[language] += weight
        for language in possible:
            weights[language] += _OWN_LETTER_WEIGHT * len(set(_OWN_LETTERS.get(language, "")) & set(text.lower()))
        return max(possible, key=lambda language: weights[language])

    def _configured(self, code: str | None) -> str | None:
        """``sl-SI`` is ``sl`` where that is configured; unknown languages say nothing."""
        language = (code or "").lower().replace("_", "-").split("-")[0]
        return language if language in self.languages else None

    def _by_script(self, text: str) -> tuple[str, ...]:
        lowered = text.lower()
        greek = sum("\u0370" <= c <= "\u03ff" or "\u1f00" <= c <= "\u1fff" for c in lowered)
        cyrillic = sum("\u0400" <= c <= "\u04ff" for c in lowered)
        written = max(letters(text), 1)
        if "el" in self.languages and (greek / written > 0.4 or (greek == 0 and is_greeklish(text))):
            return ("el",)
        if cyrillic / written > 0.4:
            if "sr" in self.languages and _SERBIAN_LETTERS & set(lowered):
                return ("sr",)
            return tuple(language for language in self.languages if language in _CYRILLIC_LANGUAGES) or self.languages
        return tuple(x for x in self.languages if x != "el" and x not in _CYRILLIC_LANGUAGES[1:]) or self.languages

    def _prior(self, language: str, hints: Hints) -> float:
        weight = self._first if language == self.languages[0] else 0.0
        weight += self._so_far if language == self._configured(hints.so_far) else 0.0
        return weight + (self._telegram if language == self._configured(hints.telegram) else 0.0)

    def _by_letters(self, text: str, possible: tuple[str, ...]) -> dict[str, float]:
        """Log-odds by py3langid, tempered for the length of the text as the package does itself."""
        identifier = _identifier(possible)
        if identifier is None or letters(text) < _ENOUGH_LETTERS:
            return {}
        lowered = text.lower()
        ranked = identifier.rank(lowered)
        best = ranked[0][1]
        scale = math.sqrt(len(lowered.encode(errors="surrogatepass")))
        scored = {language: (score - best) / scale for language, score in ranked}
        worst = min(scored.values())
        return {language: scored.get(language, worst) for language in possible}


@SpacyLanguage.factory(
    "keepword_language",
    assigns=["doc._.reading"],
    default_config={"languages": ["en"], "so_far": 3.0, "telegram": 1.0, "first": 0.2},
)
def make_language(
    nlp: SpacyLanguage,
    name: str,
    languages: list[str],
    *,
    so_far: float,
    telegram: float,
    first: float,
) -> LanguageComponent:
    """The first of ``languages`` is the default one."""
    return LanguageComponent(languages, so_far, telegram, first)
