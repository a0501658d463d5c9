"""Content folder -> catalogue, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from bot.core.content import Catalogue
from bot.core.errors import ContentError
from bot.files.canned import read_canned, ready
from bot.files.cues import read_cues
from bot.files.folder import INTENTS, RESPONSES, STANDARDS, Snapshot, take_snapshot
from bot.files.intents import read_intents
from bot.files.links import REQUIRED, Required, check_links, needed_in
from bot.files.macros import read_macros
from bot.files.phrases import read_phrases
from bot.files.problem import Place, Problem, Report, did_you_mean
from bot.files.replies import read_brand, read_replies
from bot.files.stand_ins import with_stand_ins
from bot.files.standards import WrittenStandards, read_standards
from bot.files.tree import read_tree


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files hold: a catalogue, or the problems that keep it from being used. Warnings keep nothing back.

    ``version`` is that of the files read, ``snapshot`` what was read, so that exactly this can be kept. ``recalled``:
    they were read before, by another process.
    """

    version: str
    snapshot: Snapshot
    catalogue: Catalogue | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    recalled: bool = field(default=False, compare=False)


def load(folder: Path, *, required: Required = REQUIRED, today: date | None = None) -> Loaded:
    """Read everything in ``folder``. All that is wrong is told at once, in the order of files and lines.

    ``required`` are the replies that must be there whatever the intents are. ``today`` is the day around which public
    holidays are worked out, by default today in UTC. Never raises for what the files hold.
    """
    return load_snapshot(take_snapshot(folder), required=required, today=today)


def load_snapshot(snapshot: Snapshot, *, required: Required = REQUIRED, today: date | None = None) -> Loaded:
    """As :func:`load`, from files that were read before."""
    report = Report()
    _tell_unread(snapshot, report)
    written = WrittenStandards(snapshot, report)
    languages = written.languages(snapshot, report)
    _check_languages(snapshot, languages, report)
    intents = read_intents(snapshot, report)
    brand = read_brand(snapshot, report)
    phrases = read_phrases(snapshot, languages, intents, report)
    cues = read_cues(snapshot, languages, report)
    written_replies = read_replies(snapshot, languages, brand, report)
    replies = with_stand_ins(written_replies, needed_in(languages, required), brand, report)
    check_links(intents, replies, languages, required, report)
    canned = read_canned(snapshot, languages, brand, report)
    standards = read_standards(written, languages, intents, today or datetime.now(UTC).date(), report)
    macros = read_macros(snapshot, canned, languages, standards, report)
    catalogue = None
    if not report.errors and brand is not None:
        catalogue = Catalogue(
            version=snapshot.version,
            brand=brand,
            standards=standards,
            intents={key: found.intent for key, found in intents.items() if found.intent},
            phrases=phrases,
            replies={
                language: {key: found.reply for key, found in by_key.items() if found.reply}
                for language, by_key in replies.items()
            },
            cues=cues,
            canned=ready(canned),
            macros=macros,
        )
    return Loaded(snapshot.version, snapshot, catalogue, tuple(sorted(report.errors)), tuple(sorted(report.warnings)))


def parsing(snapshot: Snapshot) -> Iterator[Callable[[], object]]:
    """The slow part of :func:`load_snapshot` in steps, one a file: what is parsed is remembered by this process."""
    return (partial(read_tree, name, content, Report()) for name, content in snapshot.files.items())


def load_or_raise(folder: Path, *, required: Required = REQUIRED, today: date | None = None) -> Catalogue:
    """The catalogue of ``folder``; raises :class:`ContentError` with every problem if there is one."""
    return good(load(folder, required=required, today=today))


def good(loaded: Loaded) -> Catalogue:
    """The catalogue of what was loaded; raises :class:`ContentError` with every problem if there is one."""
    if loaded.catalogue is None:
        raise ContentError(tuple(str(problem) for problem in loaded.problems))
    return loaded.catalogue


def _tell_unread(snapshot: Snapshot, report: Report) -> None:
    for name in snapshot.unread:
        report.doubtful |= {name, name.rpartition("/")[0]}
        report.error(Place(name), "This file cannot be opened, or is far too large. See that the bot may read it.")
    for name in snapshot.stray:
        if name.endswith(".yml"):
            remedy = f"Move it to {INTENTS}/, {INTENTS}/en/ or {RESPONSES}/en/ (or the folder of its language)."
        else:
            remedy = f"Rename it to {name.rpartition('.')[0]}.yml."
        report.warn(Place(name), f"This file is not read. {remedy}")


def _check_languages(snapshot: Snapshot, languages: Sequence[str], report: Report) -> None:
    if not languages and STANDARDS not in report.doubtful:
        report.error(
            Place(INTENTS),
            f"There is no language. Add a folder such as {INTENTS}/en with files that say how people put things.",
        )
    for top in (INTENTS, RESPONSES):
        for name in snapshot.languages(top):
            if name not in languages:
                report.warn(
                    Place(f"{top}/{name}"),
                    f"This folder is not read: ‘{name}’ is not under ‘languages’ in {STANDARDS}."
                    f"{did_you_mean(name, languages)} Add it there, or delete the folder.",
                )
