"""A customer who abuses is blocked, by whoever is in charge: of what they write from then on, nobody reads anything.

That holds for the customer, whatever conversation they begin, until someone in charge takes it back. They are told
once, when it is done; what they write after is kept on record.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import arrival, buttons, case, promising, snoozing
from bot.core.conversation import Conversation, Phase, Ref
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import CustomerChoice, CustomerMessage
from bot.core.moves import Move, answer, chosen
from bot.core.outgoing import AnswerCallback, Keyboard, Lane, React
from bot.core.people import CUSTOMER_NAME, Role
from bot.core.step import Step

BLOCK = "block"
BLOCK_NOW = "block.now"
UNBLOCK = "unblock"
COMMANDS = (BLOCK, UNBLOCK)
"""What may be asked for with a slash."""


def handles(command: str) -> bool:
    """Whether this is about blocking."""
    return command in (BLOCK, BLOCK_NOW, UNBLOCK)


def carry_out(draft: Draft, move: Move) -> str:
    """Do what is asked; what to tell who asked. Raises HandoverError where it can't be done, or not by them."""
    if not _is_in_charge(draft, move):
        raise HandoverError(draft.team_words("team_block_not_yours"))
    blocked = draft.conversation.customer.blocked
    if move.command == UNBLOCK:
        return _unblock(draft, move) if blocked else _refuse(draft, "team_not_blocked")
    if blocked:
        return _refuse(draft, "team_block_already")
    if move.command == BLOCK and move.message is None:
        return answer(draft, move, draft.team_words("team_block_sure"), _sure(draft))
    return _block(draft, move)


def _refuse(draft: Draft, key: str) -> str:
    raise HandoverError(draft.team_words(key))


def _is_in_charge(draft: Draft, move: Move) -> bool:
    """By what we know of them. An administrator who writes as the group itself is nobody whom we know."""
    person = draft.context.roster.person(move.agent.id)
    if person is not None:
        return person.role_in(draft.conversation.agents_chat) is not Role.AGENT
    return move.agent.id <= 0 and move.agent.role is not Role.AGENT


def _sure(draft: Draft) -> Keyboard:
    """A press by mistake must not end a conversation."""
    yes = buttons.button(draft, draft.team_words("team_button_block_now"), BLOCK_NOW)
    return ((yes,),)


def _block(draft: Draft, move: Move) -> str:
    """The case ends, with what was promised in it; the customer is told, and the team reads how to undo it."""
    chosen(draft, move)
    draft.change(customer=replace(draft.conversation.customer, blocked=True))
    draft.record("blocked", by=move.by, why=move.words or None)
    draft.say(draft.words("blocked"))
    if draft.conversation.is_open:
        snoozing.end(draft, move.by)
        promising.withdraw(draft, move.by)
        _end(draft, move)
    else:
        case.show_card(draft)
    return answer(draft, move, draft.team_words("team_customer_blocked"))


def _end(draft: Draft, move: Move) -> None:
    conversation = draft.conversation
    draft.settle(arrival.turn_id(conversation))
    draft.change(
        phase=Phase.RESOLVED,
        resolved_at=draft.now,
        agent=conversation.agent or move.agent,
        assigned=None,
        messages=(*conversation.messages, *conversation.pending),
        pending=(),
        pending_since=None,
        clarification=None,
    )
    draft.record("resolved", by=move.by, because="blocked")
    case.close_case(draft)


def _unblock(draft: Draft, move: Move) -> str:
    draft.change(customer=replace(draft.conversation.customer, blocked=False))
    draft.record("unblocked", by=move.by)
    draft.say(draft.words("unblocked"))
    case.show_card(draft)
    return answer(draft, move, draft.team_words("team_customer_unblocked"))


# --- what a blocked customer does -------------------------------------------------------------------------------------


def turn_away(conversation: Conversation, message: CustomerMessage, update_id: int | None, context: Context) -> Step:
    """A blocked customer has written: on record, and that is all. 👀 would say that somebody has seen it."""
    draft = Draft(conversation, context)
    draft.record("turned_away", by=CUSTOMER_NAME, ref=message.message_id, media=message.media.value, text=message.text)
    if not message.edited:
        draft.to_customer(React(Ref(message.chat_id, message.message_id), ""), Lane.CARD)
    return draft.finish(update_id)


def turn_away_choice(
    conversation: Conversation, choice: CustomerChoice, update_id: int | None, context: Context
) -> Step:
    """A blocked customer has pressed a button: nothing comes of it, and it says so."""
    draft = Draft(conversation, context)
    draft.record("turned_away", by=CUSTOMER_NAME, data=choice.data)
    draft.to_customer(AnswerCallback(choice.callback_id, draft.words("blocked")), Lane.ACKNOWLEDGE)
    return draft.finish(update_id)
