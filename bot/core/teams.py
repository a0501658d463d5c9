"""Which team a case is for, and the calendar that it works by."""

from __future__ import annotations

from bot.core import promise
from bot.core.content import Calendar, Standards
from bot.core.conversation import Conversation


def team_of(conversation: Conversation, standards: Standards) -> str:
    """The team that the case was passed on to, else the one that a promise was made for, else the standards' own."""
    if conversation.passed is not None:
        return conversation.passed.team
    return conversation.promises[-1].team if conversation.promises else standards.default_team


def calendar_of(conversation: Conversation, standards: Standards) -> Calendar:
    """When the case's team is there."""
    known = standards.teams.get(team_of(conversation, standards))
    return promise.calendar_named(standards, known.calendar if known else standards.promises.calendar)
