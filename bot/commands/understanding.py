"""``keepword try``, ``classify`` and ``evaluate``: what the bot makes of words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO
from zoneinfo import ZoneInfo

from rich.table import Table

from bot.commands.printing import print_json, progress, results
from bot.core import arrival
from bot.core.content import Catalogue
from bot.core.decide import Decision, decide
from bot.core.draft import Context
from bot.core.outgoing import Text
from bot.core.people import Customer
from bot.core.rehearsal import SOMEONE, rehearse
from bot.core.step import Step
from bot.core.understanding import Understanding
from bot.files.load import good, load, load_or_raise
from bot.ports import Hints
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.nlp.pipeline import Pipeline


def _pipeline(settings: Settings, catalogue: Catalogue) -> Pipeline:
    from bot.nlp.encoder import encoder_named
    from bot.nlp.training import load_or_train  # spaCy takes a second to import

    folder = settings.model_folder
    with progress() as tell:
        return load_or_train(catalogue, folder, encoder=encoder_named(settings.encoder, folder), progress=tell)


# --- classify --------------------------------------------------------------------------------------------------------


def classify_lines(settings: Settings, lines: BinaryIO, out: TextIO) -> None:
    """A JSON object for each line of ``lines`` (UTF-8; what is not, is replaced), in order, as they come."""
    catalogue = load_or_raise(settings.content)
    pipeline = _pipeline(settings, catalogue)
    for raw in iter(lines.readline, b""):
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        understanding = pipeline.understand_now(text, Hints())
        blank = arrival.fresh(SOMEONE.id, SOMEONE, None, Context(datetime.now(UTC), catalogue))
        print_json(_as_dict(text, understanding, decide(blank, text, understanding, catalogue)))
    pipeline.close()


def _as_dict(text: str, understanding: Understanding, decision: Decision) -> dict[str, object]:
    return {
        "text": text,
        "language": understanding.language,
        "intent": understanding.intent,
        "kind": understanding.kind.value,
        "severity": understanding.severity.value,
        "confidence": round(understanding.confidence, 4),
        "runners_up": [
            {"intent": other.intent, "confidence": round(other.confidence, 4)} for other in understanding.runners_up
        ],
        "slots": understanding.slots,
        "decision": decision.act.value,
    }


def _also(understanding: Understanding) -> dict[str, object]:
    """Further intents, each with the sentence that says it."""
    found = [
        {"sentence": one.sentence, "intent": one.intent, "confidence": round(one.confidence, 4)}
        for one in understanding.also
    ]
    return {"also": found}


# --- try -------------------------------------------------------------------------------------------------------------


def try_message(settings: Settings, text: str, *, at: datetime | None, language: str | None, as_json: bool) -> None:
    """Print what would be said to ``text`` by somebody new, and why. ``at`` without a zone is in the standards' own."""
    from bot.commands.reasons import reasons  # spaCy takes a second to import
    from bot.nlp.reading import understanding as understood

    loaded = load(settings.content)
    catalogue = good(loaded)
    pipeline = _pipeline(settings, catalogue)
    now = _aware(at, catalogue)
    (doc,) = pipeline.read([(text, Hints(chosen=language))])
    understanding = understood(doc)
    customer = Customer(SOMEONE.id, SOMEONE.name, language=language)
    decision, step = rehearse(customer, text, understanding, Context(now, catalogue))
    why = reasons(pipeline, doc, loaded.snapshot, catalogue, understanding, decision)
    pipeline.close()
    told = _as_dict(text, understanding, decision) | _also(understanding) | _outcome(decision, step)
    if as_json:
        print_json(told | why.as_dict())
    else:
        _explain(told, catalogue)
        why.explain()


def _aware(at: datetime | None, catalogue: Catalogue) -> datetime:
    if at is None:
        return datetime.now(UTC)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(catalogue.standards.zone))).astimezone(UTC)


def _outcome(decision: Decision, step: Step) -> dict[str, object]:
    said = [row.content for row in step.outbox if row.to == "customer" and isinstance(row.content, Text)]
    promise = step.conversation.promise
    return {
        "because": decision.because.value,
        "options": list(decision.options),
        "say": [content.text for content in said],
        "buttons": [button.label for content in said for row in content.keyboard for button in row],
        "promise": None
        if promise is None
        else {
            "due_at": promise.due_at.isoformat(),
            "quoted": promise.quoted,
            "team": promise.team,
            "calendar": promise.calendar,
            "reason": promise.reason,
        },
    }


def _explain(told: dict[str, object], catalogue: Catalogue) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for name in ("text", "language", "intent", "kind", "severity"):
        table.add_row(name, str(told[name]))
    table.add_row("confidence", f"{told['confidence']:.0%}")
    table.add_row("runners-up", _listed(told["runners_up"]) or "none worth naming")
    table.add_row("details", ", ".join(f"{k} = {v}" for k, v in _items(told["slots"])) or "none")
    if told["also"]:
        table.add_row("also", _listed(told["also"]))
    table.add_row("decision", f"{told['decision']}, because: {str(told['because']).replace('_', ' ')}")
    promise = told["promise"]
    if isinstance(promise, dict):
        due = datetime.fromisoformat(promise["due_at"]).astimezone(ZoneInfo(catalogue.standards.zone))
        table.add_row("promise", f"{promise['quoted']} ({due:%a %d %b %H:%M}), team {promise['team']}")
    results.print(table)
    for text in told["say"] if isinstance(told["say"], list) else []:
        results.print(f"\n“{text}”", markup=False)
    for label in told["buttons"] if isinstance(told["buttons"], list) else []:
        results.print(f"  [ {label} ]", markup=False)


def _listed(candidates: object) -> str:
    assert isinstance(candidates, list)
    return ", ".join(f"{one['intent']} {one['confidence']:.0%}" for one in candidates)


def _items(slots: object) -> Iterable[tuple[str, str]]:
    assert isinstance(slots, dict)
    return slots.items()


# --- evaluate --------------------------------------------------------------------------------------------------------


def evaluate_pipeline(
    settings: Settings, train: Path, test: Path, oos: Path | None, *, shots: int | None, seed: int, as_json: bool
) -> None:
    """Print how well the pipeline does on labelled messages."""
    from bot.nlp.encoder import encoder_named
    from bot.nlp.evaluation import evaluate  # spaCy takes a second to import

    measured = evaluate(train, test, oos, shots, seed=seed, encoder=encoder_named(settings.encoder)).as_dict()
    if as_json:
        print_json(measured)
        return
    table = Table("Figure", "Value", box=None, pad_edge=False)
    for name, value in measured.items():
        table.add_row(name.replace("_", " "), f"{value:.4f}" if isinstance(value, float) else str(value))
    results.print(table)
