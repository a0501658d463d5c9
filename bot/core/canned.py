"""Canned replies: an agent asks for one by name, or finds it and presses a button; it goes as the agent's own words.

The words stand for the message that asked for them: what the agent does to that (edit it, ``/delete`` in answer to it,
react to it) is done to the customer's copy.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import filling, finding, handover, mirror, picking, words
from bot.core.conversation import Author, Conversation, Entity, Media
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.filling import Asked, Ready
from bot.core.finding import Findable
from bot.core.incoming import AgentMessage
from bot.core.outgoing import Button, Edit, Keyboard, Lane, Text
from bot.core.picking import Pressed

COMMAND = "r"
SEND, SHOW = "send", "show"
"""What the buttons of the picker say: send this one; give its words, to change them first."""

PREVIEW = 140
"""Characters of each reply in the picker."""


def asked(draft: Draft, message: AgentMessage) -> None:
    """``/r``: send the reply that is named, or offer those that may be meant. Raises HandoverError."""
    wanted = filling.asked(message.text)
    name = named(draft, wanted.words)
    if name is None:
        draft.to_case(Text(*picker(draft, message, wanted), reply_to=message.message_id), Lane.AGENT)
    else:
        said = send(draft, name, message, wanted)
        draft.to_case(Text(echo(draft, said), reply_to=message.message_id), Lane.AGENT)


def named(draft: Draft, text: str) -> str | None:
    """The canned reply of this name: ``refund``, ``Order late``."""
    catalogue = draft.context.catalogue
    name = "_".join(text.casefold().split())
    return name if name in catalogue.canned.get(catalogue.standards.default_language, {}) else None


def send(draft: Draft, name: str, message: AgentMessage, wanted: Asked) -> Ready:
    """Send a canned reply as the words of the agent whose message asks for it. Raises HandoverError."""
    if not draft.conversation.is_open:
        raise HandoverError(draft.team_words("team_resolved_already"))
    if message.media is not Media.TEXT:
        raise HandoverError(draft.team_words("team_canned_alone"))
    said = filling.ready(draft, name, message.agent, wanted.given)
    handover.speak(draft, replace(message, text=said.text, command=None, entities=()), canned=name)
    return said


def echo(draft: Draft, said: Ready) -> str:
    """What the colleagues read of what was sent."""
    own = draft.team_words("team_canned_sent", title=said.title)
    if said.foreign:
        house = draft.context.catalogue.standards.default_language
        wrote, sent = (words.language_name(code, house) for code in (draft.conversation.language, said.language))
        own = draft.team_words("team_canned_foreign", title=said.title, language=wrote, sent=sent)
    return f"{own}\n{said.text}"


def is_sent(conversation: Conversation, message_id: int) -> bool:
    """Whether words have gone to the customer that stand for this message of the agents' group."""
    return any(line.ref == message_id and line.author is Author.AGENT for line in conversation.messages)


# --- the agent's message is edited ------------------------------------------------------------------------------------


def edited(draft: Draft, message: AgentMessage) -> None:
    """``/r`` was changed after it was sent: the customer's copy reads as it asks for now. Raises HandoverError."""
    wanted = filling.asked(message.text)
    name = named(draft, wanted.words)
    if name is None:
        raise HandoverError(draft.team_words("team_canned_unknown", query=wanted.words))
    said = filling.ready(draft, name, message.agent, wanted.given)
    if mirror.reword(draft, replace(message, text=said.text, command=None, entities=())):
        now = draft.team_words("team_canned_edited", text=said.text)
        draft.to_case(Text(now, reply_to=message.message_id), Lane.AGENT)


# --- the picker -------------------------------------------------------------------------------------------------------


def picker(draft: Draft, message: AgentMessage, wanted: Asked, page: int = 0) -> tuple[str, Keyboard]:
    """What may be meant: each with a preview in the customer's language, and buttons to send or to change it."""
    things = _findable(draft)
    if not things:
        raise HandoverError(draft.team_words("team_canned_none"))
    found = finding.best(wanted.words, things)
    key = ("team_canned_found" if found else "team_canned_unlike") if wanted.words else "team_canned_all"
    shown = picking.page_of(found or list(things), page)
    rows = [
        draft.team_words(key, query=wanted.words),
        *(_preview(draft, name, message, wanted) for name in shown.names),
    ]
    keyboard = [row for name in shown.names if (row := _row(draft, name))]
    return "\n\n".join(rows), (*keyboard, *picking.turn(draft, COMMAND, shown))


def _findable(draft: Draft) -> dict[str, Findable]:
    catalogue, language = draft.context.catalogue, draft.conversation.language
    house = catalogue.canned.get(catalogue.standards.default_language, {})
    theirs = catalogue.canned.get(language, {})
    return {
        name: Findable(
            (name.replace("_", " "), *(word for each in both for word in (each.reply.title, *each.keywords))),
            tuple(each.reply.text for each in both),
        )
        for name, one in house.items()
        for both in [(one, theirs.get(name, one))]
    }


def _preview(draft: Draft, name: str, message: AgentMessage, wanted: Asked) -> str:
    text = " ".join(filling.preview(draft, name, message.agent, wanted.given).split())
    short = text if len(text) <= PREVIEW else f"{text[:PREVIEW].rstrip()}…"
    return f"▸ {filling.title(draft, name)} · /r {name}\n{short}"


def _row(draft: Draft, name: str) -> tuple[Button, ...]:
    label = filling.title(draft, name)
    change = draft.team_words("team_canned_change")
    return picking.row(draft, (label, COMMAND, SEND, name), (change, COMMAND, SHOW, name))


def pressed(draft: Draft, press: Pressed) -> str:
    """A button of the picker: what to tell who pressed it. Raises HandoverError."""
    message, wanted = press.message, filling.asked(press.message.text)
    if press.verb == picking.PAGE:
        draft.to_case(Edit(press.picker, *picker(draft, message, wanted, int(press.name))), Lane.AGENT)
        return ""
    if press.verb == SHOW:
        _show(draft, press, wanted)
        return ""
    if is_sent(draft.conversation, message.message_id):
        raise HandoverError(draft.team_words("team_canned_sent_already"))
    said = send(draft, press.name, message, wanted)
    draft.to_case(Edit(press.picker, echo(draft, said)), Lane.AGENT)
    return draft.team_words("team_canned_done")


def _show(draft: Draft, press: Pressed, wanted: Asked) -> None:
    """The words to copy, in a block that one touch copies."""
    text = filling.preview(draft, press.name, press.message.agent, wanted.given)
    head = draft.team_words("team_canned_copy", title=filling.title(draft, press.name))
    block = Entity("pre", words.units(f"{head}\n"), words.units(text))
    draft.to_case(Text(f"{head}\n{text}", reply_to=press.picker, entities=(block,)), Lane.AGENT)
