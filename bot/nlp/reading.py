"""What the components find out about one message, carried on spaCy's ``Doc`` as ``doc._.reading``."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from bot.core.understanding import NO_INTENT, Aside, Candidate, Kind, Severity, Understanding
from bot.ports import Hints

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the intents component finds in a text: ``scores`` one a label, before they become probabilities.

    ``best`` is the best score and ``outside`` that of being about nothing; ``near`` is the mean cosine of the three
    nearest examples, ``far`` that of the three nearest sentences about nothing.
    """

    scores: Floats
    best: float
    near: float
    far: float
    outside: float


@dataclass(slots=True)
class Reading:
    """Filled in by one component after another; complete after the last."""

    hints: Hints = field(default_factory=Hints)
    language: str = ""
    """The one to answer in."""
    written: str = ""
    """The one that the message itself is in, whatever the customer chose."""
    spoken: str = ""
    """The form that is embedded: one case, one script, without the words that greet and end a message where others say
    enough.
    """
    point: str = ""
    """The few words between such words, where those are embedded too; else empty. What they say may be what counts:
    then they are what is ``spoken``.
    """
    sentences: tuple[str, ...] = ()
    """Where there are several, as written, and no ``point``."""
    spoken_sentences: tuple[str, ...] = ()
    vector: Floats | None = None
    """The embedding, as the encoder gives it."""
    point_vector: Floats | None = None
    sentence_vectors: tuple[Floats, ...] = ()
    judgement: Judgement | None = None
    of_sentences: tuple[Judgement, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    """Every intent with its probability, best first, whether in scope or not."""
    in_scope: float = 1.0
    """Probability that the message is about any of the intents."""
    intent: str = NO_INTENT
    also: tuple[Aside, ...] = ()
    """What single sentences are surely about, whatever the whole is."""
    kind: Kind = Kind.NONE
    severity: Severity = Severity.CALM
    slots: dict[str, str] = field(default_factory=dict)


if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


def reading(doc: Doc) -> Reading:
    """The reading of ``doc``, made on first use."""
    found: Reading | None = doc._.reading
    if found is None:
        found = Reading()
        doc._.reading = found
    return found


def understanding(doc: Doc, runners_up: int = 3) -> Understanding:
    """What a document that went through the whole pipeline says."""
    read = reading(doc)
    others = tuple(c for c in read.candidates if c.intent != read.intent)[:runners_up]
    if read.intent == NO_INTENT:
        confidence = 1.0 - read.in_scope
    else:
        probability = next(c.confidence for c in read.candidates if c.intent == read.intent)
        confidence = probability * read.in_scope
    return Understanding(
        language=read.language,
        intent=read.intent,
        kind=read.kind,
        severity=read.severity,
        confidence=round(confidence, 4),
        runners_up=tuple(Candidate(c.intent, round(c.confidence * read.in_scope, 4)) for c in others),
        slots=dict(read.slots),
        also=tuple(aside for aside in read.also if aside.intent != read.intent),
    )
