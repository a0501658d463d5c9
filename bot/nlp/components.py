"""Registers every component with spaCy: import this before a pipeline is built or loaded."""

from __future__ import annotations

from bot.nlp import asides, embedding, intents, kind, language, normalise, scope, severity, slots

ORDER = (
    "keepword_language",
    "keepword_normalise",
    "keepword_encoder",
    "keepword_intents",
    "keepword_scope",
    "keepword_asides",
    "keepword_kind",
    "keepword_severity",
    "keepword_slots",
)
"""The components of a pipeline, in the order in which they must run."""

__all__ = ["ORDER", "asides", "embedding", "intents", "kind", "language", "normalise", "scope", "severity", "slots"]
