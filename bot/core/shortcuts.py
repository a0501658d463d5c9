"""What saves agents typing: canned replies, macros and tags, by commands in a case's topic and by buttons.

What can't be done is said, and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import canned, macros, picking, tags
from bot.core.conversation import Conversation
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentChoice, AgentMessage
from bot.core.outgoing import AnswerCallback, ClearButtons, Lane, Outgoing, Text
from bot.core.step import Step

COMMANDS = (canned.COMMAND, macros.COMMAND, *tags.COMMANDS)
"""What an agent may ask for in a topic."""

_PICKERS = {canned.COMMAND: canned.pressed, macros.COMMAND: macros.pressed}


def handles(data: str) -> bool:
    """Whether a button of ours says this."""
    return data.partition(".")[0] in (canned.COMMAND, macros.COMMAND, tags.TAG)


def asked(conversation: Conversation, message: AgentMessage, update_id: int | None, context: Context) -> Step:
    """Do what an agent's command asks for; edited, it does to the customer's copy what it asks for now."""
    draft = Draft(conversation, context)
    try:
        if message.edited and message.command == canned.COMMAND and canned.is_sent(conversation, message.message_id):
            canned.edited(draft, message)
        else:
            _do(draft, message)
    except HandoverError as error:
        draft = Draft(conversation, context)
        draft.to_case(Text(str(error), reply_to=message.message_id), Lane.AGENT)
    return draft.finish(update_id)


def _do(draft: Draft, message: AgentMessage) -> None:
    match message.command:
        case canned.COMMAND:
            canned.asked(draft, message)
        case macros.COMMAND:
            macros.asked(draft, message)
        case _:
            tags.asked(draft, message)


def chose(conversation: Conversation, choice: AgentChoice, update_id: int | None, context: Context) -> Step:
    """Do what a button of these says; who pressed it hears what came of it."""
    draft = Draft(conversation, context)
    try:
        said = _press(draft, choice)
    except HandoverError as error:
        draft, said = Draft(conversation, context), str(error)
        draft.to_case(Text(said, reply_to=choice.answers), Lane.AGENT)
    draft.to_case(AnswerCallback(choice.callback_id, said), Lane.ACKNOWLEDGE)
    return draft.finish(update_id)


def _press(draft: Draft, choice: AgentChoice) -> str:
    press = picking.read(choice, tuple(_PICKERS))
    if press is not None:
        return _PICKERS[press.command](draft, press)
    said = tags.pressed(draft, choice.data.partition(":")[0].partition(".")[2], choice.agent)
    draft.to_case(ClearButtons(choice.message_id), Lane.AGENT)
    return said


def meant(message: AgentMessage, answered: Outgoing | None) -> AgentMessage:
    """A message that answers a line of ours about another one of the topic means that one: what was sent for ``/r``
    can be deleted in answer to what we said of it.
    """
    about = answered.content.reply_to if answered and isinstance(answered.content, Text) else None
    return replace(message, reply_to=about) if about is not None else message
