"""``keepword check --deep``: what only the model sees in the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.printing import notes, results
from bot.commands.study import Places, Study, remedy, study, where
from bot.core.understanding import NO_INTENT
from bot.files.folder import INTENTS
from bot.files.sentences import EXAMPLES
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.nlp.advice import Lagging, Thin
    from bot.nlp.crossval import Judged


def deep_hints(settings: Settings) -> int:
    """Print what only the model sees, a line each, with file and line. Returns how many hints there are."""
    from bot.nlp import advice

    done = study(settings)
    places = done.places
    lines = [
        *(_misplaced(one.judged, done, places) for one in advice.misplaced(done.validation.judged)),
        *(_thin(one, done, places) for one in advice.thin(done.validation.judged)),
        *(_lagging(one) for one in advice.lagging(done.catalogue, done.validation.judged)),
    ]
    for line in lines:
        results.print(line, markup=False)
    notes.print(f"{len(lines)} hints. They keep nothing from going live; `keepword evaluate` shows the figures.")
    return len(lines)


def _misplaced(one: Judged, done: Study, places: Places) -> str:
    return (
        f"{where(one, places)}: “{one.sentence}” stands under ‘{one.intent}’ and is taken for ‘{one.got}’ "
        f"({one.confidence:.0%}). {remedy(one, done, places)}"
    )


def _thin(one: Thin, done: Study, places: Places) -> str:
    own = (s for s in places.values() if (s.language, s.intent, s.role) == (one.language, one.intent, EXAMPLES))
    first = min((sentence.place for sentence in own), default=None)
    where = f"{first.file}:{first.line}" if first else done.file(one.language, one.intent)
    mostly = "nothing we know" if one.taken_for == NO_INTENT else f"‘{one.taken_for}’"
    return (
        f"{where}: ‘{one.intent}’ is thin in {one.language}: of its {one.score.count} examples {one.score.recall:.0%} "
        f"are recognised when they are not learnt, the others mostly taken for {mostly}. Add examples that differ from "
        "those there are."
    )


def _lagging(one: Lagging) -> str:
    folder, shown = f"{INTENTS}/{one.language}", ", ".join(one.intents[:4])
    named = f"{shown} and {len(one.intents) - 4} more" if len(one.intents) > 4 else shown
    return {
        "examples": f"{folder}: {one.value:.0f} examples where other languages have {one.usual:.0f}. Write more.",
        "rambling": f"{folder}: fewer than {one.usual:.0f} long examples of several sentences in: {named}. People who "
        "come to the point late are the hardest to understand: add some as they would write.",
        "check": f"{folder}: no check sentences in: {named}. Write a few, to see when understanding gets worse.",
        "understood": f"{folder}: {one.value:.0%} of the examples are understood when they are not learnt, in the "
        f"best language {one.usual:.0%}. Begin with the intents that `keepword evaluate` names first.",
    }[one.what]
