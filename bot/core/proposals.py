"""Examples that colleagues propose ("This was about…"), and which of them nobody has decided about yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from bot.core.content import Catalogue
from bot.core.sentences import normalised
from bot.core.step import Event


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence that a colleague said is about ``intent``, without the customer. ``number`` is its place on record."""

    number: int
    intent: str
    language: str
    text: str
    by: str
    at: str

    @property
    def key(self) -> str:
        """The same for the same sentence of the same intent, whoever labelled it."""
        told = "\n".join((self.intent, self.language, normalised(self.text)))
        return blake2b(told.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def proposals_in(events: Sequence[Event]) -> tuple[Proposal, ...]:
    """All that were ever made; of a sentence that was labelled again, the last label counts."""
    labelled = [event for event in events if event.name == "labelled"]
    last: dict[tuple[str, str], Proposal] = {}
    for number, event in enumerate(labelled, start=1):
        facts = event.facts
        intent, language, text = facts.get("intent", ""), facts.get("language", ""), facts.get("text", "")
        if normalised(text):
            made = Proposal(number, intent, language, text, event.by, event.at.isoformat())
            last[event.conversation_id, normalised(text)] = made
    return tuple(sorted(last.values(), key=lambda one: one.number))


def undecided(events: Sequence[Event], catalogue: Catalogue, rejected: Collection[str]) -> tuple[Proposal, ...]:
    """Those that nobody has decided about: not among the examples yet, not rejected, of an intent that there is.

    ``rejected`` holds the keys of those that were put away.
    """
    known = {
        (phrases.intent, phrases.language, normalised(example))
        for phrases in catalogue.phrases
        for example in (*phrases.examples, *phrases.check)
    }
    found: dict[str, Proposal] = {}
    for one in proposals_in(events):
        decided = (one.intent, one.language, normalised(one.text)) in known or one.key in rejected
        if one.intent in catalogue.intents and not decided:
            found.setdefault(one.key, one)
    return tuple(found.values())
