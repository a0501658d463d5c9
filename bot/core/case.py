"""The case as colleagues see it: its topic's title, its card, its buttons."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import archive, background, buttons, earlier, priority, words
from bot.core.conversation import Author, Conversation, Media, Message, Phase, Promise, Way
from bot.core.draft import Draft
from bot.core.outgoing import Card, CloseTopic, Keyboard, Lane, OpenTopic, RenameTopic, ReopenTopic, Text
from bot.core.title import MARKS, subject_of, title
from bot.core.understanding import NO_INTENT

CARD_LIMIT = 4000
"""UTF-16 units on a card: Telegram takes 4096 (emoji are two each)."""

LINE_LIMIT = 900
"""Characters of one message on a card; what is longer is shown beside it in full."""


def open_case(draft: Draft, team: str) -> None:
    """Give the conversation a topic in its team's group, if there is a group and it has no topic yet.

    Of several groups that share the team's cases it is the one with the most room. The topic is that of the customer's
    last case there, where the standards say so.
    """
    chat = draft.context.loads.roomiest(draft.context.groups.sharing(team), draft.now)
    if chat is None or draft.conversation.agents_chat is not None:
        return
    before = earlier.topic_again(draft, chat)
    draft.change(agents_chat=chat, topic_id=before)
    if before is None:
        open_topic(draft)
    else:
        reopen_topic(draft)
        draft.to_case(Text(draft.team_words("team_returned")), Lane.AGENT)


def open_topic(draft: Draft, *, again: bool = False, lane: Lane = Lane.AGENT) -> None:
    """Make a topic for the conversation; ``again``: another one, in place of one that is gone."""
    draft.to_case(OpenTopic(_titled(draft), again=again), lane)


def reopen_topic(draft: Draft) -> None:
    """Open the conversation's topic again."""
    draft.to_case(ReopenTopic(_titled(draft)), Lane.AGENT)


def _titled(draft: Draft) -> str:
    """The title as it is now, which the topic is about to have."""
    draft.change(titled=title(draft.conversation, draft.context))
    return draft.conversation.titled


def show_card(draft: Draft) -> None:
    """Post the card, or bring it up to date. The first one is news; a topic without it tells nobody anything."""
    lane = Lane.AGENT if not draft.conversation.card_id else Lane.CARD
    draft.to_case(Card(card(draft), keyboard(draft)), lane)
    before = draft.conversation.titled
    if draft.conversation.agents_chat is not None and _titled(draft) != before:
        draft.to_case(RenameTopic(draft.conversation.titled), Lane.CARD)


def close_case(draft: Draft) -> None:
    """Bring the card up to date and close the topic."""
    closing = CloseTopic(_titled(draft))
    show_card(draft)
    draft.to_case(closing)
    archive.expect(draft)


def keyboard(draft: Draft) -> Keyboard:
    """What can be done about the case now."""
    return buttons.of_case(draft)


def card(draft: Draft) -> str:
    """Everything known about the case, for a colleague who has never seen it."""
    conversation = draft.conversation
    lines = [
        _who(draft),
        background.foreign(draft),
        what(draft),
        *details(draft),
        _link(draft),
        tagged(draft),
        _status(draft),
    ]
    lines += [background.said_by_bot(draft), *background.cases_before(draft)]
    head = "\n".join(line for line in lines if line)
    return f"{head}\n\n{_transcript(draft, conversation, CARD_LIMIT - words.units(head))}"


def _who(draft: Draft) -> str:
    customer = draft.conversation.customer
    handle = f" (@{customer.username})" if customer.username else ""
    language = words.language_name(draft.conversation.language)
    who = draft.team_words("team_card_who", customer=customer.name + handle, language=language)
    through = draft.conversation.through
    return f"{who}\n{draft.team_words('team_card_business', owner=through.owner)}" if through else who


def what(draft: Draft) -> str:
    """What it is about, and how pressing."""
    conversation = draft.conversation
    kind = draft.team_words(f"team_kind_{conversation.kind.value}")
    severity = draft.team_words(f"team_severity_{conversation.severity.value}")
    subject = subject_of(conversation, draft.context.catalogue)
    named = kind if conversation.intent == NO_INTENT else f"{kind}: {subject}"
    return f"{MARKS[conversation.severity]} {severity} · {named}"


def details(draft: Draft) -> list[str]:
    """What the customer has told, a line for each detail."""
    return [f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in draft.conversation.slots.items()]


def tagged(draft: Draft) -> str:
    """The tags on the case, as the card shows them; empty where there are none."""
    tags = draft.conversation.tags
    return draft.team_words("team_card_tags", tags=", ".join(tags)) if tags else ""


def _link(draft: Draft) -> str:
    return draft.team_words("team_card_link", link=draft.conversation.link) if draft.conversation.link else ""


def _status(draft: Draft) -> str:
    conversation = draft.conversation
    lines = []
    if conversation.agent is not None and conversation.phase is Phase.HUMAN:
        lines.append(_taken_by(draft, conversation.agent.name))
    elif conversation.assigned is not None and conversation.phase is Phase.WAITING:
        lines.append(draft.team_words("team_card_assigned", agent=conversation.assigned.name))
    lines += [line for line in (background.resting(draft), background.passed_on(draft)) if line]
    if conversation.promise is not None:
        left = words.span(draft.context.catalogue.standards.default_language, conversation.promise.due_at - draft.now)
        by = promised(draft, conversation.promise)
        lines.append(draft.team_words("team_status_promise", by=by, left=left))
        if conversation.promise.way is Way.CALL:
            lines.append(draft.team_words("team_card_call", phone=conversation.slots.get("phone", "")))
    elif conversation.promises:
        last = conversation.promises[-1]
        at = _clock(draft, last.ended_at or last.due_at)
        by = (last.ended_by or "").partition(" (")[0]
        lines.append(draft.team_words(f"team_card_{last.state.value}", at=at, agent=by))
    if conversation.unreachable:
        lines.append(draft.team_words("team_card_unreachable", error=conversation.unreachable))
    if conversation.phase is Phase.RESOLVED:
        lines.append(draft.team_words("team_card_blocked" if conversation.customer.blocked else "team_card_resolved"))
    if conversation.phase in (Phase.WAITING, Phase.HUMAN):
        lines.append(draft.team_words(f"team_why_{priority.reason(conversation, draft.now).value}"))
    return "\n".join(lines)


def _taken_by(draft: Draft, agent: str) -> str:
    """Who has the case, and who writes in it besides."""
    others = background.also_writing(draft.conversation)
    if others:
        return draft.team_words("team_card_agents", agent=agent, others=others)
    return draft.team_words("team_card_agent", agent=agent)


def _clock(draft: Draft, at: datetime) -> str:
    """When something happened, as the team's clock showed it."""
    standards = draft.context.catalogue.standards
    return words.clock(standards.default_language, at.astimezone(ZoneInfo(standards.zone)))


def promised(draft: Draft, promise: Promise) -> str:
    """The promise's time, as the team reads it."""
    if promise.not_before is None:
        return team_time(draft, promise.due_at)
    catalogue = draft.context.catalogue
    standards = catalogue.standards
    return words.promised(catalogue, standards.default_language, promise, draft.now, standards.zone)


def team_time(draft: Draft, at: datetime) -> str:
    """By when something is due, as the team reads it, with its day."""
    catalogue = draft.context.catalogue
    standards = catalogue.standards
    return words.when(catalogue, standards.default_language, at, draft.now, standards.zone)


def transcript_beyond_card(draft: Draft) -> str:
    """The whole conversation so far, where the card has no room for all of it; else nothing."""
    zone = ZoneInfo(draft.context.catalogue.standards.zone)
    lines = [_line(draft, message, zone) for message in draft.conversation.messages]
    return "\n".join(lines) if "…" in card(draft).splitlines() else ""


def _transcript(draft: Draft, conversation: Conversation, room: int) -> str:
    """The conversation so far, newest lines first to find room, oldest first to read."""
    zone = ZoneInfo(draft.context.catalogue.standards.zone)
    kept: list[str] = []
    for message in reversed(conversation.messages):
        line = _line(draft, message, zone)
        room -= words.units(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _line(draft: Draft, message: Message, zone: ZoneInfo) -> str:
    who = {
        Author.CUSTOMER: words.first_name(draft.conversation.customer),
        Author.BOT: draft.context.catalogue.brand.name,
        Author.AGENT: message.name,
        Author.NOTE: f"🔒 {message.name}",
    }[message.author]
    carried = "" if message.media is Media.TEXT else f"[{message.media.value}] "
    text = message.text if len(message.text) <= LINE_LIMIT else f"{message.text[:LINE_LIMIT]}…"
    gone = "🗑 " if message.taken_back else "✖ " if message.undelivered else ""
    return f"{message.at.astimezone(zone):%H:%M} {who}: {gone}{carried}{text}".rstrip()
