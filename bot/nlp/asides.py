"""Several intents in one message: what single sentences are surely about, whatever the whole is."""

from __future__ import annotations

from typing import cast

from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc

from bot.core.understanding import Aside
from bot.nlp.intents import IntentsComponent
from bot.nlp.reading import Judgement, Reading, reading
from bot.nlp.scope import ScopeComponent


class AsidesComponent:
    """Sets ``also``: of each sentence the intent, where it is at least this ``sure``."""

    def __init__(self, nlp: SpacyLanguage, sure: float) -> None:
        self._nlp = nlp
        self._sure = sure

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        found: dict[str, Aside] = {}
        for sentence, judgement in zip(read.sentences, read.of_sentences, strict=False):
            aside = self._aside(read, sentence, judgement)
            known = found.get(aside.intent)
            if aside.confidence >= self._sure and (known is None or known.confidence < aside.confidence):
                found[aside.intent] = aside
        read.also = tuple(found.values())
        return doc

    def _aside(self, read: Reading, sentence: str, judgement: Judgement) -> Aside:
        intents = cast("IntentsComponent", self._nlp.get_pipe("keepword_intents"))
        scope = cast("ScopeComponent", self._nlp.get_pipe("keepword_scope"))
        best = intents.candidates(read, judgement.scores)[0]
        return Aside(
            sentence, best.intent, round(best.confidence * scope.probability(sentence, judgement, read.written), 4)
        )

    def to_disk(self, path: object, exclude: object = ()) -> None:
        """Nothing is kept: it asks the components that know."""

    def from_disk(self, path: object, exclude: object = ()) -> AsidesComponent:
        return self


@SpacyLanguage.factory(
    "keepword_asides",
    requires=["doc._.reading"],
    assigns=["doc._.reading"],
    default_config={"sure": 0.5},
)
def make_asides(nlp: SpacyLanguage, name: str, sure: float) -> AsidesComponent:
    """Needs the scope component before it."""
    return AsidesComponent(nlp, sure)
