"""After a case: how it was, whether it is all right now, and what customers praise or suggest.

What we write here nobody asked us for. So it is at most one message for a case and day, none in quiet hours, none to
who opted out, none into something else that is under way; and it goes out after everything that customers wait for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import quiet, reopening, wishes, words
from bot.core.content import Intent
from bot.core.conversation import Author, Conversation, Message, Phase
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerChoice, CustomerMessage
from bot.core.outgoing import AnswerCallback, Button, ClearButtons, Content, Edit, Keyboard, Lane, Text
from bot.core.people import CUSTOMER_NAME
from bot.core.step import Due, DueKind, Step
from bot.core.understanding import Kind

KINDS = (DueKind.SURVEY, DueKind.FOLLOW_UP)
"""The rows that are due after a case."""

MARK = "after"
"""What the data of these buttons begins with: ``after:<verb>:<conversation id>``, for a rating with its stars."""

UNSOLVED = "unsolved"
RATE = "rate"
YES = "yes"
NO = "no"

STARS = range(1, 6)
FEW = 2
"""So few stars, or fewer, are a reason to be sorry."""

AT_MOST_EVERY = timedelta(days=1)
"""How often we write of our own accord about one case."""

STALE = timedelta(days=3)
"""After this much delay, because we were not running, it would only surprise."""

THANKFUL = ("thanks", "goodbye")
"""Who says this after an answer has been helped."""

_SATISFIED = frozenset({Kind.PRAISE, Kind.SUGGESTION})


# --- a case is solved -------------------------------------------------------------------------------------------------


def unsolved_button(draft: Draft) -> Keyboard:
    """Under the message that says that it is solved: it is not."""
    return ((Button(draft.words("unsolved"), _data(UNSOLVED, draft.conversation)),),)


def expect(draft: Draft, *, helped: bool) -> None:
    """A colleague has solved the case: have it asked how that was, and after a complaint whether it is all right now.

    Who was not helped by anyone is not asked.
    """
    standards, conversation = draft.context.catalogue.standards, draft.conversation
    if not helped:
        return
    _expect_survey(draft)
    span = standards.follow_up.get(conversation.kind.value)
    if span is not None:
        draft.set_due(f"follow_up:{conversation.id}", DueKind.FOLLOW_UP, draft.now + span)


def note_answer(draft: Draft, intent: Intent) -> None:
    """The bot has answered: thanks for an earlier answer say that it helped, and what praises or suggests goes on."""
    if intent.kind in _SATISFIED:
        _pass_on(draft, intent)
    conversation, known = draft.conversation, draft.context.catalogue.intent
    answered = [found for name in conversation.answered if (found := known(name))]
    helped = any(found.kind is Kind.QUESTION for found in answered)
    if intent.id in THANKFUL and helped and conversation.phase is Phase.BOT and conversation.after.wrote_at is None:
        _expect_survey(draft)


def _expect_survey(draft: Draft) -> None:
    after = draft.context.catalogue.standards.survey
    if after is not None:
        draft.set_due(f"survey:{draft.conversation.id}", DueKind.SURVEY, draft.now + after)


def _pass_on(draft: Draft, intent: Intent) -> None:
    """Praise and suggestions, in the customer's words, to those who can read them outside the topics of cases.

    Where the customer has a case, its colleagues have them there already.
    """
    text = "\n".join(message.text for message in _of_this_turn(draft.conversation) if message.text)
    draft.record("feedback", by=CUSTOMER_NAME, kind=intent.kind.value, text=text)
    if draft.conversation.agents_chat is not None:
        return
    kind = draft.team_words(f"team_kind_{intent.kind.value}")
    line = draft.team_words("team_feedback", kind=kind, customer=draft.conversation.customer.name, text=text)
    draft.to_team(_team_of(draft, intent), Text(line))


def _of_this_turn(conversation: Conversation) -> list[Message]:
    lines: list[Message] = []
    for message in conversation.messages:
        lines = [*lines, message] if message.author is Author.CUSTOMER else []
    if lines:
        return lines
    before = conversation.messages[:-1]  # the answer itself has been said
    return _of_this_turn(replace(conversation, messages=before)) if before else []


def _team_of(draft: Draft, intent: Intent | None) -> str:
    team = intent.human.team if intent and intent.human else None
    return team or draft.context.catalogue.standards.default_team


# --- it is time to ask ------------------------------------------------------------------------------------------------


def ring(conversation: Conversation, due: Due, last: Conversation, context: Context) -> Step:
    """A survey or a follow-up of ``conversation`` falls due; ``last`` is the customer's last one, perhaps the same."""
    draft = Draft(conversation, context)
    draft.settle(due.id)
    because = _not_to_be_asked(conversation, due, last, context)
    if because is not None:
        draft.record("not_asked", what=due.kind.value, because=because)
        return draft.finish()
    at = _not_before(conversation, last, context)
    if at > context.now:
        draft.set_due(due.id, due.kind, at)
        return draft.finish()
    draft.change(after=replace(conversation.after, wrote_at=context.now))
    if due.kind is DueKind.SURVEY:
        draft.say(draft.words("survey"), _stars(conversation), Lane.FOLLOW_UP)
        draft.record("surveyed")
    else:
        draft.change(after=replace(draft.conversation.after, asked_at=context.now))
        draft.say(_question(draft), _yes_or_no(draft), Lane.FOLLOW_UP)
        draft.record("asked_after")
    return draft.finish()


def _not_to_be_asked(conversation: Conversation, due: Due, last: Conversation, context: Context) -> str | None:
    """Why not to ask at all; None: nothing is against it."""
    if not last.customer.follow_ups:
        return "opted_out"
    if last.customer.blocked:
        return "blocked"
    if context.now - due.at > STALE:
        return "too_late"
    if conversation.phase in (Phase.WAITING, Phase.HUMAN):
        return "not_solved"
    if last.id != conversation.id and (last.phase in (Phase.WAITING, Phase.HUMAN) or last.continues == conversation.id):
        return "another_case"
    return "rated_already" if due.kind is DueKind.SURVEY and conversation.after.rating is not None else None


def _not_before(conversation: Conversation, last: Conversation, context: Context) -> datetime:
    """When we may write: not into a conversation that goes on, once a day, outside quiet hours."""
    standards, now = context.catalogue.standards, context.now
    at = now
    spoken = (*last.messages, *last.pending)
    pause = standards.survey or standards.gather_at_most
    if last.is_open and spoken and now - spoken[-1].at < pause:
        at = max(at, min(spoken[-1].at, now) + pause)
    if conversation.after.wrote_at is not None:
        # A clock that was put back must not make us wait for a day that is far off.
        at = max(at, min(conversation.after.wrote_at, now) + AT_MOST_EVERY)
    return quiet.after_quiet(at, last.customer, standards)


def _stars(conversation: Conversation) -> Keyboard:
    return (tuple(Button(f"{stars} ★", _data(RATE, conversation, stars)) for stars in STARS),)


def _question(draft: Draft) -> str:
    catalogue, conversation = draft.context.catalogue, draft.conversation
    if catalogue.intent(conversation.intent) is None:
        return draft.words("follow_up_plain")
    return draft.words("follow_up", subject=catalogue.title(conversation.language, conversation.intent))


def _yes_or_no(draft: Draft) -> Keyboard:
    return (
        (
            Button(draft.words("follow_up_yes"), _data(YES, draft.conversation)),
            Button(draft.words("follow_up_no"), _data(NO, draft.conversation)),
        ),
    )


def _data(verb: str, conversation: Conversation, *more: object) -> str:
    return ":".join((MARK, verb, conversation.id, *map(str, more)))


# --- the customer answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pressed:
    verb: str
    conversation: str
    stars: int = 0


def case_of(choice: CustomerChoice) -> str | None:
    """The id of the conversation that such a button speaks of; None: it is no such button."""
    pressed = _pressed(choice.data)
    return pressed.conversation if pressed else None


def _pressed(data: str) -> _Pressed | None:
    mark, verb, conversation_id, stars, *_ = [*data.split(":"), "", "", ""]
    if mark != MARK or verb not in (UNSOLVED, RATE, YES, NO):
        return None
    given = int(stars) if stars.isdecimal() and len(stars) == 1 else 0
    return None if verb == RATE and given not in STARS else _Pressed(verb, conversation_id, given)


def choose(
    conversation: Conversation, last: Conversation, choice: CustomerChoice, update_id: int | None, context: Context
) -> Step:
    """The customer pressed a button below what we asked after ``conversation``; ``last`` is their last one."""
    if conversation.chat_id != choice.chat_id:  # nobody speaks for another customer, whatever a button says
        conversation, pressed = last, None
    else:
        pressed = _pressed(choice.data)
    draft, after = Draft(conversation, context), conversation.after
    if pressed is None:
        wishes.passed(draft, choice)
    elif pressed.verb == RATE and after.rating is None:
        _rate(draft, pressed.stars, choice)
    elif pressed.verb == YES and after.asked_at is not None and not after.is_well:
        _is_well(draft, choice)
    elif pressed.verb in (NO, UNSOLVED) and _may_reopen(conversation, last, context):
        return _reopen(conversation, last, choice, update_id, context)
    else:
        wishes.passed(draft, choice)
    return draft.finish(update_id)


def _may_reopen(conversation: Conversation, last: Conversation, context: Context) -> bool:
    return reopening.may_be_continued(conversation, context) and last.continues != conversation.id


def _rate(draft: Draft, stars: int, choice: CustomerChoice) -> None:
    conversation = draft.conversation
    draft.change(after=replace(conversation.after, rating=stars))
    draft.record("rated", by=CUSTOMER_NAME, stars=stars, **_facts(conversation))
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    text = draft.words("rated_low" if stars <= FEW else "rated", stars=stars)
    draft.to_customer(Edit(choice.message_id, text), Lane.ANSWER)


def _facts(conversation: Conversation) -> Mapping[str, str | None]:
    """What the figures are grouped by."""
    agent = conversation.agent
    return {
        "intent": conversation.intent,
        "kind": conversation.kind.value,
        "agent": f"{agent.name} ({agent.id})" if agent else None,
        "team": conversation.promises[-1].team if conversation.promises else None,
    }


def _is_well(draft: Draft, choice: CustomerChoice) -> None:
    chosen = draft.words("follow_up_yes")
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    text = words.compose(_question(draft), f"✓ {chosen}", draft.words("is_well"))
    draft.to_customer(Edit(choice.message_id, text), Lane.ANSWER)
    note_well(draft, draft.conversation.id)
    draft.change(after=replace(draft.conversation.after, is_well=True))


def note_well(draft: Draft, of: str) -> None:
    """On record: what was asked after is all right now."""
    draft.record("followed_up", by=CUSTOMER_NAME, well=True, of=of)


def _reopen(
    conversation: Conversation, last: Conversation, choice: CustomerChoice, update_id: int | None, context: Context
) -> Step:
    """It isn't solved: taken up in the conversation that goes on, or in a new one."""
    draft = Draft(last, context) if last.is_open else reopening.fresh(last, context)
    draft.to_customer(_pressed_no(conversation, choice, context), Lane.CARD)
    draft.record("followed_up" if choice.data.startswith(f"{MARK}:{NO}:") else "chose", by=CUSTOMER_NAME, well=False)
    if draft.conversation.phase is Phase.BOT:
        draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
        reopening.unsolved(draft, conversation)
    else:
        noted = draft.words("noted_without_time")
        draft.to_customer(AnswerCallback(choice.callback_id, noted), Lane.ACKNOWLEDGE)
        draft.to_case(Text(draft.team_words("team_reopened")), Lane.AGENT)
        draft.record("reopened", of=conversation.id)
        draft.change(continues=conversation.id)
    return draft.finish(update_id)


def _pressed_no(conversation: Conversation, choice: CustomerChoice, context: Context) -> Content:
    """The question with what was pressed in the place of its buttons; "solved" only loses its button."""
    draft = Draft(conversation, context)
    if not choice.data.startswith(f"{MARK}:{NO}:"):
        return ClearButtons(choice.message_id)
    chosen = draft.words("follow_up_no")
    return Edit(choice.message_id, words.compose(_question(draft), f"✓ {chosen}"))


# --- a word about it --------------------------------------------------------------------------------------------------


def is_survey(content: Content) -> bool:
    """Whether a message that we sent asks for stars: words in reply to it are about that."""
    keyboard = content.keyboard if isinstance(content, Text) else ()
    return any(button.data.startswith(f"{MARK}:{RATE}:") for row in keyboard for button in row)


def word(conversation: Conversation, message: CustomerMessage, update_id: int | None, context: Context) -> Step:
    """A word in reply to a survey of ``conversation``: thanked for, and read by the team."""
    draft = Draft(conversation, context)
    draft.record("rated_word", by=CUSTOMER_NAME, text=message.text, stars=conversation.after.rating)
    line = Message(context.now, Author.CUSTOMER, message.text, ref=message.message_id)
    draft.change(messages=(*conversation.messages, line))
    draft.say(draft.words("word_noted"))
    stars = f"{conversation.after.rating} ★" if conversation.after.rating else "–"
    told = draft.team_words("team_rated", stars=stars, customer=conversation.customer.name, text=message.text)
    intent = context.catalogue.intent(conversation.intent)
    team = conversation.promises[-1].team if conversation.promises else _team_of(draft, intent)
    draft.to_team(team, Text(told))
    return draft.finish(update_id)
