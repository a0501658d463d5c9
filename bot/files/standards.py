"""standards.yml -> the service standards: languages, calendars, promises, teams, and how sure the bot must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from bot.core.content import ALWAYS, Calendar, PromiseStandards, Standards, Team, Thresholds, Topics
from bot.core.understanding import Kind
from bot.files.calendars import read_calendars, read_zone
from bot.files.folder import INTENTS, STANDARDS, Snapshot
from bot.files.intents import WrittenIntent
from bot.files.problem import Place, Report, did_you_mean
from bot.files.shapes import PromisesShape, StandardsShape
from bot.files.shaping import shaped
from bot.files.tree import Node, read_tree

DEFAULT_TEAM = "support"


class WrittenStandards:
    """standards.yml as it was read: its shape, and the places of its keys. Absent or empty, all has its default."""

    def __init__(self, snapshot: Snapshot, report: Report) -> None:
        self.node = Node(Place(STANDARDS), {})
        if STANDARDS in snapshot.files:
            tree = read_tree(STANDARDS, snapshot.files[STANDARDS], report)
            self.node = tree or self.node
        shape = shaped(StandardsShape, self.node, report)
        if shape is None:
            report.doubtful.add(STANDARDS)
        self.shape = shape or StandardsShape()

    def languages(self, snapshot: Snapshot, report: Report) -> list[str]:
        """The languages of the content, the default first: those listed, else those with a folder of intents."""
        if STANDARDS in report.doubtful or not self.shape.languages:
            found = snapshot.languages(INTENTS)
            return sorted((name for name in found if is_language(name)), key=lambda name: (name != "en", name))
        for name, place in zip(self.shape.languages, self.node.places("languages"), strict=True):
            if not is_language(name):
                report.error(place, f"‘{name}’ is not the code of a language. Write it like en, sl, de or pt-BR.")
        return list(dict.fromkeys(name for name in self.shape.languages if is_language(name)))


def is_language(name: str) -> bool:
    """Whether ``name`` is the code of a language, as Unicode's CLDR knows it."""
    try:
        Locale.parse(name, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def read_standards(
    written: WrittenStandards,
    languages: Sequence[str],
    intents: dict[str, WrittenIntent],
    today: date,
    report: Report,
) -> Standards:
    """The standards; what is wrong in them is in the report, and has its default in what is returned."""
    shape, node = written.shape, written.node
    calendars = read_calendars(shape, node, today, report)
    default = _default_calendar(shape, node, calendars, report)
    teams = _teams(shape, node, intents, calendars, default, report)
    _check_order(written, report)
    return Standards(
        languages=tuple(languages),
        zone=read_zone(shape.zone, node.at(("zone",)).place, report) or calendars[default].zone,
        calendars=calendars,
        promises=_promises(shape.promises, default),
        teams=teams,
        default_team=_default_team(shape, node, teams, report),
        acknowledge=shape.acknowledge,
        gather=shape.gather,
        gather_at_most=max(shape.gather, shape.gather_at_most),
        idle=shape.idle,
        thresholds=Thresholds(**shape.confidence.model_dump()),
        assign=shape.assign,
        capacity=shape.capacity,
        answer_again=shape.answer_again,
        reopen=shape.reopen,
        survey=shape.survey,
        follow_up={kind: span for kind, span in shape.follow_up.model_dump().items() if span is not None},
        quiet=shape.quiet,
        topics=Topics(shape.topics.returning, shape.topics.archive_after),
        tags=tuple(dict.fromkeys(shape.tags)),
        currency=shape.currency,
    )


def _default_calendar(shape: StandardsShape, node: Node, calendars: dict[str, Calendar], report: Report) -> str:
    """The one that ``promises`` names, else the first one, else the one that is always open."""
    named = shape.promises.calendar
    if named is None:
        return next(iter(shape.calendars), ALWAYS)
    if named in calendars:
        return named
    _tell_unknown("calendar", named, node.at(("promises", "calendar")).place, calendars, report)
    return ALWAYS


def _promises(shape: PromisesShape, calendar: str) -> PromiseStandards:
    spans: dict[str, timedelta] = {kind.value: getattr(shape, kind.value) for kind in Kind}
    return PromiseStandards(
        by_kind=spans,
        urgent=shape.urgent,
        calendar=calendar,
        never_beyond=shape.never_beyond,
        round_to=shape.round_to,
        margin=shape.margin,
        confidence=shape.confidence,
        remind_at=tuple(shape.remind_at),
    )


def _teams(
    shape: StandardsShape,
    node: Node,
    intents: dict[str, WrittenIntent],
    calendars: dict[str, Calendar],
    default: str,
    report: Report,
) -> dict[str, Team]:
    """The teams declared; where there are none, those that intents name."""
    named = [
        (written.intent.human.team, written.place_of("human", "team"))
        for written in intents.values()
        if written.intent and written.intent.human and written.intent.human.team
    ]
    if shape.teams is None:
        names = dict.fromkeys([shape.team or DEFAULT_TEAM, *(name for name, _ in named)])
        return {name: Team(name, default) for name in names}
    for name, place in named:
        if name not in shape.teams and STANDARDS not in report.doubtful:
            _tell_unknown("team", name, place, shape.teams, report)
    for name, team in shape.teams.items():
        if team.calendar and team.calendar not in calendars:
            _tell_unknown("calendar", team.calendar, node.at(("teams", name, "calendar")).place, calendars, report)
    return {
        name: Team(name, team.calendar if team.calendar in calendars else default, team.on_duty)
        for name, team in shape.teams.items()
    }


def _default_team(shape: StandardsShape, node: Node, teams: dict[str, Team], report: Report) -> str:
    if shape.team and shape.team not in teams:
        _tell_unknown("team", shape.team, node.at(("team",)).place, teams, report)
    if not teams:
        report.error(node.at(("teams",)).name_place, "There is no team here. Name at least one: support: {}")
    return shape.team or next(iter(teams), DEFAULT_TEAM)


def _tell_unknown(what: str, name: str, place: Place, known: Iterable[str], report: Report) -> None:
    known = list(known)
    report.error(
        place,
        f"There is no {what} ‘{name}’ in {STANDARDS}.{did_you_mean(name, known)} "
        f"Add it under ‘{what}s’ there, or write one of: {', '.join(known)}.",
    )


def _check_order(written: WrittenStandards, report: Report) -> None:
    """What must not be larger, or later, than something else."""
    shape, node = written.shape, written.node
    shares = shape.promises.remind_at
    if any(later <= earlier for earlier, later in pairwise(shares)) or {0, 1} & set(shares):
        report.error(
            node.at(("promises", "remind_at")).place,
            "The reminders must come one after another, after the beginning and before the end: [50%, 80%].",
        )
    if shape.gather > shape.gather_at_most:
        report.error(
            node.at(("gather",)).place, "‘gather’ is longer than ‘gather_at_most’. Shorten it, or lengthen the other."
        )
    if shape.confidence.ask > shape.confidence.answer:
        report.error(
            node.at(("confidence", "ask")).place,
            "‘ask’ is above ‘answer’: the bot would never ask. Lower it, or raise ‘answer’.",
        )
    for kind in (*Kind, "urgent"):
        if getattr(shape.promises, kind) > shape.promises.never_beyond:
            report.warn(
                node.at(("promises", kind)).place,
                f"‘{kind}’ is longer than ‘never_beyond’, which comes first. Shorten it, or lengthen ‘never_beyond’.",
            )
