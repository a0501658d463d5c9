"""An agent's side of a conversation: legal moves between phases, and what agents do in a topic."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import (
    aftercare,
    answering,
    arrival,
    assignment,
    blocking,
    case,
    labelling,
    mirror,
    moves,
    owner,
    promising,
    reach,
    refused,
    resending,
    snoozing,
    transfer,
    words,
)
from bot.core.conversation import Author, Conversation, Message, Phase, PromiseState, Way
from bot.core.draft import Context, Draft
from bot.core.errors import CustomerGoneError, HandoverError, NotInGroupError, RightsError, TopicGoneError
from bot.core.incoming import AgentMessage, OwnerMessage
from bot.core.outgoing import AnswerCallback, Card, Copy, Lane, Outgoing, Receipt, Text, To, Typing
from bot.core.people import Agent
from bot.core.step import Step

LEGAL: dict[Phase, frozenset[Phase]] = {
    Phase.BOT: frozenset({Phase.WAITING, Phase.HUMAN, Phase.RESOLVED}),
    Phase.WAITING: frozenset({Phase.HUMAN, Phase.BOT, Phase.RESOLVED}),
    Phase.HUMAN: frozenset({Phase.WAITING, Phase.BOT, Phase.RESOLVED}),
    Phase.RESOLVED: frozenset(),
}
"""Where a conversation may go from each phase. A resolved one goes nowhere: the next message starts another."""

CLAIM = "claim"
RESOLVE = "resolve"
BACK = "back"
CALLED = "called"
COMMANDS = (CLAIM, RESOLVE, BACK, CALLED)
"""What an agent may ask for, by a button of the card or as a command in the topic."""

_MOVES = (
    (snoozing.handles, snoozing.carry_out),
    (transfer.handles, transfer.carry_out),
    (blocking.handles, blocking.carry_out),
    (moves.handles, moves.carry_out),
)

DELETE = "delete"
"""In answer to a message of an agent's: take it back from the customer."""


def enter(draft: Draft, phase: Phase) -> None:
    """Move the conversation on. Raises HandoverError if that is not a legal move."""
    now = draft.conversation.phase
    if phase is not now and phase not in LEGAL[now]:
        raise HandoverError(draft.team_words("team_resolved_already"))
    taken_at = draft.now if phase is Phase.HUMAN and now is not phase else draft.conversation.taken_at
    draft.change(phase=phase, assigned=None, taken_at=taken_at)


def agent_wrote(conversation: Conversation, message: AgentMessage, update_id: int | None, context: Context) -> Step:
    """An agent's words go to the customer, and keep the promise; a note stays here."""
    if message.edited:
        return mirror.agent_edited(conversation, message, update_id, context)
    draft = Draft(conversation, context)
    if not conversation.is_open:
        draft.to_case(Text(draft.team_words("team_resolved_already")), Lane.AGENT)
        return draft.finish(update_id)
    note = mirror.is_note(message.text) or _is_rest_of_note(conversation, message)
    if not note and mirror.cannot_go(message):
        said = draft.team_words("team_kind_not_sent", what=message.media.value)
        draft.to_case(Text(said, reply_to=message.message_id), Lane.AGENT)
        return draft.finish(update_id)
    if note:
        _note(draft, message)
    else:
        speak(draft, message)
    return draft.finish(update_id)


def _note(draft: Draft, message: AgentMessage) -> None:
    text = mirror.without_mark(message.text)
    _write_down(draft, message, Author.NOTE, text)
    draft.change(private_album=message.album)
    draft.record("note", by=_named(message.agent), text=text)


def speak(draft: Draft, message: AgentMessage, *, canned: str | None = None) -> None:
    """An agent's words go to the customer, keep the promise, and take the case over.

    ``canned`` is the name of a canned reply whose words these are: ``message`` is what asked for it, and they stand for
    it. Raises HandoverError where the case is over.
    """
    _write_down(draft, message, Author.AGENT, message.text)
    draft.record("agent_wrote", by=_named(message.agent), text=message.text, canned=canned)
    _take_over(draft, message, spoken=canned is not None)


def _write_down(draft: Draft, message: AgentMessage, author: Author, text: str) -> None:
    line = Message(draft.now, author, text, message.agent.name, message.message_id, message.media, album=message.album)
    draft.change(messages=(*draft.conversation.messages, line))


def _is_rest_of_note(conversation: Conversation, message: AgentMessage) -> bool:
    """The mark stands in the caption of one picture of an album, and holds for those that follow."""
    return message.album is not None and message.album == conversation.private_album


def _take_over(draft: Draft, message: AgentMessage, *, spoken: bool) -> None:
    """Who writes to the customer has the case, unless a colleague has it already."""
    mirror.show_customer(draft, message, spoken=spoken)
    take_over(draft, message.agent)


def take_over(draft: Draft, agent: Agent) -> None:
    """An agent has written to the customer: that keeps the promise, and the case is theirs unless it is another's."""
    before = draft.conversation
    promising.keep(draft, _named(agent))
    _drop_pending(draft)
    enter(draft, Phase.HUMAN)
    if before.agent is None or before.phase is not Phase.HUMAN:
        draft.change(agent=agent)
    elif before.agent.id != agent.id and not _wrote_last(before, agent):
        draft.to_case(Text(draft.team_words("team_also_writing", agent=before.agent.name)), Lane.AGENT)
        case.show_card(draft)
    if (before.phase, before.agent, before.promise) != (Phase.HUMAN, draft.conversation.agent, None):
        case.show_card(draft)


def owner_wrote(conversation: Conversation, message: OwnerMessage, update_id: int | None, context: Context) -> Step:
    """The owner of a business account wrote to a customer themself: as an agent's words, but already there."""
    draft = Draft(conversation, context)
    owner.note(draft, message)
    take_over(draft, message.owner)
    arrival.watch_idleness(draft)
    return draft.finish(update_id)


def _wrote_last(conversation: Conversation, agent: Agent) -> bool:
    words_of_agents = [line for line in conversation.messages if line.author is Author.AGENT]
    return len(words_of_agents) > 1 and words_of_agents[-2].name == agent.name


def _drop_pending(draft: Draft) -> None:
    """What the customer was still writing is the agent's to answer now."""
    conversation = draft.conversation
    draft.change(messages=_in_order(conversation), pending=(), pending_since=None, clarification=None)
    draft.settle(f"turn:{conversation.id}")


def _in_order(conversation: Conversation) -> tuple[Message, ...]:
    return tuple(sorted(conversation.messages + conversation.pending, key=lambda message: message.at))


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agent asks for: by a button (then ``callback_id`` is set, and ``pressed`` is the message it is below),
    or as a command in the topic (then ``message`` is)."""

    command: str
    agent: Agent
    callback_id: str | None = None
    message: AgentMessage | None = None
    pressed: int | None = None


def agent_asked(conversation: Conversation, wish: Wish, update_id: int | None, context: Context) -> Step:
    """Do what an agent asks for. What can't be done is said, and changes nothing."""
    draft = Draft(conversation, context)
    try:
        said = carry_out(draft, wish)
    except HandoverError as error:
        draft = Draft(conversation, context)
        said = str(error)
        if wish.callback_id is None and wish.command != DELETE:
            draft.to_case(Text(said), Lane.AGENT)
    if wish.command == DELETE and wish.message is not None:
        draft.to_case(Text(said, reply_to=wish.message.message_id), Lane.AGENT)
    if wish.callback_id is not None:
        draft.to_case(AnswerCallback(wish.callback_id, said), Lane.ACKNOWLEDGE)
    return draft.finish(update_id)


def carry_out(draft: Draft, wish: Wish) -> str:
    """Do what an agent asks for; what to tell them. Raises HandoverError where it can't be done."""
    agent = wish.agent
    if labelling.handles(wish.command):
        return labelling.carry_out(draft, wish.command, agent)
    if resending.handles(wish.command):
        return _send_again(draft, wish.command, agent, wish.pressed)
    move = next((carry_out for handles, carry_out in _MOVES if handles(wish.command)), None)
    if move is not None:
        return move(draft, moves.Move(wish.command, agent, wish.pressed, wish.message))
    return _move_on(draft, wish)


def _move_on(draft: Draft, wish: Wish) -> str:
    agent = wish.agent
    match wish.command:
        case "claim":
            return _claim(draft, agent)
        case "resolve":
            return _resolve(draft, agent)
        case "back":
            return _hand_back(draft, agent)
        case "called":
            return _called(draft, agent)
        case "delete" if wish.message is not None:
            return mirror.take_back(draft, wish.message)
        case _:
            raise HandoverError(draft.team_words("team_unknown_command", command=wish.command))


def _send_again(draft: Draft, command: str, agent: Agent, pressed: int | None) -> str:
    """What didn't arrive goes once more, and is what it was to be: a colleague's answer."""
    said = resending.carry_out(draft, command, agent, pressed)
    conversation = draft.conversation
    if conversation.is_open and (conversation.promise is not None or conversation.phase is not Phase.HUMAN):
        take_over(draft, agent)
    return said


def _claim(draft: Draft, agent: Agent) -> str:
    conversation = draft.conversation
    if conversation.phase is Phase.HUMAN and conversation.agent is not None:
        key = "team_yours_already" if conversation.agent.id == agent.id else "team_claimed_already"
        raise HandoverError(draft.team_words(key, agent=conversation.agent.name))
    enter(draft, Phase.HUMAN)
    _drop_pending(draft)
    draft.change(agent=agent)
    draft.record("claimed", by=_named(agent))
    draft.say(draft.words("claimed", agent=words.first_word(agent.name)), lane=Lane.AGENT)
    draft.to_customer(Typing(), Lane.AGENT)
    answering.watch(draft)
    case.show_card(draft)
    return draft.team_words("team_claimed")


def _resolve(draft: Draft, agent: Agent) -> str:
    moves.require_open(draft)
    if draft.conversation.pending:
        raise HandoverError(draft.team_words("team_customer_writing"))
    answered = _was_answered(draft.conversation)
    enter(draft, Phase.RESOLVED)
    promising.withdraw(draft, _named(agent))
    snoozing.end(draft, _named(agent))
    _drop_pending(draft)
    draft.change(resolved_at=draft.now, agent=draft.conversation.agent or agent)
    draft.record("resolved", by=_named(agent), answered=answered)
    solved = draft.words("resolved", agent=words.first_word(agent.name))
    draft.say(solved, aftercare.unsolved_button(draft), Lane.AGENT)
    aftercare.expect(draft, helped=answered)
    case.close_case(draft)
    return draft.team_words("team_resolved")


def _was_answered(conversation: Conversation) -> bool:
    """Whether a colleague has written to the customer, or called them."""
    wrote = any(message.is_answer for message in conversation.messages)
    return wrote or any(promise.state is PromiseState.KEPT for promise in conversation.promises)


def _called(draft: Draft, agent: Agent) -> str:
    """The agent has called: that keeps the promise of a call, and the case is theirs."""
    promise = draft.conversation.promise
    enter(draft, Phase.HUMAN)
    if promise is None or promise.way is not Way.CALL:
        raise HandoverError(draft.team_words("team_no_call"))
    promising.keep(draft, _named(agent), called=True)
    _drop_pending(draft)
    draft.change(agent=draft.conversation.agent or agent)
    draft.record("called", by=_named(agent))
    draft.say(draft.words("called", agent=words.first_word(agent.name)), lane=Lane.AGENT)
    case.show_card(draft)
    return draft.team_words("team_called")


def _hand_back(draft: Draft, agent: Agent) -> str:
    """The bot takes over again. A promise that nobody has kept stands, and the case waits for a colleague."""
    conversation = draft.conversation
    if conversation.phase is Phase.BOT:
        raise HandoverError(draft.team_words("team_bot_has_it"))
    if conversation.phase is Phase.WAITING and conversation.promise is not None:
        raise HandoverError(_stands(draft))
    enter(draft, Phase.WAITING if conversation.promise is not None else Phase.BOT)
    draft.change(agent=None, failures=0)
    snoozing.end(draft, _named(agent))
    draft.record("handed_back", by=_named(agent))
    if conversation.promise is not None:
        assignment.give_out(draft)
        case.show_card(draft)
        return _stands(draft)
    draft.say(draft.words("handed_back", agent=words.first_word(agent.name)), lane=Lane.AGENT)
    arrival.watch_idleness(draft)
    case.show_card(draft)
    return draft.team_words("team_handed_back")


def _stands(draft: Draft) -> str:
    promise = draft.conversation.promise
    assert promise is not None
    return draft.team_words("team_promise_stands", by=case.promised(draft, promise))


def undelivered(conversation: Conversation, outgoing: Outgoing, receipt: Receipt, context: Context) -> Step:
    """Telegram refused something for good: put it on record, and see that a colleague gets it all the same."""
    draft = Draft(conversation, context)
    draft.record("undelivered", outgoing=outgoing.id, error=receipt.error, problem=receipt.problem)
    mirror.unmirrored(draft, outgoing, receipt)
    if isinstance(outgoing.content, Card) and receipt.problem == TopicGoneError.__name__ and conversation.is_open:
        _reopen(draft)
    if not isinstance(outgoing.content, Text | Copy):
        return draft.finish()
    if outgoing.to is To.TEAM:
        return draft.finish()
    if outgoing.to is To.CUSTOMER and receipt.problem == CustomerGoneError.__name__:
        refused.note(draft, outgoing, gone=True)
        reach.lost(draft, outgoing, receipt.error)
        owner.left_alone(draft)
    elif outgoing.to is To.CUSTOMER and receipt.problem == resending.UNKNOWN_DELIVERY:
        resending.tell(draft, outgoing, receipt)
    elif outgoing.to is To.CUSTOMER:
        _refused(draft, outgoing, receipt)
    elif receipt.problem == TopicGoneError.__name__:
        _reopen(draft)
        draft.to_case(outgoing.content, outgoing.lane)
    elif isinstance(outgoing.content, Copy) and receipt.problem in _UNTIL_REPAIRED:
        draft.change(missed=(*conversation.missed, outgoing.content.message_id))
    elif isinstance(outgoing.content, Copy):
        draft.to_case(Text(_instead(draft, outgoing.content, receipt)), Lane.AGENT)
    return draft.finish()


def _refused(draft: Draft, outgoing: Outgoing, receipt: Receipt) -> None:
    stands_again = refused.note(draft, outgoing, gone=False)
    promise = draft.conversation.promise if stands_again else None
    resending.tell(draft, outgoing, receipt, stands=case.promised(draft, promise) if promise else "")


_UNTIL_REPAIRED = (RightsError.__name__, NotInGroupError.__name__)
"""What is wrong with a whole group: what it misses is shown when it is repaired."""


def _reopen(draft: Draft) -> None:
    """The topic was deleted: make another, once, with the card in it, before all that is to go there."""
    draft.before_all_that_waits()
    conversation = draft.conversation
    if conversation.topic_id is None or conversation.topic_id == conversation.lost_topic:
        return
    draft.change(lost_topic=conversation.topic_id)
    case.open_topic(draft, again=True)
    case.show_card(draft)


def _instead(draft: Draft, lost: Copy, receipt: Receipt) -> str:
    """Words for a message of the customer's that can't be copied."""
    found = (m for m in (*draft.conversation.messages, *draft.conversation.pending) if m.ref == lost.message_id)
    message = next((m for m in found if m.author is Author.CUSTOMER), None)
    what, text = (message.media.value, message.text) if message else ("message", "")
    return draft.team_words("team_not_copied", what=what, text=text, error=receipt.error)


def not_sent(conversation: Conversation, error: str, update_id: int | None, context: Context) -> Step:
    """Something failed inside while passing an agent's words or wish on: say so where they gave it."""
    draft = Draft(conversation, context)
    draft.record("failed", error=error)
    draft.to_case(Text(draft.team_words("team_not_sent", error=error)), Lane.AGENT)
    return draft.finish(update_id)


def _named(agent: Agent) -> str:
    return f"{agent.name} ({agent.id})"
