"""intents/<language>/AREA.yml -> how people say each intent; and whether that is enough to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.core.content import Phrases
from bot.core.sentences import all_normalised
from bot.files.folder import CUES, INTENTS, Snapshot
from bot.files.intents import WELL_KNOWN_SLOTS, WrittenIntent
from bot.files.problem import Place, Report, did_you_mean
from bot.files.shapes import PhrasesShape
from bot.files.shaping import shaped
from bot.files.tree import Node, read_tree
from bot.files.wording import placeholders, slot_word_problem

FEWEST_EXAMPLES = 5
"""With fewer, an intent is not told from others."""

ENOUGH_EXAMPLES = 20

_LISTS = ("examples", "not", "check")


class _Sentence(NamedTuple):
    text: str
    intent: str
    place: Place


@dataclass(slots=True)
class _Said:
    """All sentences of one language for one intent, with their places, from however many files."""

    place: Place
    lists: dict[str, list[_Sentence]] = field(default_factory=lambda: {name: [] for name in _LISTS})
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(sentence.text for sentence in self.lists[name])


def read_phrases(
    snapshot: Snapshot, languages: Sequence[str], intents: dict[str, WrittenIntent], report: Report
) -> tuple[Phrases, ...]:
    """How people say each intent in each of ``languages``."""
    found = tuple(phrases for language in languages for phrases in _read_language(snapshot, language, intents, report))
    for written in intents.values():
        _tell_slots_not_found(written, found, languages, report)
    return found


def _tell_slots_not_found(
    written: WrittenIntent, phrases: Sequence[Phrases], languages: Sequence[str], report: Report
) -> None:
    """A slot that no pattern finds needs words: in one language at least, better in each."""
    for slot in written.intent.slots if written.intent else ():
        place = written.place_of("slots", slot.name)
        if slot.name in WELL_KNOWN_SLOTS or "pattern" in written.node.at(("slots", slot.name)).entries:
            continue
        having = {said.language for said in phrases if said.intent == written.id and said.slots.get(slot.name)}
        if not having:
            report.error(
                place,
                f"The slot ‘{slot.name}’ needs a pattern that finds it: {slot.name}: {{pattern: '\\d{{5,10}}'}}, "
                f"or words under ‘slots’ in {INTENTS}/{(*languages, 'en')[0]}/{written.area}.yml. "
                f"Only these are found without: {', '.join(WELL_KNOWN_SLOTS)}.",
            )
            continue
        for language in (language for language in languages if language not in having):
            report.warn(
                place,
                f"Nothing finds ‘{slot.name}’ in {language}. Add words for it under ‘slots’ of ‘{written.id}’ in "
                f"{INTENTS}/{language}/{written.area}.yml.",
            )


def _read_language(
    snapshot: Snapshot, language: str, intents: dict[str, WrittenIntent], report: Report
) -> list[Phrases]:
    folder = f"{INTENTS}/{language}"
    said: dict[str, _Said] = {}
    for file in snapshot.under(folder):
        if file == f"{folder}/{CUES}":
            continue
        tree = read_tree(file, snapshot.files[file], report)
        if tree is None:
            report.doubtful.add(folder)
        elif not isinstance(tree.value, dict):
            report.error(
                tree.place, "An intent’s id was expected here: order_status:, and below it examples: and a list."
            )
        else:
            _read_area(tree, said, intents, report)
    if folder not in report.doubtful:
        _tell_too_few(folder, said, intents, report)
    _tell_same_sentences(said, report)
    return [
        Phrases(intent_id, language, entry.texts("examples"), entry.texts("not"), entry.texts("check"), entry.slots)
        for intent_id in intents
        if (entry := said.get(intent_id))
    ]


def _read_area(tree: Node, said: dict[str, _Said], intents: dict[str, WrittenIntent], report: Report) -> None:
    for intent_id, node in tree.entries.items():
        written = intents.get(intent_id)
        if written is None:
            if INTENTS not in report.doubtful:
                report.error(
                    node.name_place,
                    f"There is no intent ‘{intent_id}’ in {INTENTS}/.{did_you_mean(intent_id, intents)} "
                    "Define it there, or correct the name.",
                )
            continue
        entry = said.setdefault(intent_id, _Said(node.name_place))
        shape = shaped(PhrasesShape, node, report)
        if shape is None:
            # Its sentences are not known, so nothing can be said about how many there are.
            report.doubtful.add(f"{tree.place.file} {intent_id}")
            continue
        for name, texts in zip(_LISTS, (shape.examples, shape.not_, shape.check), strict=True):
            placed = zip(texts, node.places(name), strict=True)
            entry.lists[name] += [_Sentence(text, intent_id, place) for text, place in placed]
        _read_slot_words(entry, written, node, shape.slots, report)
        _tell_unknown_slots(entry, written, report)


def _read_slot_words(
    entry: _Said, written: WrittenIntent, node: Node, slots: dict[str, list[str]], report: Report
) -> None:
    known = [slot.name for slot in written.intent.slots] if written.intent else list(slots)
    for name, found in slots.items():
        if name not in known:
            report.error(
                node.at(("slots", name)).name_place,
                f"‘{name}’ is not a slot of ‘{written.id}’.{did_you_mean(name, known)} "
                f"Add it under ‘slots’ in {written.place.file}, or delete it here.",
            )
        entry.slots[name] = entry.slots.get(name, ()) + tuple(found)
        for word, place in zip(found, node.places("slots", name), strict=True):
            problem = slot_word_problem(word)
            if problem:
                report.error(place, problem)


def _tell_unknown_slots(entry: _Said, written: WrittenIntent, report: Report) -> None:
    if written.intent is None:
        return
    known = {slot.name for slot in written.intent.slots} | set(WELL_KNOWN_SLOTS)
    for sentence in (sentence for name in _LISTS for sentence in entry.lists[name]):
        try:
            unknown = placeholders(sentence.text) - known
        except ValueError as error:
            report.error(sentence.place, str(error))
            continue
        for name in sorted(unknown):
            report.error(
                sentence.place,
                f"‘{{{name}}}’ is not a slot of ‘{written.id}’.{did_you_mean(name, known)} "
                f"Add it under ‘slots’ in {written.place.file}, or write the sentence without it.",
            )


def _tell_too_few(folder: str, said: dict[str, _Said], intents: dict[str, WrittenIntent], report: Report) -> None:
    for intent_id, written in intents.items():
        file = f"{folder}/{written.area}.yml"
        entry = said.get(intent_id)
        if entry is None:
            report.error(written.place, f"‘{intent_id}’ has no examples in {file}. Write there how people say it.")
            continue
        count = len(entry.lists["examples"])
        if f"{entry.place.file} {intent_id}" in report.doubtful:
            continue
        if count < FEWEST_EXAMPLES:
            report.error(
                entry.place,
                f"‘{intent_id}’ has {_examples(count)}. Write at least {FEWEST_EXAMPLES}, better {ENOUGH_EXAMPLES}, "
                "that differ from one another.",
            )
        elif count < ENOUGH_EXAMPLES:
            report.warn(
                entry.place, f"‘{intent_id}’ has {_examples(count)}. With {ENOUGH_EXAMPLES} it is understood better."
            )


def _examples(count: int) -> str:
    return "no examples" if not count else "1 example" if count == 1 else f"{count} examples"


def _tell_same_sentences(said: dict[str, _Said], report: Report) -> None:
    examples: dict[str, _Sentence] = {}
    for same, sentence in _all(said, "examples"):
        first = examples.setdefault(same, sentence)
        if first is sentence:
            continue
        if first.intent == sentence.intent:
            report.warn(sentence.place, f"The same sentence is already {_where(first)}. Delete one of them.")
        else:
            report.error(
                sentence.place,
                f"The same sentence is an example of ‘{first.intent}’ ({_where(first)}). Keep it where it belongs, and "
                "delete the other.",
            )
    _tell_examples_elsewhere(said, examples, report)


def _tell_examples_elsewhere(said: dict[str, _Said], examples: dict[str, _Sentence], report: Report) -> None:
    """Report sentences under ``check`` and ``not`` that contradict an example."""
    for same, sentence in _all(said, "check"):
        twin = examples.get(same)
        if twin:
            report.error(
                sentence.place,
                f"This check sentence is also an example of ‘{twin.intent}’ ({_where(twin)}), so it proves nothing. "
                "Delete one of them, or reword it.",
            )
    for same, sentence in _all(said, "not"):
        twin = examples.get(same)
        if twin and twin.intent == sentence.intent:
            report.error(
                sentence.place,
                f"This sentence is also an example of ‘{twin.intent}’ itself ({_where(twin)}). Delete one of them.",
            )


def _all(said: dict[str, _Said], name: str) -> Iterator[tuple[str, _Sentence]]:
    """The sentences of a list of all intents, each after what makes it the same as another."""
    found = [sentence for entry in said.values() for sentence in entry.lists[name]]
    return zip(all_normalised([sentence.text for sentence in found]), found, strict=True)


def _where(sentence: _Sentence) -> str:
    return f"{sentence.place.file}, line {sentence.place.line}"
