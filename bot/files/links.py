"""What holds the files together: every reply that is named exists in each language, and uses only what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.content import Intent, Reply, When
from bot.core.replies import ADMIN_REPLIES, ALSO_GIVEN, REQUIRED_REPLIES, TEAM_REPLIES
from bot.files.folder import RESPONSES
from bot.files.intents import WrittenIntent
from bot.files.problem import Place, Report, did_you_mean, listed
from bot.files.replies import WrittenReply

SYSTEM_AREAS = ("system", "team", "admins", "time")
"""Files of replies that Keepword itself fills: which placeholders they may use, the default language shows."""

OUR_FILES = ("/team.yml", "/admins.yml")
"""What colleagues read, in the default language: nobody misses it in another one."""

COMMON = frozenset({"name", "brand"})
"""Placeholders that every reply to a customer may use."""


@dataclass(frozen=True, slots=True)
class Required:
    """Keys of replies that Keepword itself asks for: those needed in each language, and in the default one only."""

    everywhere: tuple[str, ...] = ()
    in_default: tuple[str, ...] = ()


REQUIRED = Required(REQUIRED_REPLIES, (*TEAM_REPLIES, *ADMIN_REPLIES))

Replies = Mapping[str, Mapping[str, WrittenReply]]


def check_links(
    intents: Mapping[str, WrittenIntent],
    replies: Replies,
    languages: Sequence[str],
    required: Required,
    report: Report,
) -> None:
    """Report what is named and missing, and placeholders that nobody fills. ``languages[0]`` is the default one."""
    needed = needed_in(languages, required)
    for language in languages:
        if f"{RESPONSES}/{language}" in report.doubtful:
            continue
        said = _Said(language, replies[language], replies[languages[0]], report)
        said.tell_missing_system(needed[language])
        for written in intents.values():
            if written.intent:
                said.tell_missing(written, written.intent)
    given = _given(intents)
    for language in languages:
        for key, reply in replies[language].items():
            _tell_unknown_placeholders(key, reply, replies[languages[0]], given.get(key, COMMON), report)
    for language in languages[1:]:
        _tell_unmatched(language, replies, languages[0], report)


def needed_in(languages: Sequence[str], required: Required) -> dict[str, tuple[str, ...]]:
    """The keys that Keepword itself asks for, by language."""
    return {
        language: required.everywhere + (required.in_default if language == languages[0] else ())
        for language in languages
    }


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said in one language, to be held against what must be said. ``default`` is said in the first one."""

    language: str
    replies: Mapping[str, WrittenReply]
    default: Mapping[str, WrittenReply]
    report: Report

    def tell_missing_system(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key not in self.replies:
                self.report.error(
                    Place(f"{RESPONSES}/{self.language}/system.yml"),
                    f"The reply ‘{key}’ is missing, and Keepword needs it. "
                    f"Add it to a file of {RESPONSES}/{self.language}/.",
                )

    def tell_missing(self, written: WrittenIntent, intent: Intent) -> None:
        """Report what ``intent`` names and this language does not say."""
        title = self.replies.get(intent.title)
        if title is None:
            self.report.error(
                written.place_of("title"),
                f"‘{intent.id}’ has no reply ‘{intent.title}’ with a title in {self.language}."
                f"{self._remedy(intent.title, written)}",
            )
        elif title.reply:
            self._tell_incomplete_title(intent, title.reply, title.place)
        if intent.answer is not None:
            self._tell_missing_text(written, intent.answer, "answer")
        for slot in intent.slots:
            if slot.ask is not None:
                self._tell_missing_text(written, slot.ask, "slots", slot.name, "ask")

    def _tell_incomplete_title(self, intent: Intent, reply: Reply, place: Place) -> None:
        if not reply.title:
            self.report.error(place, f"‘{reply.key}’ needs a title, for buttons: {reply.key}: {{title: …, text: …}}.")
        if _goes_to_human(intent) and not reply.text:
            self.report.error(
                place,
                f"‘{reply.key}’ needs a text that tells the customer what was understood; the promise follows it.",
            )

    def _tell_missing_text(self, written: WrittenIntent, key: str, *path: str) -> None:
        found = self.replies.get(key)
        if found is None:
            self.report.error(
                written.place_of(*path),
                f"There is no reply ‘{key}’ in {self.language}.{self._remedy(key, written)}",
            )
        elif found.reply and not found.reply.text:
            self.report.error(found.place, f"‘{key}’ has a title only. Add its text: that is what the customer reads.")

    def _remedy(self, key: str, written: WrittenIntent) -> str:
        """Where to add a reply; a name that the first language knows is not misspelt."""
        hint = "" if key in self.default else did_you_mean(key, self.replies)
        return f"{hint} Add it to {RESPONSES}/{self.language}/{written.area}.yml."


def _goes_to_human(intent: Intent) -> bool:
    return intent.answer is None or (intent.human is not None and When.ALWAYS in intent.human.when)


def _given(intents: Mapping[str, WrittenIntent]) -> dict[str, frozenset[str]]:
    """Reply key -> the placeholders that intents give it: the slots of each intent that uses it."""
    given: dict[str, frozenset[str]] = {}
    for intent in (written.intent for written in intents.values() if written.intent):
        slots = frozenset(slot.name for slot in intent.slots)
        for key in (intent.title, intent.answer, *(slot.ask for slot in intent.slots)):
            if key is not None:
                given[key] = given.get(key, COMMON) | slots
    return given


def _tell_unknown_placeholders(
    key: str, written: WrittenReply, default: Mapping[str, WrittenReply], given: frozenset[str], report: Report
) -> None:
    if written.reply is None:
        return
    model = default.get(key)
    if _is_system(written):
        if model is None or model is written or model.reply is None:
            return
        known = model.uses | ALSO_GIVEN.get(key, frozenset()) | ({model.reply.count} if model.reply.count else set())
        source = f"{model.place.file}, line {model.place.line}, which sets what this reply may use"
    else:
        known = given
        source = "what this reply is given: name, brand, and the slots of the intents that use it"
    used = written.uses | ({written.reply.count} if written.reply.count else set())
    for name in sorted(used - known):
        report.error(
            written.text_place,
            f"‘{{{name}}}’ would stay empty: it is not in {source}.{did_you_mean(name, known)} {_remedy(known)}",
        )


def _remedy(known: frozenset[str] | set[str]) -> str:
    if not known:
        return "Write the text without placeholders."
    return f"Use only {listed(f'{{{name}}}' for name in sorted(known))}."


def _is_system(written: WrittenReply) -> bool:
    return written.file.rsplit("/", 1)[-1].removesuffix(".yml") in SYSTEM_AREAS


def _tell_unmatched(language: str, replies: Replies, default: str, report: Report) -> None:
    """Warn of replies that only one of two languages has; what must be there is checked elsewhere."""
    if {f"{RESPONSES}/{language}", f"{RESPONSES}/{default}"} & report.doubtful:
        return
    for key, written in replies[language].items():
        if key not in replies[default]:
            hint = did_you_mean(key, replies[default])
            report.warn(written.place, f"There is no reply ‘{key}’ in {default}, the first language.{hint}")
    for key, written in replies[default].items():
        if key not in replies[language] and not written.file.endswith(OUR_FILES):
            report.warn(
                written.place,
                f"‘{key}’ is not in {language} yet: customers who write {language} would read it in {default}.",
            )
