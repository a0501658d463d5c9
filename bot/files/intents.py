"""intents/AREA.yml -> intents: what they are, what to ask for, when a human takes over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.content import HumanRule, Intent, Slot, When
from bot.core.understanding import Kind
from bot.files.folder import INTENTS, Snapshot
from bot.files.problem import Place, Report
from bot.files.shapes import HumanShape, IntentShape, SlotShape
from bot.files.shaping import shaped
from bot.files.tree import Node, read_tree
from bot.files.wording import slot_pattern

WELL_KNOWN_SLOTS = ("phone", "email", "amount", "date")
"""Details that are found without a pattern."""

_RESERVED = ("none", "unknown", "asked", "error")
"""Words that mean something else where an intent's id may stand."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class WrittenIntent:
    """An intent and where it was written, to tell what is missing for it. ``intent`` is None where it is not right."""

    id: str
    area: str
    node: Node
    intent: Intent | None

    @property
    def place(self) -> Place:
        return self.node.name_place

    def place_of(self, *path: str) -> Place:
        """The place of a key of this intent, or of the intent where the key was left out."""
        found = self.node.at(path)
        return self.place if found is self.node else found.place


def read_intents(snapshot: Snapshot, report: Report) -> dict[str, WrittenIntent]:
    """All intents by id, in the order of files and lines; those that are wrong are there too, without an intent."""
    found: dict[str, WrittenIntent] = {}
    for file in snapshot.under(INTENTS):
        tree = read_tree(file, snapshot.files[file], report)
        if tree is None:
            report.doubtful.add(INTENTS)
        elif not isinstance(tree.value, dict):
            report.error(
                tree.place, "An intent’s id was expected here: order_status:, and indented below it kind: question."
            )
        else:
            _read_area(file, tree, found, report)
    if not found and INTENTS not in report.doubtful:
        report.error(
            Place(INTENTS),
            "There are no intents. Add a file such as intents/orders.yml that says what customers may want.",
        )
    return found


def _read_area(file: str, tree: Node, found: dict[str, WrittenIntent], report: Report) -> None:
    area = file.removeprefix(f"{INTENTS}/").removesuffix(".yml")
    for intent_id, node in tree.entries.items():
        if intent_id in found:
            first = found[intent_id].place
            report.error(
                node.name_place,
                f"The intent ‘{intent_id}’ is already in {first.file}, line {first.line}. "
                "Delete one of them, or rename it.",
            )
            continue
        found[intent_id] = WrittenIntent(intent_id, area, node, _intent(intent_id, area, node, report))


def _intent(id: str, area: str, node: Node, report: Report) -> Intent | None:
    if not _ID.fullmatch(id):
        report.error(
            node.name_place,
            f"‘{id}’ cannot be an intent’s id. Use letters from a to z, digits and _, at most 40: order_status.",
        )
        return None
    if id in _RESERVED:
        report.error(
            node.name_place, f"‘{id}’ has a meaning of its own in Keepword. Choose another id for this intent."
        )
        return None
    shape = shaped(IntentShape, node, report)
    if shape is None:
        return None
    return Intent(
        id=id,
        kind=Kind(shape.kind),
        area=area,
        title=shape.title or id,
        answer=shape.answer,
        slots=tuple(_slot(name, slot, node.at(("slots", name)), report) for name, slot in shape.slots.items()),
        human=_human(shape.human, answered=shape.answer is not None),
    )


def _slot(name: str, shape: SlotShape, node: Node, report: Report) -> Slot:
    if shape.pattern is None:
        return Slot(name, None, shape.ask)
    try:
        return Slot(name, slot_pattern(shape.pattern), shape.ask)
    except ValueError as error:
        report.error(node.at(("pattern",)).place, str(error))
        return Slot(name, None, shape.ask)


def _human(shape: HumanShape | None, *, answered: bool) -> HumanRule | None:
    """Left out, ``when`` is what fits: always for an intent without an answer, else on request and on failing twice."""
    if shape is None:
        return None
    usual = {When.ASKED, When.SECOND_TIME} if answered else {When.ALWAYS}
    return HumanRule(frozenset(shape.when or usual), shape.team, shape.within)
