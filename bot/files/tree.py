"""YAML text -> a tree that remembers where everything stands.

Only the part of YAML that people need is read: texts, lists and mappings. Every text is kept as it is written, so that
``yes``, ``12:30``, ``007`` and ``2026-12-24`` mean what they look like; whoever needs a number or a date makes one.
Anchors, aliases and tags are refused, since here they are always a text that lacks its quotes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ruamel.yaml.error import YAMLError, YAMLStreamError

from bot.files import events, syntax
from bot.files.events import Event, Kind, NotYamlError
from bot.files.problem import Place, Report

DEEPEST = 12
"""How deeply a content file may be nested; the files use five levels."""

_NODES = (Kind.TEXT, Kind.LIST, Kind.MAPPING, Kind.ALIAS)
_NOTHING = ("", "~", "null", "Null", "NULL")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Node(NamedTuple):
    """A text, a list of nodes, a mapping of names to nodes, or ``None`` where nothing was written.

    ``key`` is where its name stands, if it has one.
    """

    place: Place
    value: str | tuple[Node, ...] | dict[str, Node] | None
    key: Place | None = None

    @property
    def entries(self) -> dict[str, Node]:
        """What is in a mapping, by name; nothing where it is none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """What is in a list; nothing where it is none."""
        return self.value if isinstance(self.value, tuple) else ()

    def places(self, *path: str) -> list[Place]:
        """Where each text of the list at ``path`` stands: a single text is a list of one, nothing an empty one."""
        node = self
        for step in path:
            node = node.entries.get(step, Node(self.place, None))
        return [node.place] if isinstance(node.value, str) else [item.place for item in node.items]

    @property
    def name_place(self) -> Place:
        return self.key or self.place

    def at(self, path: Sequence[str | int]) -> Node:
        """The node at ``path``, or the last one on the way that exists."""
        node = self
        for step in path:
            inner = _step(node, step)
            if inner is None:
                break
            node = inner
        return node

    def plain(self) -> object:
        """The same without places: strings, lists, dicts and None."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value


def _step(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        return node.items[step] if step < len(node.items) else None
    return node.entries.get(step)


def read_tree(file: str, content: bytes, report: Report) -> Node | None:
    """The tree of a file; an empty file is an empty mapping. None: it cannot be read, and the report says why."""
    tree, problems = _read(file, content)
    for place, message in problems:
        report.error(place, message)
    if tree is None:
        report.doubtful.add(file)
    return tree


@lru_cache(maxsize=512)
def _read(file: str, content: bytes) -> tuple[Node | None, tuple[tuple[Place, str], ...]]:
    """Parsing is the slow part of loading: a file that has not changed is not parsed again."""
    try:
        lines = syntax.lines_of(_decode(file, content))
        for read in (events.quick, events.careful):
            builder = _Builder(file, lines, read)
            try:
                return builder.build(), tuple(builder.problems)
            except NotYamlError:
                continue  # the careful reader knows why
    except _Refused as refused:
        return None, ((refused.place, refused.message),)
    return None, ((Place(file), syntax.UNREADABLE_FILE),)


class _Refused(Exception):  # noqa: N818 - not an error of the program
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def _decode(file: str, content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _Refused(Place(file), "This file is saved as UTF-16. Save it again with the encoding UTF-8.")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        raise _Refused(
            _place_after(file, before), "This character is not UTF-8. Save the file again with the encoding UTF-8."
        ) from None
    bad = _UNREADABLE.search(text)
    if bad:
        raise _Refused(
            _place_after(file, text[: bad.start()]),
            f"There is an invisible control character here (U+{ord(bad.group()):04X}). Delete it.",
        )
    return text


def _place_after(file: str, before: str) -> Place:
    lines = syntax.lines_of(before)
    return Place(file, len(lines), len(lines[-1]) + 1)


class _Builder:
    """Builds the tree of one file from the events of the parser."""

    def __init__(self, file: str, lines: list[str], read: Callable[[str], Iterator[Event]]) -> None:
        self.file = file
        self.lines = lines
        self._read = read
        self.problems: list[tuple[Place, str]] = []

    def build(self) -> Node:
        found = self._events()
        root: Node | None = None
        for event in found:
            if event.kind is Kind.DOCUMENT and root is not None:
                raise _Refused(self._place(event), "A second document begins here (---). Delete this line.")
            if event.kind in _NODES:
                root = self._node(event, found, None, 1)
        if root is None or root.value is None:
            return Node(Place(self.file), {})
        return root

    def _events(self) -> Iterator[Event]:
        try:
            yield from self._read("\n".join(self.lines))
        except (YAMLError, YAMLStreamError) as error:
            line, column, message = syntax.explain(error, self.lines)
            raise _Refused(Place(self.file, line, column), message) from None
        except (ValueError, OverflowError, LookupError, AttributeError, AssertionError, RecursionError):
            # The parser fails in these ways on some texts that are not YAML, without saying where.
            raise _Refused(Place(self.file), syntax.UNREADABLE_FILE) from None

    def _node(self, event: Event, found: Iterator[Event], key: Place | None, depth: int) -> Node:
        place = self._place(event)
        self._refuse_marks(event, place)
        if depth > DEEPEST:
            raise _Refused(place, "This is nested too deeply to be meant. Look for brackets that were not closed.")
        if event.kind is Kind.TEXT:
            written = None if event.plain and event.value in _NOTHING else event.value
            return Node(place, written, key)
        if event.kind is Kind.LIST:
            return Node(place, tuple(self._items(found, depth)), key)
        return Node(place, self._entries(found, depth), key)

    def _items(self, found: Iterator[Event], depth: int) -> Iterator[Node]:
        while (event := next(found)).kind is not Kind.END:
            yield self._node(event, found, None, depth + 1)

    def _entries(self, found: Iterator[Event], depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while (event := next(found)).kind is not Kind.END:
            place = self._place(event)
            name = self._name(event, place)
            node = self._node(next(found), found, place, depth + 1)
            if name in entries:
                first = entries[name].name_place.line
                self.problems.append(
                    (place, f"‘{name}’ is here twice (first on line {first}). Delete one of them, or rename it.")
                )
            else:
                entries[name] = node
        return entries

    def _name(self, event: Event, place: Place) -> str:
        self._refuse_marks(event, place)
        if event.kind is not Kind.TEXT:
            raise _Refused(place, f"A name was expected here, before the colon. {syntax.QUOTE_BRACES}")
        if not event.value:
            raise _Refused(place, "There is a colon without a name before it. Write ‘name: text’.")
        return event.value

    def _refuse_marks(self, event: Event, place: Place) -> None:
        if event.mark:
            raise _Refused(place, syntax.needs_quotes(event.mark))

    def _place(self, event: Event) -> Place:
        return Place(self.file, event.line, event.column)
