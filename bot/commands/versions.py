"""``keepword content``: what was live when, what changed, drafts, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.table import Table

from bot.commands.printing import notes, print_json, results
from bot.core.errors import VersionError
from bot.files import changes, versions
from bot.files.folder import Snapshot, take_snapshot
from bot.files.load import load, load_snapshot
from bot.settings import Settings

BASE = ".made-from"
"""In a draft's folder: the version that it was made from."""

_MOST_CHANGES = 4
"""Told of one version in a row of the history; the rest is counted."""


def versions_folder(settings: Settings) -> Path:
    """Where accepted content is kept."""
    return settings.data / "content"


def show_history(settings: Settings, *, as_json: bool) -> None:
    """Print when which version went live, and what changed, the newest first."""
    known = versions.history(versions_folder(settings))
    if not known and not as_json:
        results.print("No version has been kept yet. The first is kept when `keepword run` has started once.")
        return
    snapshots = [version.snapshot for version in known]
    told = [
        changes.in_words(before, after) if before is not None else ("the first",)
        for before, after in zip([None, *snapshots], snapshots, strict=False)
    ]
    rows = list(zip(known, told, strict=True))[::-1]
    if as_json:
        for version, what in rows:
            told_of = {"at": version.at.isoformat(), "version": version.version, "by": version.by}
            print_json({**told_of, "changes": list(what)})
        return
    zone = _zone(settings)
    table = Table("Live since", "Version", "By", "What changed", box=None, pad_edge=False)
    for version, what in rows:
        since = f"{version.at.astimezone(zone):%a %d %b %Y %H:%M}"
        table.add_row(since, version.version[:8], version.by, _shortened(what))
    results.print(table, markup=False)


def _zone(settings: Settings) -> ZoneInfo:
    catalogue = load(settings.content).catalogue
    return ZoneInfo(catalogue.standards.zone if catalogue else "UTC")


def _shortened(what: tuple[str, ...]) -> str:
    if not what:
        return "only notes or layout"
    more = len(what) - _MOST_CHANGES
    return "; ".join(what[:_MOST_CHANGES]) + (f"; and {more} more" if more > 0 else "")


def show_diff(settings: Settings, wanted: str | None) -> int:
    """Print how the files differ from a version (default: what is live). Returns the exit code: 1 if they do."""
    folder = versions_folder(settings)
    then = versions.find(folder, wanted) if wanted else versions.live(folder)
    if then is None:
        raise VersionError("No version has been kept yet. The first is kept when `keepword run` has started once.")
    old, new = then.snapshot, take_snapshot(settings.content)
    if old.version == new.version:
        notes.print(f"The files in {settings.content.resolve()} are those of version {then.version[:8]}.")
        return 0
    for line in changes.in_words(old, new):
        notes.print(line, markup=False)
    for line in changes.line_by_line(old, new):
        results.print(line, markup=False)
    return 1


def roll_back(settings: Settings, wanted: str | None, *, set_aside: bool) -> None:
    """Put the files of a version back. Raises VersionError where edits would be lost that were never live."""
    folder = versions_folder(settings)
    target = versions.find(folder, wanted)
    now = take_snapshot(settings.content)
    if target.version == now.version:
        results.print(f"The files are those of version {target.version[:8]} already.")
        return
    _mind_edits(now, folder, settings, set_aside=set_aside)
    what = changes.in_words(now, target.snapshot)
    versions.restore(target.snapshot, settings.content)
    results.print(f"The files are those of version {target.version[:8]} again: {_shortened(what)}.", markup=False)
    notes.print("A running bot has it within seconds. `keepword content rollback` takes you back again.")


def _mind_edits(now: Snapshot, folder: Path, settings: Settings, *, set_aside: bool) -> None:
    """Edits that were never live exist nowhere else: they are put aside on demand, and never lost."""
    if not now.files or versions.is_kept(now.version, folder):
        return
    if set_aside:
        results.print(f"Your edits are in {versions.put_aside(now, folder, datetime.now(UTC))}.", markup=False)
        return
    wrong = load_snapshot(now).problems
    why = f"The first of {len(wrong)} problems is {wrong[0]}" if wrong else "They are right, and not live yet"
    raise VersionError(
        f"The files in {settings.content.resolve()} hold edits that were never live ({why}), and going back would lose "
        "them. Look with `keepword content diff`; --set-aside keeps a copy of them and goes back."
    )


# --- drafts


def make_draft(settings: Settings, draft: Path) -> None:
    """Copy the content files to a folder of their own, where they can be edited without being live."""
    if draft.resolve() == settings.content.resolve():
        raise VersionError("A draft needs a folder of its own. Name one that is not there yet.")
    if draft.exists() and any(draft.iterdir()):
        raise VersionError(f"{draft} holds something already. Name a folder that is not there yet.")
    now = take_snapshot(settings.content)
    versions.restore(now, draft)
    (draft / BASE).write_text(now.version, encoding="utf-8")
    results.print(
        f"Edit the files in {draft}: nothing there is live. `keepword preview {draft}` shows what would change, "
        f"`keepword content publish {draft}` makes it live.",
        markup=False,
    )


def publish(settings: Settings, draft: Path, *, anyway: bool, set_aside: bool) -> int:
    """Make a draft live: its files become the content. Returns the exit code: 1 where the draft has problems."""
    loaded = load(draft)
    if loaded.catalogue is None:
        for problem in loaded.problems:
            results.print(f"{draft}/{problem}", markup=False)
        notes.print(f"{len(loaded.problems)} to mend before this draft can go live. Nothing was changed.")
        return 1
    now = take_snapshot(settings.content)
    _mind_others(now, draft, settings, anyway=anyway)
    before = load_snapshot(now)
    if before.catalogue is not None:
        versions_folder(settings).mkdir(parents=True, exist_ok=True)
        versions.keep(before, versions_folder(settings), datetime.now(UTC))
    else:
        _mind_edits(now, versions_folder(settings), settings, set_aside=set_aside)
    versions.restore(loaded.snapshot, settings.content)
    results.print(f"Published: {_shortened(changes.in_words(now, loaded.snapshot))}.", markup=False)
    (draft / BASE).write_text(loaded.version, encoding="utf-8")
    notes.print("A running bot has it within seconds. `keepword content rollback` takes it back.")
    return 0


def _mind_others(now: Snapshot, draft: Path, settings: Settings, *, anyway: bool) -> None:
    """What was edited in the content itself after the draft was made would be undone by it."""
    base = (draft / BASE).read_text(encoding="utf-8").strip() if (draft / BASE).is_file() else now.version
    if anyway or base == now.version or not now.files:
        return
    kept = [version for version in versions.history(versions_folder(settings)) if version.version == base]
    what = _shortened(changes.in_words(kept[-1].snapshot, now)) if kept else "see `keepword content diff`"
    raise VersionError(
        f"The files in {settings.content.resolve()} have changed since this draft was made ({what}). Make the same "
        "changes in the draft and publish with --anyway, or begin a new draft."
    )
