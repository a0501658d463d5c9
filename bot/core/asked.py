"""What a customer asks for outright: by a button of the bot's, or by a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core import aftercare, arrival, deep_links, languages, snoozing, turn, wishes
from bot.core.arrival import known
from bot.core.conversation import Author, Clarification, Conversation, Message, Phase
from bot.core.decide import TALK_TO_HUMAN, Act, Because, Decision, decide_chosen
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerChoice, CustomerMessage
from bot.core.outgoing import AnswerCallback, ClearButtons, Copy, Edit, Lane
from bot.core.people import CUSTOMER_NAME
from bot.core.step import Step
from bot.core.understanding import NO_INTENT, Kind

COMMANDS = frozenset({"start", "help", "status", "human", "time", "call", "cancel", "language", "mydata", "stop"})
"""What a customer may ask for with a slash; another word after a slash is a message like any other."""


def case_of(choice: CustomerChoice) -> str | None:
    """The id of the conversation that a button speaks of, which need not be the last; None: it is about the last."""
    return aftercare.case_of(choice) or wishes.case_of(choice)


def choose(
    conversation: Conversation,
    choice: CustomerChoice,
    update_id: int | None,
    context: Context,
    about: Conversation | None = None,
) -> Step:
    """The customer pressed a button. One that no longer applies says so, and changes nothing.

    ``about`` is the conversation that it speaks of, if there is one of that id; ``conversation`` is the last.
    """
    if about is not None and aftercare.case_of(choice):
        return aftercare.choose(about, conversation, choice, update_id, context)
    if about is not None and wishes.case_of(choice):
        return wishes.undo(about, conversation, choice, update_id, context)
    if languages.is_choice(choice):
        return languages.choose(conversation, choice, update_id, context)
    if wishes.is_wish(choice):
        return wishes.choose(conversation, choice, update_id, context)
    draft = Draft(conversation, context)
    asked = conversation.clarification
    decision = _chosen(draft, choice.data)
    if asked is None or decision is None or conversation.phase is not Phase.BOT:
        draft.to_customer(AnswerCallback(choice.callback_id, draft.words("choice_passed")), Lane.ACKNOWLEDGE)
        draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)
        return draft.finish(update_id)
    draft.record("chose", data=choice.data)
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    draft.to_customer(_pressed(draft, choice, asked), Lane.CARD)
    draft.change(clarification=None)
    turn.set_subject(draft, decision.intent, Kind.NONE)
    turn.act(draft, decision, hello=False)
    return draft.finish(update_id)


def _chosen(draft: Draft, data: str) -> Decision | None:
    catalogue, conversation = draft.context.catalogue, draft.conversation
    if data == turn.ELSE:
        return Decision(Act.PROMISE, Because.UNKNOWN)
    if data == turn.HUMAN:
        return Decision(Act.PROMISE, Because.ASKED, TALK_TO_HUMAN if catalogue.intent(TALK_TO_HUMAN) else NO_INTENT)
    intent = catalogue.intent(data.removeprefix(turn.INTENT))
    return decide_chosen(conversation, intent) if intent and data.startswith(turn.INTENT) else None


def _pressed(draft: Draft, choice: CustomerChoice, asked: Clarification) -> Edit:
    """The question, with the answer in the place of its buttons."""
    catalogue, conversation = draft.context.catalogue, draft.conversation
    if choice.data.startswith(turn.INTENT):
        label = catalogue.title(conversation.language, choice.data.removeprefix(turn.INTENT))
    else:
        label = draft.words("something_else" if choice.data == turn.ELSE else "to_human")
    return Edit(choice.message_id, f"{asked.text}\n\n✓ {label}")


def command(
    conversation: Conversation,
    message: CustomerMessage,
    update_id: int | None,
    context: Context,
    answer: Callable[[Draft], None] | None = None,
) -> Step:
    """A customer's command: answered at once, whoever has the conversation. A colleague sees it too.

    What the customer is still writing beside it stays their turn, and is dealt with after. ``answer`` is for what takes
    more to be answered than the conversation itself.
    """
    draft = Draft(conversation, context)
    if conversation.phase in (Phase.WAITING, Phase.HUMAN):
        draft.to_case(Copy(message.chat_id, message.message_id), Lane.AGENT)
        snoozing.interrupt(draft)
    draft.change(customer=known(message.customer, conversation.customer))
    draft.record("received", ref=message.message_id, text=message.text)
    if not conversation.messages and not conversation.pending:
        draft.record("opened", customer=conversation.customer.id)
    line = Message(context.now, Author.CUSTOMER, message.text, ref=message.message_id)
    draft.change(messages=(*conversation.messages, line))
    if answer is not None:
        answer(draft)
    else:
        _obey(draft, message.command or "", message.text.partition(" ")[2].strip())
    arrival.watch_idleness(draft)
    return draft.finish(update_id)


def _obey(draft: Draft, name: str, argument: str) -> None:
    match name:
        case "start":
            _start(draft, argument)
        case "language":
            languages.ask(draft, argument)
        case "status":
            turn.say_status(draft)
        case "human":
            _human(draft)
        case "time" | "call" | "cancel":
            _wish(draft, name)
        case "stop":
            _allow_follow_ups(draft, allow=False)
            draft.say(draft.words("stopped"))
        case _:
            draft.say(draft.words("help"))


def _start(draft: Draft, payload: str) -> None:
    if not draft.conversation.customer.follow_ups:
        _allow_follow_ups(draft, allow=True)
    deep_links.arrive(draft, payload)


def _allow_follow_ups(draft: Draft, *, allow: bool) -> None:
    """Whether we may write to this customer of our own accord, from now on."""
    draft.change(customer=replace(draft.conversation.customer, follow_ups=allow))
    draft.record("opted_in" if allow else "opted_out", by=CUSTOMER_NAME)


def _human(draft: Draft) -> None:
    if draft.conversation.phase is not Phase.BOT:
        turn.say_status(draft)
        return
    turn.set_subject(draft, TALK_TO_HUMAN, Kind.REQUEST)
    intent = draft.context.catalogue.intent(TALK_TO_HUMAN)
    turn.promise(draft, intent, Because.ASKED, hello=False)


def _wish(draft: Draft, name: str) -> None:
    """Another time, a call, or nothing any more. Who was promised nothing yet, and wants a call, is promised one."""
    if name == "call" and draft.conversation.phase is Phase.BOT:
        _human(draft)
    if name == "cancel" and draft.conversation.phase is Phase.WAITING:
        wishes.cancel(draft)
    elif draft.conversation.promise is None:
        turn.say_status(draft)
    elif name == "cancel":
        wishes.cancel(draft)
    elif name == "call":
        wishes.call(draft)
    else:
        wishes.later(draft)
