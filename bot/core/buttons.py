"""The buttons of a card: what is done to a case every day, what now and then, what hardly ever; a row for each."""

from __future__ import annotations

from bot.core.conversation import Phase, Way
from bot.core.draft import Draft
from bot.core.outgoing import Button, Keyboard

LONGEST_DATA = 64
"""Bytes of a button's data: Telegram's limit."""


LABEL_LIMIT = 60
"""Characters of a button's label: more do not fit on a phone."""

OPEN = "open"
"""The command of a button by which an agent who works alone turns to a case."""


def of_case(draft: Draft) -> Keyboard:
    """What can be done about the case now. A resolved case has no buttons, unless its customer was blocked."""
    conversation = draft.conversation
    if not conversation.is_open:
        return (_row(draft, "unblock"),) if conversation.customer.blocked else ()
    promise = conversation.promise
    called = ["called"] if promise is not None and promise.way is Way.CALL else []
    claim = [] if conversation.phase is Phase.HUMAN else ["claim"]
    rows = [*_turn_to(draft), _row(draft, *called, *claim, "resolve")]
    if conversation.phase is not Phase.BOT:
        rows.append(_row(draft, "snooze" if conversation.snoozed is None else "unsnooze", "transfer", "back"))
    return (*rows, _row(draft, "about", "block"))


def _turn_to(draft: Draft) -> Keyboard:
    """Who works alone has all cases in one chat, and says which one they write in."""
    conversation = draft.conversation
    if not conversation.with_lone_agent or conversation.phase is Phase.BOT:
        return ()
    label = draft.team_words("team_button_open", customer=conversation.customer.name)
    return ((button(draft, label[:LABEL_LIMIT], OPEN),),)


def _row(draft: Draft, *names: str) -> tuple[Button, ...]:
    return tuple(button(draft, draft.team_words(f"team_button_{name}"), name) for name in names)


def button(draft: Draft, label: str, command: str) -> Button:
    """A button that asks for a command about this case."""
    return Button(label, f"{command}:{draft.conversation.id}")


def rows_of(found: list[Button], width: int = 2) -> Keyboard:
    """Buttons side by side. One whose data would be longer than Telegram takes is left out."""
    fitting = [one for one in found if len(one.data.encode()) <= LONGEST_DATA]
    return tuple(tuple(fitting[place : place + width]) for place in range(0, len(fitting), width))
