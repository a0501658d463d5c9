"""What of ours did not reach the customer, or may not have: told in the case, with a button that sends it again."""

from __future__ import annotations

from bot.core import refused
from bot.core.conversation import Conversation, Ref, Unsent
from bot.core.draft import Draft
from bot.core.errors import HandoverError, UnsendableError
from bot.core.outgoing import Button, Content, Copy, Edit, Keyboard, Lane, Outgoing, React, Receipt, Text
from bot.core.people import Agent

AGAIN = "again"
"""The button: send this once more. What follows says which; nothing: all that didn't arrive."""

UNKNOWN_DELIVERY = "UnknownDelivery"
"""The ``problem`` of a receipt when it is not known whether the message arrived."""

MOST = 50
"""So many that didn't arrive are kept at hand: the last ones."""

_OF_ONE = f"{AGAIN}."


def handles(command: str) -> bool:
    """Whether a button of ours says this."""
    return command == AGAIN or command.startswith(_OF_ONE)


# --- what did not arrive ---------------------------------------------------------------------------------------------


def keep(draft: Draft, outgoing: Outgoing) -> Unsent | None:
    """Have an agent's words at hand, to be sent again. None: these are not an agent's."""
    content = outgoing.content
    if outgoing.lane is not Lane.AGENT or not isinstance(content, Text | Copy):
        return None
    unsent = _unsent(outgoing, content)
    draft.change(unsent=(*draft.conversation.unsent, unsent)[-MOST:])
    return unsent


def tell(draft: Draft, outgoing: Outgoing, receipt: Receipt, *, stands: str = "") -> None:
    """Tell the colleagues, below the message that it is about; of an album once.

    ``stands`` says by when the customer was promised an answer that they have not got by this.
    """
    before = draft.conversation.unsent
    unsent = None if receipt.problem == UnsendableError.__name__ else keep(draft, outgoing)
    if unsent is not None and unsent.album is not None and any(one.album == unsent.album for one in before):
        return
    keyboard = () if unsent is None else _button(draft, f"{_OF_ONE}{unsent.id}")
    key = "team_unconfirmed" if receipt.problem == UNKNOWN_DELIVERY else "team_undelivered"
    content = outgoing.content
    of = content.message_id if isinstance(content, Copy) else None
    text = draft.team_words(key, error=receipt.error)
    if isinstance(content, Text):
        text = f"{text}\n“{content.text}”"
    if stands:
        text = f"{text}\n{draft.team_words('team_stands_again', by=stands)}"
    draft.to_case(Text(text, keyboard, reply_to=of), Lane.AGENT)


def tell_reachable(draft: Draft) -> None:
    """Nothing stands between us and the customer any more: what didn't arrive meanwhile may be sent again."""
    keyboard = _button(draft, AGAIN) if draft.conversation.unsent else ()
    draft.to_case(Text(draft.team_words("team_reachable"), keyboard), Lane.AGENT)


def _unsent(outgoing: Outgoing, content: Text | Copy) -> Unsent:
    step, _, place = outgoing.id.removeprefix(f"{outgoing.conversation_id}:").partition(":")
    name = f"{step}.{place}"
    if isinstance(content, Text):
        return Unsent(name, text=content.text, entities=content.entities)
    return Unsent(
        name,
        content.text,
        content.entities,
        content.from_chat_id,
        content.message_id,
        content.media,
        content.album,
        content.answers,
        content.carries,
    )


def _button(draft: Draft, command: str) -> Keyboard:
    label = draft.team_words("team_button_again_all" if command == AGAIN else "team_button_again")
    return ((Button(label, f"{command}:{draft.conversation.id}"),),)


# --- sent again ------------------------------------------------------------------------------------------------------


def carry_out(draft: Draft, command: str, agent: Agent, pressed: int | None) -> str:
    """Send it once more; what to tell who pressed. ``pressed`` is the message with the button, which goes.

    Raises HandoverError where that was done already, or would lead nowhere.
    """
    wanted = _wanted(draft.conversation, command)
    if not wanted:
        raise HandoverError(draft.team_words("team_again_already"))
    if draft.conversation.unreachable:
        raise HandoverError(draft.team_words("team_again_in_vain"))
    if draft.conversation.customer.blocked:
        raise HandoverError(draft.team_words("team_block_already"))
    draft.change(unsent=tuple(one for one in draft.conversation.unsent if one not in wanted))
    draft.record("sent_again", by=f"{agent.name} ({agent.id})", count=len(wanted))
    refused.sent_again(draft, {one.message_id for one in wanted if one.message_id})
    for one in wanted:
        draft.to_customer(_content(one), Lane.AGENT)
        if command == AGAIN and one.message_id:
            draft.to_case(React(Ref(one.from_chat_id, one.message_id), ""))  # the mark that it didn't arrive
    if pressed is not None:
        draft.to_case(Edit(pressed, draft.team_words("team_sent_again", agent=agent.name)), Lane.AGENT)
    return draft.team_words("team_again")


def _wanted(conversation: Conversation, command: str) -> tuple[Unsent, ...]:
    if command == AGAIN:
        return conversation.unsent
    name = command.removeprefix(_OF_ONE)
    one = next((one for one in conversation.unsent if one.id == name), None)
    if one is None or one.album is None:
        return () if one is None else (one,)
    return tuple(other for other in conversation.unsent if other.album == one.album)


def _content(unsent: Unsent) -> Content:
    if not unsent.message_id:
        return Text(unsent.text, entities=unsent.entities)
    return Copy(
        unsent.from_chat_id,
        unsent.message_id,
        unsent.answers,
        unsent.text,
        entities=unsent.entities,
        media=unsent.media,
        album=unsent.album,
        carries=unsent.carries,
    )
