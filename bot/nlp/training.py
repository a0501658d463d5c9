"""Teaching a pipeline what the content files say, and keeping it: once learnt, it is loaded until they change."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from zlib import crc32

import spacy
from spacy.language import Language as SpacyLanguage

from bot.core.aftercare import THANKFUL
from bot.core.content import Catalogue
from bot.core.decide import GREETING
from bot.core.errors import UnderstandingError
from bot.core.understanding import Kind
from bot.memory import give_back
from bot.nlp.components import ORDER
from bot.nlp.elsewhere import elsewhere
from bot.nlp.embedding import EmbeddingComponent
from bot.nlp.embeddings import EmbeddingFile, Progress
from bot.nlp.encoder import Encoder, encoder_named, file_name
from bot.nlp.intents import IntentsComponent, Lesson
from bot.nlp.language import LanguageComponent
from bot.nlp.learnt import InShort, Learnt, LearntFolder, Memory, MuchToLearnError, Oblivion
from bot.nlp.names import names_of
from bot.nlp.normalise import NormaliseComponent, spoken
from bot.nlp.notes import Notes
from bot.nlp.pipeline import Pipeline
from bot.nlp.samples import filled
from bot.nlp.scope import ScopeComponent
from bot.nlp.shipped import FOLDER, notes_that_came, read_learnt, write_learnt, write_shipped

_FORMAT = 18
"""Raise this when a saved pipeline of an older version must not be used any more."""

_KEPT = 2

_MODELS = "models"
_NOTES = "notes"
"""The folder of what was found out about texts."""

_LITTLE = 100
"""Sentences: so many are soon embedded, even where messages are understood at the same time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A pipeline that was loaded from its ``place``."""

    place: Path
    pipeline: Pipeline


def load_last(folder: Path, encoder: Encoder) -> Kept | None:
    """The pipeline in ``folder`` that was used last, if there is one: most likely the one that is wanted next."""
    last = max(_models(folder / _MODELS), key=_when_used, default=None)
    if last is None:
        return None
    try:
        return Kept(last, Pipeline.load(last, encoder))
    except UnderstandingError:
        return None  # who wants just this one will see to it


def load_or_train(
    catalogue: Catalogue,
    folder: Path,
    *,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    little: bool = False,
    ahead: Kept | None = None,
) -> Pipeline:
    """The pipeline for ``catalogue``, from ``folder`` where it was trained on just this before.

    With ``little``, raises MuchToLearnError where more than a few examples differ from what was learnt before.
    ``ahead`` is taken if it is the one.
    """
    encoder = encoder or encoder_named("default")
    lessons = cache(partial(curriculum, catalogue))
    saved = folder / _MODELS / _known_fingerprint(catalogue, encoder, lessons, Notes(folder / _NOTES))
    if saved.is_dir():
        try:
            pipeline = ahead.pipeline if ahead and ahead.place == saved else Pipeline.load(saved, encoder)
        except UnderstandingError:
            shutil.rmtree(saved)  # damaged: what follows makes it anew
        else:
            os.utime(saved)
            give_back()
            return pipeline
    return _train(catalogue, folder, encoder, lessons(), progress, little=little)


def train(
    catalogue: Catalogue, folder: Path, *, encoder: Encoder | None = None, progress: Progress | None = None
) -> Pipeline:
    """Learn ``catalogue`` and keep the result in ``folder``: complete, or not at all.

    ``progress`` is told (what, done, total) and may raise to interrupt; embeddings made until then are kept.
    """
    return _train(catalogue, folder, encoder or encoder_named("default"), curriculum(catalogue), progress)


def _train(
    catalogue: Catalogue,
    folder: Path,
    encoder: Encoder,
    lessons: Sequence[Lesson],
    progress: Progress | None,
    *,
    little: bool = False,
) -> Pipeline:
    embeddings = EmbeddingFile(folder / "embeddings", encoder)
    if little and (new := embeddings.unknown(lesson.text for lesson in lessons)) > _LITTLE:
        raise MuchToLearnError(f"Sentences to be embedded: {new}.")
    memory = LearntFolder(folder / "learnt", file_name(encoder), read_learnt(encoder))
    notes = Notes(folder / _NOTES, notes_that_came())
    pipeline = learn(blank(catalogue, encoder), lessons, embeddings, progress, memory, notes, little=little)
    place = folder / _MODELS / fingerprint(catalogue, encoder, lessons)
    _keep(pipeline, place)
    del embeddings
    with contextlib.suppress(UnderstandingError):  # what was kept takes less memory than what was learnt
        pipeline = Pipeline.load(place, encoder)
    give_back()
    return pipeline


def learn(
    nlp: SpacyLanguage,
    lessons: Iterable[Lesson],
    embeddings: EmbeddingFile,
    progress: Progress | None = None,
    memory: Memory | None = None,
    notes: Notes | None = None,
    *,
    little: bool = False,
) -> Pipeline:
    """Teach the components of a blank pipeline; what the ``memory`` has and the ``notes`` is not found out again.

    With ``little``, raises MuchToLearnError where a language is to be learnt anew.
    """
    taught = tuple(lessons)
    texts = [lesson.text for lesson in taught]
    vectors = embeddings.embedded(texts, progress)
    embeddings.prune(texts)
    if progress:
        progress("Weighing intents", 0, 1)
    embedding = cast("EmbeddingComponent", nlp.get_pipe("keepword_encoder"))
    intents = cast("IntentsComponent", nlp.get_pipe("keepword_intents"))
    with ThreadPoolExecutor(1) as beside:  # while numbers are multiplied
        words = beside.submit(learn_words, nlp, taught, notes or Notes())
        left_out = intents.learn(taught, vectors, embedding.learn(), memory, little=little)
        words.result()
    cast("ScopeComponent", nlp.get_pipe("keepword_scope")).learn(left_out)
    if progress:
        progress("Weighing intents", 1, 1)
    return Pipeline(nlp)


def learn_words(nlp: SpacyLanguage, lessons: Sequence[Lesson], notes: Notes) -> None:
    """What languages look like, and how their words are properly written."""
    texts: dict[str, list[str]] = {}
    for lesson in lessons:
        if lesson.language and not lesson.named:
            texts.setdefault(lesson.language, []).append(lesson.text)
    greetings, closings = (
        [lesson.text for lesson in lessons if lesson.intent in own and not (lesson.excluded or lesson.named)]
        for own in ((GREETING,), THANKFUL)
    )
    cast("LanguageComponent", nlp.get_pipe("keepword_language")).learn(texts, notes)
    cast("NormaliseComponent", nlp.get_pipe("keepword_normalise")).learn(texts, greetings, closings, notes)


def ship(
    catalogue: Catalogue,
    folder: Path,
    *,
    into: Path = FOLDER,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Write the embeddings of all examples, what is learnt of them and what was noted of their words, into the package
    (or ``into`` a folder), for those who install it; the files.
    """
    encoder = encoder or encoder_named("default")
    lessons = curriculum(catalogue)
    texts = [lesson.text for lesson in lessons]
    embeddings = EmbeddingFile(folder / "embeddings", encoder)
    embeddings.embed(texts, progress)
    embedded = write_shipped(encoder, embeddings.by_key(texts), into)
    learnt = _Noted()
    with TemporaryDirectory() as room:
        notes = Notes(Path(room))
        learn(blank(catalogue, encoder), lessons, embeddings, progress, learnt, notes).close()
        notes.pack(notes_that_came(into))
    return embedded, write_learnt(encoder, learnt.in_short_by_key, into), notes_that_came(into)


class _Noted(Oblivion):
    """Notes what is learnt."""

    def __init__(self) -> None:
        self.in_short_by_key: dict[str, InShort] = {}

    def remember(self, key: str, learnt: Learnt) -> None:
        self.in_short_by_key[key] = InShort(learnt.machine.gist, learnt.left_out)


def blank(catalogue: Catalogue, encoder: Encoder) -> SpacyLanguage:
    """An untrained pipeline, configured by ``catalogue``."""
    nlp = spacy.blank("xx")
    config = _config(catalogue)
    for name in ORDER:
        nlp.add_pipe(name, config=config.get(name, {}))
    cast("EmbeddingComponent", nlp.get_pipe("keepword_encoder")).attach(encoder)
    cast("NormaliseComponent", nlp.get_pipe("keepword_normalise")).attach(encoder)
    return nlp


def _config(catalogue: Catalogue) -> dict[str, dict[str, object]]:
    languages = list(catalogue.standards.languages)
    return {
        "keepword_language": {"languages": languages},
        "keepword_scope": {"false_rejection": catalogue.standards.thresholds.false_rejection},
        "keepword_intents": {"smalltalk": [x.id for x in catalogue.intents.values() if x.kind is Kind.SMALLTALK]},
        "keepword_kind": {"kinds": {intent.id: intent.kind.value for intent in catalogue.intents.values()}},
        "keepword_severity": {"languages": languages},
        "keepword_slots": {
            "patterns": _patterns(catalogue),
            "words": _slot_words(catalogue),
            "region": region_of(catalogue),
        },
    }


def _patterns(catalogue: Catalogue) -> list[list[str]]:
    """Each (name, pattern) once, whatever the intent: a case keeps all details it is told."""
    slots = (slot for intent in catalogue.intents.values() for slot in intent.slots)
    return [list(pair) for pair in dict.fromkeys((s.name, s.pattern.pattern) for s in slots if s.pattern)]


def _slot_words(catalogue: Catalogue) -> dict[str, list[str]]:
    """The words of each slot in all languages: a message may be in another one than it seems."""
    found: dict[str, list[str]] = {}
    for phrases in catalogue.phrases:
        for name, words in phrases.slots.items():
            found.setdefault(name, []).extend(word for word in words if word not in found.get(name, ()))
    return found


_COUNTRIES = {"sl": "SI", "el": "GR", "lv": "LV", "sr": "RS", "lt": "LT", "hr": "HR", "de": "DE", "it": "IT"}
_ZONES = {
    "Europe/Ljubljana": "SI",
    "Europe/Athens": "GR",
    "Europe/Riga": "LV",
    "Europe/Belgrade": "RS",
    "Europe/Vilnius": "LT",
    "Europe/London": "GB",
    "Europe/Dublin": "IE",
    "Europe/Zagreb": "HR",
    "Europe/Berlin": "DE",
    "Europe/Vienna": "AT",
    "Europe/Rome": "IT",
    "Europe/Warsaw": "PL",
}


def region_of(catalogue: Catalogue) -> str | None:
    """The country that phone numbers without +country are from: that of the zone, else of the default language."""
    by_language = _COUNTRIES.get(catalogue.standards.default_language)
    return _ZONES.get(catalogue.standards.zone, by_language)


def curriculum(catalogue: Catalogue) -> tuple[Lesson, ...]:
    """All that a pipeline for ``catalogue`` learns: its examples, and where they end."""
    told = told_by(catalogue)
    return (*told, *elsewhere(catalogue.standards.languages)) if told else ()


def told_by(catalogue: Catalogue) -> tuple[Lesson, ...]:
    """What the files say: the :func:`lessons_of` them, and the names of intents that have few."""
    examples = tuple(lessons_of(catalogue))
    return (*examples, *names_of(catalogue, len(examples) + 1))


def lessons_of(catalogue: Catalogue) -> Iterator[Lesson]:
    """Every example and every counter-example, placeholders filled in."""
    group = 0
    for phrases in catalogue.phrases:
        if phrases.intent not in catalogue.intents:
            continue
        slots = catalogue.intents[phrases.intent].slots
        for sentences, excluded in ((phrases.examples, False), (phrases.excluded, True)):
            for sentence in sentences:
                group += 1
                turn = crc32(sentence.encode())  # an example that is added changes no other one
                said = filled(sentence, slots, turn, phrases.slots)
                yield Lesson(spoken(said, phrases.language), phrases.intent, group, excluded, phrases.language)


def fingerprint(catalogue: Catalogue, encoder: Encoder, lessons: Sequence[Lesson]) -> str:
    """A hash of all that a trained pipeline depends on; ``lessons`` are the :func:`curriculum`."""
    facts = {
        "format": _FORMAT,
        "versions": [version("spacy"), version("keepword")],
        "encoder": [encoder.id, encoder.dim],
        "config": _config(catalogue),
    }
    said = [f"{x.text}\n{x.intent}\n{x.group}\n{x.excluded}\n{x.language}" for x in lessons]  # no text has two lines
    content = "\n".join([json.dumps(facts, sort_keys=True), *said])
    return blake2b(content.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def _known_fingerprint(
    catalogue: Catalogue, encoder: Encoder, lessons: Callable[[], Sequence[Lesson]], notes: Notes
) -> str:
    """The :func:`fingerprint`, from the ``notes`` where the same code has made it of the same sentences before.

    So a later start need not make lessons of them.
    """
    told = [(x.intent, x.language, x.examples, x.excluded, x.slots) for x in catalogue.phrases]
    names = [(x.intent, x.language, x.text) for x in names_of(catalogue, 0)]
    setting = (encoder.id, encoder.dim, version("spacy"), version("keepword"), _code())
    asked = repr((setting, _config(catalogue), told, names))

    def found(_: Sequence[str]) -> dict[str, str]:
        return {"model": fingerprint(catalogue, encoder, lessons())}

    return notes.of("model", [asked], found).get("model") or found([asked])["model"]


def _code() -> list[tuple[str, int, int]]:
    """Tells whether any of the files has changed that lessons are made with: of each its name, size and time."""
    here = Path(__file__).parent
    files = (each for folder in (here, here / "elsewhere", here.parent / "core") for each in sorted(folder.iterdir()))
    return [(each.name, each.stat().st_size, each.stat().st_mtime_ns) for each in files if each.is_file()]


def _keep(pipeline: Pipeline, place: Path) -> None:
    """Write aside and rename; then drop all but the last few, so that taking an edit back costs nothing."""
    aside = place.with_name(f"{place.name}.{os.getpid()}.new")
    shutil.rmtree(aside, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    pipeline.save(aside)
    try:
        aside.rename(place)
    except OSError:  # another process has just made the same one
        shutil.rmtree(aside)
    for old in sorted(_models(place.parent), key=_when_used)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _models(folder: Path) -> list[Path]:
    return [each for each in folder.glob("*") if each.suffix != ".new"]


def _when_used(model: Path) -> float:
    try:
        return model.stat().st_mtime
    except OSError:  # another process has just dropped it
        return 0.0
