"""``keepword check`` and ``keepword train``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.commands.printing import notes, progress, results
from bot.core.content import Catalogue
from bot.files.likeness import likeness_hints
from bot.files.load import Loaded, load, load_or_raise
from bot.files.sentences import sentences_of
from bot.settings import Settings


def check_content(folder: Path) -> int:
    """Print what is wrong with the content files, a line each. Returns the exit code."""
    loaded = load(folder)
    for problem in loaded.problems:
        results.print(str(problem), markup=False)
    alike = likeness_hints(sentences_of(loaded.snapshot, _languages(loaded)))
    for warning in sorted((*loaded.warnings, *alike)):
        notes.print(f"{warning} (a hint)", markup=False)
    if loaded.catalogue is None:
        notes.print(f"{len(loaded.problems)} to mend before this content can go live.")
        return 1
    notes.print(f"{_counted(loaded.catalogue)}: all good.")
    return 0


def _languages(loaded: Loaded) -> Sequence[str] | None:
    return loaded.catalogue.standards.languages if loaded.catalogue else None


def _counted(catalogue: Catalogue) -> str:
    examples = sum(len(phrases.examples) for phrases in catalogue.phrases)
    languages = ", ".join(catalogue.standards.languages)
    return f"{len(catalogue.intents)} intents, {examples} examples, {languages}"


def train_pipeline(settings: Settings) -> int:
    """Train on the content, save the pipeline, and test it on the `check:` sentences. Returns the exit code."""
    from bot.nlp.encoder import encoder_named
    from bot.nlp.evaluation import check_sentences  # spaCy takes a second to import
    from bot.nlp.training import load_or_train

    catalogue = load_or_raise(settings.content)
    with progress() as tell:
        folder = settings.model_folder
        pipeline = load_or_train(catalogue, folder, encoder=encoder_named(settings.encoder, folder), progress=tell)
        failures = check_sentences(pipeline, catalogue)
    checked = sum(len(phrases.check) for phrases in catalogue.phrases)
    for failure in failures:
        results.print(
            f"{failure.language} {failure.intent}: {failure.sentence!r} is understood as {failure.got}", markup=False
        )
    results.print(f"Trained on {_counted(catalogue)}. Of {checked} check sentences, {len(failures)} fail.")
    pipeline.close()
    return 1 if failures else 0
