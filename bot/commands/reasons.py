"""Why ``keepword try`` says what it says: the nearest examples with their places, the cues, the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table
from spacy.tokens import Doc

from bot.commands.printing import results
from bot.core.content import Catalogue
from bot.core.decide import Act, Because, Decision
from bot.core.understanding import NO_INTENT, Understanding
from bot.files.folder import INTENTS, Snapshot
from bot.files.sentences import sentences_of
from bot.nlp.insight import Cue, insight
from bot.nlp.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Example:
    """One that was learnt, where it stands (``file:line``), and how like the message it is (1 says the same)."""

    text: str
    intent: str
    where: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """What led to a decision, with ``why`` in a sentence, and what the message was ``read_as`` if not as written."""

    why: str
    nearest: tuple[Example, ...]
    cues: tuple[Cue, ...]
    read_as: str = ""

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "why": self.why,
            "read_as": self.read_as,
            "nearest": [
                {"text": one.text, "intent": one.intent, "where": one.where, "similarity": round(one.likeness, 4)}
                for one in self.nearest
            ],
            "cues": [{"sort": cue.sort, "words": cue.words} for cue in self.cues],
        }

    def explain(self) -> None:
        """Print it for a person."""
        results.print(f"\nWhy: {self.why}", markup=False)
        if self.read_as:
            results.print(f"Read as: {self.read_as}", markup=False)
        seen = "; ".join(f"{cue.sort}: “{cue.words}”" for cue in self.cues)
        results.print(f"Cues of severity: {seen or 'none'}", markup=False)
        results.print("The examples most like it:")
        table = Table(box=None, pad_edge=False, show_header=False)
        for one in self.nearest:
            table.add_row(f"  {one.likeness:.2f}", one.intent, one.where, one.text)
        results.print(table, markup=False)


def reasons(
    pipeline: Pipeline,
    doc: Doc,
    snapshot: Snapshot,
    catalogue: Catalogue,
    understanding: Understanding,
    decision: Decision,
) -> Reasons:
    """What led to ``decision`` about ``doc``."""
    seen = insight(pipeline, doc, catalogue)
    places = {(one.language, one.intent, one.text): one.where for one in sentences_of(snapshot)}
    nearest = tuple(
        Example(
            near.source.sentence,
            near.source.intent,
            places.get(
                (near.source.language, near.source.intent, near.source.sentence), f"{INTENTS}/{near.source.language}"
            ),
            near.likeness,
        )
        for near in seen.nearest
    )
    return Reasons(_why(understanding, decision, catalogue, seen.in_scope), nearest, seen.cues, seen.read_as)


def _why(understanding: Understanding, decision: Decision, catalogue: Catalogue, in_scope: float) -> str:
    bars = catalogue.standards.thresholds
    best = f"‘{understanding.intent}’ with {understanding.confidence:.0%}"
    if understanding.intent == NO_INTENT:
        return (
            f"It is about one of the intents with {in_scope:.0%} only; from 50% on it would count as one of them. If "
            "it should be one, add examples like it there."
        )
    if decision.act is Act.CLARIFY and decision.because is Because.CLOSE:
        rival = understanding.runners_up[0]
        return (
            f"{best} and ‘{rival.intent}’ with {rival.confidence:.0%} are likely both, so it asks which (`answer` is "
            f"{bars.answer:.0%}, and `close` {bars.close:.0%}, in standards.yml)."
        )
    if decision.act is Act.CLARIFY:
        return f"{best} is below `answer` ({bars.answer:.0%}) and at least `ask` ({bars.ask:.0%}), so it asks."
    if understanding.confidence < bars.ask:
        return f"{best} is below `ask` ({bars.ask:.0%}): too unsure to ask about."
    if decision.intent == NO_INTENT:
        return f"{best} is not sure enough to answer (`answer` is {bars.answer:.0%}), and nothing is left to ask."
    return f"{best} is sure enough (`answer` is {bars.answer:.0%})."
