"""To whom a waiting case is given, and when it is given to somebody else."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core import hours, promise
from bot.core.content import Assign
from bot.core.conversation import Phase
from bot.core.draft import Draft
from bot.core.outgoing import Lane, Mention, Text
from bot.core.people import Agent, Person
from bot.core.roster import Roster, holder_of
from bot.core.step import DueKind

_NEVER = datetime.min.replace(tzinfo=UTC)


def give_out(draft: Draft) -> None:
    """Give a waiting case to a colleague who is there. When we are closed, that is done once we open.

    Nothing is given out where the standards say so, or where the case has somebody already.
    """
    conversation, standards = draft.conversation, draft.context.catalogue.standards
    standing = conversation.promise
    if standards.assign is Assign.NONE or conversation.phase is not Phase.WAITING or standing is None:
        return
    if conversation.assigned is not None or conversation.with_lone_agent:
        return
    calendar = promise.calendar_named(standards, standing.calendar)
    if not hours.is_open(calendar, draft.now):
        draft.set_due(f"assign:{conversation.id}", DueKind.ASSIGN, hours.next_open(calendar, draft.now))
        return
    found = choose(draft)
    if found is not None:
        give(draft, found, "team_assigned")


def give_to_another(draft: Draft) -> bool:
    """Whoever has the case, or is to take it, does not come to it: give it to another, if there is one."""
    if draft.context.catalogue.standards.assign is Assign.NONE:
        return False
    before = draft.conversation.agent if draft.conversation.phase is Phase.HUMAN else draft.conversation.assigned
    found = choose(draft)
    if found is None:
        return False
    give(draft, found, "team_reassigned" if before else "team_assigned", before=before.name if before else "")
    return True


def choose(draft: Draft) -> Person | None:
    """Who should have the case: somebody who is there, has room, and does not have it now.

    Best who knows the customer from last time, then who serves their language, then as the standards say.
    """
    conversation, context = draft.conversation, draft.context
    if conversation.with_lone_agent:
        return None  # there is nobody to choose from
    roster, standards = context.roster, context.catalogue.standards
    holder = holder_of(conversation)
    able = [
        person
        for person in roster.present(conversation.agents_chat, draft.now)
        if person.id != holder and roster.in_hand(person.id) < _room(person, standards.capacity)
    ]

    def fitness(person: Person) -> tuple[object, ...]:
        knows = conversation.last_agent is not None and conversation.last_agent.id == person.id
        return not knows, _foreign(person, conversation.language), *_turn(roster, standards.assign, person), person.id

    return min(able, key=fitness, default=None)


def _room(person: Person, usual: int) -> int:
    return usual if person.capacity is None else person.capacity


def _foreign(person: Person, language: str) -> int:
    """0: they say that they serve this language; 1: they have not said what they serve; 2: others only."""
    if not person.languages:
        return 1
    return 0 if language in person.languages else 2


def _turn(roster: Roster, assign: Assign, person: Person) -> tuple[object, ...]:
    last = roster.given_at(person.id) or _NEVER
    return (last,) if assign is Assign.ROUND_ROBIN else (roster.in_hand(person.id), last)


def give(draft: Draft, person: Person, key: str, **values: object) -> None:
    """Give the case to ``person``, and call them: ``key`` is what to say. The customer hears of it when they write."""
    agent = Agent(person.id, person.name, person.role, person.username)
    if draft.conversation.phase is Phase.HUMAN:
        draft.change(agent=agent)
    else:
        draft.change(assigned=agent)
    draft.record("assigned", agent=f"{person.name} ({person.id})")
    call(draft, [person], key, **values)


def call(draft: Draft, people: list[Person], key: str, **values: object) -> None:
    """Say something in the case's topic to ``people``: the reply ``key`` has their names as ``{people}``."""
    named = ", ".join(person.label for person in people)
    mentions = tuple(Mention(person.id, person.label) for person in people)
    draft.to_case(Text(draft.team_words(key, people=named, **values), mentions=mentions), Lane.AGENT)
