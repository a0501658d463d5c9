"""Which language a customer writes: what they chose, then script, then letters weighed against what is known of them.

What is known counts as evidence, so that "ok" keeps the language of the conversation and a whole sentence in another
changes it. Letters are weighed by what the examples of each language look like, and by py3langid, which knows how
people write of other things. Nothing later depends on the answer alone: intents are learnt over all languages together.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.nlp.arrays import Array
from bot.nlp.calm import drawn_in
from bot.nlp.greek import is_greeklish
from bot.nlp.notes import Notes
from bot.nlp.prepared import has, prepared
from bot.nlp.reading import reading
from bot.nlp.spelling import Spelling, counted
from bot.nlp.text import letters
from bot.ports import Hints

_CYRILLIC_LANGUAGES = ("sr", "ru", "uk", "bg", "mk", "be")
_SERBIAN_LETTERS = frozenset("ђјљњћџ")
_ENOUGH_LETTERS = 3
# Letters that one language has and its neighbours lack; a word or two often hold no other evidence.
_OWN_LETTERS = {"sr": "ćđ", "lt": "ėęįųą", "lv": "āēīņļķģ", "pl": "łńśź", "de": "ßäöü", "et": "õ", "cs": "řěů"}
_OWN_LETTER_WEIGHT = 2.0

_BESIDE_SPELLING = 0.3
"""What py3langid says counts as much of itself, where a language's own spelling was learnt."""

_FEWEST_SENTENCES = 50
"""Of fewer examples in a language nothing is learnt about its spelling."""

_MOST_SENTENCES = 10_000
"""More of one language would teach little about its letters, and take long. (With 1,000 of each, 96.2 % of first
messages had their language recognised, with 4,000 98.1, with all 98.8 %: Slovenian or Serbian, single words tell.)
"""

_FEWEST_LANGUAGES = 2
"""One looks like none but itself."""

_PREPARED = "languages"
"""What is kept of py3langid is called so."""

_loading = threading.Lock()
_loaded: list[LanguageIdentifier] = []


def load_ahead() -> None:
    """Load what py3langid knows now, rather than once the languages are known; unless it was prepared for some."""
    with _loading:
        if not _loaded and not has(_PREPARED):
            _loaded.append(LanguageIdentifier.from_model_file(MODEL_FILE))


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier | None:
    """The identifier restricted to ``languages``; None where it knows at most one of them.

    Its tables of a hundred languages take half a second to unpack, and 70 MB: those of a few are prepared once, and
    looked at where they are.
    """
    if len(languages) < _FEWEST_LANGUAGES:
        return None
    of = "-".join((version("py3langid"), *sorted(languages)))
    found = prepared(_PREPARED, of, partial(_restricted, frozenset(languages)))
    if "moves" not in found:
        return None
    return LanguageIdentifier(
        found["shares"],
        found["priors"],
        found["labels"].tolist(),
        found["moves"].data,
        found["terms"].data,
        tk_row=found["rows"].data,
    )


def _restricted(languages: frozenset[str]) -> dict[str, Array]:
    with _loading:
        whole = _loaded.pop() if _loaded else LanguageIdentifier.from_model_file(MODEL_FILE)
    known = [language for language in whole.labels if language in languages]
    if len(known) < _FEWEST_LANGUAGES:
        return {}
    whole.set_languages(known)
    return {
        "shares": whole.nb_ptc,
        "priors": whole.nb_pc,
        "labels": np.array(whole.nb_classes, np.str_),
        "moves": np.asarray(whole.tk_nextmove),
        "terms": np.array(whole.tk_output),
        "rows": np.asarray(whole.tk_row),
    }


def _some(texts: Sequence[str]) -> Sequence[str]:
    return texts[:: -(-len(texts) // _MOST_SENTENCES)]


class LanguageComponent:
    """Sets ``language`` and ``written``, of ``languages``. The weights are log-odds that a hint gives its language."""

    def __init__(self, languages: Sequence[str], so_far: float, telegram: float, first: float) -> None:
        self.languages = tuple(languages)
        self._so_far = so_far
        self._telegram = telegram
        self._first = first
        self._spelling = Spelling.learn({})
        _identifier(self.languages)  # now rather than while somebody waits

    def learn(self, texts: Mapping[str, Sequence[str]], notes: Notes | None = None) -> None:
        """Learn what each language looks like from its texts, of those that have enough of them."""
        notes = notes or Notes()
        enough = {k: own for k, own in texts.items() if k in self.languages and len(own) >= _FEWEST_SENTENCES}
        if len(enough) < _FEWEST_LANGUAGES:
            enough = {}
        self._spelling = Spelling.learn(
            {language: notes.of(f"spelling-{language}", _some(own), counted) for language, own in enough.items()}
        )

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        hints = read.hints
        read.language = self.identify(doc.text, hints)
        as_written = replace(hints, chosen=None, so_far=hints.so_far or hints.chosen)
        read.written = self.identify(doc.text, as_written) if hints.chosen else read.language
        return doc

    def identify(self, text: str, hints: Hints) -> str:
        """The language of ``text``; never fails."""
        chosen = self._configured(hints.chosen)
        if chosen:
            return chosen
        if len(self.languages) == 1:
            return self.languages[0]
        text, _ = drawn_in(text)
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
        latin = tuple(
            x for x in self.languages if x not in _CYRILLIC_LANGUAGES[1:] and (x != "el" or self._reads_greeklish)
        )
        return latin or self.languages

    @property
    def _reads_greeklish(self) -> bool:
        """Where Greek was learnt, its words are known in Latin letters too."""
        return "el" in self._spelling.languages

    def _prior(self, language: str, hints: Hints) -> float:
        weight = self._first if language == self.languages[0] else 0.0
        weight += self._so_far if language == self._configured(hints.so_far) else 0.0
        return weight + (self._telegram if language == self._configured(hints.telegram) else 0.0)

    def _by_letters(self, text: str, possible: tuple[str, ...]) -> dict[str, float]:
        if letters(text) < _ENOUGH_LETTERS:
            return {}
        elsewhere = self._by_py3langid(text, possible)
        own = self._spelling.weigh(text)
        if any(language not in own for language in possible):
            return elsewhere  # of a language that was not learnt, nothing can be said against it
        # py3langid knows no Greek in Latin letters: of that it says nothing.
        least = min((elsewhere[x] for x in possible if x in elsewhere and x != "el"), default=0.0)
        beside = elsewhere | ({"el": least} if "el" in possible else {})
        return {language: own[language] + _BESIDE_SPELLING * beside.get(language, 0.0) for language in possible}

    def _by_py3langid(self, text: str, possible: tuple[str, ...]) -> dict[str, float]:
        """Log-odds, tempered for the length of the text as the package does itself."""
        identifier = _identifier(self.languages)
        if identifier is None:
            return {}
        lowered = text.lower()
        ranked = [(language, score) for language, score in identifier.rank(lowered) if language in possible]
        if len(ranked) < 2:
            return {}
        scale = math.sqrt(len(lowered.encode(errors="surrogatepass")))
        scored = {language: (score - ranked[0][1]) / scale for language, score in ranked}
        worst = min(scored.values())
        return {language: scored.get(language, worst) for language in possible}

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        facts = {"languages": self._spelling.languages, "runs": list(self._spelling.runs)}
        (path / "spelling.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        np.save(path / "spelling.npy", self._spelling.odds, allow_pickle=False)

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> LanguageComponent:
        facts = json.loads((path / "spelling.json").read_text(encoding="utf-8"))
        runs = {run: row for row, run in enumerate(facts["runs"])}
        self._spelling = Spelling(facts["languages"], runs, np.load(path / "spelling.npy", allow_pickle=False))
        return self


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
