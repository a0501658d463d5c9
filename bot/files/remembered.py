"""What the content files held when they were read last, so that a start with the same files need not read them again.

Reading them all is a third of a later start. It is kept in one file among the bot's own data, and taken only if the
files, the day and the code are the same; a damaged one is as good as none.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
from datetime import UTC, date, datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from bot.core.content import Catalogue
from bot.files.folder import Snapshot, take_snapshot
from bot.files.load import Loaded, load_snapshot
from bot.files.problem import Problem
from bot.files.stand_ins import comes_with

_DIGEST = 32
"""Bytes. Two digests come before what is kept: of what it was made of, and of itself."""

_OURS = ("bot.core.", "bot.files.problem")
_PLAIN = frozenset({"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone"})
_PATTERN = "re._compile"
"""All else that a catalogue is made of."""


def load_remembered(folder: Path, kept: Path, *, today: date | None = None) -> Loaded:
    """As :func:`bot.files.load.load`, with what is ``kept`` (a file) of good content, which is renewed.

    A file that can't be written is no trouble: then the content is read the next time too.
    """
    snapshot, day = take_snapshot(folder), today or datetime.now(UTC).date()
    key = _key(snapshot, day)
    if (found := _recalled(kept, key)) is not None:
        catalogue, warnings = found
        return Loaded(snapshot.version, snapshot, catalogue, (), warnings, recalled=True)
    loaded = load_snapshot(snapshot, today=day)
    if loaded.catalogue is not None:
        with contextlib.suppress(OSError, pickle.PicklingError):
            content = pickle.dumps((loaded.catalogue, loaded.warnings))
            _keep(kept, key + _digest(content) + content)
    return loaded


def _recalled(kept: Path, key: bytes) -> tuple[Catalogue, tuple[Problem, ...]] | None:
    try:
        with kept.open("rb") as file:
            if file.read(_DIGEST) != key:
                return None
            whole, content = file.read(_DIGEST), file.read()
            if whole != _digest(content):
                return None
            catalogue, warnings = _Reader(io.BytesIO(content)).load()
    except Exception:  # whatever is wrong with it, the files are still there
        return None
    return (catalogue, warnings) if isinstance(catalogue, Catalogue) else None


class _Reader(pickle.Unpickler):
    """Makes nothing but what content consists of, whatever somebody wrote into the file."""

    def find_class(self, module: str, name: str) -> object:
        whole = f"{module}.{name}"
        if whole in _PLAIN or whole == _PATTERN:
            return super().find_class(module, name)
        if module.startswith(_OURS) and "." not in name:  # with a dot it may lead anywhere
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{whole} is no part of content")


def _keep(kept: Path, content: bytes) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f"{kept.name}.{os.getpid()}.new")
    try:
        aside.write_bytes(content)
        aside.replace(kept)
    finally:
        aside.unlink(missing_ok=True)


def _key(snapshot: Snapshot, day: date) -> bytes:
    """Of the files, the words that may stand in for missing ones, the day, and all that reads them."""
    libraries = [version(name) for name in ("babel", "holidays", "pydantic", "tzdata")]
    facts = (snapshot.version, snapshot.unread, snapshot.stray, comes_with().version, day, sys.version, libraries)
    here = Path(__file__).parent
    code = (file.read_bytes() for folder in (here, here.parent / "core") for file in sorted(folder.glob("**/*.py")))
    return _digest(b"".join([repr(facts).encode(errors="surrogatepass"), *code]))


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()
