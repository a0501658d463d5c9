"""What colleagues in charge are told, and the case that becomes a supervisor's own."""

from __future__ import annotations

from bot.core import assignment, links
from bot.core.draft import Draft
from bot.core.outgoing import Lane, Text
from bot.core.people import Person
from bot.core.roster import holder_of
from bot.core.title import subject_of


def alert(draft: Draft, text: str) -> None:
    """Tell the team that ``text`` is so, calling its supervisors; in private too, those who have started the bot."""
    draft.to_case(Text(text), Lane.AGENT)
    people = draft.context.roster.supervisors(draft.conversation.agents_chat)
    if people:
        assignment.call(draft, people, "team_supervisors")
        draft.record("alerted", people=", ".join(person.name for person in people))
    for person in people:
        _tell(draft, person, text)


def hand_up(draft: Draft, text: str) -> None:
    """As :func:`alert`, but the case becomes one supervisor's by name: of those who are there, who has least to do.

    A supervisor who has it already keeps it.
    """
    roster = draft.context.roster
    people = roster.supervisors(draft.conversation.agents_chat)
    draft.to_case(Text(text), Lane.AGENT)
    if not people:
        return
    holder = holder_of(draft.conversation)
    person = min(people, key=lambda each: (each.id != holder, roster.in_hand(each.id), each.id))
    assignment.give(draft, person, "team_handed_up")
    _tell(draft, person, text)


def _tell(draft: Draft, person: Person, text: str) -> None:
    conversation = draft.conversation
    subject = subject_of(conversation, draft.context.catalogue)
    told = draft.team_words("team_private", customer=conversation.customer.name, subject=subject, text=text)
    draft.to_colleague(person, f"{told}\n{links.case_link(conversation.agents_chat, conversation.topic_id)}".strip())
