"""Proposed examples before an admin, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core import editor, words
from bot.core.content import Intent
from bot.core.draft import Draft
from bot.core.editor import MARK
from bot.core.outgoing import Button, Edit, Keyboard, Lane, Text
from bot.core.proposals import Proposal
from bot.core.understanding import Kind

SHOW, ADD, OTHER, AREA, IS, REJECT, READMIT = "show", "add", "other", "area", "is", "reject", "readmit"
VERBS = (SHOW, ADD, OTHER, AREA, IS, REJECT, READMIT)
"""Verbs of the buttons; the key of the proposal follows, then an area or an intent."""

_LONGEST_DATA = 64
_LONGEST_TEXT = 1000


def show(
    draft: Draft, waiting: Sequence[Proposal], key: str | None = None, *, after: bool = False, instead: int = 0
) -> None:
    """The proposal of this key, or the one ``after`` it; the first, if there is none. ``instead`` is a message that
    it takes the place of.
    """
    if not waiting:
        _put(draft, draft.team_words("admin_no_proposals"), (), instead)
        return
    keys = [one.key for one in waiting]
    at = keys.index(key) if key in keys else -1 if after else 0
    one = waiting[(at + 1) % len(waiting) if after else at]
    text = draft.team_words(
        "admin_proposal",
        number=keys.index(one.key) + 1,
        count=len(waiting),
        by=one.by.rpartition(" (")[0] or one.by,
        text=one.text[:_LONGEST_TEXT],
        intent=editor.title(draft, one.intent),
        language=words.language_name(one.language, draft.context.catalogue.standards.default_language),
    )
    _put(draft, text, _buttons(draft, one.key, several=len(waiting) > 1), instead)


def _buttons(draft: Draft, key: str, *, several: bool) -> Keyboard:
    first = (editor.button(draft, "add", ADD, key), editor.button(draft, "other", OTHER, key))
    second = (editor.button(draft, "reject", REJECT, key),)
    following = (editor.button(draft, "next", editor.PROPOSALS, key),) if several else ()
    return (first, (*second, *following))


def ask_area(draft: Draft, one: Proposal, instead: int) -> None:
    """Ask what it is about: the area first."""
    intents = draft.context.catalogue.intents.values()
    areas = dict.fromkeys(intent.area for intent in intents if intent.kind is not Kind.SMALLTALK)
    rows = [_row(area.replace("_", " ").capitalize(), AREA, one.key, area) for area in areas]
    _ask(draft, one, rows, instead)


def ask_intent(draft: Draft, one: Proposal, area: str, instead: int) -> None:
    """Ask which intent of the area it is."""
    intents = draft.context.catalogue.intents.values()
    rows = [_row(editor.title(draft, each.id), IS, one.key, each.id) for each in intents if _is_of(each, area, one)]
    _ask(draft, one, rows, instead)


def _is_of(intent: Intent, area: str, one: Proposal) -> bool:
    return intent.area == area and intent.kind is not Kind.SMALLTALK and intent.id != one.intent


def _ask(draft: Draft, one: Proposal, rows: Iterable[tuple[Button, ...]], instead: int) -> None:
    back = (editor.button(draft, "nothing", SHOW, one.key),)
    fitting = (row for row in rows if all(len(each.data.encode()) <= _LONGEST_DATA for each in row))
    _put(draft, draft.team_words("admin_proposal_which", text=one.text[:_LONGEST_TEXT]), (*fitting, back), instead)


def _row(label: str, *data: str) -> tuple[Button, ...]:
    return (Button(label, ":".join((MARK, *data))),)


def being_learnt(draft: Draft, one: Proposal, intent: str, instead: int) -> None:
    """It is approved, and not live yet."""
    text = draft.team_words("admin_proposal_learnt", text=one.text[:_LONGEST_TEXT], intent=editor.title(draft, intent))
    _put(draft, text, (), instead)


def rejected(draft: Draft, one: Proposal, instead: int) -> None:
    """It is put away."""
    again = ((editor.button(draft, "undo", READMIT, one.key),),)
    _put(draft, draft.team_words("admin_proposal_rejected", text=one.text[:_LONGEST_TEXT]), again, instead)


def _put(draft: Draft, text: str, keyboard: Keyboard, instead: int) -> None:
    content = Edit(instead, text, keyboard) if instead else Text(text, keyboard)
    draft.to_customer(content, Lane.ANSWER)
