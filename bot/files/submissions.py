"""What admins have sent and not yet decided about, or may want to take back: a folder of files.

Each submission is three files: what it says of itself, the file that was sent, and the one that it took the place of.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.core.editing import Stage, Submission
from bot.core.errors import EditError

KEPT = 100
"""So many of the last submissions are kept: buttons below older ones say so."""

_ABOUT, _NEW, _OLD = ".json", ".new", ".old"
_ID = re.compile(r"[0-9a-f]{12}")
_FORM = TypeAdapter(Submission)


def id_of(place: str, content: bytes, admin: int) -> str:
    """The same for the same file, sent for the same place by the same admin."""
    digest = hashlib.sha256(f"{place}\n{admin}\n".encode())
    digest.update(content)
    return digest.hexdigest()[:12]


class Submissions:
    """All of them, in a folder. Every method reads or writes it: call them off the event loop. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, submission: Submission, content: bytes) -> None:
        """Keep a new one, or one that was sent again."""
        self._write(submission.id + _NEW, content)
        self.change(submission)
        self._forget_old()

    def change(self, submission: Submission) -> None:
        """Keep how far it has come."""
        self._write(submission.id + _ABOUT, _FORM.dump_json(submission))

    def find(self, id: str) -> Submission:
        """The one of this id. Raises EditError where there is none any more."""
        found = self.known(id)
        if found is None:
            raise EditError("admin_long_ago")
        return found

    def known(self, id: str) -> Submission | None:
        """The one of this id; None: there is none, or it can't be read."""
        if not _ID.fullmatch(id):
            return None
        try:
            return _FORM.validate_json((self._folder / (id + _ABOUT)).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def content(self, id: str) -> bytes:
        """The file that was sent. Raises EditError where it is gone."""
        try:
            return (self._folder / (id + _NEW)).read_bytes()
        except FileNotFoundError:
            raise EditError("admin_long_ago") from None

    def keep_replaced(self, id: str, content: bytes | None) -> None:
        """Keep the file that it takes the place of; None: there was none."""
        if content is None:
            (self._folder / (id + _OLD)).unlink(missing_ok=True)
        else:
            self._write(id + _OLD, content)

    def replaced(self, id: str) -> bytes | None:
        """The file that it took the place of; None: there was none."""
        try:
            return (self._folder / (id + _OLD)).read_bytes()
        except FileNotFoundError:
            return None

    def of_proposal(self, key: str) -> Submission | None:
        """The one by which a proposal is an example, or is about to be one."""
        found = (self.known(path.stem) for path in self._folder.glob(f"*{_ABOUT}"))
        at_work = (one for one in found if one is not None and one.stage in (Stage.WAITING, Stage.LIVE))
        return next((one for one in at_work if one.proposal == key), None)

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f".{name}.{os.getpid()}"
        aside.write_bytes(content)
        aside.replace(self._folder / name)

    def _forget_old(self) -> None:
        known = sorted(self._folder.glob(f"*{_ABOUT}"), key=lambda path: path.stat().st_mtime)
        for path in known[:-KEPT]:
            for suffix in (_ABOUT, _NEW, _OLD):
                path.with_suffix(suffix).unlink(missing_ok=True)
