"""``keepword gaps`` and ``keepword proposals``: what the chats teach, for a person to decide about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from bot.commands.past import record, turns
from bot.commands.printing import notes, print_json, progress, results
from bot.core.content import Catalogue
from bot.core.errors import SettingsError
from bot.core.proposals import Proposal, undecided
from bot.core.sentences import normalised
from bot.files import rejected as rejecting
from bot.files.edits import add_example
from bot.files.load import good, load
from bot.settings import Settings

SHOWN = 3
"""How many messages of a gap are shown."""


# --- gaps


def show_gaps(settings: Settings, *, most: int, as_json: bool) -> None:
    """Print what the bot could not answer, gathered by meaning, the largest gap first."""
    from bot.nlp.encoder import encoder_named
    from bot.nlp.gaps import Asked, find_gaps  # spaCy takes a second to import
    from bot.nlp.training import load_or_train

    catalogue = good(load(settings.content))
    lost = [(turn, text) for turn, text in turns(settings) if turn.unanswered]
    if not lost and not as_json:
        results.print("There is nothing that the bot could not answer.")
        return
    asked = [Asked(turn.text, turn.language, turn.meant) for turn, _ in lost]
    with progress() as tell:
        folder = settings.model_folder
        pipeline = load_or_train(catalogue, folder, encoder=encoder_named(settings.encoder, folder), progress=tell)
        gaps = find_gaps(pipeline, asked)
    pipeline.close()
    for gap in gaps[:most]:
        told = {
            "messages": len(gap.members),
            "languages": dict(gap.languages),
            "suggestions": {intent: round(share, 4) for intent, share in gap.suggestions},
            "meant": dict(gap.meant),
            "examples": [lost[member][1] for member in gap.members[:SHOWN]],
        }
        if as_json:
            print_json(told)
        else:
            _print_gap(catalogue, told)
    if not as_json:
        results.print(f"\n{len(lost)} messages that the bot could not answer, in {len(gaps)} groups.")


def _print_gap(catalogue: Catalogue, gap: dict[str, object]) -> None:
    languages, suggestions, meant, examples = (gap[x] for x in ("languages", "suggestions", "meant", "examples"))
    assert isinstance(languages, dict)
    assert isinstance(suggestions, dict)
    assert isinstance(meant, dict)
    assert isinstance(examples, list)
    count = "1 message" if gap["messages"] == 1 else f"{gap['messages']} messages"
    results.print(f"\n{count} ({', '.join(f'{language} {n}' for language, n in languages.items())})", markup=False)
    for text in examples:
        results.print(f"  “{text}”", markup=False)
    if meant:
        results.print(f"  People said it was about: {', '.join(f'{x} ({n})' for x, n in meant.items())}", markup=False)
    if suggestions:
        likely = ", ".join(f"{_title(catalogue, intent)} ({share:.0%})" for intent, share in suggestions.items())
        results.print(f"  → Perhaps: {likely}. Add examples like these there.", markup=False)
    else:
        results.print("  → A new intent? If it comes up often, give it a name, examples and an answer.", markup=False)


def _title(catalogue: Catalogue, intent: str) -> str:
    return f"{intent}, “{catalogue.title(catalogue.standards.default_language, intent)}”"


# --- proposals


def _open(settings: Settings, catalogue: Catalogue) -> tuple[Proposal, ...]:
    return undecided(record(settings), catalogue, rejecting.rejected(settings.data))


def show_proposals(settings: Settings, *, as_json: bool) -> None:
    """Print the examples that colleagues propose and nobody has decided about yet."""
    catalogue = good(load(settings.content))
    waiting = _open(settings, catalogue)
    if as_json:
        for one in waiting:
            print_json({name: getattr(one, name) for name in ("number", "intent", "language", "text", "by", "at")})
        return
    if not waiting:
        results.print("No example is proposed. Colleagues propose one with “This was about…” on a case’s card.")
        return
    table = Table("No.", "Intent", "Language", "Sentence", "Proposed by", box=None, pad_edge=False)
    for one in waiting:
        table.add_row(str(one.number), one.intent, one.language, one.text, one.by)
    results.print(table, markup=False)
    notes.print("`keepword proposals approve 3 5` adds them to the examples; `reject 4` puts one away for good.")


def approve(settings: Settings, numbers: Sequence[int], text: str | None) -> None:
    """Write proposals into the files. ``text`` (for one alone) goes in instead of the proposed words."""
    if text is not None and len(numbers) != 1:
        raise SettingsError("With --text approve one proposal at a time.")
    for one in _chosen(settings, numbers):
        loaded = load(settings.content)
        area = good(loaded).intents[one.intent].area
        where = add_example(settings.content, loaded.snapshot, one.intent, one.language, text or one.text, area)
        results.print(f"{where}: “{text or one.text}” is an example of ‘{one.intent}’ now.", markup=False)
        if text is not None and normalised(text) != normalised(one.text):
            rejecting.reject(settings.data, one.key)
    notes.print("A running bot learns it within seconds. `keepword content rollback` takes it back.")


def reject(settings: Settings, numbers: Sequence[int]) -> None:
    """Put proposals away: they are not listed again."""
    for one in _chosen(settings, numbers):
        rejecting.reject(settings.data, one.key)
        results.print(f"Put away: “{one.text}” ({one.intent}).", markup=False)


def _chosen(settings: Settings, numbers: Sequence[int]) -> Iterator[Proposal]:
    """The open proposals with these numbers. Raises SettingsError before any is dealt with, if one is not there."""
    waiting = {one.number: one for one in _open(settings, good(load(settings.content)))}
    missing = [str(number) for number in numbers if number not in waiting]
    if missing:
        raise SettingsError(f"There is no open proposal {', '.join(missing)}. `keepword proposals` lists them.")
    return iter([waiting[number] for number in dict.fromkeys(numbers)])
