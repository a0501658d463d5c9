"""What a colleague should know besides the case itself: whose language it is, who else writes, what came before."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.core import earlier, links, words
from bot.core.conversation import Author, Conversation, Earlier
from bot.core.draft import Draft
from bot.core.people import Person
from bot.core.roster import holder_of
from bot.core.title import subject


def foreign(draft: Draft) -> str:
    """A warning where the customer's language is none of those of who has the case, or of those who are there.

    Who has not said which languages they serve warns of nothing.
    """
    serving = [person for person in _concerned(draft) if person.languages]
    if not serving or any(draft.conversation.language in person.languages for person in serving):
        return ""
    speaker = draft.context.catalogue.standards.default_language
    language = words.language_name(draft.conversation.language, speaker)
    if len(serving) == 1 and serving[0].id == holder_of(draft.conversation):
        return draft.team_words("team_card_foreign_to", agent=serving[0].name, language=language)
    return draft.team_words("team_card_foreign", language=language)


def _concerned(draft: Draft) -> list[Person]:
    roster, conversation = draft.context.roster, draft.conversation
    holder = roster.person(holder_of(conversation) or 0)
    return [holder] if holder is not None else roster.present(conversation.agents_chat, draft.now)


def also_writing(conversation: Conversation) -> str:
    """The names of those who have written to the customer since somebody has the case, besides who has it."""
    agent, since = conversation.agent, conversation.taken_at
    if agent is None or since is None:
        return ""
    lines = (one for one in conversation.messages if one.author is Author.AGENT and one.at >= since)
    return ", ".join(dict.fromkeys(one.name for one in lines if one.name and one.name != agent.name))


def said_by_bot(draft: Draft) -> str:
    """What the bot has answered already, by subject."""
    catalogue = draft.context.catalogue
    known = [name for name in dict.fromkeys(draft.conversation.answered) if catalogue.intent(name)]
    if not known:
        return ""
    subjects = ", ".join(subject(name, catalogue) for name in known)
    return draft.team_words("team_card_answered", subjects=subjects)


def resting(draft: Draft) -> str:
    """Until when the case rests, and who wants it so."""
    snoozed = draft.conversation.snoozed
    if snoozed is None:
        return ""
    standards = draft.context.catalogue.standards
    zone = ZoneInfo(standards.zone)
    until = words.moment(standards.default_language, snoozed.until.astimezone(zone), draft.now.astimezone(zone))
    return draft.team_words("team_card_snoozed", until=until, agent=snoozed.by.name)


def passed_on(draft: Draft) -> str:
    """From whom, and for which team, the case has come."""
    passed = draft.conversation.passed
    if passed is None:
        return ""
    said = f" “{passed.reason}”" if passed.reason else ""
    return draft.team_words("team_card_passed", agent=passed.by.name, team=passed.team, reason=said)


def cases_before(draft: Draft) -> list[str]:
    """The customer's last cases, newest first, each with the way to its topic."""
    if not draft.conversation.earlier:
        return []
    lines = [_case_before(draft, one) for one in reversed(draft.conversation.earlier)]
    return [draft.team_words("team_card_earlier"), *lines]


def _case_before(draft: Draft, one: Earlier) -> str:
    catalogue = draft.context.catalogue
    zone, language = ZoneInfo(catalogue.standards.zone), catalogue.standards.default_language
    address = "" if earlier.is_archived(draft, one) else links.case_link(one.agents_chat, one.topic_id)
    parts = (words.day(language, one.ended_at.astimezone(zone)), subject(one.intent, catalogue), one.agent, address)
    return f"• {' · '.join(part for part in parts if part)}"
