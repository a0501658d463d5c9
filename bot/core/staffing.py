"""``/team``: what a supervisor sees of the colleagues of a group, and what they may say on behalf of one.

Who belongs to a group is Telegram's to say, and so is who administers it; admins are those of the settings. Beyond that
a supervisor may appoint further supervisors, and say for a colleague what that one could say: that they are away or
back, which languages they serve, how much they take.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core import roster as rosters
from bot.core import words
from bot.core.conversation import Entity
from bot.core.draft import Context
from bot.core.errors import HandoverError
from bot.core.people import Person, Role


@dataclass(frozen=True, slots=True)
class Asked:
    """``/team`` with the words behind it. ``groups`` are those that it is about; ``entities`` may name someone."""

    words: str
    groups: tuple[int, ...]
    entities: tuple[Entity, ...] = ()


def answer(asked: Asked, context: Context) -> tuple[str, Person | None]:
    """What to answer, and what we know of a colleague from now on, if something was said of one."""
    text = asked.words.partition(" ")[2].strip()
    if not text:
        return _list(asked.groups, context), None
    try:
        changed = _changed(text, asked, context)
    except HandoverError as error:
        return str(error), None
    return _said(context, "team_team_noted", line=_line(changed, asked.groups, context)), changed


def _list(groups: Iterable[int], context: Context) -> str:
    people = {person.id: person for group in groups for person in context.roster.of(group)}
    lines = [_line(person, tuple(groups), context) for person in people.values()]
    return "\n".join([*lines, "", _said(context, "team_team_how")])


def _line(person: Person, groups: tuple[int, ...], context: Context) -> str:
    roster, standards = context.roster, context.catalogue.standards
    role = max((person.role_in(group) for group in groups), key=list(Role).index, default=person.role)
    spoken = ", ".join(words.language_name(code, standards.default_language) for code in person.languages)
    parts = [
        person.name + (f" (@{person.username})" if person.username else ""),
        _said(context, f"team_role_{role.value}"),
        _said(context, "team_team_away" if person.away else "team_team_there"),
        _said(
            context,
            "team_team_load",
            cases=roster.in_hand(person.id),
            room=standards.capacity if person.capacity is None else person.capacity,
        ),
        spoken,
    ]
    return " · ".join(part for part in parts if part)


def _changed(text: str, asked: Asked, context: Context) -> Person:
    """A colleague after what was said of them. Raises HandoverError with what to answer."""
    person, what = _whom(text, asked, context)
    command, _, rest = what.partition(" ")
    groups = tuple(group for group in asked.groups if group in person.all_groups)
    match command.lower():
        case "supervisor":
            return replace(person, appointed=tuple(dict.fromkeys((*person.appointed, *groups))))
        case "agent":
            return _plain(person, groups, context)
        case "admin":
            raise HandoverError(_said(context, "team_team_admin"))
        case name if name in rosters.COMMANDS:
            return _told(person, name, rest.strip(), context)
        case _:
            raise HandoverError(_said(context, "team_team_how"))


def _plain(person: Person, groups: tuple[int, ...], context: Context) -> Person:
    """A supervisor no more, as far as that is ours to say."""
    if person.role is Role.ADMIN:
        raise HandoverError(_said(context, "team_team_admin"))
    if any(group in person.supervises for group in groups):
        raise HandoverError(_said(context, "team_team_telegram", agent=person.name))
    return replace(person, appointed=tuple(group for group in person.appointed if group not in groups))


def _told(person: Person, command: str, rest: str, context: Context) -> Person:
    try:
        return rosters.told(person, command, rest)
    except HandoverError as error:
        raise HandoverError(_said(context, str(error))) from error


def _whom(text: str, asked: Asked, context: Context) -> tuple[Person, str]:
    """Whom it is about, by username, name or a mention, and what is said of them."""
    people = {person.id: person for group in asked.groups for person in context.roster.of(group)}
    for entity in asked.entities:
        if entity.type == "text_mention" and entity.user_id in people:
            raw = asked.words.encode("utf-16-le")
            return people[entity.user_id], raw[2 * (entity.offset + entity.length) :].decode("utf-16-le").strip()
    said = f"{text} ".casefold()
    calls = [(len(call), person) for person in people.values() for call in _calls(person) if said.startswith(call)]
    length = max((length for length, _ in calls), default=0)
    found = {person.id: person for called, person in calls if called == length}
    if len(found) != 1:
        key = "team_team_several" if found else "team_team_unknown"
        raise HandoverError(_said(context, key, agent=text.partition(" ")[0]))
    return found.popitem()[1], text[length:].strip()


def _calls(person: Person) -> set[str]:
    """What a colleague may be called, folded, with the space behind it."""
    names = {name for name in (person.name, words.first_word(person.name), person.username) if name}
    return {f"{at}{name} ".casefold() for name in names for at in ("", "@")}


def _said(context: Context, key: str, **values: object) -> str:
    return words.render(context.catalogue, context.catalogue.standards.default_language, key, **values)
