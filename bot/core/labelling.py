"""What a message was really about: a colleague says so by buttons, and it is put on record as a proposed example.

Nothing is learnt from it by itself: an admin approves each one (``keepword proposals``).
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import case
from bot.core.anonymous import anonymous
from bot.core.arrival import as_one
from bot.core.content import Intent
from bot.core.conversation import Author, Conversation, Media
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.outgoing import Button, Keyboard, Lane, Text
from bot.core.people import Agent
from bot.core.understanding import NO_INTENT, Kind, Understanding

ABOUT = "about"
"""The button on a card: this was about…"""

AREAS = "areas"
AREA = "area."
MEANT = "is."
"""What the buttons below it say: show all areas, show one, this is the intent. An area or an intent follows."""

MOST_LIKELY = 4
_LONGEST_DATA = 64
"""Bytes of a button's data: Telegram's limit."""


def likely(conversation: Conversation, understanding: Understanding) -> tuple[str, ...]:
    """The intents that a turn may have had, best first, to offer them later; of small talk, those before it."""
    if understanding.is_small_talk:
        return conversation.likely
    best = (understanding.intent, *(candidate.intent for candidate in understanding.runners_up))
    return tuple(intent for intent in dict.fromkeys(best) if intent != NO_INTENT)[:MOST_LIKELY]


def handles(command: str) -> bool:
    """Whether a button of ours says this."""
    return command in (ABOUT, AREAS) or command.startswith((AREA, MEANT))


def carry_out(draft: Draft, command: str, agent: Agent) -> str:
    """Do what the button says; what to tell who pressed it. Raises HandoverError where it can't be done."""
    if command.startswith(MEANT):
        return _label(draft, command.removeprefix(MEANT), agent)
    if not _words(draft.conversation):
        raise HandoverError(draft.team_words("team_about_nothing"))
    intents = draft.context.catalogue.intents
    if command == ABOUT and any(intent in intents for intent in draft.conversation.likely):
        draft.to_case(Text(draft.team_words("team_about_which"), _of_likely(draft)), Lane.AGENT)
    elif command.startswith(AREA):
        of_area = [intent for intent in intents.values() if intent.area == command.removeprefix(AREA)]
        draft.to_case(Text(draft.team_words("team_about_which"), _rows(draft, of_area)), Lane.AGENT)
    else:
        draft.to_case(Text(draft.team_words("team_about_area"), _of_areas(draft)), Lane.AGENT)
    return ""


def _of_likely(draft: Draft) -> Keyboard:
    intents = draft.context.catalogue.intents
    known = [intents[intent] for intent in draft.conversation.likely if intent in intents]
    return (*_rows(draft, known), *_row(draft, draft.team_words("team_about_other"), AREAS))


def _of_areas(draft: Draft) -> Keyboard:
    areas = dict.fromkeys(i.area for i in draft.context.catalogue.intents.values() if i.kind is not Kind.SMALLTALK)
    return tuple(row for area in areas for row in _row(draft, area.replace("_", " ").capitalize(), f"{AREA}{area}"))


def _rows(draft: Draft, intents: Iterable[Intent]) -> Keyboard:
    catalogue = draft.context.catalogue
    language = catalogue.standards.default_language
    return tuple(
        row
        for intent in intents
        if intent.kind is not Kind.SMALLTALK
        for row in _row(draft, catalogue.title(language, intent.id), f"{MEANT}{intent.id}")
    )


def _row(draft: Draft, label: str, command: str) -> Keyboard:
    """One button; none where its data would be longer than Telegram takes."""
    data = f"{command}:{draft.conversation.id}"
    return ((Button(label, data),),) if len(data.encode()) <= _LONGEST_DATA else ()


def _label(draft: Draft, intent_id: str, agent: Agent) -> str:
    catalogue, conversation = draft.context.catalogue, draft.conversation
    intent, said = catalogue.intent(intent_id), _words(conversation)
    if intent is None or not said:
        raise HandoverError(draft.team_words("team_about_nothing"))
    text = anonymous(said, conversation.customer, intent, conversation.slots)
    draft.record(
        "labelled", by=f"{agent.name} ({agent.id})", intent=intent.id, language=conversation.language, text=text
    )
    if conversation.is_open and conversation.intent != intent.id:
        draft.change(intent=intent.id, kind=intent.kind)
        case.show_card(draft)
    title = catalogue.title(catalogue.standards.default_language, intent.id)
    draft.to_case(Text(draft.team_words("team_about_noted", about=title, text=text)), Lane.AGENT)
    return draft.team_words("team_about_thanks")


def _words(conversation: Conversation) -> str:
    """What the customer wrote until the bot first called a colleague; without a promise, their last words."""
    first = conversation.promises[0].made_at if conversation.promises else None
    lines = [m for m in conversation.messages if m.author in (Author.CUSTOMER, Author.BOT)]
    if first is not None:
        lines = [m for m in lines if m.at < first or (m.at == first and m.author is Author.CUSTOMER)]
    texts: list[str] = []
    for line in reversed(lines):
        if line.author is Author.CUSTOMER:
            texts.append(line.text if line.media is Media.TEXT or line.text else "")
        elif any(texts):
            break
    return as_one(text for text in reversed(texts) if not text.startswith("/"))
