"""``keepword evaluate`` on the own content: figures, a picture, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from bot.commands.picture import confusion_picture, write_picture
from bot.commands.printing import print_json, results
from bot.commands.study import Places, Study, remedy, study, where
from bot.core.understanding import NO_INTENT
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.nlp.crossval import Judged
    from bot.nlp.scores import Confusion

WORST = 8
"""How many confusions of two intents are told of."""

TURNED_AWAY = 4
"""How many intents are told of whose sentences are taken for nothing."""

OF_EACH = 3
"""How many sentences of each."""


def evaluate_content(settings: Settings, *, picture: Path | None, as_json: bool) -> None:
    """Print how well the own content is understood, and what to do; write the confusion matrix to ``picture``."""
    done = study(settings)
    target = picture or settings.data / "confusion.svg"
    write_picture(target, _picture(done))
    if as_json:
        print_json({**_figures(done), "picture": str(target)})
        return
    _print_summary(done)
    _print_intents(done)
    places = done.places
    for confusion in _worst(done):
        _print_confusion(done, confusion, places)
    _print_failed_checks(done, places)
    results.print(f"\nThe whole picture: {target}", markup=False)


def _worst(done: Study) -> Sequence[Confusion]:
    """What is taken for something else, which a customer would be answered wrongly; then what is turned away."""
    from bot.nlp.scores import confusions

    found = confusions(done.validation.judged)
    wrong = [confusion for confusion in found if confusion.got != NO_INTENT]
    return [*wrong[:WORST], *[confusion for confusion in found if confusion.got == NO_INTENT][:TURNED_AWAY]]


def _picture(done: Study) -> str:
    judged = done.validation.judged
    pairs = [(one.intent, one.got) for one in judged]
    right = sum(one.right for one in judged)
    title = (
        f"What {len(judged)} examples are taken for when they are not learnt ({right / max(1, len(judged)):.0%} right)"
    )
    return confusion_picture(pairs, tuple(done.catalogue.intents), title, NO_INTENT)


def _figures(done: Study) -> dict[str, object]:
    from bot.nlp import scores

    judged, checks = done.validation.judged, done.checks
    places = done.places
    return {
        "examples": len(judged),
        "accuracy": round(scores.accuracy(judged), 4),
        "macro_f1": round(scores.macro_f1(judged), 4),
        "kind_accuracy": round(_kind(judged), 4),
        "outside_recognised": done.validation.outside_recognised,
        "check_accuracy": round(scores.accuracy(checks), 4) if checks else None,
        "languages": {
            language: {
                "accuracy": round(scores.accuracy(own), 4),
                "kind_accuracy": round(_kind(own), 4),
                "examples": len(own),
                "check_accuracy": round(scores.accuracy(of_checks), 4) if of_checks else None,
                "intents": {intent: _score(score) for intent, score in scores.by_intent(own).items()},
            }
            for language, own, of_checks in _by_language(done)
        },
        "intents": {intent: _score(score) for intent, score in scores.by_intent(judged).items()},
        "confusions": [
            {
                "intent": confusion.intent,
                "taken_for": confusion.got,
                "count": len(confusion.sentences),
                "sentences": [
                    {
                        "text": one.sentence,
                        "language": one.language,
                        "confidence": round(one.confidence, 4),
                        "where": where(one, places),
                        "remedy": remedy(one, done, places),
                    }
                    for one in confusion.sentences
                ],
            }
            for confusion in scores.confusions(judged)
        ],
        "failed_checks": [
            {"text": one.sentence, "language": one.language, "intent": one.intent, "taken_for": one.got}
            for one in checks
            if not one.right
        ],
    }


def _kind(judged: Sequence[Judged]) -> float:
    return sum(one.kind_right for one in judged) / len(judged) if judged else 0.0


def _score(score: object) -> dict[str, float]:
    return {name: round(getattr(score, name), 4) for name in ("precision", "recall", "f1", "count")}


def _by_language(done: Study) -> Iterator[tuple[str, list[Judged], list[Judged]]]:
    from bot.nlp.scores import by_language

    judged, checks = by_language(done.validation.judged), by_language(done.checks)
    for language in done.catalogue.standards.languages:
        yield language, judged.get(language, []), checks.get(language, [])


def _print_summary(done: Study) -> None:
    from bot.nlp.scores import accuracy, macro_f1

    table = Table("Language", "Examples", "Understood", "F1", "Kind right", "Check sentences", box=None, pad_edge=False)
    rows = list(_by_language(done))
    if len(rows) > 1:
        rows.append(("all", list(done.validation.judged), list(done.checks)))
    for language, own, checks in rows:
        passed = f"{sum(one.right for one in checks)} of {len(checks)}" if checks else "none"
        table.add_row(
            language, str(len(own)), f"{accuracy(own):.0%}", f"{macro_f1(own):.2f}", f"{_kind(own):.0%}", passed
        )
    results.print(table)
    recognised = done.validation.outside_recognised
    if recognised is not None:
        results.print(
            f"\nOf sentences that are no business of ours, {recognised:.0%} were taken for none of the intents."
        )


def _print_intents(done: Study) -> None:
    """The weakest intents first: they are what to work on."""
    from bot.nlp.scores import by_intent, by_language

    judged = done.validation.judged
    languages = {language: by_intent(own) for language, own in by_language(judged).items()}
    several = list(languages) if len(languages) > 1 else []
    table = Table("Intent", "Precision", "Recall", "F1", *(f"F1 {language}" for language in several), box=None)
    for intent, score in sorted(by_intent(judged).items(), key=lambda pair: pair[1].f1):
        own = [f"{languages[x][intent].f1:.2f}" if intent in languages[x] else "–" for x in several]
        table.add_row(intent, f"{score.precision:.0%}", f"{score.recall:.0%}", f"{score.f1:.2f}", *own)
    results.print("\nIntents, the weakest first:")
    results.print(table)


def _print_confusion(done: Study, confusion: Confusion, places: Places) -> None:
    count = len(confusion.sentences)
    sentences = "1 sentence" if count == 1 else f"{count} sentences"
    taken = "nothing we know" if confusion.got == NO_INTENT else f"‘{confusion.got}’"
    verb = "is" if count == 1 else "are"
    results.print(f"\n{sentences} of ‘{confusion.intent}’ {verb} taken for {taken}:", markup=False)
    for one in confusion.sentences[:OF_EACH]:
        results.print(f"  {where(one, places)}: “{one.sentence}” ({one.confidence:.0%})", markup=False)
        results.print(f"    → {remedy(one, done, places)}", markup=False)
    if count > OF_EACH:
        results.print(f"  and {count - OF_EACH} more (--json lists them)")


def _print_failed_checks(done: Study, places: Places) -> None:
    failed = [one for one in done.checks if not one.right]
    if failed:
        results.print(f"\n{len(failed)} check sentences are not understood:")
    for one in failed:
        told = f"  {where(one, places)}: “{one.sentence}” ({one.intent}) is taken for {one.got} ({one.confidence:.0%})"
        results.print(told, markup=False)
        results.print(
            "    → Add examples that say the same in other words; don’t copy the sentence itself.", markup=False
        )
