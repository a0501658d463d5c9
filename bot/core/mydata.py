"""``/mydata``: what we keep about a customer, all of it as a file, and its erasure, which is asked about first.

An open promise is never dropped by the way: who wants their data erased while somebody is to come back to them is told
so, and withdraws it by the same button.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.core import case, erasure, export, promising, turn, words
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerChoice
from bot.core.outgoing import AnswerCallback, Button, ClearButtons, Keyboard, Lane, Text, TextFile
from bot.core.people import CUSTOMER_NAME
from bot.core.step import DueKind, Step

COMMAND = "mydata"

MARK = "mydata"
"""What the data of these buttons begins with: ``mydata:<verb>``."""

FILE = "file"
ERASE = "erase"
"""Ask whether they mean it."""
SURE = "sure"
WITHDRAW = "withdraw"
"""They mean it, and what is open may end."""
KEEP = "keep"

_NONE = "–"


def is_choice(choice: CustomerChoice) -> bool:
    """Whether it is one of these buttons."""
    return choice.data.startswith(f"{MARK}:")


def tell(draft: Draft, past: Sequence[Conversation]) -> None:
    """Say what we keep, and what may be done with it. ``past`` are the customer's earlier conversations."""
    known = _with_words((*past, draft.conversation))
    zone = ZoneInfo(draft.context.catalogue.standards.zone)
    since = known[0].opened_at.astimezone(zone).date()
    details = dict.fromkeys(value for one in known for value in one.slots.values())
    draft.say(
        draft.words(
            "mydata",
            count=len(known),
            since=words.long_date(draft.conversation.language, since),
            details=", ".join(details) or _NONE,
        ),
        ((_button(draft, FILE),), (_button(draft, ERASE),)),
    )


def _with_words(conversations: Sequence[Conversation]) -> list[Conversation]:
    """Those that were not erased before."""
    return [one for one in conversations if one.erased_at is None] or list(conversations[-1:])


def _button(draft: Draft, verb: str) -> Button:
    return Button(draft.words(_LABELS[verb]), f"{MARK}:{verb}")


_LABELS = {
    FILE: "mydata_file",
    ERASE: "mydata_erase",
    SURE: "mydata_yes",
    WITHDRAW: "mydata_withdraw",
    KEEP: "wish_back",
}


def choose(
    conversation: Conversation,
    choice: CustomerChoice,
    past: Sequence[Conversation],
    update_id: int | None,
    context: Context,
) -> Step:
    """The customer pressed one of these buttons."""
    draft = Draft(conversation, context)
    verb = choice.data.removeprefix(f"{MARK}:")
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    may_end = verb == WITHDRAW or (verb == SURE and not _is_awaited(conversation))
    if verb == FILE:
        _send_file(draft, past)
    elif may_end:
        draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)
        erase(draft, past)
    elif verb == KEEP:
        draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)
    else:
        draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)
        _ask(draft)
    return draft.finish(update_id)


def _is_awaited(conversation: Conversation) -> bool:
    """Whether somebody is to come back to the customer, or is with them."""
    return conversation.phase in (Phase.WAITING, Phase.HUMAN)


def _send_file(draft: Draft, past: Sequence[Conversation]) -> None:
    told = export.as_file([*past, draft.conversation])
    draft.record("exported", by=CUSTOMER_NAME)
    draft.to_customer(TextFile(export.FILE_NAME, told, draft.words("mydata_sent")), Lane.ANSWER)


def _ask(draft: Draft) -> None:
    """Whether they mean it; where something is open, whether that may end too."""
    if _is_awaited(draft.conversation):
        text = words.compose(turn.status(draft), draft.words("mydata_open"))
        draft.say(text, _yes_or_no(draft, WITHDRAW))
    else:
        draft.say(draft.words("mydata_sure"), _yes_or_no(draft, SURE))


def _yes_or_no(draft: Draft, yes: str) -> Keyboard:
    return ((_button(draft, yes),), (_button(draft, KEEP),))


def erase(draft: Draft, past: Sequence[Conversation]) -> None:
    """End what is open, and have everything erased: at once, and after a crash as soon as we run again.

    The customer's messages that are not understood yet go with the rest.
    """
    conversation = draft.conversation
    promising.withdraw(draft, CUSTOMER_NAME)
    draft.say(draft.words("mydata_erased"))
    draft.record("erased", by=CUSTOMER_NAME, conversations=len(past) + 1)
    if conversation.is_open:
        draft.change(phase=Phase.RESOLVED, resolved_at=draft.now)
        draft.record("resolved", by=CUSTOMER_NAME, because="erased")
    draft.conversation = erasure.erased(draft.conversation, draft.now)
    for one in (*past, conversation):
        draft.settle(*(f"{kind.value}:{one.id}" for kind in _ROWS))
    draft.set_due(f"erase:{conversation.id}", DueKind.ERASE, draft.now)


_ROWS = (DueKind.TURN, DueKind.IDLE, DueKind.ANSWER, DueKind.SURVEY, DueKind.FOLLOW_UP)
"""What may still be due in a conversation, and has nobody to concern any more."""


def tell_team(conversation: Conversation, context: Context) -> Step | None:
    """A conversation was erased: its card and its title name nobody any more. What customers and colleagues wrote in
    the topic, only colleagues can delete. None: it has no topic.
    """
    draft = Draft(conversation, context)
    if conversation.agents_chat is None:
        return None
    draft.to_case(Text(draft.team_words("team_erased")), Lane.AGENT)
    case.close_case(draft)
    return draft.finish()
