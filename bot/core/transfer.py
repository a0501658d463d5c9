"""A case goes to another team or another colleague. What was promised goes along, and the customer need not know."""

from __future__ import annotations

from bot.core import assignment, buttons, case, mirror, promising, reach, snoozing, teams, whom
from bot.core.content import Assign
from bot.core.conversation import GONE, Author, Conversation, Media, Message, Passed, Phase, Ref
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage
from bot.core.moves import Move, answer, chosen, require_open
from bot.core.outgoing import Keyboard, Lane, LeaveTopic, React, Text
from bot.core.people import Agent, Person
from bot.core.roster import holder_of
from bot.core.step import Step

TRANSFER = "transfer"
ASSIGN = "assign"
COMMANDS = (TRANSFER, ASSIGN)
"""What may be asked for with a slash."""
TO_TEAM = "team."
TO_PERSON = "person."
"""What the buttons of a choice say: to this team, to the colleague with this id."""

MOVED = "➡"
"""Before the title of a topic that its case has left."""

MOST_PEOPLE = 8
"""So many colleagues are offered on buttons; all others can be named."""


def handles(command: str) -> bool:
    """Whether this is about passing a case on."""
    return command in (TRANSFER, ASSIGN) or command.startswith((TO_TEAM, TO_PERSON))


def carry_out(draft: Draft, move: Move) -> str:
    """Do what is asked; what to tell who asked. Raises HandoverError where it can't be done."""
    require_open(draft)
    if draft.conversation.phase is Phase.BOT:
        raise HandoverError(draft.team_words("team_bot_has_it"))
    if move.command.startswith(TO_TEAM):
        return _to_team(draft, move, move.command.removeprefix(TO_TEAM))
    if move.command.startswith(TO_PERSON):
        person = draft.context.roster.person(int(move.command.removeprefix(TO_PERSON)))
        if person is None:
            raise HandoverError(whom.to_choose_from(draft))
        return _to_person(draft, move, person)
    if not move.words:
        return answer(draft, move, draft.team_words("team_transfer_whom"), _choice(draft, move))
    return _to_named(draft, move)


def _choice(draft: Draft, move: Move) -> Keyboard:
    """Teams, and the colleagues who are there."""
    standards, conversation = draft.context.catalogue.standards, draft.conversation
    here, holder = teams.team_of(conversation, standards), holder_of(conversation)
    others = [] if move.command == ASSIGN else [name for name in standards.teams if name != here]
    found = [buttons.button(draft, f"👥 {name}", f"{TO_TEAM}{name}") for name in others]
    present = [one for one in draft.context.roster.present(conversation.agents_chat, draft.now) if one.id != holder]
    present.sort(key=lambda one: (draft.context.roster.in_hand(one.id), one.name))
    found += [buttons.button(draft, f"👤 {one.name}", f"{TO_PERSON}{one.id}") for one in present[:MOST_PEOPLE]]
    return buttons.rows_of(found)


def _to_named(draft: Draft, move: Move) -> str:
    """To a team or a colleague by what was typed: the name first, then why, if anything is said."""
    team, reason = whom.team_named(draft, move.words) if move.command == TRANSFER else (None, "")
    if team is not None:
        return _to_team(draft, move, team, reason)
    person, reason = whom.person_named(draft, move)
    return _to_person(draft, move, person, reason)


# --- to a colleague ---------------------------------------------------------------------------------------------------


def _to_person(draft: Draft, move: Move, person: Person, reason: str = "") -> str:
    """The case is this colleague's, who is called; or the team's of their group, if they work in another."""
    if person.id == holder_of(draft.conversation):
        key = "team_yours_already" if person.id == move.agent.id else "team_claimed_already"
        raise HandoverError(draft.team_words(key, agent=person.name))
    if person.away and person.id != move.agent.id:
        raise HandoverError(draft.team_words("team_transfer_away", agent=person.name))
    chosen(draft, move)
    if _elsewhere(draft, person):
        _move(draft, move, _team_where(draft, person), reason)
    snoozing.end(draft, move.by)
    _note(draft, move, reason)
    before = draft.conversation.agent if draft.conversation.phase is Phase.HUMAN else draft.conversation.assigned
    if person.id == move.agent.id:
        _take(draft, person, before)
    else:
        assignment.give(draft, person, "team_passed_to_you", before=move.agent.name, reason=_quoted(reason))
    draft.record("passed_on", by=move.by, to=f"{person.name} ({person.id})", why=reason or None)
    case.show_card(draft)
    if person.id == move.agent.id:
        return answer(draft, move, draft.team_words("team_taken_over"))
    return draft.team_words("team_passed_to", agent=person.name)


def _take(draft: Draft, person: Person, before: Agent | None) -> None:
    """Who asks takes it themselves; a colleague who had it hears so."""
    agent = Agent(person.id, person.name, person.role, person.username)
    draft.change(**({"agent": agent} if draft.conversation.phase is Phase.HUMAN else {"assigned": agent}))
    draft.record("assigned", agent=f"{person.name} ({person.id})")
    had = draft.context.roster.person(before.id) if before is not None else None
    if had is not None:
        assignment.call(draft, [had], "team_taken_from_you", agent=person.name)


def _elsewhere(draft: Draft, person: Person) -> bool:
    return bool(person.groups) and draft.conversation.agents_chat not in person.groups


def _team_where(draft: Draft, person: Person) -> str:
    """A team of a group that this colleague works in."""
    groups = draft.context.groups
    found = (
        name
        for name in draft.context.catalogue.standards.teams
        if not set(groups.sharing(name)).isdisjoint(person.groups)
    )
    team = next(found, None)
    if team is None:
        raise HandoverError(draft.team_words("team_transfer_not_here", agent=person.name))
    return team


# --- to a team --------------------------------------------------------------------------------------------------------


def _to_team(draft: Draft, move: Move, team: str, reason: str = "") -> str:
    """The case is this team's: in its group, if it has one of its own, and for whoever takes it there."""
    standards = draft.context.catalogue.standards
    if team not in standards.teams:
        raise HandoverError(whom.to_choose_from(draft))
    if team == teams.team_of(draft.conversation, standards):
        raise HandoverError(draft.team_words("team_transfer_same", team=team))
    chosen(draft, move)
    snoozing.end(draft, move.by)
    _note(draft, move, reason)
    _move(draft, move, team, reason)
    draft.change(phase=Phase.WAITING, agent=None, assigned=None)
    promising.watch_untaken(draft)
    draft.record("passed_on", by=move.by, to=team, why=reason or None)
    news = draft.team_words("team_passed_on", team=team, agent=move.agent.name, reason=_quoted(reason))
    draft.to_case(Text(news), Lane.AGENT)
    if standards.assign is not Assign.NONE:
        assignment.give_out(draft)
    case.show_card(draft)
    return draft.team_words("team_passed_to", agent=team)


def _move(draft: Draft, move: Move, team: str, reason: str) -> None:
    """It is this team's on record, its open promise too; and in their group, if that is another."""
    draft.change(passed=Passed(draft.now, move.agent, team, reason))
    promising.hand_on(draft, team, move.by)
    groups = draft.context.groups.sharing(team)
    chat = draft.context.loads.roomiest(groups, draft.now)
    if chat is not None and draft.conversation.agents_chat not in groups:
        _leave(draft, move, team)
        draft.change(agents_chat=chat, topic_id=GONE, card_id=GONE, lost_topic=None)
        case.open_topic(draft)
        case.show_card(draft)
        _show_in_full(draft)


def _leave(draft: Draft, move: Move, team: str) -> None:
    """Say in the topic that the case has where it goes, and close it."""
    conversation = draft.conversation
    if conversation.agents_chat is None:
        return
    said = draft.team_words("team_gone_to", team=team, agent=move.agent.name)
    title = f"{MOVED} {conversation.customer.name} · {team}"
    draft.to_case(LeaveTopic(conversation.topic_id, conversation.card_id, said, title), Lane.AGENT)


def _show_in_full(draft: Draft) -> None:
    """In a new topic: what the card has no room for, and what words can't show."""
    whole = case.transcript_beyond_card(draft)
    if whole:
        draft.to_case(Text(whole), Lane.AGENT)
    for line in (*draft.conversation.messages, *draft.conversation.pending):
        carries = line.media is not Media.TEXT and line.media not in mirror.IN_WORDS
        if line.author is Author.CUSTOMER and line.ref and carries:
            draft.to_case(mirror.copy_of_line(draft.conversation, line), Lane.AGENT)


def _note(draft: Draft, move: Move, reason: str) -> None:
    """Why it is passed on is a note among colleagues."""
    if reason:
        ref = move.message.message_id if move.message else 0
        note = Message(draft.now, Author.NOTE, reason, move.agent.name, ref)
        draft.change(messages=(*draft.conversation.messages, note))
        draft.record("note", by=move.by, text=reason)


def _quoted(reason: str) -> str:
    return f"\n“{reason}”" if reason else ""


def not_here(conversation: Conversation, message: AgentMessage, update_id: int | None, context: Context) -> Step:
    """Words in a topic that the case has left reach nobody: they get a mark that says so."""
    draft = Draft(conversation, context)
    draft.record("not_here", by=message.agent.name, text=message.text)
    draft.to_group(message.agents_chat, React(Ref(message.agents_chat, message.message_id), reach.NOT_DELIVERED))
    return draft.finish(update_id)
