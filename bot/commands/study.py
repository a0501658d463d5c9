"""The own content under study: what is made of each of its sentences, where it stands, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.commands.printing import progress
from bot.core.content import Catalogue
from bot.core.understanding import NO_INTENT
from bot.files.folder import INTENTS, Snapshot
from bot.files.load import good, load
from bot.files.sentences import Sentence, sentences_of
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.nlp.crossval import Judged, Validation
    from bot.nlp.sources import Source

Places = dict[tuple[str, str, str], Sentence]
"""Sentences by language, intent and text."""

_ALMOST_SAME = 0.9
"""Sentences with such a cosine say the same."""


@dataclass(frozen=True)
class Study:
    """The own content, and what was made of each of its sentences by a pipeline that had not learnt it."""

    catalogue: Catalogue
    snapshot: Snapshot
    validation: Validation
    checks: tuple[Judged, ...]

    @cached_property
    def places(self) -> Places:
        """Where each sentence stands."""
        return {(one.language, one.intent, one.text): one for one in sentences_of(self.snapshot)}

    def file(self, language: str, intent: str) -> str:
        """The file in which an intent's sentences stand, as far as its area says."""
        return f"{INTENTS}/{language}/{self.catalogue.intents[intent].area}.yml"


def study(settings: Settings) -> Study:
    """Cross-validate the content and try its check sentences. Raises ContentError where the files are not right."""
    from bot.nlp.crossval import cross_validate, judge_checks  # spaCy takes a second to import
    from bot.nlp.encoder import encoder_named
    from bot.nlp.training import load_or_train

    loaded = load(settings.content)
    catalogue = good(loaded)
    folder = settings.model_folder
    encoder = encoder_named(settings.encoder, folder)
    with progress() as tell:
        validation = cross_validate(catalogue, folder, encoder=encoder, progress=tell)
        pipeline = load_or_train(catalogue, folder, encoder=encoder, progress=tell)
        checks = judge_checks(pipeline, catalogue)
        pipeline.close()
    return Study(catalogue, loaded.snapshot, validation, checks)


def where(one: Judged, places: Places) -> str:
    found = places.get((one.language, one.intent, one.sentence))
    return found.where if found else f"{INTENTS}/{one.language}"


def remedy(one: Judged, done: Study, places: Places) -> str:
    """What to do about a sentence that was misunderstood."""
    from bot.nlp.advice import SURE

    if one.got == NO_INTENT:
        return f"Nothing else of ‘{one.intent}’ is like it: add two or three examples that say it in other words."
    near = _source(one.nearest, places)
    if one.likeness >= _ALMOST_SAME and near:
        return f"It says the same as {near}: keep it in one place, or reword one so that the difference shows."
    if one.confidence >= SURE:
        like = f" (nearest: {near})" if near else ""
        return (
            f"It reads like ‘{one.got}’{like}: move it there, or reword it. If it is right here, add it under "
            f"`not:` of ‘{one.got}’ in {done.file(one.language, one.got)}."
        )
    return (
        f"Add examples of ‘{one.intent}’ like it, or add it under `not:` of ‘{one.got}’ in "
        f"{done.file(one.language, one.got)}."
    )


def _source(source: Source | None, places: Places) -> str:
    if source is None:
        return ""
    found = places.get((source.language, source.intent, source.sentence))
    return f"“{source.sentence}”, {found.where if found else source.language}"
