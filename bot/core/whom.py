"""Who is meant by what an agent types: a team, or a colleague by any of their names."""

from __future__ import annotations

from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.moves import Move
from bot.core.people import Person
from bot.core.roster import KNOWN_FOR

ME = "me"


def team_named(draft: Draft, words: str) -> tuple[str | None, str]:
    """The team that ``words`` begin with, if they do, and what stands behind it."""
    first, _, rest = words.partition(" ")
    names = draft.context.catalogue.standards.teams
    return next((one for one in names if one.casefold() == first.casefold()), None), rest


def person_named(draft: Draft, move: Move) -> tuple[Person, str]:
    """The colleague that the command names, and what stands behind the name.

    They are mentioned, or their @username is given, or their whole name, or their first name if it is theirs alone.
    Raises HandoverError that says who may be named.
    """
    words, known = move.words, _known(draft)
    first, _, rest = words.partition(" ")
    if first.casefold() == ME:
        agent = move.agent
        return draft.context.roster.person(agent.id) or Person(agent.id, agent.name, agent.username), rest
    mentioned = draft.context.roster.person(_mentioned(move))
    for person in [mentioned] if mentioned else sorted(known, key=lambda one: -len(one.name)):
        if f"{words} ".casefold().startswith(f"{person.name} ".casefold()):
            return person, words[len(person.name) :].strip()
    if mentioned:
        return mentioned, rest
    wanted = first.removeprefix("@").casefold()
    found = [one for one in known if wanted in (one.name.casefold().partition(" ")[0], (one.username or "").casefold())]
    if len(found) != 1:
        raise HandoverError(to_choose_from(draft))
    return found[0], rest


def _known(draft: Draft) -> list[Person]:
    """Colleagues who work with us still, as far as we can see."""
    people = draft.context.roster.everybody
    return [one for one in people if one.seen_at is None or draft.now - one.seen_at < KNOWN_FOR]


def _mentioned(move: Move) -> int:
    """Who has no username is mentioned by their id."""
    found = (one.user_id for one in (move.message.entities if move.message else ()) if one.type == "text_mention")
    return next(found, 0)


def to_choose_from(draft: Draft) -> str:
    """Says who may be named: the teams, and those who are there."""
    roster, conversation = draft.context.roster, draft.conversation
    names = sorted(one.label for one in roster.present(conversation.agents_chat, draft.now))
    listed = ", ".join((*draft.context.catalogue.standards.teams, *names))
    return draft.team_words("team_transfer_who", names=listed)
