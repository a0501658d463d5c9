"""Every sentence that teaches or checks, with the place where it stands: what tells an editor which line to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.files.folder import INTENTS, Snapshot
from bot.files.problem import Place, Report
from bot.files.tree import Node, read_tree

EXAMPLES = "examples"
NOT = "not"
CHECK = "check"
LISTS = (EXAMPLES, NOT, CHECK)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``role`` is the list it stands in: ``examples``, ``not`` or ``check``."""

    text: str
    intent: str
    language: str
    role: str
    place: Place

    @property
    def where(self) -> str:
        """``file:line``, as editors and terminals understand it."""
        return f"{self.place.file}:{self.place.line}"


def sentences_of(snapshot: Snapshot, languages: Iterable[str] | None = None) -> tuple[Sentence, ...]:
    """All sentences of ``languages`` (None: of every folder), in the order of files and lines.

    What can't be read is left out: :func:`bot.files.load.load` tells of it.
    """
    chosen = snapshot.languages(INTENTS) if languages is None else languages
    return tuple(
        sentence
        for language in chosen
        for file in snapshot.under(f"{INTENTS}/{language}")
        if (tree := read_tree(file, snapshot.files[file], Report())) is not None
        for intent, node in tree.entries.items()
        for role in LISTS
        for sentence in _of_list(node, intent, language, role)
    )


def _of_list(node: Node, intent: str, language: str, role: str) -> list[Sentence]:
    listed = node.entries.get(role)
    if listed is None:
        return []
    nodes = [listed] if isinstance(listed.value, str) else listed.items
    return [
        Sentence(one.value.strip(), intent, language, role, one.place) for one in nodes if isinstance(one.value, str)
    ]
