"""``keepword preview``: which decisions about past messages would change if edited files went live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.past import turns
from bot.commands.printing import notes, print_json, progress, results
from bot.commands.versions import versions_folder
from bot.core.draft import Context
from bot.core.errors import SettingsError, VersionError
from bot.core.rehearsal import Outcome, outcome
from bot.core.understanding import Understanding
from bot.files import changes, versions
from bot.files.load import Loaded, good, load, load_snapshot
from bot.ports import Hints
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """What a customer wrote, as it may be shown, and the language it was in (empty: not known)."""

    text: str
    shown: str
    language: str = ""


def preview(settings: Settings, folder: Path | None, messages: Path | None, *, most: int, as_json: bool) -> int:
    """Print what would change. Returns the exit code: 1 if anything does. Raises ContentError for wrong files."""
    edited = load(folder or settings.content)
    good(edited)
    live = _live(settings, edited, named=folder is not None)
    tried = _from_file(messages) if messages else _from_store(settings)
    tried = tried[-most:]
    if not as_json:
        what = changes.in_words(live.snapshot, edited.snapshot)
        notes.print(f"Edited: {'; '.join(what[:6]) or 'nothing'}{' …' if len(what) > 6 else ''}", markup=False)
    before, after = _outcomes(settings, live, tried), _outcomes(settings, edited, tried)
    changed = [row for row in zip(tried, before, after, strict=True) if row[1] != row[2]]
    for message, old, new in changed:
        if as_json:
            print_json(
                {
                    "text": message.shown,
                    "before": old.done,
                    "after": new.done,
                    "says": [*old.said],
                    "would_say": [*new.said],
                }
            )
        else:
            _print(message, old, new)
    if not as_json:
        results.print(f"{len(changed)} of {len(tried)} messages would be dealt with differently.")
    return 1 if changed else 0


def _live(settings: Settings, edited: Loaded, *, named: bool) -> Loaded:
    """What the edited files are compared with: what went live last, else (for a draft) the content folder."""
    last = versions.live(versions_folder(settings))
    if last is not None:
        return load_snapshot(last.snapshot)
    if named:
        return load(settings.content)
    raise VersionError(
        "Nothing has been live yet, so there is nothing to compare with. Start `keepword run` once, or edit a draft: "
        "`keepword content draft`."
    )


def _from_file(path: Path) -> list[Message]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}). Name a text file with one message a line.") from error
    return [Message(line, line) for line in dict.fromkeys(line.strip() for line in lines) if line]


def _from_store(settings: Settings) -> list[Message]:
    found = {turn.text: Message(turn.text, text, turn.language) for turn, text in turns(settings)}
    return list(found.values())


def _outcomes(settings: Settings, loaded: Loaded, messages: Sequence[Message]) -> list[Outcome]:
    from bot.nlp.encoder import encoder_named
    from bot.nlp.training import load_or_train  # spaCy takes a second to import

    catalogue = good(loaded)
    with progress() as tell:
        folder = settings.model_folder
        pipeline = load_or_train(catalogue, folder, encoder=encoder_named(settings.encoder, folder), progress=tell)
        asked = [(message.text, Hints(so_far=message.language or None)) for message in messages]
        found: list[Understanding] = []
        for start in range(0, len(asked), 64):
            tell("Trying messages", start, len(asked))
            found += pipeline.understand_many(asked[start : start + 64])
        tell("Trying messages", len(asked), len(asked))
    pipeline.close()
    # as the first message of somebody new, at a time that is the same for both contents
    context = Context(datetime.now(UTC), catalogue)
    return [outcome(message.text, meant, context) for message, meant in zip(messages, found, strict=True)]


def _print(message: Message, old: Outcome, new: Outcome) -> None:
    results.print(f"“{message.shown}”", markup=False)
    if old.done != new.done:
        results.print(f"  {old.done} → {new.done}", markup=False)
    else:
        results.print(f"  {old.done}, in other words", markup=False)
        results.print(f"  − {' / '.join(old.said)}", markup=False)
        results.print(f"  + {' / '.join(new.said)}", markup=False)
