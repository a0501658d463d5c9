"""The content folder as it is on disk: which files count, and one hash for all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

INTENTS = "intents"
RESPONSES = "responses"
STANDARDS = "standards.yml"
BRAND = "responses/brand.yml"
CUES = "cues.yml"
"""In the folder of a language in ``intents``: not examples of intents, but words that say something by themselves."""

MACROS = "responses/macros.yml"
CANNED = "canned.yml"
"""In the folder of a language in ``responses``: not what the bot says, but words that are ready for agents."""

LARGEST_FILE = 2_000_000
"""In bytes. A file beyond it is not something a person wrote here; reading it would take minutes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All content files at one moment: ``files`` maps a path relative to the folder to what it holds.

    ``unread`` are files that exist and cannot be read, ``stray`` ones that look like content where none is read.
    """

    files: dict[str, bytes]
    unread: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The same for the same names and contents, wherever and whenever they are read."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            for part in (name.encode(), content):
                digest.update(len(part).to_bytes(8, "big") + part)
        for name in sorted(self.unread):
            digest.update(b"unread" + name.encode())
        return digest.hexdigest()[:16]

    def under(self, folder: str) -> list[str]:
        """The files directly in ``folder`` (``intents``, ``intents/en``), sorted by name."""
        return sorted(name for name in self.files if name.rpartition("/")[0] == folder)

    def languages(self, folder: str) -> list[str]:
        """The names of the folders in ``intents`` or ``responses`` that hold files."""
        return sorted(
            {name.split("/")[1] for name in self.files if name.startswith(f"{folder}/") and name.count("/") == 2}
        )


def take_snapshot(folder: Path) -> Snapshot:
    """Read all content files. What disappears while it is read counts as absent; nothing else is looked at."""
    files: dict[str, bytes] = {}
    unread: list[str] = []
    stray: list[str] = []
    for path in _candidates(folder):
        name = path.relative_to(folder).as_posix()
        if not _is_read(name):
            stray.append(name)
            continue
        try:
            too_large = path.stat().st_size > LARGEST_FILE
            content = b"" if too_large else path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            too_large = True
        if too_large:
            unread.append(name)
        else:
            files[name] = content
    return Snapshot(files, tuple(sorted(unread)), tuple(sorted(stray)))


def content_folders(folder: Path) -> list[Path]:
    """The folders that hold content now: the content folder itself, intents, responses, and one for each language."""
    return [path for path in (folder, *_inner_folders(folder)) if path.is_dir()]


def _inner_folders(folder: Path) -> list[Path]:
    tops = [folder / INTENTS, folder / RESPONSES]
    return tops + [path for top in tops for path in _entries(top) if path.is_dir()]


def _candidates(folder: Path) -> list[Path]:
    inner = [path for top in _inner_folders(folder) for path in _entries(top)]
    deeper = [path for language in inner if language.is_dir() for path in _entries(language)]
    top = [folder / STANDARDS, folder / "standards.yaml"]
    found = dict.fromkeys([*top, *inner, *deeper])
    return [path for path in found if path.suffix.lower() in (".yml", ".yaml") and path.is_file()]


def _entries(folder: Path) -> list[Path]:
    """What is in ``folder``, without what editors and systems hide there."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "#", "~")))
    except OSError:
        return []


def _is_read(name: str) -> bool:
    parts = name.split("/")
    if not name.endswith(".yml"):
        return False
    if len(parts) == 2 and parts[0] == RESPONSES:
        return name in (BRAND, MACROS)
    return len(parts) <= 3
