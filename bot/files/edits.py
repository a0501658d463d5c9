"""Writes an example into a file that people edit: one line more, and everything else stays as they wrote it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import ContentError
from bot.core.sentences import normalised
from bot.files.folder import INTENTS, Snapshot
from bot.files.problem import Report
from bot.files.sentences import EXAMPLES
from bot.files.tree import Node, read_tree

_PLAIN = re.compile(r"[^\W\d_][^:#\n{}\[\]&*!|>%@`\"',]*")
"""A text that YAML reads as it stands, wherever it stands in a list."""

_SPECIAL = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


@dataclass(frozen=True, slots=True)
class Added:
    """A file with an example more: its path, all of its text, and the line where the example stands."""

    file: str
    text: str
    line: int

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


def add_example(folder: Path, snapshot: Snapshot, intent: str, language: str, text: str, area: str) -> str:
    """As :func:`with_example`, written into ``folder``; ``file:line`` of where it is now."""
    added = with_example(snapshot, intent, language, text, area)
    _write(folder / added.file, added.text)
    return added.where


def with_example(snapshot: Snapshot, intent: str, language: str, text: str, area: str) -> Added:
    """``text`` among the examples of ``intent`` in ``language``, without writing anything.

    It goes to the end of the list, in the list's own manner; where there is no list, one is made, if need be with a
    file ``intents/<language>/<area>.yml``. Raises ContentError where it is there already or the file can't be added to.
    """
    file = _file_of(snapshot, intent, language) or f"{INTENTS}/{language}/{area}.yml"
    old = snapshot.files.get(file, b"").decode("utf-8-sig")
    node = _node(file, old, intent)
    if node and normalised(text) in {normalised(str(one.value)) for one in _items(node)}:
        raise ContentError((f"{file}:{node.name_place.line}:1: This sentence is an example of ‘{intent}’ already.",))
    new, line = _with_example(old, node, intent, text)
    if _plain(file, new) != _wanted(file, old, intent, text):
        remedy = f"Add by hand to the examples of ‘{intent}’: {quoted(text)}"
        at = node.name_place.line if node else 1
        raise ContentError((f"{file}:{at}:1: Nothing can be added here without touching something else. {remedy}",))
    return Added(file, new, line)


def _plain(file: str, text: str) -> object:
    tree = read_tree(file, text.encode(), Report())
    return tree.plain() if tree else None


def _wanted(file: str, old: str, intent: str, text: str) -> object:
    """All that the file said, and the example besides."""
    plain = _plain(file, old)
    whole = plain if isinstance(plain, dict) else {}
    of_intent = whole.get(intent) or {}
    listed = of_intent.get(EXAMPLES) or []
    examples = [*([listed] if isinstance(listed, str) else listed), text]
    return {**whole, intent: {**of_intent, EXAMPLES: examples}}


def _file_of(snapshot: Snapshot, intent: str, language: str) -> str | None:
    """The file in which the intent has examples, else one in which it is named."""
    named = [
        (file, node)
        for file in snapshot.under(f"{INTENTS}/{language}")
        if (node := _node(file, snapshot.files[file].decode("utf-8-sig", "replace"), intent)) is not None
    ]
    return next((file for file, node in named if _items(node)), named[0][0] if named else None)


def _node(file: str, text: str, intent: str) -> Node | None:
    tree = read_tree(file, text.encode(), Report())
    return tree.entries.get(intent) if tree else None


def _items(node: Node) -> tuple[Node, ...]:
    listed = node.entries.get(EXAMPLES)
    if listed is None:
        return ()
    return (listed,) if isinstance(listed.value, str) else listed.items


def _with_example(old: str, node: Node | None, intent: str, text: str) -> tuple[str, int]:
    """The file with the example in it, and the line where that stands."""
    end = "\r\n" if "\r\n" in old else "\n"
    lines = old.splitlines()
    items = _items(node) if node else ()
    if node is None:
        lines += [f"{intent}:", f"  {EXAMPLES}:", f"    - {quoted(text)}"]
        return end.join(lines) + end, len(lines)
    if not items:
        at = node.name_place.line
        lines[at:at] = [f"  {EXAMPLES}:", f"    - {quoted(text)}"]
        return end.join(lines) + end, at + 2
    last = items[-1].place
    line = lines[last.line - 1]
    dash = re.match(r"\s*-\s+", line)
    if dash and dash.end() == last.column - 1:
        at = _end_of_item(lines, last.line, len(dash[0]) - len(dash[0].lstrip()))
        lines[at:at] = [f"{dash[0]}{quoted(text)}"]
        return end.join(lines) + end, at + 1
    bracket = _closing_bracket(lines, last.line)
    if bracket is not None:
        row, column = bracket
        lines[row] = f"{lines[row][:column].rstrip().rstrip(',')}, {quoted(text)}{lines[row][column:]}"
        return end.join(lines) + end, row + 1
    return old, last.line


def _end_of_item(lines: list[str], line: int, indent: int) -> int:
    """The index after the last line of the item that begins on ``line``: lines further to the right belong to it."""
    at = line
    while at < len(lines) and lines[at].strip() and _indent(lines[at]) > indent:
        at += 1
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _closing_bracket(lines: list[str], line: int) -> tuple[int, int] | None:
    """Index of the line, and of the place in it, of the bracket that ends the list whose last item is on ``line``."""
    for row in range(line - 1, len(lines)):
        column = lines[row].rfind("]")
        if column >= 0:
            return row, column
    return None


def quoted(text: str) -> str:
    """``text`` as YAML reads it back to the letter."""
    plain = _PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in _SPECIAL and " -" not in text
    if plain:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8", newline="")
    aside.replace(target)
