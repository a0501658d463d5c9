"""Deep links: ``t.me/<bot>?start=order_A-10023`` brings what it says along, before the customer has said anything.

Anyone can make such a link, so it is only ever context: it names a subject, fills in a detail that the content has a
pattern for, or stands on the card as it is. It promises nothing, calls no number, and makes no topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core import case, turn, words
from bot.core.content import Catalogue, Intent, Slot
from bot.core.conversation import Author, Conversation, Phase
from bot.core.decide import decide_chosen, needs_human
from bot.core.draft import Draft
from bot.core.people import CUSTOMER_NAME
from bot.core.understanding import NO_INTENT, Kind, Understanding

SOURCE = "from"
"""What the payload of a link begins with that says where it was found: ``from_shop``."""

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Telegram lets through; anything else was typed by hand."""

_ID = "_id"
"""``order_10023`` is short for ``order_id_10023``."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a payload says. ``slot`` and ``value`` are a detail; ``source`` is where it was found."""

    payload: str
    intent: str = NO_INTENT
    slot: str = ""
    value: str = ""
    source: str = ""


def read(payload: str, catalogue: Catalogue) -> Link | None:
    """What a link brings; None: it is no payload at all. What is not known is context, and only that."""
    if not _PAYLOAD.fullmatch(payload):
        return None
    if catalogue.intent(payload) is not None:
        return Link(payload, intent=payload)
    for intent in catalogue.intents.values():
        found = _detail(payload.removeprefix(f"{intent.id}_"), intent.slots, bare=True)
        if payload.startswith(f"{intent.id}_") and found is not None:
            return replace(found, payload=payload, intent=intent.id)
    found = _detail(payload, [slot for intent in catalogue.intents.values() for slot in intent.slots])
    if found is not None:
        return found
    start, _, rest = payload.partition("_")
    return Link(payload, source=rest if start == SOURCE else "")


def _detail(payload: str, slots: Iterable[Slot], *, bare: bool = False) -> Link | None:
    """The detail that a payload holds, if it is one by the slot's own pattern: ``<slot>_<value>``, or ``bare`` it."""
    for slot in slots:
        if slot.pattern is None:
            continue
        for name in (slot.name, slot.name.removesuffix(_ID)):
            value = payload if bare else payload.removeprefix(f"{name}_")
            if (bare or payload.startswith(f"{name}_")) and slot.pattern.fullmatch(value):
                return Link(payload, slot=slot.name, value=value)
    return None


def arrive(draft: Draft, payload: str) -> None:
    """The customer came by a link: it is on record and on the card, and the conversation begins, or goes on, with it.

    A case that waits for a colleague, or has one, keeps its subject.
    """
    link = read(payload, draft.context.catalogue) or Link("")
    if link.payload:
        _note(draft, link)
    conversation, intent = draft.conversation, draft.context.catalogue.intent(link.intent)
    if conversation.phase in (Phase.WAITING, Phase.HUMAN):
        turn.say_status(draft)
        if link.payload:
            case.show_card(draft)
    elif intent is not None:
        _open_with(draft, intent)
    elif link.value:
        draft.say(_greeted(draft, draft.words("link_detail", value=link.value)))
    else:
        draft.say(draft.words("start"))


def _note(draft: Draft, link: Link) -> None:
    slots = {**draft.conversation.slots, link.slot: link.value} if link.slot else draft.conversation.slots
    draft.change(link=link.payload, slots=slots)
    draft.record("came_by_link", by=CUSTOMER_NAME, link=link.payload, source=link.source or None)


def _open_with(draft: Draft, intent: Intent) -> None:
    """The first answer to a subject that the bot can settle; else the first question about it: words come first."""
    turn.set_subject(draft, intent.id, Kind.NONE)
    decision = decide_chosen(draft.conversation, intent)
    if not needs_human(intent) and intent.kind is not Kind.COMPLAINT and intent.id not in draft.conversation.answered:
        turn.act(draft, decision, hello=not _has_spoken(draft.conversation))
        return
    title = draft.context.catalogue.title(draft.conversation.language, intent.id)
    missing = (slot.ask for slot in intent.slots if slot.ask and slot.name not in draft.conversation.slots)
    asked = next(missing, None)
    question = draft.words(asked) if asked else ""
    draft.say(_greeted(draft, words.compose(draft.words("link_subject", subject=title), question)))


def _greeted(draft: Draft, text: str) -> str:
    return text if _has_spoken(draft.conversation) else f"{draft.words('hello')} {text}"


def _has_spoken(conversation: Conversation) -> bool:
    return any(message.author is Author.BOT for message in conversation.messages)


def considered(conversation: Conversation, understanding: Understanding, catalogue: Catalogue) -> Understanding:
    """What the first words after a link mean: where they leave it open, they are about what the link was about."""
    link = read(conversation.link, catalogue) if conversation.link else None
    intent = catalogue.intent(link.intent) if link else None
    if intent is None or conversation.phase is not Phase.BOT or conversation.intent != intent.id:
        return understanding
    clear = catalogue.intent(understanding.intent) is not None
    sure = clear and understanding.confidence >= catalogue.standards.thresholds.answer
    if sure or intent.id in conversation.answered:
        return understanding
    return replace(understanding, intent=intent.id, kind=intent.kind, confidence=1.0, runners_up=())
