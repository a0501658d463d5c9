"""What a customer may do about a promise, on buttons below it."""

from __future__ import annotations

from bot.core.conversation import Way
from bot.core.draft import Draft
from bot.core.outgoing import Button, Keyboard

MARK = "wish"
"""What the data of these buttons begins with: ``wish:<verb>:<promise id>``, for a time with when it begins."""

LATER = "later"
"""Show times to choose from."""
AT = "at"
"""This time, please."""
CALL = "call"
HERE = "here"
CANCEL = "cancel"
UNDO = "undo"
BACK = "back"
"""Leave it as it is."""


def data(verb: str, promise_id: str, *more: object) -> str:
    return ":".join((MARK, verb, promise_id, *map(str, more)))


def buttons(draft: Draft) -> Keyboard:
    """The wishes that the open promise leaves; none where no promise is open."""
    standing = draft.conversation.promise
    if standing is None:
        return ()
    other = HERE if standing.way is Way.CALL else CALL
    return (
        (_button(draft, LATER, standing.id), _button(draft, other, standing.id)),
        (_button(draft, CANCEL, standing.id),),
    )


def undo(draft: Draft, promise_id: str) -> Keyboard:
    return ((_button(draft, UNDO, promise_id),),)


def _button(draft: Draft, verb: str, promise_id: str) -> Button:
    return Button(draft.words(f"wish_{verb}"), data(verb, promise_id))
