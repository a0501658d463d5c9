"""Brings a message to the form that is embedded: one case, one script, not longer than an encoder should read."""

from __future__ import annotations

import unicodedata

from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.nlp.encoder import MAX_CHARS
from bot.nlp.reading import reading
from bot.nlp.text import clean, latin_of_cyrillic, sentences, shorten, strip_diacritics


def spoken(text: str, language: str) -> str:
    """``text`` as an encoder is given it: lower case, Serbian in Latin letters, at most ``MAX_CHARS`` characters."""
    lowered = shorten(unicodedata.normalize("NFKC", clean(text)), MAX_CHARS).lower()
    return latin_of_cyrillic(lowered) if language == "sr" else lowered


def spellings(text: str, language: str) -> tuple[str, ...]:
    """Every form in which an example is learnt: as written, and without diacritics where it has any."""
    written = spoken(text, language)
    bare = strip_diacritics(written)
    return (written,) if bare == written else (written, bare)


class NormaliseComponent:
    """Sets ``spoken`` and ``sentences``."""

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        read.spoken = spoken(doc.text, read.language)
        read.sentences = sentences(doc.text)
        return doc


@SpacyLanguage.factory("keepword_normalise", requires=["doc._.reading"], assigns=["doc._.reading"])
def make_normalise(nlp: SpacyLanguage, name: str) -> NormaliseComponent:
    """Needs the language component before it."""
    return NormaliseComponent()
