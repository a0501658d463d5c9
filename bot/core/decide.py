"""What to do about one turn of a customer: answer, ask once, or promise a human."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.content import Catalogue, Cue, Intent, When
from bot.core.conversation import Conversation, Media, Phase
from bot.core.cues import heard, is_just
from bot.core.understanding import NO_INTENT, Candidate, Kind, Severity, Understanding

MOST_OPTIONS = 3
"""More buttons than this are a menu, not a question."""

MOST_ASIDES = 2
"""More answers than this in one message are a lecture."""

ENOUGH_WORDS = 8
"""Who wrote this much has said what they want: they are not asked to say it again."""

TALK_TO_HUMAN = "talk_to_human"
"""Who asks for a person while one is on the way is told when that will be."""

GREETING = "greeting"
"""Who greets us while waiting for a colleague is told when that will be, not asked what they want."""

_ABOUT_US = (TALK_TO_HUMAN, "waited_too_long", "promise_broken", "contact_options")
"""What customers who ask about their own case are easily taken to mean."""

FEWEST_DIGITS = 5
"""Who was asked for a number and writes so many digits has tried to give it."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_QUESTION = re.compile("[?;\u037e]")
"""Greek asks with what others know as a semicolon."""


class Act(StrEnum):
    """What the bot does about a turn."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REPHRASE = "rephrase"
    PROMISE = "promise"
    NOTED = "noted"
    RELAY = "relay"
    STATUS = "status"
    CALL = "call"
    NOT_A_PHONE = "not_a_phone"
    ANOTHER_TIME = "another_time"
    NO_LONGER = "no_longer"
    REOPEN = "reopen"
    WELL = "well"


class Because(StrEnum):
    """Why it does so; recorded with the decision, and told to who asks ``keepword try``."""

    SURE = "sure"
    CLOSE = "close"
    UNSURE = "unsure"
    UNKNOWN = "unknown"
    COMPLAINT = "complaint"
    NEEDS_HUMAN = "needs_human"
    ASKED = "asked"
    SECOND_TIME = "second_time"
    WAITING = "waiting"
    HUMAN_HAS_IT = "human_has_it"
    UNSOLVED = "unsolved"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Decision:
    """``intent`` is what it is about (or ``none``); ``options`` are the intents offered by a clarifying question.

    ``also`` are further questions of the same turn that the same message answers.
    """

    act: Act
    because: Because
    intent: str = NO_INTENT
    options: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def decide(conversation: Conversation, text: str, understanding: Understanding, catalogue: Catalogue) -> Decision:
    """What to do about ``text``, given what it was understood to mean and how the conversation stands."""
    if conversation.phase is Phase.HUMAN:
        return Decision(Act.RELAY, Because.HUMAN_HAS_IT, understanding.intent)
    main = _about_the_whole(conversation, text, understanding, catalogue)
    return _with_asides(main, conversation, understanding, catalogue)


def _about_the_whole(
    conversation: Conversation, text: str, understanding: Understanding, catalogue: Catalogue
) -> Decision:
    intent = catalogue.intent(understanding.intent)
    sure = intent is not None and _is_sure(intent, understanding, catalogue)
    if conversation.phase is Phase.WAITING:
        wish = _wish(conversation, text, intent if sure else None, understanding, catalogue)
        if wish is not None:
            return Decision(wish, Because.WAITING, understanding.intent if sure else NO_INTENT)
        return _while_waiting(conversation, text, intent if sure else None, understanding, catalogue)
    if intent is not None and sure:
        return _about(intent, conversation)
    return _unsure(conversation, text, understanding, catalogue)


def _with_asides(
    main: Decision, conversation: Conversation, understanding: Understanding, catalogue: Catalogue
) -> Decision:
    """What else was surely asked is answered along; what else needs a human comes first, and the question is answered.

    Where it is not clear what the turn is about, one thing is settled at a time.
    """
    if main.act not in (Act.ANSWER, Act.PROMISE, Act.NOTED) or main.because is Because.UNKNOWN:
        return main
    enough = catalogue.standards.thresholds.answer
    named = (catalogue.intent(aside.intent) for aside in understanding.also if aside.confidence >= enough)
    asides = [intent for intent in named if intent is not None and intent.id != main.intent]
    pressing = next((intent for intent in asides if needs_human(intent)), None)
    lead, asked = main, [intent.id for intent in asides if _can_be_answered_along(intent, conversation)]
    if main.act is Act.ANSWER and pressing is not None:
        waiting = conversation.phase is Phase.WAITING
        lead = Decision(Act.NOTED, Because.WAITING, pressing.id) if waiting else _about(pressing, conversation)
        asked = [main.intent, *asked] if _is_a_subject(main.intent, catalogue) else asked
    return replace(lead, also=tuple(dict.fromkeys(asked))[:MOST_ASIDES])


def _can_be_answered_along(intent: Intent, conversation: Conversation) -> bool:
    """Once: who asks again gets a colleague, who reads the whole turn."""
    settled = intent.answer is not None and not needs_human(intent) and intent.kind is not Kind.SMALLTALK
    return settled and intent.id not in conversation.answered


def _is_a_subject(intent_id: str, catalogue: Catalogue) -> bool:
    intent = catalogue.intent(intent_id)
    return intent is not None and intent.kind is not Kind.SMALLTALK


def decide_chosen(conversation: Conversation, intent: Intent) -> Decision:
    """What to do once the customer has said by a button which intent they meant."""
    return _about(intent, conversation)


def _is_sure(intent: Intent, understanding: Understanding, catalogue: Catalogue) -> bool:
    thresholds = catalogue.standards.thresholds
    enough = thresholds.ask if intent.kind is Kind.SMALLTALK else thresholds.answer
    if understanding.confidence < enough:
        return False
    rival = understanding.runners_up[0] if understanding.runners_up else None
    if rival is None or understanding.confidence - rival.confidence >= thresholds.close:
        return True
    other = catalogue.intent(rival.intent)
    return other is None or other.kind is Kind.SMALLTALK or (needs_human(intent) and needs_human(other))


def needs_human(intent: Intent) -> bool:
    """Whether the bot can't settle this intent by itself, the first time it comes up."""
    return intent.answer is None or (intent.human is not None and When.ALWAYS in intent.human.when)


def _about(intent: Intent, conversation: Conversation) -> Decision:
    if intent.kind is Kind.COMPLAINT:
        return Decision(Act.PROMISE, Because.COMPLAINT, intent.id)
    if intent.kind is Kind.REQUEST and intent.answer is None:
        return Decision(Act.PROMISE, Because.ASKED, intent.id)
    if needs_human(intent):
        return Decision(Act.PROMISE, Because.NEEDS_HUMAN, intent.id)
    again = intent.id in conversation.answered and intent.kind is not Kind.SMALLTALK
    if again and (intent.human is None or When.SECOND_TIME in intent.human.when):
        return Decision(Act.PROMISE, Because.SECOND_TIME, intent.id)
    return Decision(Act.ANSWER, Because.SURE, intent.id)


def _while_waiting(
    conversation: Conversation, text: str, intent: Intent | None, understanding: Understanding, catalogue: Catalogue
) -> Decision:
    """A human is on the way: what can surely be answered is answered all the same, the rest goes to the case.

    Pictures and the like are for the colleague, whatever their caption sounds like.
    """
    if intent is None:
        upset = understanding.kind is Kind.COMPLAINT or understanding.severity is not Severity.CALM
        return Decision(Act.NOTED, Because.COMPLAINT if upset else Because.WAITING)
    if intent.id == TALK_TO_HUMAN:
        return Decision(Act.STATUS, Because.WAITING, intent.id)
    if _just_gives_a_detail(conversation, text, understanding, catalogue):
        return Decision(Act.NOTED, Because.WAITING)
    settled = intent.answer is not None and not needs_human(intent) and intent.id != GREETING
    sure = understanding.confidence >= catalogue.standards.thresholds.answer
    words_only = all(message.media is Media.TEXT for message in conversation.pending)
    if settled and sure and words_only:
        return Decision(Act.ANSWER, Because.SURE, intent.id)
    return Decision(Act.NOTED, Because.WAITING, intent.id)


def _just_gives_a_detail(
    conversation: Conversation, text: str, understanding: Understanding, catalogue: Catalogue
) -> bool:
    """Whether it is little more than a number that the case still lacked: the answer to our question, and none of its
    own, even if it sounds like one ("my order number is…").
    """
    case = catalogue.intent(conversation.intent)
    about = [case] if case is not None else list(catalogue.intents.values())
    wanted = {slot.name for intent in about for slot in intent.slots if slot.pattern is not None}
    given = wanted & understanding.slots.keys() - conversation.slots.keys()
    return bool(given) and not _QUESTION.search(text) and len(_WORD.findall(text)) < ENOUGH_WORDS


def _wish(
    conversation: Conversation, text: str, intent: Intent | None, understanding: Understanding, catalogue: Catalogue
) -> Act | None:
    """What the customer wants of the promise itself, going by the content's cues; None: it is about something else.

    A question that we can surely answer is one, and an order is not the case: "cancel my order" cancels no promise.
    """
    media = {message.media for message in conversation.pending}
    if media - {Media.TEXT, Media.CONTACT}:
        return None
    cue = heard(text, catalogue)
    if conversation.promise is not None:
        wants_call = Cue.CALL in cue or conversation.phone_asked or Media.CONTACT in media
        change = _number_given(conversation, text, understanding) if wants_call else None
        other = intent if intent is not None and intent.id != conversation.intent else None
        change = change or _change_wanted(text, cue, other, catalogue)
        if change is not None:
            return change
    if {Cue.TIME, Cue.CONTACT} <= cue:
        return Act.STATUS
    if intent is not None and _can_answer(intent):
        return None
    return Act.STATUS if Cue.WAITING in cue or is_just(text, Cue.TIME, catalogue) else None


def _number_given(conversation: Conversation, text: str, understanding: Understanding) -> Act | None:
    """A number to call; or what was to be one, from somebody who was asked for it."""
    if "phone" in understanding.slots:
        return Act.CALL
    tried = sum(character.isdecimal() for character in text) >= FEWEST_DIGITS
    return Act.NOT_A_PHONE if conversation.phone_asked and tried else None


_WISHES = (
    (Cue.NO_LONGER, Act.NO_LONGER),
    (Cue.CALL, Act.CALL),
    (Cue.ANOTHER_TIME, Act.ANOTHER_TIME),
)
"""What says it all by itself, whatever else it may sound like."""


def _change_wanted(text: str, cue: frozenset[Cue], intent: Intent | None, catalogue: Catalogue) -> Act | None:
    """What is to become of the promise, unless the message asks when it will be. ``intent``: what else it is about."""
    said = next((act for cue, act in _WISHES if is_just(text, cue, catalogue)), None)
    if said is not None:
        return said
    about_itself = intent is None or intent.kind is Kind.SMALLTALK or intent.id in _ABOUT_US
    if not about_itself or {Cue.TIME, Cue.CONTACT} <= cue:
        return None
    if Cue.NO_LONGER in cue:
        return Act.NO_LONGER
    if Cue.CALL in cue:
        return Act.CALL
    return Act.ANOTHER_TIME if Cue.ANOTHER_TIME in cue else None


def _can_answer(intent: Intent) -> bool:
    settled = intent.answer is not None and not needs_human(intent) and intent.kind is not Kind.SMALLTALK
    return settled and intent.id not in _ABOUT_US


def _unsure(conversation: Conversation, text: str, understanding: Understanding, catalogue: Catalogue) -> Decision:
    if understanding.kind is Kind.COMPLAINT:
        return Decision(Act.PROMISE, Because.COMPLAINT, _likely_complaint(understanding, catalogue))
    if conversation.failures > 0 or conversation.clarification is not None:
        return Decision(Act.PROMISE, Because.UNKNOWN)
    options = _options(understanding, catalogue)
    if options:
        close = len(options) > 1
        return Decision(Act.CLARIFY, Because.CLOSE if close else Because.UNSURE, options=options)
    if understanding.severity is not Severity.CALM or len(_WORD.findall(text)) >= ENOUGH_WORDS:
        return Decision(Act.PROMISE, Because.UNKNOWN)
    return Decision(Act.REPHRASE, Because.UNKNOWN)


def _likely_complaint(understanding: Understanding, catalogue: Catalogue) -> str:
    """What is complained of, where one cause is well ahead of all others: enough to name it back. Else ``none``."""
    thresholds, intent = catalogue.standards.thresholds, catalogue.intent(understanding.intent)
    rival = understanding.runners_up[0].confidence if understanding.runners_up else 0.0
    ahead = understanding.confidence >= max(thresholds.ask, rival + thresholds.close)
    return intent.id if intent and intent.kind is Kind.COMPLAINT and ahead else NO_INTENT


def _options(understanding: Understanding, catalogue: Catalogue) -> tuple[str, ...]:
    """The intents worth asking about, best first: none unless the best of them is likely enough."""
    thresholds = catalogue.standards.thresholds
    best = Candidate(understanding.intent, understanding.confidence)
    candidates = (() if understanding.intent == NO_INTENT else (best,)) + understanding.runners_up
    known = [c for c in candidates if (i := catalogue.intent(c.intent)) is not None and i.kind is not Kind.SMALLTALK]
    if not known or known[0].confidence < thresholds.ask:
        return ()
    floor = max(known[0].confidence - 2 * thresholds.close, thresholds.ask / 2)
    return tuple(c.intent for c in known[:MOST_OPTIONS] if c.confidence >= floor)
