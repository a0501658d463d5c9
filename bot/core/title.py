"""A topic's title: how the case stands, who, about what. It is what the list of topics shows."""

from __future__ import annotations

from bot.core import priority, words
from bot.core.content import Catalogue
from bot.core.conversation import Conversation, Phase
from bot.core.draft import Context
from bot.core.understanding import Severity

TITLE_LIMIT = 120
"""Characters of a topic's title: Telegram takes 128."""

MARKS = {Severity.CALM: "🔵", Severity.UPSET: "🟠", Severity.URGENT: "🔴"}
"""How pressing a case is that waits for somebody."""

RESOLVED, BLOCKED, SNOOZED, LATE, TAKEN, WITH_BOT = "✅", "🚫", "💤", "❗", "💬", "🤖"

_LATE = (priority.Reason.BROKEN, priority.Reason.OVERDUE)


def title(conversation: Conversation, context: Context) -> str:
    """The title of the conversation's topic, as things stand now."""
    subject = subject_of(conversation, context.catalogue)
    return f"{_status(conversation, context)} {conversation.customer.name} · {subject}"[:TITLE_LIMIT]


def _status(conversation: Conversation, context: Context) -> str:
    """The emoji for how it stands; who has a case that presses sees that too."""
    if not conversation.is_open:
        return BLOCKED if conversation.customer.blocked else RESOLVED
    if conversation.phase is Phase.BOT and conversation.titled:  # handed back; one that is just opened waits
        return WITH_BOT
    if priority.reason(conversation, context.now) in _LATE:
        return LATE
    if conversation.snoozed is not None:
        return SNOOZED
    if conversation.phase is not Phase.HUMAN:
        return MARKS[conversation.severity]
    return TAKEN if conversation.severity is Severity.CALM else f"{TAKEN}{MARKS[conversation.severity]}"


def subject_of(conversation: Conversation, catalogue: Catalogue) -> str:
    """What the case is about, in the house's first language."""
    return subject(conversation.intent, catalogue)


def subject(intent: str, catalogue: Catalogue) -> str:
    """What an intent is called among colleagues."""
    language = catalogue.standards.default_language
    if catalogue.intent(intent) is None:
        return words.render(catalogue, language, "team_unknown_subject")
    return catalogue.title(language, intent)
