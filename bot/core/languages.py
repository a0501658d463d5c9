"""``/language``: the customer says once in which language they are answered, and it holds from then on."""

from __future__ import annotations

from dataclasses import replace

from bot.core import case, words
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerChoice
from bot.core.outgoing import AnswerCallback, Button, Edit, Keyboard, Lane
from bot.core.people import CUSTOMER_NAME
from bot.core.step import Step

MARK = "language"
"""What the data of these buttons begins with: ``language:<code>``."""

AS_WRITTEN = "auto"
"""In the place of a language: the one that the customer writes, as it was before they chose."""


def is_choice(choice: CustomerChoice) -> bool:
    """Whether it is one of these buttons."""
    return choice.data.startswith(f"{MARK}:")


def ask(draft: Draft, wanted: str) -> None:
    """Answer ``/language``, with what stands behind it: a language's code or name, or nothing, which shows buttons."""
    found = _named(draft, wanted)
    if found is not None:
        _speak(draft, found)
        draft.say(_chosen(draft))
        _show(draft)
        return
    draft.say(draft.words("language_which"), _buttons(draft))


def choose(conversation: Conversation, choice: CustomerChoice, update_id: int | None, context: Context) -> Step:
    """The customer pressed the button of a language."""
    draft = Draft(conversation, context)
    wanted = choice.data.removeprefix(f"{MARK}:")
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    if wanted == AS_WRITTEN or wanted in context.catalogue.standards.languages:
        _speak(draft, wanted)
        draft.to_customer(Edit(choice.message_id, _chosen(draft)), Lane.ANSWER)
        _show(draft)
    else:  # it was taken out of the standards meanwhile
        draft.to_customer(Edit(choice.message_id, draft.words("language_which"), _buttons(draft)), Lane.ANSWER)
    return draft.finish(update_id)


def _buttons(draft: Draft) -> Keyboard:
    """Every language in its own words, two in a row; then the way back to none chosen."""
    chosen = draft.conversation.customer.language
    codes = draft.context.catalogue.standards.languages
    buttons = [Button(_label(code, ticked=code == chosen), f"{MARK}:{code}") for code in codes]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    as_written = Button(_tick(draft.words("language_as_written"), ticked=chosen is None), f"{MARK}:{AS_WRITTEN}")
    return (*rows, (as_written,))


def _label(code: str, *, ticked: bool) -> str:
    name = words.language_name(code)
    return _tick(name[:1].upper() + name[1:], ticked=ticked)


def _tick(label: str, *, ticked: bool) -> str:
    return f"✓ {label}" if ticked else label


def _named(draft: Draft, wanted: str) -> str | None:
    """The language that ``wanted`` names, by its code or as it is called in any of ours."""
    said = wanted.strip().casefold()
    codes = draft.context.catalogue.standards.languages
    if said in (*codes, AS_WRITTEN):
        return said
    names = ((code, words.language_name(code, speaker).casefold()) for code in codes for speaker in (*codes, "en"))
    return next((code for code, name in names if said == name), None)


def _speak(draft: Draft, wanted: str) -> None:
    customer, language = draft.conversation.customer, None if wanted == AS_WRITTEN else wanted
    draft.change(customer=replace(customer, language=language), language=language or draft.conversation.language)
    draft.record("language_chosen", by=CUSTOMER_NAME, language=wanted)


def _chosen(draft: Draft) -> str:
    chosen = draft.conversation.customer.language
    if chosen is None:
        return draft.words("language_free")
    return draft.words("language_chosen")


def _show(draft: Draft) -> None:
    """Colleagues see on the card in which language they are read."""
    if draft.conversation.phase in (Phase.WAITING, Phase.HUMAN):
        case.show_card(draft)
