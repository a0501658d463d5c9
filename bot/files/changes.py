"""What differs between two versions of the content, in words and line by line."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bot.files.folder import BRAND, CANNED, CUES, INTENTS, MACROS, RESPONSES, STANDARDS, Snapshot
from bot.files.problem import Report
from bot.files.sentences import sentences_of
from bot.files.tree import read_tree

_NAMES = {"examples": ("example", "examples"), "not": ("counter-example",) * 2, "check": ("check sentence",) * 2}


def in_words(old: Snapshot, new: Snapshot) -> tuple[str, ...]:
    """One short phrase a thing that changed: ``order_status (en): +3 examples``. Nothing: only notes or layout."""
    return (*_intents(old, new), *_sentences(old, new), *_replies(old, new), *_standards(old, new))


def _plain(snapshot: Snapshot, files: Iterable[str]) -> dict[str, object]:
    """Everything at the first level of these files, by name."""
    found: dict[str, object] = {}
    for file in files:
        tree = read_tree(file, snapshot.files[file], Report()) if file in snapshot.files else None
        found |= {name: node.plain() for name, node in tree.entries.items()} if tree else {}
    return found


def _told(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield f"{what} {name} is new"
        elif name not in new:
            yield f"{what} {name} is gone"
        elif old[name] != new[name]:
            yield f"{what} {name} changed"


def _intents(old: Snapshot, new: Snapshot) -> Iterator[str]:
    yield from _told("intent", _plain(old, old.under(INTENTS)), _plain(new, new.under(INTENTS)))


def _sentences(old: Snapshot, new: Snapshot) -> Iterator[str]:
    before, after = _by_list(old), _by_list(new)
    changes: dict[tuple[str, str], list[str]] = {}
    for key in sorted({*before, *after}):
        intent, language, role = key
        added = (after.get(key, Counter()) - before.get(key, Counter())).total()
        gone = (before.get(key, Counter()) - after.get(key, Counter())).total()
        changes.setdefault((intent, language), []).extend(_counted(added, gone, role))
    for (intent, language), told in changes.items():
        if told:
            yield f"{intent} ({language}): {', '.join(told)}"
    for language in sorted({*old.languages(INTENTS), *new.languages(INTENTS)}):
        cues = [f"{INTENTS}/{language}/{CUES}"]
        yield from _told(f"cue ({language})", _plain(old, cues), _plain(new, cues))


def _by_list(snapshot: Snapshot) -> dict[tuple[str, str, str], Counter[str]]:
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for sentence in sentences_of(snapshot):
        found.setdefault((sentence.intent, sentence.language, sentence.role), Counter())[sentence.text] += 1
    return found


def _counted(added: int, gone: int, role: str) -> Iterator[str]:
    for sign, count in (("+", added), ("−", gone)):
        if count:
            one, many = _NAMES[role]
            name = one if count == 1 else many if many != one else f"{one}s"
            yield f"{sign}{count} {name}"


def _replies(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for language in sorted({*old.languages(RESPONSES), *new.languages(RESPONSES)}):
        folder = f"{RESPONSES}/{language}"
        yield from _told(f"reply ({language})", _said(old, folder), _said(new, folder))
        canned = [f"{folder}/{CANNED}"]
        yield from _told(f"canned reply ({language})", _plain(old, canned), _plain(new, canned))
    yield from _told("macro", _plain(old, [MACROS]), _plain(new, [MACROS]))
    yield from _told("brand:", _plain(old, [BRAND]), _plain(new, [BRAND]))


def _said(snapshot: Snapshot, folder: str) -> dict[str, object]:
    return _plain(snapshot, (file for file in snapshot.under(folder) if not file.endswith(f"/{CANNED}")))


def _standards(old: Snapshot, new: Snapshot) -> Iterator[str]:
    yield from _told("standards:", _plain(old, [STANDARDS]), _plain(new, [STANDARDS]))


def line_by_line(old: Snapshot, new: Snapshot) -> Iterator[str]:
    """The lines that differ with a little of what is around them, in the form that ``diff -u`` made common."""
    for file in sorted({*old.files, *new.files}):
        before, after = _lines(old, file), _lines(new, file)
        yield from difflib.unified_diff(before, after, f"before/{file}", f"after/{file}", lineterm="", n=2)


def _lines(snapshot: Snapshot, file: str) -> list[str]:
    return snapshot.files.get(file, b"").decode("utf-8", "replace").splitlines()
