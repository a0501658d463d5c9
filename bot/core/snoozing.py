"""A case that rests: until a time that an agent chose, or until the customer writes.

Resting takes a case out of sight, and nothing else. What was promised is watched as before, so a case can't rest for
longer than its promise allows; and a customer who waits for an answer is brought to mind as before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import answering, assignment, buttons, case, escalation, promise, snooze_times, teams, words
from bot.core.content import Calendar
from bot.core.conversation import Phase, Snooze
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.moves import Move, answer, chosen, require_open
from bot.core.outgoing import Button, Keyboard, Lane, Text
from bot.core.people import BOT_NAME, CUSTOMER_NAME, Person
from bot.core.roster import holder_of
from bot.core.step import DueKind

SNOOZE = "snooze"
UNSNOOZE = "unsnooze"
COMMANDS = (SNOOZE, UNSNOOZE)
"""What may be asked for with a slash."""
MORE = "rest.more"
FOR = "rest.for."
"""Rest for so many minutes from now."""
UNTIL = "rest.until."
"""Rest until then: minutes since 1970."""

_MINUTE = timedelta(minutes=1)
_GRAIN = 5
"""The latest possible time is offered in whole steps of so many minutes."""


def handles(command: str) -> bool:
    """Whether this is about resting."""
    return command in (SNOOZE, UNSNOOZE, MORE) or command.startswith((FOR, UNTIL))


def carry_out(draft: Draft, move: Move) -> str:
    """Do what is asked; what to tell who asked. Raises HandoverError where it can't be done."""
    require_open(draft)
    if move.command == UNSNOOZE:
        return _unsnooze(draft, move)
    if draft.conversation.phase is Phase.BOT:
        raise HandoverError(draft.team_words("team_bot_has_it"))
    if move.command == SNOOZE and not move.words:
        if draft.conversation.snoozed is not None and move.message is None:  # an old card: pressed again
            return _unsnooze(draft, move)
        return answer(draft, move, draft.team_words("team_snooze_when"), _first_times(draft))
    if move.command == MORE:
        return answer(draft, move, draft.team_words("team_snooze_when"), _more_times(draft))
    until = _chosen(draft, move)
    if until is None:
        raise HandoverError(draft.team_words("team_snooze_how"))
    return _snooze(draft, move, until)


def _chosen(draft: Draft, move: Move) -> datetime | None:
    if move.command.startswith(FOR):
        return draft.now + int(move.command.removeprefix(FOR)) * _MINUTE
    if move.command.startswith(UNTIL):
        return datetime.fromtimestamp(int(move.command.removeprefix(UNTIL)) * 60, UTC)
    standards = draft.context.catalogue.standards
    return snooze_times.read(move.words, _calendar(draft), draft.now, standards.default_language)


def _snooze(draft: Draft, move: Move, until: datetime) -> str:
    """Let it rest until then, if that is possible; otherwise say what is."""
    if until < draft.now + snooze_times.SHORTEST or until > draft.now + snooze_times.LONGEST:
        raise HandoverError(draft.team_words("team_snooze_how"))
    latest = _latest(draft)
    if latest is not None and until > latest:
        return answer(draft, move, _refusal(draft, latest), _first_times(draft))
    chosen(draft, move)
    conversation = draft.conversation
    draft.change(snoozed=Snooze(until, draft.now, move.agent))
    if conversation.phase is Phase.WAITING and conversation.assigned is None:
        draft.change(assigned=move.agent)
    draft.set_due(_id(draft), DueKind.SNOOZE, until)
    draft.record("snoozed", by=move.by, until=until.isoformat())
    case.show_card(draft)
    waits = conversation.phase is Phase.HUMAN and answering.unanswered_since(conversation) is not None
    key = "team_snoozed_waiting" if waits else "team_snoozed"
    return answer(draft, move, draft.team_words(key, until=clock(draft, until)))


def _latest(draft: Draft) -> datetime | None:
    """Until when the case may rest: after that the customer would be told a new time. None: nothing is promised."""
    standing = draft.conversation.promise
    return promise.at_risk_time(standing, draft.context.catalogue.standards) if standing else None


def _refusal(draft: Draft, latest: datetime) -> str:
    standing = draft.conversation.promise
    assert standing is not None
    by = case.promised(draft, standing)
    if latest < draft.now + snooze_times.SHORTEST:
        return draft.team_words("team_snooze_too_near", by=by)
    return draft.team_words("team_snooze_beyond", by=by, until=clock(draft, latest))


# --- awake again ------------------------------------------------------------------------------------------------------


def _unsnooze(draft: Draft, move: Move) -> str:
    if draft.conversation.snoozed is None:
        raise HandoverError(draft.team_words("team_not_snoozed"))
    end(draft, move.by)
    case.show_card(draft)
    return answer(draft, move, draft.team_words("team_unsnoozed"))


def end(draft: Draft, by: str) -> None:
    """It rests no longer, and nobody needs to be told. Does nothing where it didn't."""
    if draft.conversation.snoozed is not None:
        draft.change(snoozed=None)
        draft.settle(_id(draft))
        draft.record("woken", by=by)


def ring(draft: Draft) -> None:
    """It has rested for as long as it was to: whoever let it rest hears so, and whoever has it by now."""
    snoozed = draft.conversation.snoozed
    if snoozed is None or snoozed.until > draft.now:
        return
    _wake(draft, snoozed, "team_woken")


def interrupt(draft: Draft) -> None:
    """The customer has written: it rests no longer, whenever it was to wake."""
    if draft.conversation.snoozed is not None:
        _wake(draft, draft.conversation.snoozed, "team_woken_by_customer")


def fit(draft: Draft) -> None:
    """Something is promised anew: what would rest beyond that rests no longer."""
    snoozed, latest = draft.conversation.snoozed, _latest(draft)
    if snoozed is not None and latest is not None and snoozed.until > latest:
        _wake(draft, snoozed, "team_woken_by_promise")


def _wake(draft: Draft, snoozed: Snooze, key: str) -> None:
    end(draft, CUSTOMER_NAME if key == "team_woken_by_customer" else BOT_NAME)
    people = _to_call(draft, snoozed)
    if people:
        assignment.call(draft, people, key)
    else:
        draft.to_case(Text(draft.team_words(key, people=snoozed.by.name)), Lane.AGENT)
    if people and all(person.away for person in people):
        escalation.alert(draft, draft.team_words("team_woken_away", agent=people[0].name))
    case.show_card(draft)


def _to_call(draft: Draft, snoozed: Snooze) -> list[Person]:
    ids = dict.fromkeys((snoozed.by.id, holder_of(draft.conversation) or 0))
    found = (draft.context.roster.person(each) for each in ids)
    return [person for person in found if person is not None]


def _id(draft: Draft) -> str:
    return f"snooze:{draft.conversation.id}"


# --- times to choose from ---------------------------------------------------------------------------------------------


def _first_times(draft: Draft) -> Keyboard:
    """A short while, tomorrow, or another time; what a promise leaves no room for is not offered."""
    latest = _latest(draft)
    spans = [span for span in snooze_times.SOON if latest is None or draft.now + span <= latest]
    found = [_button(draft, _span_words(draft, span), f"{FOR}{span // _MINUTE}") for span in spans]
    morning = snooze_times.tomorrow(_calendar(draft), draft.now)
    found += [_until(draft, at) for at in (morning,) if latest is None or at <= latest]
    last = _rounded(latest) if latest is not None else None
    if last is not None and last > draft.now + snooze_times.SHORTEST:
        found.append(_until(draft, last))
    if any(latest is None or at <= latest for at in snooze_times.offered(_calendar(draft), draft.now)):
        found.append(_button(draft, draft.team_words("team_button_snooze_more"), MORE))
    return buttons.rows_of(found)


def _more_times(draft: Draft) -> Keyboard:
    latest = _latest(draft)
    times = snooze_times.offered(_calendar(draft), draft.now)
    found = [_until(draft, at) for at in times if latest is None or at <= latest]
    return buttons.rows_of(found)


def _until(draft: Draft, at: datetime) -> Button:
    label = draft.team_words("team_button_snooze_until", until=clock(draft, at))
    return _button(draft, label, f"{UNTIL}{int(at.timestamp()) // 60}")


def _button(draft: Draft, label: str, command: str) -> Button:
    return buttons.button(draft, label, command)


def _span_words(draft: Draft, span: timedelta) -> str:
    return words.length(draft.context.catalogue.standards.default_language, span)


def _rounded(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % _GRAIN, second=0, microsecond=0)


def _calendar(draft: Draft) -> Calendar:
    return teams.calendar_of(draft.conversation, draft.context.catalogue.standards)


def clock(draft: Draft, at: datetime) -> str:
    """A time as the team's clock shows it, with its day."""
    standards = draft.context.catalogue.standards
    zone = ZoneInfo(standards.zone)
    return words.moment(standards.default_language, at.astimezone(zone), draft.now.astimezone(zone))
