"""responses/<language>/canned.yml -> the replies that are ready for agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.content import Brand, CannedReply
from bot.core.picking import NAME
from bot.files.folder import CANNED, RESPONSES, Snapshot
from bot.files.problem import Report, did_you_mean, listed
from bot.files.replies import WrittenReply, read_file
from bot.files.shapes import CannedShape

WrittenCanned = dict[str, dict[str, WrittenReply]]
"""By language and name; those that are wrong are there too, without a reply."""


def read_canned(snapshot: Snapshot, languages: Sequence[str], brand: Brand | None, report: Report) -> WrittenCanned:
    """All canned replies. What another language has must be in the first one too: agents ask for it by that."""
    found: WrittenCanned = {}
    for language in languages:
        file = f"{RESPONSES}/{language}/{CANNED}"
        found[language] = {}
        if file in snapshot.files:
            read_file(file, snapshot.files[file], language, brand, found[language], report, CannedShape)
        for name, written in found[language].items():
            _check(name, written, report)
    for language in languages[1:]:
        if not report.doubtful & {f"{RESPONSES}/{language}", f"{RESPONSES}/{languages[0]}"}:
            _compare(language, found[language], languages[0], found[languages[0]], report)
    return found


def ready(found: WrittenCanned) -> dict[str, dict[str, CannedReply]]:
    """Those that are right, as agents use them."""
    return {
        language: {name: CannedReply(each.reply, _keywords(each)) for name, each in by_name.items() if each.reply}
        for language, by_name in found.items()
    }


def name_problem(name: str) -> str | None:
    """What is wrong with the name of something that agents ask for by name or button, if anything."""
    if NAME.fullmatch(name):
        return None
    return (
        f"‘{name}’ cannot be a name here. A name has letters from a to z, digits and _, begins with a letter, and is "
        "at most 32 characters long: order_late."
    )


def _keywords(written: WrittenReply) -> tuple[str, ...]:
    listed = written.node.at(("keywords",)) if "keywords" in written.node.entries else None
    if listed is None:
        return ()
    items = (listed,) if isinstance(listed.value, str) else listed.items
    return tuple(str(item.value) for item in items)


def _check(name: str, written: WrittenReply, report: Report) -> None:
    problem = name_problem(name)
    if problem:
        report.error(written.place, problem)
    if written.reply and not written.reply.text:
        report.error(written.place, f"‘{name}’ has a title only. Add its text: that is what the customer reads.")


def _compare(
    language: str, own: Mapping[str, WrittenReply], default: str, first: Mapping[str, WrittenReply], report: Report
) -> None:
    for name, written in own.items():
        if name not in first:
            report.error(
                written.place,
                f"There is no canned reply ‘{name}’ in {default}, the first language.{did_you_mean(name, first)} "
                f"Agents ask for it by what {default} has: add it to {RESPONSES}/{default}/{CANNED}.",
            )
        else:
            _tell_other_places(written, first[name], report)
    for name, written in first.items():
        if name not in own:
            report.warn(
                written.place,
                f"The canned reply ‘{name}’ is not in {language} yet: customers who write {language} would read it in "
                f"{default}.",
            )


def _tell_other_places(written: WrittenReply, first: WrittenReply, report: Report) -> None:
    """A placeholder that the first language doesn't have is most often a slip, and agents would not know of it."""
    if not written.reply or not first.reply:
        return
    for place in sorted(written.uses - first.uses):
        known = listed(f"{{{name}}}" for name in sorted(first.uses)) if first.uses else "none"
        report.error(
            written.text_place,
            f"‘{{{place}}}’ is not in {first.place.file}, line {first.place.line}, which sets what this reply takes: "
            f"{known}.{did_you_mean(place, first.uses)}",
        )
