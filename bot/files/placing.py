"""Which file of the content something is that an admin sends, and the content with it in place.

A path is taken only if it is one that the content has: nothing that is sent is ever written elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bot.core.errors import EditError
from bot.files.folder import BRAND, INTENTS, LARGEST_FILE, RESPONSES, STANDARDS, Snapshot
from bot.files.problem import Report, listed
from bot.files.sentences import LISTS
from bot.files.tree import read_tree

_NAMED = re.compile(r"[^\s`'\"«»“”‘’]+\.ya?ml\b", re.IGNORECASE)
_FILE = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,60}\.yml"
_LANGUAGE = "[a-z]{2,3}(?:[-_][A-Za-z]+)?"
_PLACE = re.compile(
    rf"{re.escape(STANDARDS)}|{re.escape(BRAND)}|{INTENTS}/{_FILE}|({INTENTS}|{RESPONSES})/({_LANGUAGE})/{_FILE}"
)
_OF_INTENTS = frozenset({"kind", "answer", "title", "human"})
_BOM = "\ufeff"


def named_in(text: str) -> str | None:
    """The file that is named in ``text``, by its path or its name alone; None: none is."""
    found = _NAMED.search(text.replace("\\", "/"))
    return re.sub(r"\.yaml$", ".yml", found[0].removeprefix("./"), flags=re.IGNORECASE) if found else None


def checked_place(path: str, languages: Sequence[str]) -> str:
    """``path``, if it is one that content may have. Raises EditError."""
    found = _PLACE.fullmatch(path)
    if found is None:
        raise EditError("admin_no_place", path=path)
    if found[2] is not None and found[2] not in languages:
        raise EditError("admin_no_language", path=path, language=found[2], languages=listed(languages))
    return path


def places_of(name: str, snapshot: Snapshot, languages: Sequence[str], content: bytes | None = None) -> tuple[str, ...]:
    """The files that ``name`` (a path, or a name alone) may be; by ``content``, those of its sort only, if any are.

    Raises EditError where it is none.
    """
    if "/" in name:
        return (checked_place(name, languages),)
    found = [path for path in sorted(snapshot.files) if PurePosixPath(path).name == name]
    if not found:
        raise EditError("admin_which_file", name=name)
    return tuple(_of_its_sort(found, content)) or tuple(found)


def _of_its_sort(paths: Iterable[str], content: bytes | None) -> list[str]:
    tree = read_tree("", content, Report()) if content else None
    if tree is None:
        return []
    keys = {key for node in tree.entries.values() for key in node.entries}
    if keys & set(LISTS):
        return [path for path in paths if path.startswith(INTENTS) and path.count("/") == 2]
    if "kind" in keys:
        return [path for path in paths if path.startswith(INTENTS) and path.count("/") == 1]
    if "text" in keys or (tree.entries and not keys & _OF_INTENTS):
        return [path for path in paths if path.startswith(RESPONSES)]
    return []


def tidied(content: bytes, old: bytes | None) -> bytes:
    """A file as it is to be kept: without a mark at its beginning, and with the ends of lines that it had before.

    What is not UTF-8 stays as it is: checking it tells where. Raises EditError for what is far too large.
    """
    if len(content) > LARGEST_FILE:
        raise EditError("admin_too_large", limit=LARGEST_FILE // 1_000_000)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    text = text.removeprefix(_BOM).replace("\r\n", "\n")
    if old is not None and b"\r\n" in old:
        text = text.replace("\n", "\r\n")
    return text.encode()


def with_file(snapshot: Snapshot, place: str, content: bytes | None) -> Snapshot:
    """The content with this file in it; None: without it."""
    files = {name: known for name, known in snapshot.files.items() if name != place}
    if content is not None:
        files[place] = content
    return replace(snapshot, files=files, unread=tuple(name for name in snapshot.unread if name != place))


def stays_inside(folder: Path, place: str) -> bool:
    """Whether writing there stays in the content folder, whatever links there are."""
    return (folder / place).resolve().is_relative_to(folder.resolve())


def hash_of(content: bytes | None) -> str:
    """The same for the same file; empty for none."""
    return "" if content is None else hashlib.sha256(content).hexdigest()[:16]
