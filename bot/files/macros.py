"""responses/macros.yml -> several things that agents often do together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.core import snooze_times, tags
from bot.core.content import ALWAYS, Calendar, Macro, MacroStep, Standards
from bot.core.macros import STEPS, Takes
from bot.files.canned import WrittenCanned, name_problem
from bot.files.folder import CANNED, MACROS, RESPONSES, STANDARDS, Snapshot
from bot.files.problem import Report, did_you_mean
from bot.files.replies import WrittenReply
from bot.files.shapes import MacroShape
from bot.files.shaping import shaped
from bot.files.tree import Node, read_tree
from bot.files.wording import LONGEST_TITLE


def read_macros(
    snapshot: Snapshot, canned: WrittenCanned, languages: Sequence[str], standards: Standards, report: Report
) -> dict[str, Macro]:
    """All macros; what is wrong in them is in the report."""
    tree = read_tree(MACROS, snapshot.files[MACROS], report) if MACROS in snapshot.files else None
    if tree is None:
        return {}
    if not isinstance(tree.value, dict):
        report.error(tree.place, "A macro was expected here: its name with a colon, and below it steps: and a list.")
        return {}
    default = languages[0] if languages else ""
    replies = None if f"{RESPONSES}/{default}" in report.doubtful else canned.get(default, {})
    reader = _Reader(default, replies, standards, report)
    return {name: macro for name, node in tree.entries.items() if (macro := reader.macro(name, node))}


class _Reader:
    """Reads macros, given what they may name. ``canned`` is None where it could not be read."""

    def __init__(
        self, language: str, canned: Mapping[str, WrittenReply] | None, standards: Standards, report: Report
    ) -> None:
        self._language, self._canned, self._standards, self._report = language, canned, standards, report

    def macro(self, name: str, node: Node) -> Macro | None:
        problem = name_problem(name)
        if problem:
            self._report.error(node.name_place, problem)
        shape = shaped(MacroShape, node, self._report)
        if shape is None:
            return None
        if shape.title and len(shape.title) > LONGEST_TITLE:
            self._report.error(
                node.at(("title",)).place, f"A button shows at most {LONGEST_TITLE} characters: shorten it."
            )
        steps = tuple(self._steps(name, node))
        return Macro(name, shape.title or name.replace("_", " ").capitalize(), steps) if steps else None

    def _steps(self, name: str, node: Node) -> Iterator[MacroStep]:
        listed = node.entries.get("steps")
        items = listed.items if listed else ()
        if not items:
            place = listed.place if listed else node.name_place
            self._report.error(place, f"‘{name}’ does nothing. Write its steps below it: steps: [claim, {{tag: vip}}].")
        replied = False
        for number, item in enumerate(items, 1):
            step = self._step(item)
            if step is None:
                continue
            if STEPS[step.kind].takes is Takes.REPLY and replied:
                self._report.error(item.place, "A macro sends one canned reply. Write one that says all of it.")
            replied |= STEPS[step.kind].takes is Takes.REPLY
            if STEPS[step.kind].ends and number < len(items):
                self._report.error(item.place, f"After ‘{step.kind}’ the case is out of hand: make it the last step.")
            yield step

    def _step(self, item: Node) -> MacroStep | None:
        kind, given = item.value, None
        if isinstance(kind, dict) and len(kind) == 1:
            ((kind, given),) = kind.items()
        if not isinstance(kind, str):
            self._report.error(item.place, "One step was expected here, such as ‘resolve’ or ‘reply: refund’.")
            return None
        if kind not in STEPS:
            self._report.error(
                item.place, f"There is no step ‘{kind}’.{did_you_mean(kind, STEPS)} The steps are: {', '.join(STEPS)}."
            )
            return None
        what = self._what(kind, STEPS[kind].takes, given or Node(item.place, None))
        return None if what is None else MacroStep(kind, what)

    def _what(self, kind: str, takes: Takes, given: Node) -> tuple[str, ...] | None:
        values = [given] if isinstance(given.value, str) else list(given.items)
        texts = tuple(str(each.value) for each in values if isinstance(each.value, str))
        if takes is Takes.NOTHING:
            if given.value is not None:
                self._report.error(given.place, f"‘{kind}’ takes nothing behind it: write it alone.")
            return ()
        if not texts or len(texts) != len(values) or (takes is not Takes.TAGS and len(texts) > 1):
            self._report.error(given.place, f"‘{kind}’ needs {takes.value} behind it.")
            return None
        if takes is Takes.REPLY:
            self._check_reply(texts[0], given)
        elif takes is Takes.TEAM:
            self._check_team(texts[0], given)
        elif takes is Takes.TIME and not self._is_time(texts[0]):
            self._report.error(given.place, f"‘{texts[0]}’ is no time: ‘{kind}’ needs {takes.value} behind it.")
        return self._tags(values) if takes is Takes.TAGS else texts

    def _check_reply(self, name: str, given: Node) -> None:
        if self._canned is not None and name not in self._canned:
            self._report.error(
                given.place,
                f"There is no canned reply ‘{name}’ in {RESPONSES}/{self._language}/{CANNED}."
                f"{did_you_mean(name, self._canned)} Add it there, or correct the name.",
            )

    def _check_team(self, name: str, given: Node) -> None:
        known = self._standards.teams
        if name not in known and STANDARDS not in self._report.doubtful:
            self._report.error(
                given.place,
                f"There is no team ‘{name}’ in {STANDARDS}.{did_you_mean(name, known)} "
                "Add it under ‘teams’ there, or correct the name.",
            )

    def _is_time(self, text: str) -> bool:
        """Whatever the team's hours: what an agent may write behind /snooze."""
        calendar = Calendar(ALWAYS, self._standards.zone, always=True)
        return snooze_times.read(text, calendar, datetime.now(UTC), self._standards.default_language) is not None

    def _tags(self, values: Sequence[Node]) -> tuple[str, ...]:
        found, allowed = [], self._standards.tags
        for each in values:
            tag = tags.normal(str(each.value))
            if not tags.SHAPE.fullmatch(tag):
                self._report.error(each.place, f"‘{each.value}’ cannot be a tag: letters, digits, - and _, at most 32.")
            elif allowed and tag not in allowed:
                self._report.error(
                    each.place,
                    f"There is no tag ‘{tag}’ in {STANDARDS}.{did_you_mean(tag, allowed)} "
                    "Add it under ‘tags’ there, or correct it.",
                )
            found.append(tag)
        return tuple(found)
