"""The core's frozen records as documents, and back.

A field that a record has gained since a document was written takes its default; one that it has lost is passed over.
So a newer Keepword reads what an older one wrote, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.core.conversation import Conversation
from bot.core.errors import StoreDamagedError
from bot.core.incoming import Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.people import Person
from bot.core.step import Due, Event, Step
from bot.store.entries import Raw

RecordT = TypeVar("RecordT")


class Form(Generic[RecordT]):
    """How one kind of record is written down."""

    def __init__(self, record: type[RecordT]) -> None:
        self._adapter = TypeAdapter(record)
        self._name = record.__name__

    def dump(self, record: RecordT) -> dict[str, Any]:
        """The record as a document."""
        document: dict[str, Any] = self._adapter.dump_python(record, mode="json")
        return document

    def load(self, document: Mapping[str, Any]) -> RecordT:
        """The record of a document. Raises StoreDamagedError where it is none."""
        try:
            return self._adapter.validate_python(document)
        except ValidationError as error:
            raise self._unreadable(error) from error

    def read(self, raw: Raw) -> RecordT:
        """The record of a document as it is kept. Raises StoreDamagedError where it is none."""
        try:
            return self._adapter.validate_json(raw)
        except ValidationError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: ValidationError) -> StoreDamagedError:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return StoreDamagedError(
            f"the store has a {self._name} that this version cannot read ({place}: {first['msg']}); "
            "if a newer Keepword wrote it, start that version"
        )


CONVERSATION = Form(Conversation)
DUE = Form(Due)
EVENT = Form(Event)
OUTGOING = Form(Outgoing)
PERSON = Form(Person)
RECEIPT = Form(Receipt)
STEP = Form(Step)
UPDATE = Form(Update)
