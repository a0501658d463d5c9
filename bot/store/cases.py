"""Case files: what a resolved conversation leaves behind, each a small TinyDB file of its own.

``cases/<chat id modulo 1000>/<chat id>/<conversation id>.json`` has the conversation and what was sent in it;
``topics/<agents' chat>/<thread id ÷ 1024>.json`` says which conversation had a topic. Nothing of it is in memory, so
that neither memory nor the time to open grows with history.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document

from bot.core.conversation import Conversation
from bot.core.errors import StoreDamagedError, StoreError
from bot.store.disk import make_folder, read_whole, write_aside
from bot.store.entries import pack
from bot.store.records import CONVERSATION

_THREADS_PER_FILE = 1024

_ID = re.compile(r"-?[0-9]{1,20}-[0-9]{1,9}")


def ordinal(conversation_id: str) -> int:
    """Which of its chat's conversations it is: 2 for ``5001-2``. Raises StoreError for what is no such id."""
    if not _ID.fullmatch(conversation_id):
        raise StoreError(f"{conversation_id!r} is no conversation's id; one looks like 5001-2: chat, dash, ordinal")
    return int(conversation_id.rpartition("-")[2])


@dataclass(frozen=True, slots=True)
class Case:
    """What a case file has. ``sent``: rows of the table of the same name, by id."""

    conversation: Conversation
    sent: Mapping[str, Mapping[str, Any]]


def _is_later(known: object, conversation_id: str) -> bool:
    """Whether a topic is known to belong to a later conversation of the same chat, which took this one up again."""
    if not isinstance(known, Document):
        return False
    chat, _, number = str(known["conversation"]).rpartition("-")
    return chat == conversation_id.rpartition("-")[0] and int(number) > ordinal(conversation_id)


class WholeFileStorage(Storage):
    """A TinyDB storage that replaces its file whole when it is closed: a crash leaves the old one or the new one."""

    def __init__(self, path: Path, *, fsync: bool = True) -> None:
        self._path, self._fsync = path, fsync
        self._changed: Mapping[str, Mapping[str, Any]] | None = None

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Everything, or None where there is no file yet. Raises StoreDamagedError."""
        if self._changed is not None:
            return {name: dict(table) for name, table in self._changed.items()}
        try:
            tables: dict[str, dict[str, Any]] = json.loads(read_whole(self._path))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise StoreDamagedError(
                f"{self._path} cannot be read ({error}); take this file from a backup, or move it away to go on without"
            ) from error
        return tables

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace everything, when it is closed."""
        self._changed = data

    def close(self) -> None:
        """Write what was changed. Raises OSError."""
        if self._changed is None:
            return
        make_folder(self._path.parent)
        write_aside(self._path, pack(self._changed), fsync=self._fsync)


class Cases:
    """The case files of a store's folder. All of it blocks: call it off the event loop."""

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        self._cases, self._topics, self._fsync = folder / "cases", folder / "topics", fsync

    def keep(self, conversation: Mapping[str, Any], sent: Mapping[str, Mapping[str, Any]]) -> None:
        """Write a case file, in place of an older one of the same conversation. Durable when it returns."""
        path = self._path(conversation["id"])
        case = TinyDB(path, fsync=self._fsync, storage=WholeFileStorage)
        case.drop_tables()
        case.table("conversation").insert(conversation)
        case.table("sent").insert_multiple({"id": key, **row} for key, row in sent.items())
        case.close()
        if conversation["topic_id"] is not None and conversation["agents_chat"] is not None:
            self._keep_topic(conversation["agents_chat"], conversation["topic_id"], conversation["id"])

    def read(self, conversation_id: str) -> Case | None:
        """What is kept of this conversation; None: it has no case file, or this is no conversation's id at all."""
        if not _ID.fullmatch(conversation_id) or not (path := self._path(conversation_id)).exists():
            return None
        with TinyDB(path, storage=WholeFileStorage) as case:
            conversation = CONVERSATION.load(case.table("conversation").all()[0])
            sent = {
                row["id"]: {name: value for name, value in row.items() if name != "id"} for row in case.table("sent")
            }
        return Case(conversation, sent)

    def of_chat(self, chat_id: int) -> tuple[str, ...]:
        """The ids of the conversations of a chat that have case files, oldest first."""
        folder = self._chat(chat_id)
        if not folder.exists():
            return ()
        return tuple(sorted((path.stem for path in folder.glob(f"{chat_id}-*.json")), key=ordinal))

    def of_topic(self, agents_chat: int, thread_id: int) -> str | None:
        """The id of the conversation that had this topic last."""
        path = self._topic_path(agents_chat, thread_id)
        with TinyDB(path, storage=WholeFileStorage) as topics:
            found = topics.table("topics").get(doc_id=thread_id)
        return None if found is None else str(found["conversation"])

    def _keep_topic(self, agents_chat: int, thread_id: int, conversation_id: str) -> None:
        path = self._topic_path(agents_chat, thread_id)
        with TinyDB(path, fsync=self._fsync, storage=WholeFileStorage) as topics:
            known = topics.table("topics").get(doc_id=thread_id)
            if not _is_later(known, conversation_id):
                topics.table("topics").upsert(Document({"conversation": conversation_id}, doc_id=thread_id))

    def _path(self, conversation_id: str) -> Path:
        number = ordinal(conversation_id)
        chat_id = int(conversation_id.rpartition("-")[0])
        return self._chat(chat_id) / f"{chat_id}-{number}.json"

    def _chat(self, chat_id: int) -> Path:
        """The folder of a chat: what a customer has with us and wants erased is in one place."""
        return self._cases / f"{abs(chat_id) % 1000:03d}" / str(chat_id)

    def _topic_path(self, agents_chat: int, thread_id: int) -> Path:
        return self._topics / str(agents_chat) / f"{thread_id // _THREADS_PER_FILE}.json"
