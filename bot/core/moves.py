"""What is common to the moves of an agent with a case: to let it rest, to pass it on, to block its customer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import buttons
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage
from bot.core.outgoing import ClearButtons, Keyboard, Lane, ShowButtons, Text
from bot.core.people import Agent


@dataclass(frozen=True, slots=True)
class Move:
    """What an agent asks for: by a button of the message ``pressed``, or by a command, ``message``."""

    command: str
    agent: Agent
    pressed: int | None = None
    message: AgentMessage | None = None

    @property
    def words(self) -> str:
        """What was written behind the command."""
        text = self.message.text if self.message else ""
        return " ".join(text.split()[1:])

    @property
    def by(self) -> str:
        """Who asks, as the record calls them."""
        return f"{self.agent.name} ({self.agent.id})"


CARD = "card"
"""What the button says that shows those of the card again."""


def handles(command: str) -> bool:
    """Whether an agent would rather choose nothing."""
    return command == CARD


def carry_out(draft: Draft, move: Move) -> str:
    """Show the card's own buttons again."""
    if move.pressed is not None:
        draft.to_case(ShowButtons(move.pressed, buttons.of_case(draft)), Lane.AGENT)
    return ""


def answer(draft: Draft, move: Move, said: str, choices: Keyboard = ()) -> str:
    """Answer a command below it; a button shows ``choices`` in its place, and ``said`` for a moment."""
    if move.message is not None:
        draft.to_case(Text(said, choices, reply_to=move.message.message_id), Lane.AGENT)
    elif move.pressed is not None and choices:
        back = (buttons.button(draft, draft.team_words("team_button_card"), CARD),)
        draft.to_case(ShowButtons(move.pressed, (*choices, back)), Lane.AGENT)
    return said


def chosen(draft: Draft, move: Move) -> None:
    """Choices below a message of their own have been used. Those on the card go with its next edit."""
    if move.pressed is not None and move.pressed != draft.conversation.card_id:
        draft.to_case(ClearButtons(move.pressed), Lane.CARD)


def require_open(draft: Draft) -> None:
    """Raises HandoverError where the case is over."""
    if not draft.conversation.is_open:
        raise HandoverError(draft.team_words("team_resolved_already"))
