"""Brings a message to the form that is embedded: one case, one script, not longer than an encoder should read."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.nlp.calm import calm
from bot.nlp.encoder import MAX_CHARS, Encoder, known_to
from bot.nlp.greeting import Courtesies, says_enough, short_ones
from bot.nlp.lexicon import Lexicon
from bot.nlp.notes import Notes
from bot.nlp.reading import reading
from bot.nlp.text import clean, latin_of_cyrillic, sentences, shorten


def spoken(text: str, language: str) -> str:
    """``text`` as an encoder is given it: lower case, Serbian in Latin letters, at most ``MAX_CHARS`` characters."""
    lowered = shorten(unicodedata.normalize("NFKC", clean(text)), MAX_CHARS).lower()
    return latin_of_cyrillic(lowered) if language == "sr" else lowered


class NormaliseComponent:
    """Sets ``spoken``, ``point``, ``sentences`` and ``spoken_sentences``."""

    def __init__(self) -> None:
        self._lexicon = Lexicon()
        self._is_word: Callable[[str], bool] | None = None
        self._courtesies = Courtesies()

    def attach(self, encoder: Encoder) -> None:
        """Slips are mended only in words that ``encoder`` does not know."""
        self._is_word = known_to(encoder)
        self._lexicon.attach(self._is_word)

    def learn(
        self,
        texts: Mapping[str, Sequence[str]],
        greetings: Iterable[str],
        closings: Iterable[str],
        notes: Notes | None = None,
    ) -> None:
        """Learn how words are properly written, from the texts of each language in the form of :func:`spoken`.

        ``greetings`` are examples of how people greet, ``closings`` of how they thank or take their leave; the short
        ones may open or end a message about anything.
        """
        self._use(Lexicon.learn(texts, notes))
        self._courtesies = Courtesies(short_ones(greetings), short_ones(closings))

    def _use(self, lexicon: Lexicon) -> None:
        lexicon.attach(self._is_word)
        self._lexicon = lexicon

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        path.mkdir(parents=True, exist_ok=True)
        (path / "lexicon.json").write_text(json.dumps(self._lexicon.to_dict(), ensure_ascii=False), encoding="utf-8")
        both = {"greetings": sorted(self._courtesies.greetings), "closings": sorted(self._courtesies.closings)}
        (path / "courtesies.json").write_text(json.dumps(both, ensure_ascii=False), encoding="utf-8")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> NormaliseComponent:
        self._use(Lexicon.of_dict(json.loads((path / "lexicon.json").read_text(encoding="utf-8"))))
        both = json.loads((path / "courtesies.json").read_text(encoding="utf-8"))
        self._courtesies = Courtesies(frozenset(both["greetings"]), frozenset(both["closings"]))
        return self

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        text = calm(doc.text)
        if says_enough(point := self._courtesies.point(text, read.written)):
            text, point = point, ""
        read.spoken, read.point = self._spoken(text, read.written), self._spoken(point, read.written)
        read.sentences = () if point else sentences(text)
        read.spoken_sentences = tuple(self._spoken(sentence, read.written) for sentence in read.sentences)
        return doc

    def _spoken(self, text: str, language: str) -> str:
        return self._lexicon.restored(spoken(text, language), language)


@SpacyLanguage.factory("keepword_normalise", requires=["doc._.reading"], assigns=["doc._.reading"])
def make_normalise(nlp: SpacyLanguage, name: str) -> NormaliseComponent:
    """Needs the language component before it."""
    return NormaliseComponent()
