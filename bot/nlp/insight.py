"""Why a message was understood as it was: the examples most like it, and the cues that were seen in it."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc

from bot.core.content import Catalogue
from bot.nlp.normalise import spoken
from bot.nlp.pipeline import Pipeline
from bot.nlp.reading import reading
from bot.nlp.severity import NOT, cues_of, is_loud
from bot.nlp.sources import Source, by_lesson
from bot.nlp.text import fold

_CALM = "calm"


@dataclass(frozen=True, slots=True)
class Near:
    """An example, and the cosine of its embedding with the message's: 1 says the same."""

    source: Source
    likeness: float


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that say how pressing it is. ``sort`` is one of ``bot/nlp/cues/``, or ``loud`` for how it is typed."""

    sort: str
    words: str


@dataclass(frozen=True, slots=True)
class Insight:
    """``in_scope`` is the probability that the message is about any intent; from one half on it counts as one.

    ``read_as`` is what it was taken to say, where that is not all of it (courtesies are left out), or words of it are
    properly written otherwise; else empty.
    """

    nearest: tuple[Near, ...]
    cues: tuple[Cue, ...]
    in_scope: float
    read_as: str


def insight(pipeline: Pipeline, doc: Doc, catalogue: Catalogue, count: int = 5) -> Insight:
    """Look into what ``pipeline`` found in ``doc``. Of an example in several spellings the most similar one counts."""
    known = by_lesson(catalogue)
    nearest: dict[Source, float] = {}
    for text, _, cosine in pipeline.intents.nearest(doc, 4 * count):
        if text in known:
            nearest.setdefault(known[text], cosine)
    read = reading(doc)
    best = tuple(Near(source, likeness) for source, likeness in list(nearest.items())[:count])
    read_as = read.spoken if read.spoken != spoken(doc.text, read.written) else ""
    return Insight(best, cues_in(doc.text, read.language), read.in_scope, read_as)


def cues_in(text: str, language: str) -> tuple[Cue, ...]:
    """The cues of severity in ``text``, in the order in which they stand there; what calms comes first."""
    cues, words = cues_of(language), fold(text).replace("’", "'")
    found = [Cue(_CALM, match[0]) for match in cues[_CALM].finditer(words)] if _CALM in cues else []
    if _CALM in cues:
        words = cues[_CALM].sub(" ", words)
    placed = [
        (match.start(), Cue(sort, match[0]))
        for sort, pattern in cues.items()
        if sort not in (_CALM, NOT)
        for match in pattern.finditer(words)
    ]
    found += [cue for _, cue in sorted(placed, key=lambda pair: pair[0])]
    return (*found, *((Cue("loud", "capitals, !!! or an angry face"),) if is_loud(text) else ()))
