"""Who our colleagues are, what each has in hand, and what they may say about themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError

from bot.core.conversation import Conversation, Phase
from bot.core.errors import HandoverError
from bot.core.people import Agent, Person, Role

COMMANDS = frozenset({"away", "back", "languages", "capacity"})
"""What colleagues say about themselves, in their group or to the bot in private."""

KNOWN_FOR = timedelta(days=7)
"""Who has not been seen in a group for this long is given nothing there."""

SEEN_ANEW = timedelta(hours=1)
"""That someone is still there is noted at most this often."""

MOST_CASES = 1000


class Roster:
    """All colleagues, and the open cases that each of them has or is to take."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = {person.id: person for person in people}
        self._holder: dict[str, int] = {}
        self._in_hand: dict[int, int] = {}
        self._given_at: dict[int, datetime] = {}

    def know(self, person: Person) -> None:
        """Someone new, or news of someone."""
        self._people[person.id] = person

    def note(self, conversation: Conversation, now: datetime) -> None:
        """A conversation is now as it is: who has it, and who has it no more."""
        holder = holder_of(conversation)
        before = self._holder.get(conversation.id)
        if before is not None:
            self._in_hand[before] -= 1
            del self._holder[conversation.id]
        if holder is not None:
            self._holder[conversation.id] = holder
            self._in_hand[holder] = self._in_hand.get(holder, 0) + 1
            if holder != before:
                self._given_at[holder] = now

    def person(self, id: int) -> Person | None:
        """The colleague with this Telegram user id."""
        return self._people.get(id)

    @property
    def everybody(self) -> list[Person]:
        """All of them, in no promised order."""
        return list(self._people.values())

    def of(self, group: int | None) -> list[Person]:
        """All who belong to a group, by name."""
        found = (person for person in self._people.values() if group in person.groups or person.leads(group))
        return sorted(found, key=lambda person: (person.name, person.id))

    def in_hand(self, id: int) -> int:
        """How many open cases a colleague has or is to take."""
        return self._in_hand.get(id, 0)

    def given_at(self, id: int) -> datetime | None:
        """When a colleague was last given a case, or took one; None: not since we started."""
        return self._given_at.get(id)

    def present(self, group: int | None, now: datetime) -> list[Person]:
        """Those who work in a group, were seen there lately and are not away; in no promised order."""
        return [
            person
            for person in self._people.values()
            if group in person.groups and not person.away and person.seen_at and now - person.seen_at < KNOWN_FOR
        ]

    @property
    def away(self) -> frozenset[int]:
        """Those who have said that they are not there, by id."""
        return frozenset(person.id for person in self._people.values() if person.away)

    def supervisors(self, group: int | None) -> list[Person]:
        """The supervisors of a group who are there; if all are away, all of them. By id."""
        found = sorted((p for p in self._people.values() if p.leads(group)), key=lambda person: person.id)
        return [person for person in found if not person.away] or found


def holder_of(conversation: Conversation) -> int | None:
    """Who has an open case, or is to take it."""
    if conversation.phase is Phase.HUMAN and conversation.agent is not None:
        return conversation.agent.id
    if conversation.phase is Phase.WAITING and conversation.assigned is not None:
        return conversation.assigned.id
    return None


def seen(known: Person | None, agent: Agent, group: int, now: datetime) -> Person:
    """``agent`` does something in ``group``: what we know of them from now on; as before, if that is nothing new."""
    before = known or Person(agent.id, agent.name)
    supervises = group in before.supervises or agent.role is not Role.AGENT
    fresh = before.seen_at is not None and now - before.seen_at < SEEN_ANEW
    return replace(
        before,
        name=agent.name,
        username=agent.username or before.username,
        role=agent.role,
        groups=before.groups if group in before.groups else (*before.groups, group),
        supervises=(*before.supervises, group) if supervises and group not in before.supervises else before.supervises,
        seen_at=before.seen_at if fresh else now,
    )


def belongs(known: Person | None, group: int, now: datetime) -> bool:
    """Whether we know that somebody belongs to a group: they have done something there lately."""
    return known is not None and group in known.groups and known.seen_at is not None and now - known.seen_at < KNOWN_FOR


def without_lead(known: Person, group: int) -> Person:
    """``known``, who administers ``group`` no more; whether they still belong to it is another matter."""
    supervises = tuple(each for each in known.supervises if each != group)
    return replace(known, supervises=supervises, role=known.role if supervises else Role.AGENT)


def stands(known: Person, group: int, role: Role | None) -> Person:
    """What Telegram says ``known`` is in ``group`` now; None: they belong to it no more."""
    groups = tuple(each for each in known.groups if each != group)
    supervises = tuple(each for each in known.supervises if each != group)
    if role is None:
        appointed = tuple(each for each in known.appointed if each != group)
        return replace(known, groups=groups, supervises=supervises, appointed=appointed)
    leads = role is not Role.AGENT or known.role is Role.ADMIN
    return replace(
        known,
        role=known.role if known.role is Role.ADMIN else role,
        groups=(*groups, group),
        supervises=(*supervises, group) if leads else supervises,
    )


def told(person: Person, command: str, words: str) -> Person:
    """What we know of ``person`` after they have said ``command`` (of :data:`COMMANDS`) with ``words`` behind it.

    Raises HandoverError, naming the key of the reply that says what is wrong.
    """
    match command:
        case "away":
            return replace(person, away=True)
        case "back":
            return replace(person, away=False)
        case "languages":
            return replace(person, languages=_languages(words))
        case _:
            return replace(person, capacity=_capacity(words))


def _languages(words: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(words.replace(",", " ").split()))
    try:
        for code in codes:
            Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise HandoverError("team_languages_how") from error
    return codes


def _capacity(words: str) -> int:
    if not words.isascii() or not words.isdecimal() or int(words) > MOST_CASES:
        raise HandoverError("team_capacity_how")
    return int(words)
