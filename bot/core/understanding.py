"""What a customer's turn means: its intent, its kind, how pressing it is, and the details it holds. All frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

NO_INTENT = "none"
"""The intent of a message that is none of those the content files name."""


class Kind(StrEnum):
    """What sort of message it is, whatever it is about."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    REQUEST = "request"
    SMALLTALK = "smalltalk"
    NONE = "none"


class Severity(StrEnum):
    """How pressing it is to the customer."""

    CALM = "calm"
    UPSET = "upset"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that a message may have, with a calibrated probability between 0 and 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Aside:
    """A further intent of the same turn, and the sentence that says it; ``confidence`` as in :class:`Candidate`."""

    sentence: str
    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one turn of a customer means.

    ``intent`` is an id of the content files or :data:`NO_INTENT`. ``confidence`` is the calibrated probability of
    ``intent`` (for ``none``: that it is none of them). ``runners_up`` are the next best intents, best first, never
    including ``intent``; for ``none`` they are the best ones that were turned down. ``slots`` maps a slot's name to
    its normalised value. ``also`` are further intents that sentences of the turn have (a question inside a complaint),
    in the order in which they were written, none of them ``intent``.
    """

    language: str
    intent: str
    kind: Kind
    severity: Severity
    confidence: float
    runners_up: tuple[Candidate, ...] = ()
    slots: dict[str, str] = field(default_factory=dict)
    also: tuple[Aside, ...] = ()

    @property
    def is_small_talk(self) -> bool:
        """Whether it is surely about nothing: what is none of the intents may only sound so."""
        return self.kind is Kind.SMALLTALK and self.intent != NO_INTENT
