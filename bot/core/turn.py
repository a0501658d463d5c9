"""The customer's turn is over: what was decided about it is carried out."""

from __future__ import annotations

from bot.core import (
    aftercare,
    arrival,
    assignment,
    case,
    cues,
    labelling,
    mirror,
    offers,
    promising,
    reopening,
    wishes,
    words,
)
from bot.core.content import Cue, Intent
from bot.core.conversation import Author, Clarification, Conversation, Media, Message, Phase, Way
from bot.core.decide import TALK_TO_HUMAN, Act, Because, Decision
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerMessage
from bot.core.outgoing import Button, Keyboard, Lane, Text
from bot.core.step import Step
from bot.core.understanding import NO_INTENT, Kind, Severity, Understanding

ELSE = "else"
HUMAN = "human"
INTENT = "intent:"
"""What a customer's button says: something else, a person please, or the intent that was meant."""

OPEN_SUBJECTS = (NO_INTENT, TALK_TO_HUMAN)
"""A case about these is about whatever the customer says next."""

FEW_WORDS = 3
"""Fewer words than this that mean nothing to us don't show in which language they are."""

_RISING = (Severity.CALM, Severity.UPSET, Severity.URGENT)


def answer(
    conversation: Conversation,
    decision: Decision,
    understanding: Understanding,
    context: Context,
    past: Conversation | None = None,
) -> Step:
    """Carry out what was decided about the pending turn; ``past`` is the case that may be taken up again."""
    draft = Draft(conversation, context)
    close_turn(draft)
    draft.record(
        "understood",
        intent=understanding.intent,
        kind=understanding.kind.value,
        severity=understanding.severity.value,
        language=understanding.language,
        confidence=round(understanding.confidence, 4),
    )
    _learn(draft, decision, understanding)
    if past is not None and decision.act in (Act.REOPEN, Act.WELL):
        _go_on(draft, decision, past)
    else:
        act(draft, decision, hello=not _has_bot_spoken(conversation))
    arrival.watch_idleness(draft)
    return draft.finish()


def _go_on(draft: Draft, decision: Decision, past: Conversation) -> None:
    """The customer goes on about a case that was solved: it isn't, or it is all right now."""
    draft.record("decided", act=decision.act.value, because=decision.because.value, intent=decision.intent)
    if decision.act is Act.REOPEN:
        reopening.unsolved(draft, past)
        _show_in_full(draft)
    else:
        aftercare.note_well(draft, past.id)
        draft.say(draft.words("is_well"))


def close_turn(draft: Draft) -> None:
    conversation = draft.conversation
    draft.change(messages=conversation.messages + conversation.pending, pending=(), pending_since=None)
    draft.settle(arrival.turn_id(conversation))


def _learn(draft: Draft, decision: Decision, understanding: Understanding) -> None:
    """What this turn adds to the case. Severity only rises, so that a calm word does not hide an urgent one."""
    conversation = draft.conversation
    draft.change(
        language=_language(draft, understanding),
        slots={**conversation.slots, **understanding.slots},
        severity=max(conversation.severity, understanding.severity, key=_RISING.index),
        likely=labelling.likely(conversation, understanding),
    )
    if decision.act is Act.PROMISE:
        draft.change(intent=NO_INTENT, kind=Kind.NONE)
    if draft.conversation.intent in OPEN_SUBJECTS:
        set_subject(draft, decision.intent, understanding.kind)


def _language(draft: Draft, understanding: Understanding) -> str:
    """The one that the customer chose, else writes. A word or two of nonsense say nothing about it."""
    conversation = draft.conversation
    language = conversation.customer.language or understanding.language
    said = [line.text for line in _since_bot(conversation.messages)]
    is_nonsense = understanding.intent == NO_INTENT and sum(len(text.split()) for text in said) < FEW_WORDS
    if language not in draft.context.catalogue.standards.languages or (is_nonsense and _has_bot_spoken(conversation)):
        return conversation.language
    return language


def _since_bot(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    last = max((place for place, line in enumerate(messages) if line.author is Author.BOT), default=-1)
    return messages[last + 1 :]


def set_subject(draft: Draft, intent_id: str, kind: Kind) -> None:
    """What the case is about; smalltalk is about nothing."""
    intent = draft.context.catalogue.intent(intent_id)
    if intent is None:
        if kind not in (Kind.NONE, Kind.SMALLTALK) and draft.conversation.intent == NO_INTENT:
            draft.change(kind=kind)
    elif intent.kind is not Kind.SMALLTALK:
        draft.change(intent=intent.id, kind=intent.kind)


def _has_bot_spoken(conversation: Conversation) -> bool:
    return any(message.author is Author.BOT for message in conversation.messages)


def act(draft: Draft, decision: Decision, *, hello: bool) -> None:
    """Do what was decided, and put it on record."""
    draft.record(
        "decided",
        act=decision.act.value,
        because=decision.because.value,
        intent=decision.intent,
        options=" ".join(decision.options) or None,
        also=" ".join(decision.also) or None,
    )
    intent = draft.context.catalogue.intent(decision.intent)
    match decision.act:
        case Act.ANSWER:
            _answer(draft, intent, decision.also, hello=hello)
        case Act.CLARIFY:
            _clarify(draft, decision.options, hello=hello)
        case Act.REPHRASE:
            _rephrase(draft, hello=hello)
        case Act.PROMISE:
            promise(draft, intent, decision.because, decision.also, hello=hello)
        case Act.NOTED:
            _note(draft, intent, decision)
        case Act.RELAY | Act.REOPEN | Act.WELL:
            pass
        case _:
            _wish(draft, decision.act)


def _wish(draft: Draft, wanted: Act) -> None:
    """What the customer wants of the promise. A colleague has their words in the topic already."""
    match wanted:
        case Act.STATUS:
            say_status(draft)
        case Act.CALL:
            wishes.call(draft)
        case Act.NOT_A_PHONE:
            wishes.not_a_phone(draft)
        case Act.ANOTHER_TIME:
            wishes.later(draft)
        case _:
            wishes.ask_whether_to_cancel(draft)


def say_status(draft: Draft) -> None:
    """Where the case stands: the true answer to "when will you call?"."""
    draft.say(status(draft), offers.buttons(draft))


def status(draft: Draft) -> str:
    """Where the case stands, in words."""
    conversation = draft.conversation
    standing = conversation.promise
    if standing is not None:
        return promising.sentence(draft, standing, "status_promise")
    if conversation.phase is Phase.HUMAN and conversation.agent is not None:
        return draft.words("status_human", agent=words.first_word(conversation.agent.name))
    return draft.words("noted_without_time" if conversation.phase is Phase.WAITING else "status_none")


def _answer(draft: Draft, intent: Intent | None, also: tuple[str, ...], *, hello: bool) -> None:
    assert intent is not None
    assert intent.answer is not None
    text = words.compose(draft.words(intent.answer, **draft.conversation.slots), *_answers(draft, also))
    greets = intent.kind is Kind.SMALLTALK
    if greets:
        draft.say(text, lane=Lane.SMALLTALK)
    else:
        draft.say(_greeted(draft, text, hello=hello))
    failures = draft.conversation.failures if greets else 0
    draft.change(answered=(*draft.conversation.answered, intent.id), clarification=None, failures=failures)
    draft.record("answered", intent=intent.id)
    aftercare.note_answer(draft, intent)
    if draft.conversation.phase is Phase.WAITING:
        case.show_card(draft)


def _answers(draft: Draft, also: tuple[str, ...]) -> list[str]:
    """The answers to what else was asked in the same turn, which now count as given."""
    found = [intent for name in also if (intent := draft.context.catalogue.intent(name)) and intent.answer]
    draft.change(answered=(*draft.conversation.answered, *(intent.id for intent in found)))
    for intent in found:
        draft.record("answered", intent=intent.id)
    return [draft.words(intent.answer or "", **draft.conversation.slots) for intent in found]


def _greeted(draft: Draft, text: str, *, hello: bool) -> str:
    """The first words of a conversation greet, in the same message, unless they call the customer by name already."""
    name = words.first_name(draft.conversation.customer)
    if not hello or (name and name in text):
        return text
    return f"{draft.words('hello')} {text}"


def _clarify(draft: Draft, options: tuple[str, ...], *, hello: bool) -> None:
    """One good question, with what it could be on buttons."""
    catalogue = draft.context.catalogue
    language = draft.conversation.language
    rows: Keyboard = tuple((Button(catalogue.title(language, option), f"{INTENT}{option}"),) for option in options)
    last = (Button(draft.words("something_else"), ELSE),)
    _ask(draft, _greeted(draft, draft.words("clarify"), hello=hello), options, (*rows, last))


def _rephrase(draft: Draft, *, hello: bool) -> None:
    """Nothing could be made of it: ask once, with a way to a person."""
    media = draft.conversation.messages[-1].media
    key = "rephrase" if media is Media.TEXT else "rephrase_media"
    _ask(draft, _greeted(draft, draft.words(key), hello=hello), (), ((Button(draft.words("to_human"), HUMAN),),))


def _ask(draft: Draft, question: str, options: tuple[str, ...], keyboard: Keyboard) -> None:
    draft.say(question, keyboard)
    asked = Clarification(draft.now, question, options)
    draft.change(clarification=asked, failures=draft.conversation.failures + 1)


def promise(draft: Draft, intent: Intent | None, because: Because, also: tuple[str, ...] = (), *, hello: bool) -> None:
    """Name back what was understood, promise a human by a time, and ask for what they will need.

    Questions in ``also`` are answered in the same message.
    """
    team = intent.human.team if intent and intent.human else None
    case.open_case(draft, team or draft.context.catalogue.standards.default_team)
    named = _named_back(draft, intent, because)
    answers = _answers(draft, also)
    sentence = promising.give(draft, intent, intent.id if intent else because.value, way=_way_wanted(draft))
    text = words.compose(named, sentence, *answers, _missing(draft, intent))
    draft.say(_greeted(draft, text, hello=hello), offers.buttons(draft), Lane.PROMISE)
    if because is Because.UNKNOWN:
        draft.change(failures=draft.conversation.failures + 1)
    _show_in_full(draft)
    assignment.give_out(draft)
    case.show_card(draft)


def _way_wanted(draft: Draft) -> Way:
    """A call, for who asks for one and says on which number."""
    lines = _since_colleague(draft.conversation.messages)
    said = " ".join(line.text for line in lines if line.author is Author.CUSTOMER)
    wants_call = Cue.CALL in cues.heard(said, draft.context.catalogue)
    return Way.CALL if wants_call and promising.PHONE in draft.conversation.slots else Way.HERE


def _named_back(draft: Draft, intent: Intent | None, because: Because) -> str:
    if because is Because.SECOND_TIME:
        return draft.words("understood_second_time")
    if because is Because.ERROR:
        return draft.words("trouble")
    if intent is None:
        complaint = because is Because.COMPLAINT
        return draft.words("understood_complaint" if complaint else "understood_unknown")
    return draft.words(intent.answer or intent.title, **draft.conversation.slots)


def _missing(draft: Draft, intent: Intent | None) -> str:
    """The first detail that a colleague will need and nobody has given yet."""
    if intent is None:
        return ""
    missing = (slot.ask for slot in intent.slots if slot.ask and slot.name not in draft.conversation.slots)
    key = next(missing, None)
    return draft.words(key) if key else ""


def _show_in_full(draft: Draft) -> None:
    """What the card can't show, of what was said since a colleague last wrote, goes to the topic as it is."""
    for message in _since_colleague(draft.conversation.messages):
        is_long = len(message.text) > case.LINE_LIMIT
        shown = is_long or message.media is not Media.TEXT
        if message.author is Author.CUSTOMER and message.ref and shown and message.media not in mirror.IN_WORDS:
            mirror.show_line(draft, message)


def _since_colleague(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    last = max((place for place, message in enumerate(messages) if message.author is Author.AGENT), default=-1)
    return messages[last + 1 :]


def _note(draft: Draft, intent: Intent | None, decision: Decision) -> None:
    """It reached the case; the customer hears that, and that the promise stands. A new complaint is named back."""
    answers = _answers(draft, decision.also)
    standing = draft.conversation.promise
    text = promising.sentence(draft, standing, "noted") if standing else draft.words("noted_without_time")
    complains = decision.because is Because.COMPLAINT or (intent is not None and intent.kind is Kind.COMPLAINT)
    named = _named_back(draft, intent, Because.COMPLAINT) if complains else ""
    draft.say(words.compose("" if _was_said(draft, named) else named, text, *answers), lane=Lane.PROMISE)
    case.show_card(draft)


def _was_said(draft: Draft, text: str) -> bool:
    """Whether we have said so in this conversation: once is sincere."""
    return any(line.author is Author.BOT and text in line.text for line in draft.conversation.messages)


def trouble(
    conversation: Conversation,
    error: str,
    context: Context,
    update_id: int | None = None,
    message: CustomerMessage | None = None,
) -> Step:
    """Something failed inside, perhaps while taking ``message`` in: the customer gets a promise, the team an alert.

    A colleague who has the case gets the alert alone: they are there.
    """
    draft = Draft(conversation, context)
    close_turn(draft)
    if message is not None:
        draft.change(messages=(*draft.conversation.messages, arrival.line_of(message, context)))
    draft.record("failed", error=error)
    if conversation.phase is not Phase.HUMAN:
        promise(draft, None, Because.ERROR, hello=False)
    elif message is not None:
        mirror.show_case(draft, message)
    draft.to_case(Text(draft.team_words("team_trouble", error=error)), Lane.AGENT)
    return draft.finish(update_id)
