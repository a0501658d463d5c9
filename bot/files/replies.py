"""responses/<language>/AREA.yml -> replies, and responses/brand.yml -> the house's own voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale

from bot.core import words
from bot.core.content import Brand, Reply
from bot.files.folder import BRAND, CANNED, RESPONSES, Snapshot
from bot.files.problem import Place, Report, listed
from bot.files.shapes import BrandShape, ReplyShape
from bot.files.shaping import shaped
from bot.files.tree import Node, read_tree
from bot.files.wording import LONGEST_REPLY, LONGEST_TITLE, contains_word, placeholders

TONES = ("text", "formal")
"""The keys of a reply's words: as we say them, and as we say them to people whom we address formally."""


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """A reply and where it was written. ``reply`` is None where it is not right; ``uses`` are its placeholders."""

    file: str
    node: Node
    reply: Reply | None
    uses: frozenset[str] = frozenset()

    @property
    def place(self) -> Place:
        return self.node.name_place

    @property
    def text_place(self) -> Place:
        return self.node.at(("text",)).place


def read_brand(snapshot: Snapshot, report: Report) -> Brand | None:
    """The house's name and voice; None: not there or not right."""
    if BRAND not in snapshot.files:
        if BRAND not in snapshot.unread:
            report.error(Place(BRAND), "This file is missing. Create it with one line: name: the name of your house.")
        return None
    tree = read_tree(BRAND, snapshot.files[BRAND], report)
    shape = shaped(BrandShape, tree, report) if tree else None
    if shape is None:
        return None
    return Brand(shape.name, shape.tone, shape.emoji, tuple(shape.never_say))


def read_replies(
    snapshot: Snapshot, languages: Sequence[str], brand: Brand | None, report: Report
) -> dict[str, dict[str, WrittenReply]]:
    """All replies by language and key; those that are wrong are there too, without a reply."""
    found: dict[str, dict[str, WrittenReply]] = {}
    for language in languages:
        found[language] = {}
        for file in snapshot.under(f"{RESPONSES}/{language}"):
            if not file.endswith(f"/{CANNED}"):
                read_file(file, snapshot.files[file], language, brand, found[language], report)
    return found


def read_file(
    file: str,
    content: bytes,
    language: str,
    brand: Brand | None,
    found: dict[str, WrittenReply],
    report: Report,
    form: type[ReplyShape] = ReplyShape,
) -> None:
    """Add the replies of one file to those ``found`` before; ``form`` is what each may have."""
    tree = read_tree(file, content, report)
    if tree is None:
        report.doubtful.add(f"{RESPONSES}/{language}")
        return
    if not isinstance(tree.value, dict):
        report.error(tree.place, 'A reply was expected here, as name and text: hello: "Hi {name}!"')
        return
    for key, node in tree.entries.items():
        if key in found:
            first = found[key].place
            report.error(
                node.name_place,
                f"The reply ‘{key}’ is already in {first.file}, line {first.line}. Delete one of them, or rename it.",
            )
            continue
        shape = _shape(key, node, language, form, report)
        uses = _check_words(shape, node, brand, report) if shape else frozenset()
        reply = Reply(key, _spoken(shape, brand), shape.title or "", shape.count) if shape else None
        found[key] = WrittenReply(file, node, reply, uses)


def _shape(key: str, node: Node, language: str, form: type[ReplyShape], report: Report) -> ReplyShape | None:
    whole = Node(node.place, {"text": node}, node.key) if isinstance(node.value, str) else node
    shape = shaped(form, whole, report)
    if shape is None:
        return None
    if not shape.title and not shape.text:
        report.error(node.name_place, f"The reply ‘{key}’ says nothing. Give it a text, a title, or both.")
        return None
    tones = [tone for tone in TONES if tone in whole.entries]
    if shape.count and not any(isinstance(whole.at((tone,)).value, dict) for tone in tones):
        report.error(
            whole.at(("count",)).name_place,
            f"‘count’ chooses among forms, and ‘{key}’ has only one. Write them below ‘text’, or delete ‘count’.",
        )
    for tone in tones:
        _check_forms(key, tone, whole.at((tone,)), shape, language, report)
    return shape


def _spoken(shape: ReplyShape, brand: Brand | None) -> dict[str, str]:
    """The text in the tone of the house."""
    formal = shape.formal if brand and brand.tone == "formal" else None
    return formal or shape.text or {"other": ""}


def _check_forms(key: str, tone: str, text: Node, shape: ReplyShape, language: str, report: Report) -> None:
    if not isinstance(text.value, dict):
        return
    if shape.count is None:
        report.error(
            text.name_place,
            f"‘{key}’ has several forms. Add ‘count:’ with the name of the placeholder whose number chooses one.",
        )
    needed, possible = plural_categories(language)
    missing = needed - set(text.entries)
    if missing:
        report.error(text.name_place, f"‘{key}’ lacks the form for {listed(sorted(missing))}. Add it below ‘{tone}’.")
    for name in text.entries:
        if name not in possible:
            report.error(
                text.entries[name].name_place,
                f"‘{name}’ is not a form of this language. Its forms are: {', '.join(sorted(possible))}.",
            )


def plural_categories(language: str) -> tuple[set[str], set[str]]:
    """The CLDR plural categories that counts up to a few hundred need, and all that ``language`` has."""
    rule = Locale.parse(language, sep="-").plural_form
    return {rule(count) for count in range(301)} | {"other"}, set(rule.tags) | {"other"}


def _check_words(shape: ReplyShape, node: Node, brand: Brand | None, report: Report) -> frozenset[str]:
    """Check each text of a reply, in both tones; the placeholders that it uses."""
    used: set[str] = set()
    if shape.title:
        place = node.at(("title",)).place
        used |= _check_text(shape.title, place, brand, report)
        if len(shape.title) > LONGEST_TITLE:
            report.error(
                place,
                f"This title has {len(shape.title)} characters. A button shows at most {LONGEST_TITLE}: shorten it.",
            )
    for tone, forms in zip(TONES, (shape.text, shape.formal), strict=True):
        for name, text in (forms or {}).items():
            used |= _check_length(text, node.at((tone, name)).place, brand, report)
    return frozenset(used)


def _check_length(text: str, place: Place, brand: Brand | None, report: Report) -> frozenset[str]:
    if words.units(text) > LONGEST_REPLY:
        report.error(
            place,
            f"This text has {words.units(text)} characters. A message holds at most {LONGEST_REPLY}: shorten it.",
        )
    return _check_text(text, place, brand, report)


def _check_text(text: str, place: Place, brand: Brand | None, report: Report) -> frozenset[str]:
    for word in brand.never_say if brand else ():
        if contains_word(text, word):
            report.error(place, f"‘{word}’ is under never_say in {BRAND}. Say it in another way.")
    try:
        return placeholders(text)
    except ValueError as error:
        report.error(place, str(error))
        return frozenset()
