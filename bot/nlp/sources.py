"""From what a pipeline learnt back to the sentences that people wrote."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.content import Catalogue
from bot.nlp.samples import filled
from bot.nlp.training import lessons_of


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence as it stands in the files: an example of ``intent``, or (``excluded``) one of its counter-examples.

    ``group`` is that of its lessons, ``said`` the sentence with its placeholders filled, as customers would type it.
    """

    language: str
    intent: str
    sentence: str
    excluded: bool
    group: int
    said: str


def sources_of(catalogue: Catalogue) -> tuple[Source, ...]:
    """The sentences behind :func:`bot.nlp.training.lessons_of`, in the same order."""
    written = [
        (phrases.language, phrases.intent, sentence, excluded)
        for phrases in catalogue.phrases
        if phrases.intent in catalogue.intents
        for sentences, excluded in ((phrases.examples, False), (phrases.excluded, True))
        for sentence in sentences
    ]
    return tuple(
        Source(language, intent, sentence, excluded, group, filled(sentence, catalogue.intents[intent].slots, group))
        for group, (language, intent, sentence, excluded) in enumerate(written, start=1)
    )


def by_lesson(catalogue: Catalogue) -> dict[str, Source]:
    """The sentence behind the text of each lesson; the first where several were learnt in the same words."""
    sources = {source.group: source for source in sources_of(catalogue)}
    found: dict[str, Source] = {}
    for lesson in lessons_of(catalogue):
        if not lesson.excluded:
            found.setdefault(lesson.text, sources[lesson.group])
    return found
