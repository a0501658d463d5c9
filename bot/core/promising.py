"""The life of a promise within its conversation: given, reminded of, kept, moved, broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import answering, assignment, case, escalation, hours, offers, promise, snoozing, teams, words
from bot.core.content import Intent
from bot.core.conversation import Phase, Promise, PromiseState, Way
from bot.core.draft import Draft
from bot.core.forecast import Expectation
from bot.core.outgoing import Lane, Text
from bot.core.people import BOT_NAME, CUSTOMER_NAME
from bot.core.quoting import Honest, Wish, honest, wait_now
from bot.core.roster import holder_of
from bot.core.step import DueKind
from bot.core.understanding import Severity

BROKEN = "broken"
"""The reason of the promise that is given when another one was broken."""

PHONE = "phone"
"""The slot that holds the number to call."""

MOST_MARKS = 10
"""A promise has at most this many reminders."""


def give(
    draft: Draft, intent: Intent | None, reason: str, severity: Severity | None = None, way: Way = Way.HERE
) -> str:
    """Promise a human, and have it watched. Returns the sentence that says so to the customer.

    A conversation that has an open promise keeps it: the same time is said again. ``severity`` goes before that of
    the conversation.
    """
    standing = draft.conversation.promise
    if standing is not None:
        return sentence(draft, standing)
    rule = intent.human if intent else None
    team = (rule.team if rule else None) or draft.context.catalogue.standards.default_team
    found = _quote(draft, severity or draft.conversation.severity, rule.within if rule else None, team, reason)
    quote = found.quote
    given = _add(draft, replace(quote.promise, way=way), found.expectation)
    draft.change(phase=Phase.WAITING, clarification=None)
    if way is Way.CALL:
        return sentence(draft, given)
    calendar = promise.calendar_named(draft.context.catalogue.standards, given.calendar)
    closed = quote.closed and not hours.is_open(calendar, draft.now)
    key = "promise_closed" if closed else "promise_busy" if quote.busy else "promise"
    return draft.words(key, by=given.quoted)


def _quote(draft: Draft, severity: Severity, within: timedelta | None, team: str, reason: str) -> Honest:
    wish = Wish(draft.conversation.kind, severity, within, team, reason)
    context = draft.context
    away = context.roster.away
    return honest(wish, context.catalogue.standards, context.workload, draft.now, id=_next_id(draft), away=away)


def sentence(draft: Draft, standing: Promise, key: str = "promise") -> str:
    """What was promised, as it reads now: "A colleague will reply to you here by 16:30 today."

    ``key`` says it, or that with ``_call`` behind it where a call was promised.
    """
    by = said(draft, standing)
    if standing.way is Way.HERE:
        return draft.words(key, by=by)
    return draft.words(f"{key}_call", by=by, phone=draft.conversation.slots.get(PHONE, ""))


def exchange(draft: Draft, *, way: Way | None = None, window: tuple[datetime, datetime] | None = None) -> Promise:
    """The customer would rather have the open promise another way, or at another time."""
    standing = draft.conversation.promise
    assert standing is not None
    ended, successor = promise.exchange(standing, draft.now, id=_next_id(draft), way=way, window=window)
    _end(draft, ended, CUSTOMER_NAME)
    return _add(draft, successor)


def renew(draft: Draft, cancelled: Promise) -> Promise:
    """Promise anew what the customer had cancelled, by the time that was said then."""
    again = replace(
        cancelled,
        id=_next_id(draft),
        made_at=draft.now,
        state=PromiseState.OPEN,
        ended_at=None,
        ended_by=None,
        moved_from=None,
        instead_of=cancelled.id,
    )
    return _add(draft, again)


def keep(draft: Draft, by: str, *, called: bool = False) -> None:
    """A human has come back to the customer: an open promise is kept by that. A call is kept by calling alone."""
    standing = draft.conversation.promise
    if standing is None or (standing.way is Way.CALL and not called):
        return
    _end(draft, promise.keep(standing, draft.now, by), by)


def stand_again(draft: Draft) -> None:
    """The words that had kept the last promise never reached the customer: it stands, and is watched, as before."""
    kept = draft.conversation.promises[-1]
    standing = promise.stand_again(kept)
    draft.change(promises=(*draft.conversation.promises[:-1], standing))
    _watch(draft, standing)
    kept_at = (kept.ended_at or draft.now).isoformat()
    draft.record("stands_again", promise=standing.id, kept_at=kept_at, kept_by=kept.ended_by)


def void(draft: Draft, by: str) -> None:
    """The words that had kept the last promise never reached the customer, and no others will: ``by`` has ended it."""
    standing = promise.stand_again(draft.conversation.promises[-1])
    _end(draft, promise.cancel(standing, draft.now, by), by)


def withdraw(draft: Draft, by: str) -> None:
    """The case is closed by ``by``: an open promise that no words of a colleague have kept ends as cancelled."""
    standing = draft.conversation.promise
    if standing is not None:
        _end(draft, promise.cancel(standing, draft.now, by), by)


def hand_on(draft: Draft, team: str, by: str) -> None:
    """The case is another team's from now on, and so is the promise that stands: the time is what it was."""
    standing = draft.conversation.promise
    if standing is None or standing.team == team:
        return
    draft.change(promises=(*draft.conversation.promises[:-1], replace(standing, team=team)))
    draft.record("handed_on", by=by, promise=standing.id, team=team, before=standing.team)


def watch_untaken(draft: Draft) -> None:
    """The case waits for a colleague, and nothing is promised whose clock would call one: see that it is taken."""
    if draft.conversation.promise is None:
        _nag_later(draft)


def remind(draft: Draft) -> None:
    """Nudge the team that a promise is running out."""
    standing = draft.conversation.promise
    if standing is None:
        return
    left = words.span(draft.context.catalogue.standards.default_language, standing.due_at - draft.now)
    by = case.promised(draft, standing)
    person = draft.context.roster.person(holder_of(draft.conversation) or 0)
    if person is None:
        draft.to_case(Text(draft.team_words("team_remind", by=by, left=left)), Lane.AGENT)
    else:
        assignment.call(draft, [person], "team_remind_you", by=by, left=left)
    draft.record("reminded", promise=standing.id)
    if draft.conversation.phase is Phase.WAITING and draft.conversation.snoozed is None:
        assignment.give_to_another(draft)
    case.show_card(draft)


def at_risk(draft: Draft) -> None:
    """The promise is about to break: move it, once, and tell customer and team. A second slip is a supervisor's."""
    standing = draft.conversation.promise
    if standing is None:
        return
    if standing.due_at <= draft.now:  # we were not running in time to move it
        fall_due(draft)
        return
    if standing.moved_from is not None:
        draft.record("at_risk", promise=standing.id)
        escalation.hand_up(draft, draft.team_words("team_at_risk", by=case.promised(draft, standing)))
        case.show_card(draft)
        return
    standards = draft.context.catalogue.standards
    wait = wait_now(standing, standards, draft.context.workload, draft.now, draft.context.roster.away)
    moved, successor = promise.move(standing, standards, draft.now, id=_next_id(draft), forecast=wait)
    _end(draft, moved, BOT_NAME)
    given = _add(draft, successor)
    old = said(draft, standing)
    if given.quoted != old:
        draft.say(draft.words("moved", by=given.quoted, old=old), offers.buttons(draft), Lane.PROMISE)
    old, new = case.promised(draft, standing), case.promised(draft, given)
    escalation.alert(draft, draft.team_words("team_moved", old=old, by=new))
    case.show_card(draft)


def fall_due(draft: Draft) -> None:
    """The time is up and nobody came: the promise is broken, and the customer hears it from us."""
    standing = draft.conversation.promise
    if standing is None:
        return
    _end(draft, promise.break_(standing, draft.now), BOT_NAME)
    if standing.reason == BROKEN:
        draft.say(draft.words("broken_again"), lane=Lane.PROMISE)
        _nag_later(draft)
    else:
        given = _amends(draft, standing)
        draft.say(draft.words("broken", by=given.quoted), offers.buttons(draft), Lane.PROMISE)
    escalation.hand_up(draft, draft.team_words("team_broken", by=case.promised(draft, standing)))
    case.show_card(draft)


def nag(draft: Draft) -> None:
    """No time is promised any more, and still nobody has come: tell the team, again and again."""
    conversation = draft.conversation
    if conversation.phase not in (Phase.WAITING, Phase.HUMAN) or conversation.promise is not None:
        return
    if conversation.phase is Phase.HUMAN and answering.unanswered_since(conversation) is None:
        return
    escalation.alert(draft, _nagging(draft))
    draft.record("nagged")
    _nag_later(draft)


def _nagging(draft: Draft) -> str:
    """Nobody has come after broken promises, or nobody of those whom the case was passed on to."""
    last = draft.conversation.promises[-1] if draft.conversation.promises else None
    passed = draft.conversation.passed
    if passed is not None and (last is None or last.state is not PromiseState.BROKEN):
        return draft.team_words("team_untaken", team=passed.team)
    return draft.team_words("team_nag")


def _nag_later(draft: Draft) -> None:
    standards = draft.context.catalogue.standards
    team = teams.team_of(draft.conversation, standards)
    within = standards.promises.urgent
    _, name = promise.standard_for(
        standards, kind=draft.conversation.kind, severity=Severity.URGENT, within=None, team=team
    )
    at = hours.add_open_time(promise.calendar_named(standards, name), draft.now, within)
    draft.set_due(f"nag:{draft.conversation.id}", DueKind.REMIND, at)


def _amends(draft: Draft, broken: Promise) -> Promise:
    """What we promise after breaking one: as for something urgent."""
    found = _quote(draft, Severity.URGENT, None, broken.team, BROKEN)
    return _add(draft, replace(found.quote.promise, moved_from=broken.id, way=broken.way), found.expectation)


def _next_id(draft: Draft) -> str:
    return f"{draft.conversation.id}/{len(draft.conversation.promises) + 1}"


def _add(draft: Draft, new: Promise, expectation: Expectation | None = None) -> Promise:
    given = replace(new, quoted=said(draft, new))
    draft.change(promises=(*draft.conversation.promises, given))
    snoozing.fit(draft)
    _watch(draft, given)
    draft.record(
        "promised",
        promise=given.id,
        due_at=given.due_at.isoformat(),
        quoted=given.quoted,
        reason=given.reason,
        team=given.team,
        severity=draft.conversation.severity.value,
        moved_from=given.moved_from,
        expected_taken=expectation.taken if expectation else None,
        expected_pace=expectation.pace.total_seconds() if expectation else None,
        instead_of=given.instead_of,
        not_before=given.not_before.isoformat() if given.not_before else None,
        way=given.way.value,
    )
    return given


def _watch(draft: Draft, standing: Promise) -> None:
    """Have the clock ring at what is still to come of its marks, and at its end."""
    standards = draft.context.catalogue.standards
    for place, at in enumerate(promise.remind_times(standing, standards)[:MOST_MARKS]):
        if at >= draft.now:
            draft.set_due(f"remind:{standing.id}:{place}", DueKind.REMIND, at, standing.id)
    draft.set_due(f"at_risk:{standing.id}", DueKind.AT_RISK, promise.at_risk_time(standing, standards), standing.id)
    draft.set_due(f"promise:{standing.id}", DueKind.PROMISE, standing.due_at, standing.id)


def _end(draft: Draft, ended: Promise, by: str) -> None:
    draft.change(promises=(*draft.conversation.promises[:-1], ended))
    marks = range(MOST_MARKS)
    draft.settle(f"at_risk:{ended.id}", f"promise:{ended.id}", *(f"remind:{ended.id}:{place}" for place in marks))
    late = max((ended.ended_at or draft.now) - ended.due_at, timedelta(0))
    draft.record(ended.state.value, by=by, promise=ended.id, late_seconds=round(late.total_seconds(), 3))


def said(draft: Draft, given: Promise) -> str:
    """The promise's time as the customer reads it now, in their language and zone."""
    catalogue = draft.context.catalogue
    zone = draft.conversation.customer.zone or catalogue.standards.zone
    return words.promised(catalogue, draft.conversation.language, given, draft.now, zone)
