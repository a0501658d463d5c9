"""The board of an agents' group: one message that shows its queue, who is there and who is not."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import linked, queue, words
from bot.core.conversation import Conversation
from bot.core.draft import Context
from bot.core.outgoing import Text
from bot.core.people import Person


def board(group: int, cases: Iterable[Conversation], context: Context) -> Text:
    """What the board of ``group`` shows now, of its ``cases``. One message, whatever there is to show."""
    found = queue.entries(cases, context.now)
    head = "\n".join([queue.counts(found, context), *_people(group, context)])
    if found:
        body = "\n".join(queue.shown(found, context, linked.LIMIT - linked.units(head) - 2))
    else:
        body = _said(context, "team_queue_empty")
    text, entities = linked.parsed(f"{head}\n\n{body}")
    return Text(text, entities=entities)


def title(context: Context) -> str:
    """What its topic is called."""
    return _said(context, "team_board_title")


def _people(group: int, context: Context) -> list[str]:
    roster = context.roster
    there = roster.present(group, context.now)
    away = [person for person in roster.of(group) if person.away]
    lines = [_said(context, "team_board_there", people=_named(there)) if there else _said(context, "team_board_nobody")]
    return [*lines, _said(context, "team_board_away", people=_named(away))] if away else lines


MOST_NAMES = 20
"""Colleagues named in a row."""


def _named(people: list[Person]) -> str:
    names = sorted(linked.clean(person.name) for person in people)
    return ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")


def _said(context: Context, key: str, **values: object) -> str:
    return words.render(context.catalogue, context.catalogue.standards.default_language, key, **values)
