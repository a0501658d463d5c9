"""An agent who works alone, in their private chat with the bot: which case they write in, and how they switch.

One case at a time is active: what the agent writes goes to its customer. What answers a message of another case goes to
that one. What is active is known to the :class:`~bot.core.draft.Context`, and kept by :mod:`bot.lone`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import buttons, case, priority, title, words
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import AgentMessage
from bot.core.outgoing import AnswerCallback, Button, Keyboard, Lane, Text
from bot.core.step import Step

OPEN = buttons.OPEN
"""The command of a button that makes a case the active one."""

QUEUE = "queue"
MINE = "mine"
LISTS = frozenset({QUEUE, MINE})
"""Commands that list cases, with buttons to switch to them."""

WELCOMES = frozenset({"start", "help"})

MOST_LISTED = 12
"""So many cases are listed at most, the most urgent: more are no list that anyone reads."""


def opens(conversation: Conversation, callback_id: str | None, update_id: int | None, context: Context) -> Step:
    """The agent turns to a case: from now on what they write goes to its customer. One that is over says so."""
    draft = Draft(conversation, context)
    said = draft.team_words("team_resolved_already")
    if is_workable(conversation):
        said = draft.team_words("team_lone_open", customer=conversation.customer.name)
        draft.record("opened_by_agent")
        draft.to_case(Text(said), Lane.AGENT)
    if callback_id is not None:
        draft.to_case(AnswerCallback(callback_id, said), Lane.ACKNOWLEDGE)
    return draft.finish(update_id)


def is_workable(conversation: Conversation) -> bool:
    """Whether an agent may turn to it: it waits for one, or has one."""
    return conversation.phase in (Phase.WAITING, Phase.HUMAN)


def is_of(conversation: Conversation, agent_id: int | None) -> bool:
    """Whether this agent has the case; None: whoever has it."""
    has_it = conversation.phase is Phase.HUMAN and conversation.agent is not None
    return agent_id is None or (has_it and conversation.agent is not None and conversation.agent.id == agent_id)


def answer(home: Conversation, text: str, keyboard: Keyboard, update_id: int | None, context: Context) -> Step:
    """Say something to the agent that is about no case; ``home`` is the conversation of their own chat."""
    draft = Draft(home, context)
    draft.to_customer(Text(text, keyboard), Lane.AGENT)
    return draft.finish(update_id)


def team_words(context: Context, key: str, **values: object) -> str:
    """A line for the agent, in the house's first language."""
    language = context.catalogue.standards.default_language
    return words.render(context.catalogue, language, key, brand=context.catalogue.brand.name, **values)


def listed(cases: Sequence[Conversation], context: Context) -> tuple[str, Keyboard]:
    """These cases as a text, the one to take first first, and a button for each; the active one is marked."""
    in_order = priority.order(cases, context.now)
    if not in_order:
        return team_words(context, "team_lone_none"), ()
    shown = in_order[:MOST_LISTED]
    lines = [team_words(context, "team_lone_queue", cases=len(in_order)), *(_line(each, context) for each in shown)]
    return "\n".join(lines), tuple((_button(each, context),) for each in shown)


def _line(conversation: Conversation, context: Context) -> str:
    draft = Draft(conversation, context)
    promise = conversation.promise
    by = f" · ⏰ {case.promised(draft, promise)}" if promise is not None else ""
    mark = "👉 " if is_active(conversation, context) else ""
    return f"{mark}{title.title(conversation, context)}{by}"


def _button(conversation: Conversation, context: Context) -> Button:
    subject = title.subject_of(conversation, context.catalogue)
    return Button(f"✍️ {conversation.customer.name} · {subject}"[: buttons.LABEL_LIMIT], f"{OPEN}:{conversation.id}")


def is_active(conversation: Conversation, context: Context) -> bool:
    """Whether what the agent writes goes to this case's customer just now."""
    return context.active.get(conversation.agents_chat or 0) == conversation.id


def label_of(draft: Draft, ref: int, album: str | None) -> str:
    """Whose a customer's message is, to be shown with it where the agent is at another case; else empty."""
    conversation = draft.conversation
    if not conversation.with_lone_agent or is_active(conversation, draft.context):
        return ""
    lines = (*conversation.messages, *conversation.pending)
    first = next((line for line in lines if album and line.album == album), None)
    if first is not None and first.ref != ref:
        return ""  # it stands before the first picture
    return f"💬 {conversation.customer.name}:"


def holds(conversation: Conversation, message: AgentMessage) -> bool:
    """Whether this message of an agent's is a line of the case: a note, which was copied nowhere, is found by it."""
    own = conversation.agents_chat == message.agents_chat
    return own and any(line.ref == message.message_id and line.is_agents for line in conversation.messages)
