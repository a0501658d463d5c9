"""Past turns of customers, read from the record: what they wrote, what was made of it, what it was really about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core import arrival
from bot.core.decide import Act, Because
from bot.core.step import Event
from bot.core.understanding import NO_INTENT

_ENDS_TURN = frozenset({"agent_wrote", "claimed", "handed_back", "resolved", "failed"})
"""After these, what the customer had written before is no longer the bot's to answer."""

TELLING = _ENDS_TURN | {"received", "edited", "understood", "decided", "chose", "labelled"}
"""Events of these names tell of turns; all others may be left out."""

_LOST = {
    Act.REPHRASE: frozenset(Because),
    Act.CLARIFY: frozenset(Because),
    Act.PROMISE: frozenset({Because.UNKNOWN, Because.SECOND_TIME, Because.COMPLAINT}),
}
"""What the bot does when it has no answer. A complaint counts where nobody knows what it is about."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a customer wrote until they paused, and what was decided about it.

    ``intent`` is what it was taken for, ``meant`` what the customer or a colleague said it was about, if they did.
    """

    conversation_id: str
    at: datetime
    text: str
    language: str
    intent: str
    act: Act
    because: Because
    meant: str | None = None

    @property
    def unanswered(self) -> bool:
        """Whether the bot could do nothing with it but ask back, or call a colleague."""
        known_complaint = self.because is Because.COMPLAINT and self.intent != NO_INTENT
        return self.because in _LOST.get(self.act, frozenset()) and not known_complaint


@dataclass(slots=True)
class _Open:
    """What is known of a conversation's turn that is not decided yet."""

    texts: dict[str, str] = field(default_factory=dict)
    language: str = ""
    last: int | None = None


def turns_of(events: Iterable[Event]) -> tuple[Turn, ...]:
    """The turns in which customers wrote words, oldest first, of events in the order of the record."""
    found: list[Turn] = []
    open_turns: dict[str, _Open] = {}
    for event in events:
        _hear(event, open_turns.setdefault(event.conversation_id, _Open()), found)
    return tuple(found)


def _hear(event: Event, turn: _Open, found: list[Turn]) -> None:
    facts = event.facts
    match event.name:
        case "received":
            _write(turn, facts)
        case "edited" if facts.get("ref", "") in turn.texts:
            turn.texts[facts["ref"]] = facts.get("text", "")
        case "understood":
            turn.language = facts.get("language", "")
        case "decided":
            _close(event, turn, found)
        case "chose" if turn.last is not None and facts.get("data", "").startswith("intent:"):
            _meant(found, turn.last, facts["data"].removeprefix("intent:"))
        case "labelled" if turn.last is not None:
            _meant(found, turn.last, facts.get("intent", ""))
        case name if name in _ENDS_TURN:
            turn.texts.clear()


def _write(turn: _Open, facts: dict[str, str]) -> None:
    text = facts.get("text", "").strip()
    if text and not text.startswith("/"):
        turn.texts[facts.get("ref", "")] = text


def _close(event: Event, turn: _Open, found: list[Turn]) -> None:
    text = arrival.as_one(turn.texts.values())
    turn.texts.clear()
    if not text:
        return  # a button was pressed, or there were pictures alone
    facts = event.facts
    try:
        act, because = Act(facts.get("act", "")), Because(facts.get("because", ""))
    except ValueError:  # of a newer version: nothing that could be compared
        return
    intent = facts.get("intent", NO_INTENT)
    turn.last = len(found)
    found.append(Turn(event.conversation_id, event.at, text, turn.language, intent, act, because))


def _meant(found: list[Turn], place: int, intent: str) -> None:
    found[place] = replace(found[place], meant=intent or None)
